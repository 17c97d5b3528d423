"""The registers of heat: the limits for work outdoors, and the hot days that somebody read in a forecast."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bihuan.registers.staff import heat
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_filters import Head, lasting, on_day
from bihuan.web.managers.settings_register import Register, day


def _hour(label: Any, *, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, required=False, help_text=help_text)


class LimitForm(TidyForm):
    from_celsius = forms.IntegerField(label=_("From degrees Celsius"), min_value=20, max_value=60)
    outdoor_minutes = forms.IntegerField(
        label=_("Minutes outdoors a day for one person"),
        min_value=0,
        max_value=1440,
        help_text=_("0: no work outdoors that day."),
    )
    rest_from = _hour(_("Rest outdoors from"))
    rest_until = _hour(_("Rest outdoors until"))
    valid_from = day(_("First day"))
    valid_until = day(_("Last day"), required=False, help_text=_("Empty: until further notice."))
    source = forms.CharField(label=_("Source"), max_length=160)
    checked_by = forms.CharField(
        label=_("Checked by"),
        max_length=60,
        required=False,
        help_text=_("Who compared this line with the text of the source. Empty: nobody yet."),
    )


class HotDayForm(TidyForm):
    city = forms.CharField(label=_("City"), max_length=60, required=False, help_text=_("Empty: everywhere."))
    day = day(_("Day"))
    celsius = forms.IntegerField(label=_("Highest temperature, degrees Celsius"), min_value=0, max_value=60)
    source = forms.CharField(label=_("Source"), max_length=80, required=False)


def _rest(row: Any) -> str:
    return f"{row.rest_from:%H:%M}–{row.rest_until:%H:%M}" if row.rest_from and row.rest_until else ""


REGISTERS = (
    Register(
        code="heat-limits",
        title=_("Limits in heat"),
        about=_("From how many degrees on work outdoors is limited or stops, by which source."),
        group=_("Rules"),
        icon="temperature",
        rows=heat.limits_listed,
        columns=(
            Head(_("From degrees Celsius"), lambda row: row.from_celsius, key="from_celsius"),
            Head(_("Minutes outdoors a day"), lambda row: row.outdoor_minutes, key="outdoor_minutes"),
            Column(_("Rest outdoors"), _rest),
            Head(_("First day"), lambda row: row.valid_from, key="valid_from"),
            Column(_("Last day"), lambda row: row.valid_until or ""),
            Column(_("Source"), lambda row: row.source),
            Column(_("Checked by"), lambda row: row.checked_by or str(_("nobody yet"))),
        ),
        form=LimitForm,
        keep=lambda viewer, row_id, told, now: heat.keep_limit(row_id, **told),
        out=lambda viewer, row_id, now: heat.end_limit(row_id, now=now),
        out_deed="ended",
        out_about=_("It holds no more from today on."),
        filters=(on_day("valid_from", "valid_until"),),
        key=("from_celsius", "-valid_from", "id"),
        name=lambda row: f"{row.from_celsius} ℃",
    ),
    Register(
        code="hot-days",
        title=_("Hot days"),
        about=_("The highest temperature of a day in a city, as a forecast or a warning says."),
        group=_("Rules"),
        icon="flame",
        rows=heat.hot_days_listed,
        columns=(
            Head(_("Day"), lambda row: row.day, key="day"),
            Head(_("City"), lambda row: row.city or str(_("everywhere")), key="city"),
            Head(_("Degrees Celsius"), lambda row: row.celsius, key="celsius"),
            Column(_("Source"), lambda row: row.source),
        ),
        form=HotDayForm,
        keep=lambda viewer, row_id, told, now: heat.keep_hot_day(row_id, **told),
        out=lambda viewer, row_id, now: heat.drop_hot_day(row_id),
        out_deed="removed",
        filters=(lasting(last="day"),),
        key=("-day", "city", "id"),
        name=lambda row: f"{row.day} · {row.city}",
    ),
)
