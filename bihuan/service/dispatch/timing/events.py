"""What happens about the time of a visit. The subject is the case."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class LateForeseen(Event):
    """The house reckons that a technician comes when the agreed slot is over; `expected_at` in epoch seconds."""

    kind = "dispatch.late_foreseen"
    visit_id: int
    person_id: int
    expected_at: int


@dataclass(frozen=True, kw_only=True)
class LateAccepted(Event):
    """The customer was told of a later time and waits."""

    kind = "dispatch.late_accepted"
    visit_id: int


@dataclass(frozen=True, kw_only=True)
class BookingTried(Event):
    """The technician rang about a time and reached nobody; `next_at` (epoch seconds) is when they try again."""

    kind = "dispatch.booking_tried"
    visit_id: int
    times: int
    next_at: int
