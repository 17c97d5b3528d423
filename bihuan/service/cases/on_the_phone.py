"""The calls of a case: who was put through and waited, and who may hear what was recorded."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor, Event, Fact
from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.events import CallGivenUp, CallPutThrough, CallTakenOver, CaseOpened
from bihuan.service.cases.models import Case
from bihuan.service.intake.calls.events import CallAccountedFor, RecordingHeard, TransferMoved
from bihuan.service.intake.calls.hearing import CHANNEL, NO_TRANSFER, transfer_of
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.calls.queries import call_of, calls_of_chain, recording_of

LINKS = ("https://", "http://")


@dataclass(frozen=True, kw_only=True)
class CallOf:
    """One call as the page of its case lists it. `seconds`: how long they spoke, None while or where they did not."""

    id: int
    state: str
    rang_at: datetime
    agent: str
    seconds: int | None
    recorded: bool
    notice: bool
    transfer_to: str


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Where the recording of a call lies; whoever gets this was written down."""

    call: Call
    address: str = field(repr=False)


def calls_of(case: Case) -> list[CallOf]:
    """The calls of which this case came, or by which it was added to; the oldest first."""
    return [_listed(call) for call in calls_of_chain(case.chain_id)]


def _listed(call: Call) -> CallOf:
    spoke = None
    if call.answered_at is not None and call.ended_at is not None:
        spoke = int((call.ended_at - call.answered_at).total_seconds())
    return CallOf(
        id=call.id,
        state=call.state,
        rang_at=call.rang_at,
        agent=call.agent.name if call.agent else "",
        seconds=spoke,
        recorded=bool(call.recording_sealed),
        notice=call.notice_at is not None,
        transfer_to=call.transfer_to if transfer_of(call) != NO_TRANSFER else "",
    )


@transaction.atomic
def hear_of_case(case: Case, call_id: int, *, viewer: Viewer, now: datetime) -> Recording:
    """The recording of a call of this case, for a viewer who may see the case and hear calls; written into the story
    of the case. NotFound when there is none."""
    viewer.must("call.hear")
    call = next((one for one in calls_of_chain(case.chain_id) if one.id == call_id), None)
    if call is None:
        raise NotFound
    return _heard(call, chain=case.chain_id, viewer=viewer, now=now)


@transaction.atomic
def hear_of_call(call_id: int, *, viewer: Viewer, now: datetime) -> Recording:
    """The recording of a call, for whoever took it, and for supervisors."""
    viewer.must("call.hear")
    call = call_of(viewer, call_id)
    chain = call.report.chain_id if call.report is not None else None
    return _heard(call, chain=chain, viewer=viewer, now=now)


def _heard(call: Call, *, chain: int | None, viewer: Viewer, now: datetime) -> Recording:
    address = recording_of(call)
    if not address.startswith(LINKS):
        raise NotFound
    record(RecordingHeard(subject_id=call.id), by=viewer.actor, now=now, chain=chain)
    return Recording(call=call, address=address)


def hear_transfer(fact: Fact[TransferMoved]) -> None:
    """A transfer moved on a call that has its case: the case is told, for the promise that runs meanwhile."""
    _tell_of(fact.event.subject_id, by=fact.by, now=fact.recorded_at)


def hear_accounted(fact: Fact[CallAccountedFor]) -> None:
    """What was said on a call joined a case that stands already."""
    if fact.event.report_id:
        _tell_of(fact.event.subject_id, by=fact.by, now=fact.recorded_at)


def _tell_of(call_id: int, *, by: Actor, now: datetime) -> None:
    call = Call.objects.select_related("report").get(id=call_id)
    if transfer_of(call) == NO_TRANSFER or call.report is None:
        return
    case = Case.objects.filter(chain_id=call.report.chain_id).first()
    if case is not None:
        _tell(case, call, by=by, now=now)


def hear_opened(fact: Fact[CaseOpened]) -> None:
    """A case came of a call on which the customer was put through already. Only calls are asked about."""
    if fact.event.channel != CHANNEL:
        return
    case = fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(id=fact.event.subject_id)
    call = Call.objects.filter(report_id=case.report_id).first()
    if call is not None and transfer_of(call) != NO_TRANSFER:
        _tell(case, call, by=fact.by, now=fact.recorded_at)


def _tell(case: Case, call: Call, *, by: Actor, now: datetime) -> None:
    """What of the transfer the case does not know yet. Told late it counts from when it happened."""
    known = {(fact.event.kind, fact.happened_at) for fact in story_of(case.chain_id)}
    begun, taken, ended = transfer_of(call)
    about = {"subject_id": case.id, "call_id": call.id}
    moved: tuple[tuple[Event, datetime | None], ...] = (
        (CallPutThrough(**about), begun),
        (CallTakenOver(**about), taken),
        (CallGivenUp(**about), ended),
    )
    with writing():
        for event, at in moved:
            if at is not None and (event.kind, min(at, now)) not in known:
                record(event, by=by, now=now, chain=case.chain_id, happened_at=at, at_hand=case)
