"""Telling of what was kept and could not become a case: which channel it came by, why it waits, where it lies."""

from django.conf import settings
from django.utils.translation import override

from bihuan.ground.journal.event import Fact
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.quarantine import REASONS
from bihuan.service.cases.words import CHANNELS
from bihuan.service.intake.events import MessageQuarantined, ReportQuarantined
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.notices.actions import tell_person
from bihuan.service.notices.alerting import MOST
from bihuan.service.notices.telling import about


def tell_of_quarantined_message(fact: Fact[MessageQuarantined]) -> None:
    """Nobody but a person can make sense of a message: those who decide about it."""
    channel = RawMessage.objects.values_list("channel", flat=True).get(id=fact.event.subject_id)
    _tell(fact, channel, path=f"/desk/messages/{fact.event.subject_id}")


def tell_of_quarantined_report(fact: Fact[ReportQuarantined]) -> None:
    """A report is there, and no case could be opened for it."""
    channel = Report.objects.values_list("channel", flat=True).get(id=fact.event.subject_id)
    _tell(fact, channel, path="/manage/operations")


def _tell(fact: Fact[MessageQuarantined] | Fact[ReportQuarantined], channel: str, *, path: str) -> None:
    people = {one.id: one for role in (Role.SUPERVISOR, Role.MANAGER) for one in people_with(role)}
    for person in list(people.values())[:MOST]:
        tell_person(
            person,
            "quarantined",
            about=about(fact),
            fill={"what": _what(channel, fact.event.reason, person.language or "zh-hans")},
            link=f"{settings.BIHUAN_ADDRESS}{path}",
            case=None,
            now=fact.recorded_at,
        )


def _what(channel: str, reason: str, language: str) -> str:
    """The channel, and why, where there are words for it: `E-mail: The mail is empty.` is said without its stop."""
    colon = "：" if language.startswith("zh") else ": "
    with override(language):
        said = [str(CHANNELS.get(channel, channel)), str(REASONS.get(reason, "")).rstrip("。.")]
    return colon.join(one for one in said if one)
