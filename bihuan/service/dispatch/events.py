"""What happens while a case finds its technician and its time. The subject is always the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class CaseOffered(Event):
    """A service point is asked; it should answer by `answer_by` (epoch seconds)."""

    kind = "dispatch.offered"
    offer_id: int
    node_id: int
    answer_by: int
    automatic: bool


@dataclass(frozen=True, kw_only=True)
class CaseAccepted(Event):
    """接单. `one_step`: the company has one service point, nobody had to be asked."""

    kind = "dispatch.accepted"
    offer_id: int
    node_id: int
    one_step: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseReturned(Event):
    """退单, or `recalled` because no answer came in time."""

    kind = "dispatch.returned"
    offer_id: int
    node_id: int
    reason: str
    recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn(Event):
    """The question was taken back before an answer: the case went another way."""

    kind = "dispatch.offer_withdrawn"
    offer_id: int
    node_id: int


@dataclass(frozen=True, kw_only=True)
class CaseResent(Event):
    """The case came back to where a service point is asked: from the phone, or for a second round."""

    kind = "dispatch.resent"


@dataclass(frozen=True, kw_only=True)
class TechnicianAssigned(Event):
    kind = "dispatch.assigned"
    assignment_id: int
    technician_id: int
    person_id: int
    node_id: int
    automatic: bool


@dataclass(frozen=True, kw_only=True)
class JobAccepted(Event):
    kind = "dispatch.job_accepted"
    assignment_id: int
    technician_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class JobRefused(Event):
    """The technician said no, or `recalled` because no answer came in time."""

    kind = "dispatch.job_refused"
    assignment_id: int
    technician_id: int
    person_id: int
    reason: str
    recalled: bool = False


@dataclass(frozen=True, kw_only=True)
class TechnicianReleased(Event):
    """改派 or the end of the case: this technician does not go any more."""

    kind = "dispatch.released"
    assignment_id: int
    technician_id: int
    person_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MateChosen(Event):
    """The job takes two: who goes along."""

    kind = "dispatch.mate_chosen"
    technician_id: int
    person_id: int
    automatic: bool


@dataclass(frozen=True, kw_only=True)
class MateReleased(Event):
    """The second technician does not go along any more."""

    kind = "dispatch.mate_released"
    technician_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class MateRefused(Event):
    """The second technician said that they cannot go along, and why."""

    kind = "dispatch.mate_refused"
    technician_id: int
    person_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class StoodIn(Event):
    """Another technician comes instead, at the time that was agreed (epoch seconds)."""

    kind = "dispatch.stood_in"
    visit_id: int
    technician_id: int
    person_id: int
    slot_from: int
    slot_until: int


@dataclass(frozen=True, kw_only=True)
class SlotBooked(Event):
    """The customer and we agreed when. Slot as epoch seconds; `again` when it replaces an earlier slot.

    `fee_told_fen`: the fee for looking without repairing that the customer was told; 0 when none was.
    """

    kind = "dispatch.booked"
    visit_id: int
    number: int
    technician_id: int
    slot_from: int
    slot_until: int
    by_customer: bool
    again: bool = False
    fee_told_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class SlotGivenUp(Event):
    """An agreed slot holds no more. Ours to answer for unless the customer wished it."""

    kind = "dispatch.withdrawn"
    visit_id: int
    reason: str
    by_customer: bool


@dataclass(frozen=True, kw_only=True)
class LateSaid(Event):
    """The customer was told before the slot began that we come later; `expected_at` in epoch seconds."""

    kind = "dispatch.late_said"
    visit_id: int
    expected_at: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReminderDue(Event):
    """`which`: evening (18:00 of the day before) or hours (two hours before)."""

    kind = "dispatch.reminder_due"
    visit_id: int
    which: str
    slot_from: int
    slot_until: int


@dataclass(frozen=True, kw_only=True)
class PutUpForGrabs(Event):
    """抢单: every technician who passes every gate may take it until `until` (epoch seconds); `asked` says how many."""

    kind = "dispatch.up_for_grabs"
    round_id: int
    node_id: int
    until: int
    asked: int


@dataclass(frozen=True, kw_only=True)
class GrabEnded(Event):
    """Nobody took it: the time was over or everybody passed (lapsed), or the case went another way (withdrawn)."""

    kind = "dispatch.grab_ended"
    round_id: int
    how: str
