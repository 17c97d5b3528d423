"""When the clock of a calendar runs, in words that everybody understands."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.ground.worktime.queries import calendar_card

ALL_DAY = [["00:00", "24:00"]]


def hours_words(code: str) -> str:
    """When the clock of a calendar runs, in plain words: day and night, daily hours, or working hours."""
    if code == "24x7":
        return _("day and night")
    week = list(calendar_card(code).week.values())
    open_days = [day for day in week if day]
    if not open_days or any(day != open_days[0] for day in open_days):
        return _("in our service hours")
    if open_days[0] == ALL_DAY:
        return _("on working days")
    hours = _(", ").join(f"{begins}–{ends}" for begins, ends in open_days[0])
    if len(open_days) == len(week) == 7:
        return _("between %(hours)s") % {"hours": hours}
    return _("on working days, %(hours)s") % {"hours": hours}


def present_words(code: str) -> str:
    """The same where people are meant who answer, not a clock that runs: it follows “Agents are here”."""
    open_days = [day for day in calendar_card(code).week.values() if day]
    if code == "24x7":
        return pgettext("people", "day and night")
    if not open_days or any(day != open_days[0] for day in open_days):
        return pgettext("people", "in our service hours")
    if open_days[0] == ALL_DAY:
        return pgettext("people", "on working days")
    hours = _(", ").join(f"{begins}–{ends}" for begins, ends in open_days[0])
    if len(open_days) == 7:
        return pgettext("people", "between %(hours)s") % {"hours": hours}
    return pgettext("people", "on working days, %(hours)s") % {"hours": hours}
