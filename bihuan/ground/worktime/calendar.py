"""Working time as plain values: which instants count, how many lie between two moments, and which
moment comes after so many of them. No database, no clock of its own.

Hours are written on the wall ("09:00" to "12:00") and turned into instants by the time zone with
fold 0: an hour that occurs twice is the first one, an hour that is skipped lies as far after the
jump as it would have lain before. What is empty or backwards after that counts zero, and an instant
reached twice counts once. Working seconds are elapsed seconds. Sums are kept per block of four
weeks and built only when somebody asks.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from operator import sub
from zoneinfo import ZoneInfo

from bihuan.ground.worktime.instants import (
    DAY,
    EPOCH_DAY,
    LAST_DAY,
    MICROSECOND,
    MINUTE,
    in_offset_of,
    in_zone,
    instant,
    offsets_on,
    on_the_wall,
)

type Hours = tuple[tuple[int, int], ...]  # minutes since midnight, start and end; 1440 ends the day
type Week = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]

BLOCK = 28 * DAY
ALL_DAY: Hours = ((0, 1440),)
ALL_WEEK: Week = (ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY)

_LAST_BLOCK = (on_the_wall(datetime.combine(date.max, time.max)) + DAY) // BLOCK
# Outside these years no zone changes irregularly: a block with one offset is four plain weeks.
_REGULAR_BEFORE = on_the_wall(datetime.combine(date(1800, 1, 1), time.min))
_REGULAR_AFTER = on_the_wall(datetime.combine(date(2100, 1, 1), time.min))


@dataclass(frozen=True, slots=True)
class _Block:
    """The working segments inside one block, sorted and apart, with the sum before each of them."""

    starts: list[int]
    ends: list[int]
    sums: list[int]  # one more than there are segments: sums[i] is worked before segment i

    def worked_until(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        end = self.ends[index]
        return self.sums[index] + (at if at < end else end) - self.starts[index]

    def reached(self, total: int) -> int | None:
        """The earliest instant by which `total` (more than zero) is worked; None beyond the block."""
        if total > self.sums[-1]:
            return None
        index = bisect_right(self.sums, total - 1) - 1
        return self.starts[index] + total - self.sums[index]


@dataclass(frozen=True)
class Calendar:
    """When work is done: seven days of wall hours (Monday first) in a zone, and the days that differ.

    A holiday has no hours; a make-up workday has the hours `workday`, or Monday's when that is
    None; `overrides` give single dates hours of their own and win over both. `zone` is None only
    for a calendar that never closes. Hours of a day must not overlap (`reading` checks them).
    """

    zone: ZoneInfo | None
    week: Week
    workday: Hours | None = None
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    overrides: tuple[tuple[date, Hours], ...] = ()
    _special: dict[int, Hours] = field(default_factory=dict, init=False, repr=False, compare=False)
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)
    _totals: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    never_closes: bool = field(init=False, repr=False, compare=False)
    has_hours: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        made_up = self.week[0] if self.workday is None else self.workday
        self._special.update({day.toordinal(): () for day in self.holidays})
        self._special.update({day.toordinal(): made_up for day in self.workdays})
        self._special.update({day.toordinal(): hours for day, hours in self.overrides})
        every = [*self.week, *self._special.values()]
        object.__setattr__(self, "never_closes", all(hours == ALL_DAY for hours in every))
        object.__setattr__(self, "has_hours", any(every))
        if self.zone is None and not self.never_closes:
            raise ValueError("A calendar that closes needs a time zone.")

    def hours_on(self, day: date) -> Hours:
        """The wall hours of one date, in the order they were given."""
        return self._hours(day.toordinal())

    def _hours(self, ordinal: int) -> Hours:
        special = self._special.get(ordinal)
        return self.week[(ordinal + 6) % 7] if special is None else special


ALWAYS = Calendar(zone=None, week=ALL_WEEK)


def worked(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """Working time between two aware moments; negative when `until` comes before `since`."""
    return worked_between(calendar, instant(since), instant(until)) * MICROSECOND


def moment_after(calendar: Calendar, since: datetime, spent: timedelta) -> datetime | None:
    """The earliest moment by which `spent` (zero or more) has been worked since `since`.

    In the calendar's zone; in the offset of `since` when the calendar has none. None when there is
    no such moment before the end of the year 9999.
    """
    reached = instant_after(calendar, instant(since), spent // MICROSECOND)
    return None if reached is None else as_moment(calendar, reached, like=since)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether work is done now: the first instant of an interval is open, its end is not."""
    now = instant(at)
    return worked_between(calendar, now, now + 1) == 1


def next_open(calendar: Calendar, at: datetime) -> datetime | None:
    """`at` itself when open, else the moment work begins again; None when it never does."""
    first = instant_after(calendar, instant(at), 1)
    return None if first is None else as_moment(calendar, first - 1, like=at)


def as_moment(calendar: Calendar, at: int, *, like: datetime) -> datetime | None:
    """An instant as the calendar's people read it; None when that lies outside the years 1 to 9999."""
    return in_offset_of(at, like) if calendar.zone is None else in_zone(at, calendar.zone)


