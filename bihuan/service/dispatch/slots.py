"""Two-hour slots in which a customer may expect the technician. Pure.

What takes its whole slot takes it from half an hour before (the drive) to half an hour before the slot's end, so that
slots that touch can both be booked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

STARTS = (8, 10, 12, 14, 16, 18)  # o'clock, in the installation's zone
WIDTH = timedelta(hours=2)
DRIVE = timedelta(minutes=30)
DAYS_AHEAD = 7
FAR_YEAR = 9000
LONG_PAST = datetime(1970, 1, 2, tzinfo=UTC)

type Hours = Mapping[int, Sequence[tuple[time, time]]]  # weekday (0 = Monday) → hours at work


@dataclass(frozen=True, order=True)
class Slot:
    """A window agreed with the customer: the technician arrives in it."""

    begins: datetime
    ends: datetime

    @property
    def taken_from(self) -> datetime:
        return self.begins - DRIVE

    @property
    def taken_until(self) -> datetime:
        return self.ends - DRIVE


def slots_on(day: date, zone: tzinfo) -> list[Slot]:
    """The six slots of a day, 08:00 to 20:00 on the wall."""
    starts = [datetime.combine(day, time(hour), tzinfo=zone) for hour in STARTS]
    return [Slot(begins, begins + WIDTH) for begins in starts]


def slot_at(begins: datetime, zone: tzinfo) -> Slot | None:
    """The slot that begins at this instant; None when none does."""
    local = begins.astimezone(zone)
    return next((slot for slot in slots_on(local.date(), zone) if slot.begins == begins), None)


def days_of(now: datetime, zone: tzinfo) -> list[date]:
    """Today and the six days after it."""
    today = now.astimezone(zone).date()
    return [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]


def shift_end(slot: Slot, hours: Hours, zone: tzinfo) -> datetime | None:
    """When the hours end in which this slot lies, from its begin until half an hour before its end; None where it lies
    in none."""
    begins, ends = slot.begins.astimezone(zone), slot.taken_until.astimezone(zone)
    for opens, closes in hours.get(begins.weekday(), ()):
        if opens <= begins.time() and ends.time() <= closes:
            return datetime.combine(begins.date(), closes, tzinfo=zone)
    return None


def by_day(found: Sequence[Slot]) -> list[tuple[date, list[Slot]]]:
    """Slots in order, gathered by the day they begin on."""
    days: dict[date, list[Slot]] = {}
    for slot in found:
        days.setdefault(slot.begins.date(), []).append(slot)
    return list(days.items())


SUITS = ("any", "morning", "afternoon", "evening", "weekend")  # when a customer said that it suits


def suits(slot: Slot, wish: str, zone: tzinfo) -> bool:
    """Whether a slot lies in the time that the customer named; nothing named suits always."""
    local = slot.begins.astimezone(zone)
    match wish:
        case "morning":
            return local.hour < 12
        case "afternoon":
            return 12 <= local.hour < 18
        case "evening":
            return local.hour >= 18
        case "weekend":
            return local.weekday() >= 5
    return True


def read_slot(told: str) -> Slot:
    """A slot as a form sends it, the instant it begins; what cannot be read, or lies so far away that a zone does
    not reach it, is a slot long past."""
    try:
        begins = datetime.fromisoformat(told)
    except ValueError:
        begins = LONG_PAST
    near = begins.tzinfo is not None and LONG_PAST.year <= begins.year < FAR_YEAR
    begins = begins if near else LONG_PAST
    return Slot(begins, begins + WIDTH)
