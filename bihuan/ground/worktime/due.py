"""When a promise is due: so much working time after it began, not counting the rests.

Pure: began, allowance, rests and calendar in, a moment or a refusal out. A rest is a pair of aware
moments, or a moment and None while it still lasts.
"""

from collections.abc import Iterable
from datetime import datetime

from bihuan.ground.worktime.calendar import Calendar, as_moment, instant_after, worked_between
from bihuan.ground.worktime.instants import SECOND, instant

type Rest = tuple[datetime, datetime | None]


class DueFault(ValueError):
    """A promise whose due time cannot be told; the message is a sentence for whoever wrote it."""


class RestsFault(DueFault):
    """The rests contradict each other."""


class NeverDue(DueFault):
    """The calendar never has so much working time."""


def due(
    calendar: Calendar, began: datetime, allowed_seconds: int, rests: Iterable[Rest] = ()
) -> datetime | None:
    """The earliest moment by which the allowance is used up; `began` itself when it is zero.

    None while an open rest keeps it from ever being used up. An allowance used up at the very
    moment a rest begins is used up. Raises RestsFault or NeverDue. The moment stands in the
    calendar's zone, or in the offset of `began` when the calendar has none.
    """
    if allowed_seconds < 0:
        raise DueFault("The allowance must be zero seconds or more.")
    pauses = merged_rests(rests) if rests else []
    start, left = instant(began), allowed_seconds * SECOND
    if pauses:
        at = _past_rests(calendar, start, left, pauses)
        if at is None:
            return None
        start, left = at
    reached = instant_after(calendar, start, left)
    if reached is None:
        raise _never(calendar)
    moment = as_moment(calendar, reached, like=began)
    if moment is None:
        raise NeverDue("The due time lies after the year 9999.")
    return moment


def worked_without_rests(
    calendar: Calendar, began: datetime, until: datetime, rests: Iterable[Rest] = ()
) -> int:
    """Whole working seconds used of an allowance between two moments, rests left out."""
    start, end = instant(began), instant(until)
    spent = worked_between(calendar, start, max(start, end))
    for low, high in merged_rests(rests):
        low, high = max(low, start), min(end if high is None else high, end)
        if low < high:
            spent -= worked_between(calendar, low, high)
    return spent // SECOND


def merged_rests(rests: Iterable[Rest]) -> list[tuple[int, int | None]]:
    """Rests as instants in order; empty ones left out, touching ones joined; RestsFault when they overlap."""
    spans: list[tuple[int, int | None]] = []
    for since, until in rests:
        start, end = instant(since), None if until is None else instant(until)
        if end is not None and end < start:
            raise RestsFault("A rest ends before it begins.")
        if end != start:
            spans.append((start, end))
    joined: list[tuple[int, int | None]] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        if joined:
            last_start, last_end = joined[-1]
            if last_end is None or start < last_end:
                raise RestsFault("Two rests overlap.")
            if start == last_end:
                joined[-1] = (last_start, end)
                continue
        joined.append((start, end))
    return joined


def _past_rests(
    calendar: Calendar, at: int, left: int, pauses: list[tuple[int, int | None]]
) -> tuple[int, int] | None:
    """From when on nothing rests before the allowance is used up, and what is left of it then."""
    if left == 0:
        return at, 0
    for start, end in pauses:
        if start > at:
            before = worked_between(calendar, at, start)
            if before >= left:
                break
            left -= before
        if end is None:
            return None
        at = max(at, end)
    return at, left


def _never(calendar: Calendar) -> NeverDue:
    if not calendar.has_hours:
        return NeverDue("The calendar has no working time.")
    return NeverDue("The due time lies after the year 9999, or the calendar never has so much working time.")
