"""The register of the chat: when agents answer, how many chats one has, when somebody is told."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bihuan.ground.worktime.queries import all_calendars
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.limits import BOUNDS, keep_limits, limits_listed
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_register import Register, choice


def _calendars() -> list[tuple[str, str]]:
    return [(card.code, card.name) for card in all_calendars() if not card.retired]


def _whole(name: str, label: Any, help_text: Any) -> forms.IntegerField:
    least, most = BOUNDS[name]
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


class ChatLimitsForm(TidyForm):
    calendar = choice(_("Agents answer on"), _calendars)
    at_once = _whole("at_once", _("Chats of one agent at a time"), _("Nobody can take more."))
    answer_seconds = _whole(
        "answer_seconds",
        _("Seconds until somebody is told that a visitor waits"),
        _("Supervisors are told when nobody has answered by then."),
    )
    silent_minutes = _whole(
        "silent_minutes",
        _("Minutes of silence until a waiting chat goes on without its visitor"),
        _("Their words become a report, or go to a person where nobody can be reached."),
    )


def _keep(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    return keep_limits(viewer, row_id, **told)


REGISTERS = (
    Register(
        code="chat-limits",
        title=_("Online chat"),
        about=_("When agents answer chats, how many each has, and when somebody is told."),
        group=_("Rules"),
        icon="message-2",
        rows=limits_listed,
        columns=(
            Column(_("Agents answer on"), lambda row: dict(_calendars()).get(row.calendar, row.calendar)),
            Column(_("Chats of one agent at a time"), lambda row: row.at_once),
            Column(_("Seconds until somebody is told that a visitor waits"), lambda row: row.answer_seconds),
            Column(
                _("Minutes of silence until a waiting chat goes on without its visitor"),
                lambda row: row.silent_minutes,
            ),
        ),
        form=ChatLimitsForm,
        keep=_keep,
        adds=False,
        name=lambda row: str(_("Online chat")),
    ),
)
