"""What happens to calls. The subject is the call, or the duty to ring back."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class CallAnswered(Event):
    """An agent took the call; `waited` seconds after it rang. `person_id` is 0 for an extension nobody sits at."""

    kind = "call.answered"
    person_id: int
    waited: int


@dataclass(frozen=True, kw_only=True)
class CallEnded(Event):
    """`state`: handled, missed, or abandoned (within a few seconds); `waited` seconds until it was answered, or
    given up."""

    kind = "call.ended"
    state: str
    waited: int


@dataclass(frozen=True, kw_only=True)
class TransferBegun(Event):
    """The customer agreed to wait for somebody else, or was put through; to whom, the call's own row tells."""

    kind = "call.transfer_begun"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class TransferUnanswered(Event):
    """The customer was put through, and two minutes later nobody there had taken over."""

    kind = "call.transfer_unanswered"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class TransferMoved(Event):
    """A transfer began, was taken over, or ended with the call; when, the call's own row tells."""

    kind = "call.transfer_moved"
    report_id: int


@dataclass(frozen=True, kw_only=True)
class RecordingHeard(Event):
    """Somebody opened the recording of the call; the entry says who."""

    kind = "call.recording_heard"


@dataclass(frozen=True, kw_only=True)
class CallAccountedFor(Event):
    """What came of a call: a report, or the agent's reason why there is none."""

    kind = "call.accounted_for"
    report_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RingBackOpened(Event):
    """Somebody is to be rung. `cause`: missed, key (asked for in the menu) or web."""

    kind = "ring_back.opened"
    cause: str


@dataclass(frozen=True, kw_only=True)
class RingBackTried(Event):
    kind = "ring_back.tried"
    tries: int


@dataclass(frozen=True, kw_only=True)
class RingBackDone(Event):
    kind = "ring_back.done"
    result: str


@dataclass(frozen=True, kw_only=True)
class RingBackLate(Event):
    """The moment by which we wanted to ring has passed."""

    kind = "ring_back.late"
