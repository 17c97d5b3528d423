"""A technician's hours as the engine of `ground.routing` reads them: from leaving home to being back.

The engine knows one span a day and a way home within it; a booking wants a slot within the hours, and the work done by
their end. Where the two differ the span is the shorter one, so that what is proposed can be booked. Seconds count from
midnight of the day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from itertools import pairwise

from bihuan.ground.routing.model import Window
from bihuan.service.dispatch.fitting import window_of
from bihuan.service.dispatch.slots import Hours, Slot, shift_end, slots_on
from bihuan.service.dispatch.timing.rules import DRIVE

COMMUTE = 3_600  # seconds: so long before the first slot of a day anybody may be on the way
UNKNOWN_WAY = int(DRIVE.total_seconds())


def span_of(
    day: date, hours: Hours, zone: tzinfo, *, out: int, back: int, shortest: int
) -> tuple[int, int] | None:
    """When somebody may leave home, and is back; None where no slot lies in their hours. `out` and `back` are the
    shortest ways to and from work, `shortest` the shortest work, in seconds."""
    slots = slots_on(day, zone)
    within = [at for at, slot in enumerate(slots) if shift_end(slot, hours, zone) is not None]
    if not within:
        return None
    midnight, first, last = _midnight(day, zone), within[0], within[-1]
    opens = int(slots[first].begins.timestamp()) - midnight - COMMUTE
    if first:
        opens = window_of(slots[first - 1])[1] + 1 - midnight - out  # too late for the slot before
    return opens, _over(slots, last, hours, zone, shortest=shortest) - midnight + back


def breaks_of(day: date, hours: Hours, zone: tzinfo, *, shortest: int) -> Iterator[Window]:
    """The spans between two hours of a day in which no work is, as when noon is free; not those of half an hour
    and less."""
    slots, midnight = slots_on(day, zone), _midnight(day, zone)
    within = [at for at, slot in enumerate(slots) if shift_end(slot, hours, zone) is not None]
    for one, following in pairwise(within):
        begins = _over(slots, one, hours, zone, shortest=shortest) - midnight
        ends = int(slots[following].begins.timestamp()) - midnight - UNKNOWN_WAY
        if following > one + 1 and begins < ends:
            yield begins, ends


def _over(slots: list[Slot], at: int, hours: Hours, zone: tzinfo, *, shortest: int) -> int:
    """When work in this slot is over at the latest, and none begins in the next."""
    ends = shift_end(slots[at], hours, zone)
    assert ends is not None
    over = int(ends.timestamp())
    if at + 1 < len(slots):
        over = min(over, int(slots[at + 1].begins.timestamp()) + shortest - 1)
    return over


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp())
