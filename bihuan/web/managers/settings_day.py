"""The register of the day report: when it goes out, on which days, to whom."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.ground.worktime.queries import all_calendars
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement.day_reports import keep_rule, rules_listed
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_register import Register, choice, clock_time, yes_no


def _calendars() -> list[tuple[str, str]]:
    return [(card.code, card.name) for card in all_calendars() if not card.retired]


def _roles() -> list[tuple[str, str]]:
    return [(code, name) for code, name in chosen.role_choices() if code != Role.CUSTOMER]


class DayRuleForm(TidyForm):
    at = clock_time(_("Goes out at"))
    latest = clock_time(_("If missed, until"))
    calendar = choice(_("On the open days of"), _calendars, required=False, blank=_("every day of the week"))
    roles = forms.MultipleChoiceField(
        label=pgettext_lazy("alarm", "To"),
        choices=_roles,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each gets the figures of their own node and all below it."),
    )
    groups = forms.BooleanField(label=_("To chat groups that want day reports"), required=False)


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keep_rule(viewer, row_id, **told)


def _said_roles(row: Any) -> str:
    named = dict(_roles())
    return ", ".join(str(named.get(code, code)) for code in row.roles)


REGISTERS = (
    Register(
        code="day-report",
        title=_("Day report"),
        about=_("When the figures of the day before are sent, and to whom."),
        group=_("Rules"),
        icon="report",
        rows=rules_listed,
        columns=(
            Column(_("Goes out at"), lambda row: f"{row.at:%H:%M}"),
            Column(_("If missed, until"), lambda row: f"{row.latest:%H:%M}"),
            Column(
                _("On the open days of"),
                lambda row: dict(_calendars()).get(row.calendar, _("every day of the week")),
            ),
            Column(pgettext_lazy("alarm", "To"), _said_roles),
            Column(_("To chat groups that want day reports"), lambda row: yes_no(row.groups)),
        ),
        form=DayRuleForm,
        keep=_keep,
        adds=False,
        name=lambda row: f"{row.at:%H:%M}",
    ),
)