def worked_between(calendar: Calendar, start: int, end: int) -> int:
    """Working microseconds between two instants; negative when `end` comes first."""
    if end < start:
        return -worked_between(calendar, end, start)
    if calendar.never_closes:
        return end - start
    first, last = start // BLOCK, end // BLOCK
    block = calendar._blocks.get(first) or _block(calendar, first)
    before = block.worked_until(start)
    if first == last:
        return block.worked_until(end) - before
    whole = block.sums[-1]
    for index in range(first + 1, last):
        whole += _total(calendar, index)
    return whole + _block(calendar, last).worked_until(end) - before


def instant_after(calendar: Calendar, start: int, spent: int) -> int | None:
    """The earliest instant by which `spent` microseconds are worked; None when there is none."""
    if spent <= 0:
        return start
    if calendar.never_closes:
        return start + spent
    index = start // BLOCK
    block = calendar._blocks.get(index) or _block(calendar, index)
    wanted = spent + block.worked_until(start)
    found = block.reached(wanted)  # as most promises are
    if found is not None or spent > (_LAST_BLOCK + 1) * BLOCK - start:
        return found
    last = _last_block_with_hours(calendar)
    while index < last:
        wanted -= _total(calendar, index)
        index += 1
        if wanted <= _total(calendar, index):
            return _block(calendar, index).reached(wanted)
    return None


def _last_block_with_hours(calendar: Calendar) -> int:
    if any(calendar.week):
        return _LAST_BLOCK
    days = [ordinal for ordinal, hours in calendar._special.items() if hours]
    return (max(days, default=0) - EPOCH_DAY + 3) * DAY // BLOCK


def _total(calendar: Calendar, index: int) -> int:
    """All working time inside a block; four plain weeks are summed without being laid out."""
    if index not in calendar._totals:
        plain = _is_plain(calendar, index)
        calendar._totals[index] = _plain_total(calendar) if plain else _block(calendar, index).sums[-1]
    return calendar._totals[index]


def _is_plain(calendar: Calendar, index: int) -> bool:
    start, end = index * BLOCK - 2 * DAY, (index + 1) * BLOCK + 2 * DAY
    if calendar.zone is None or not (end < _REGULAR_BEFORE or start > _REGULAR_AFTER):
        return False
    days = range(start // DAY + EPOCH_DAY - 1, end // DAY + EPOCH_DAY + 2)
    if days[0] < 1 or days[-1] > LAST_DAY or not calendar._special.keys().isdisjoint(days):
        return False
    offsets = {calendar.zone.utcoffset(datetime.fromordinal(day)) for day in days[::4]}
    return len(offsets) == 1


def _plain_total(calendar: Calendar) -> int:
    return 4 * sum((end - start) * MINUTE for hours in calendar.week for start, end in hours)


def _block(calendar: Calendar, index: int) -> _Block:
    block = calendar._blocks.get(index)
    if block is None:
        block = calendar._blocks[index] = _laid_out(calendar, index * BLOCK, (index + 1) * BLOCK)
    return block


def _laid_out(calendar: Calendar, low: int, high: int) -> _Block:
    """The segments between two instants, from the hours of every day that could reach into them."""
    days = range(
        max(low // DAY + EPOCH_DAY - 2, 1),
        min(high // DAY + EPOCH_DAY + 2, LAST_DAY) + 1,
    )
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(_painted(calendar, days)):
        if start < low:
            start = low
        if end > high:
            end = high
        if end <= start:
            continue
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    sums = accumulate(map(sub, ends, starts), initial=0)
    return _Block(starts, ends, list(sums))


def _painted(calendar: Calendar, days: range) -> list[tuple[int, int]]:
    """Every interval of these days as instants; days with one offset are told by adding alone."""
    assert calendar.zone is not None  # a calendar without a zone never closes and is never laid out
    painted: list[tuple[int, int]] = []
    for day, offset in zip(days, offsets_on(calendar.zone, days), strict=True):
        hours = calendar._hours(day)
        if offset is None:
            painted += [
                (_on(calendar.zone, day, start), _on(calendar.zone, day, end)) for start, end in hours
            ]
        elif hours:
            midnight = (day - EPOCH_DAY) * DAY - offset
            painted += [(midnight + start * MINUTE, midnight + end * MINUTE) for start, end in hours]
    return painted


def _on(zone: ZoneInfo, ordinal: int, minute: int) -> int:
    """The instant of a wall minute, fold 0; 1440 is the next day's midnight."""
    if minute == 1440 and ordinal < LAST_DAY:
        ordinal, minute = ordinal + 1, 0
    hour, rest = divmod(min(minute, 1439), 60)
    wall = datetime.fromordinal(ordinal).replace(hour=hour, minute=rest)
    offset = zone.utcoffset(wall) or timedelta()
    return ((ordinal - EPOCH_DAY) * 1440 + minute) * MINUTE - offset // MICROSECOND
