"""The registers of rules: working calendars and days, knowledge, process cards, commitment profiles."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.ground.worktime import actions as worktime
from bihuan.ground.worktime import queries as calendars
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import keeping as cards
from bihuan.service.commitments import keeping as profiles
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers import settings_uses as used
from bihuan.web.managers.settings_filters import Head, in_force, in_use, of
from bihuan.web.managers.settings_register import Register, day, yes_no

LARGEST_TEXT = 200_000  # characters
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_HELP = _("Such as 09:00-12:00, 13:00-18:00. Empty: closed.")
DAY_KINDS = (("holiday", _("Day off")), ("workday", _("Working day")))


def read_hours(text: str) -> list[list[str]]:
    """`09:00-12:00, 13:00-18:00` as pairs; the calendar itself says whether they make sense."""
    parts = text.replace("，", ",").replace("–", "-").replace("：", ":").split(",")
    return [[end.strip() for end in part.split("-")] for part in parts if part.strip()]


def said_hours(hours: Any) -> str:
    return ", ".join("-".join(pair) for pair in hours or [])


def calendar_codes() -> list[tuple[str, str]]:
    return [(card.code, card.name) for card in calendars.all_calendars()]


class CalendarForm(TidyForm):
    code = forms.SlugField(label=_("Code"), max_length=40)
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)
    timezone = forms.CharField(label=_("Time zone"), max_length=64, initial="Asia/Shanghai")
    follows_holidays = forms.ChoiceField(
        label=_("Follows the holidays of"), choices=[("", _("none")), ("CN", _("China"))], required=False
    )
    mon = forms.CharField(label=_("Monday"), required=False, max_length=120, help_text=HOURS_HELP)
    tue = forms.CharField(label=_("Tuesday"), required=False, max_length=120)
    wed = forms.CharField(label=_("Wednesday"), required=False, max_length=120)
    thu = forms.CharField(label=_("Thursday"), required=False, max_length=120)
    fri = forms.CharField(label=_("Friday"), required=False, max_length=120)
    sat = forms.CharField(label=_("Saturday"), required=False, max_length=120)
    sun = forms.CharField(label=_("Sunday"), required=False, max_length=120)
    workday = forms.CharField(label=_("Make-up working days"), required=False, max_length=120)


class DayForm(TidyForm):
    day = day(_("Date"))
    kind = forms.ChoiceField(label=_("Is a"), choices=DAY_KINDS)
    code = forms.ChoiceField(
        label=_("Calendar"),
        choices=lambda: [("", _("all that follow holidays")), *calendar_codes()],
        required=False,
    )
    hours = forms.CharField(label=_("Hours of its own"), required=False, max_length=120, help_text=HOURS_HELP)
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), required=False, max_length=80)
    source = forms.CharField(label=_("Source"), required=False, max_length=80)


class TextForm(TidyForm):
    text = forms.CharField(
        label=_("Text (TOML)"),
        max_length=LARGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_(
            "A stored version never changes: raise the version, save, and the new one is checked and kept."
        ),
    )


def _by(viewer: Viewer) -> str:
    return f"person:{viewer.person_id}"


def _keep_calendar(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    week = {name: read_hours(told[name]) for name in (*WEEK, "workday") if told[name]}
    if row_id is not None:
        stands = calendars.calendars_listed().filter(pk=row_id).first()
        if stands is not None and stands.code != told["code"]:
            raise ValidationError({"code": _("A code stays as it is; other entries name it.")})
    return worktime.keep_calendar(
        told["code"],
        name=told["name"],
        timezone=told["timezone"],
        week=week,
        follows_holidays=told["follows_holidays"],
        by=_by(viewer),
    )


def _calendar(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("code", "name", "timezone", "follows_holidays")}
    return told | {name: said_hours(row.week.get(name)) for name in (*WEEK, "workday")}


def _keep_day(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    hours = read_hours(told["hours"]) if told["hours"] else None
    worktime.write_day(
        told["day"],
        kind=told["kind"],
        code=told["code"],
        hours=hours,
        name=told["name"],
        source=told["source"],
        by=_by(viewer),
    )
    same = calendars.days_listed().filter(day=told["day"])
    return same.filter(calendar__code=told["code"]).get() if told["code"] else same.get(calendar=None)


def _day(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("day", "kind", "name", "source")}
    return told | {"code": row.calendar.code if row.calendar else "", "hours": said_hours(row.hours)}


def _forget_day(viewer: Viewer, row_id: int, now: datetime) -> None:
    row = calendars.days_listed().filter(pk=row_id).first()
    if row is not None:
        worktime.forget_day(row.day, code=row.calendar.code if row.calendar else "", by=_by(viewer))


def _unretire_calendar(viewer: Viewer, row_id: int, now: datetime) -> None:
    worktime.unretire_calendar(calendars.calendars_listed().get(pk=row_id).code)


def _retire_calendar(viewer: Viewer, row_id: int, now: datetime) -> None:
    worktime.retire_calendar(calendars.calendars_listed().get(pk=row_id).code, now=now)


_VERSION = (
    Head[Any](pgettext_lazy("of a thing", "Name"), lambda row: row.name, key="name"),
    Head[Any](_("Version"), lambda row: row.version, key="version"),
    Head[Any](_("In force"), lambda row: yes_no(row.active), key="active"),
    Head[Any](_("Kept"), lambda row: row.made_at.date(), key="made_at"),
)


def _version(row: Any) -> dict[str, Any]:
    return {"text": row.text}


REGISTERS = (
    Register(
        code="calendars",
        title=_("Working calendars"),
        about=_("The hours by which promises count."),
        group=_("Rules"),
        icon="calendar-time",
        rows=calendars.calendars_listed,
        columns=(
            Head(_("Code"), lambda row: row.code, key="code"),
            Head(pgettext_lazy("of a thing", "Name"), lambda row: row.name, key="name"),
            Column(_("Time zone"), lambda row: row.timezone),
            Column(_("Follows the holidays of"), lambda row: row.follows_holidays),
            Column(_("Version"), lambda row: row.version),
        ),
        form=CalendarForm,
        keep=_keep_calendar,
        out=_retire_calendar,
        back=_unretire_calendar,
        uses=used.calendar,
        filters=(in_use(),),
        key=("code", "id"),
        values=_calendar,
        name=lambda row: row.name,
    ),
    Register(
        code="days",
        title=_("Days that differ"),
        about=_("Holidays and make-up working days written by hand."),
        group=_("Rules"),
        icon="calendar-event",
        rows=calendars.days_listed,
        columns=(
            Head(_("Date"), lambda row: row.day, key="day"),
            Head(_("Is a"), lambda row: chosen.word(DAY_KINDS, row.kind), key="kind"),
            Column(
                _("Calendar"),
                lambda row: row.calendar.name if row.calendar else str(_("all that follow holidays")),
            ),
            Column(_("Hours of its own"), lambda row: said_hours(row.hours)),
            Column(pgettext_lazy("of a thing", "Name"), lambda row: row.name),
        ),
        form=DayForm,
        keep=_keep_day,
        out=_forget_day,
        out_deed="removed",
        filters=(of("kind", _("Is a"), lambda: DAY_KINDS),),
        key=("-day", "-id"),
        values=_day,
        name=lambda row: row.day.isoformat(),
    ),
    Register(
        code="process",
        title=_("Process cards"),
        about=_("Places, moves and needs of each kind of work; every version."),
        group=_("Rules"),
        icon="route",
        rows=cards.versions_listed,
        columns=_VERSION,
        form=TextForm,
        keep=lambda viewer, row_id, told, now: cards.upload_card(told["text"], now=now),
        page="managers:cards_kept",
        filters=(in_force(),),
        key=("name", "-version", "id"),
        values=_version,
        keeps=("name", "version", "active"),
        versions=True,
        row_links=lambda row: (
            (reverse("managers:card_kept", args=[row.name, row.version]), _("Read and put in force"), "eye"),
        ),
        name=lambda row: f"{row.name} v{row.version}",
    ),
    Register(
        code="profiles",
        title=_("Commitment profiles"),
        about=_("What is promised, how fast, on which calendar; every version."),
        group=_("Rules"),
        icon="clock",
        rows=profiles.profiles_listed,
        columns=_VERSION,
        form=TextForm,
        keep=lambda viewer, row_id, told, now: profiles.upload_profile(told["text"], now=now),
        page="managers:profiles",
        filters=(in_force(),),
        key=("name", "-version", "id"),
        values=_version,
        keeps=("name", "version", "active"),
        versions=True,
        row_links=lambda row: (
            (reverse("managers:profile", args=[row.name, row.version]), _("Read and put in force"), "eye"),
        ),
        name=lambda row: f"{row.name} v{row.version}",
    ),
)
