"""The forms of the capacity calendar: a limit, and a day set by hand."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.service.cases.words import KINDS
from bihuan.web.dispatchers.rows import family_names
from bihuan.web.look.forms import TidyForm

MOST = 100_000


def _days() -> list[tuple[str, Any]]:
    return [("", gettext("every day")), *((str(number), name) for number, name in WEEKDAYS.items())]


def categories() -> list[tuple[str, Any]]:
    return [("", gettext("every appliance")), *family_names().items()]


def kinds() -> list[tuple[str, Any]]:
    return [("", gettext("every kind of work")), *KINDS.items()]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class LimitForm(TidyForm):
    """Visits a day, with what they are about and when."""

    visits = forms.IntegerField(label=_("Visits a day"), min_value=0, max_value=MOST)
    category = forms.ChoiceField(label=_("Appliance"), choices=categories, required=False)
    kind = forms.ChoiceField(label=_("Kind of work"), choices=kinds, required=False)
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), choices=_days, coerce=int, empty_value=None, required=False
    )
    overbook = forms.IntegerField(label=_("Overbooking in percent"), min_value=0, max_value=100, initial=0)
    reserve = forms.IntegerField(label=_("Kept for urgent cases"), min_value=0, max_value=MOST, initial=0)
    name = forms.CharField(label=_("Season or name"), max_length=60, required=False)
    first_day = _day(_("First day"))
    last_day = _day(_("Last day"))


class DayForm(TidyForm):
    """One day: closed for a reason, or another number of visits."""

    closed = forms.BooleanField(label=_("Closed: fully booked"), required=False)
    reason = forms.CharField(label=_("Why"), max_length=120, required=False)
    visits = forms.IntegerField(
        label=_("Visits on this day"),
        min_value=0,
        max_value=MOST,
        required=False,
        help_text=_("Empty: as the limits say."),
    )
