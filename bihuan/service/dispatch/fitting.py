"""Where a visit fits into a technician's day: everything agreed keeps its window, the times within it may move. Pure.

Times are epoch seconds. An arrival is planned half an hour before its slot ends at the latest, so that what comes
between does not break the promise at once. Two technicians wait for one another: such a visit takes its whole slot.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cached_property

from bihuan.service.dispatch.rules import metres
from bihuan.service.dispatch.slots import DRIVE, Hours, Slot, days_of, shift_end, slots_on
from bihuan.service.dispatch.timing.rules import drive_of

NEVER = 1 << 40
SAME = 1  # metre: closer than this nobody gets into a car
SPARE = int(DRIVE.total_seconds())  # from the last planned arrival to the end of the slot

type Place = tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Held:
    """What takes a technician's time, from setting off until it is over. A visit that may still move within its slot
    has the `window` of its arrival and `seconds` of work, which are over by `ends_by`; everything else stays where it
    is. `job`: leave is none."""

    begins: int
    ends: int
    visit_id: int = 0
    window: tuple[int, int] | None = None
    seconds: int = 0
    ends_by: int = NEVER
    place: Place = None
    job: bool = True


@dataclass(frozen=True, kw_only=True)
class Task:
    """Work that shall be fitted in: seconds, where, and whether it takes its whole slot."""

    seconds: int
    place: Place = None
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A slot into which a task fits: after so many others, when they set off, arrive and are done, when the shift ends,
    and the extra drive in seconds."""

    slot: Slot
    after: int
    sets_off: int
    arrives: int
    done: int
    ends_by: int
    extra: int


def drive(here: Place, there: Place) -> int:
    """Seconds by road with parking; half an hour where one of the two is not known, nothing from a place to itself."""
    apart = metres(here or (None, None), there or (None, None))
    if (here is not None and here == there) or (apart is not None and apart <= SAME):
        return 0
    return int(drive_of(apart).total_seconds())


def window_of(slot: Slot) -> tuple[int, int]:
    """When work in this slot may be planned to begin."""
    return int(slot.begins.timestamp()), int(slot.ends.timestamp()) - SPARE


@dataclass(frozen=True)
class Line:
    """One technician's day in order. Whatever stands in it stays possible, as late as it may be already: the order is
    that of the times now."""

    held: tuple[Held, ...] = ()
    home: Place = None

    @classmethod
    def of(cls, held: Iterable[Held], *, home: Place) -> "Line":
        return cls(tuple(sorted(held, key=lambda one: (one.begins, one.ends, one.visit_id))), home)

    def fit(self, task: Task, slot: Slot, *, ends_by: int, near: int | None = None) -> Fit | None:
        """The gap of this slot that costs the least drive, of equal ones the last, where it moves nobody; or the one
        whose arrival is nearest to a moment. The work is done by `ends_by`. None where it fits into none."""
        found = self._fits(task, slot, ends_by=ends_by)
        if near is not None:
            return min(found, key=lambda one: (abs(one.arrives - near), one.extra), default=None)
        return min(found, key=lambda one: (one.extra, -one.after), default=None)

    def _fits(self, task: Task, slot: Slot, *, ends_by: int) -> Iterator[Fit]:
        opens, closes = window_of(slot)
        seconds = task.seconds
        if task.whole:
            opens = closes = opens - SPARE
            seconds = int((slot.ends - slot.begins).total_seconds())
        for at in range(len(self.held) + 1):
            way = 0 if task.whole else self._way_in(at, task.place)
            arrives = max(opens, self._free[at] + way)
            if arrives > closes:
                return
            done = arrives + seconds
            if done <= ends_by and done + self._way_on(at, task.place) <= self._latest[at]:
                extra = self._extra(at, task.place)
                yield Fit(
                    slot=slot,
                    after=at,
                    sets_off=arrives - way,
                    arrives=arrives,
                    done=done,
                    ends_by=ends_by,
                    extra=extra,
                )

    def with_task(self, fit: Fit, task: Task) -> "Line":
        """The same day with the task in its gap, as a visit without a number."""
        new = Held(
            begins=fit.sets_off,
            ends=fit.done,
            window=None if task.whole else window_of(fit.slot),
            seconds=task.seconds,
            ends_by=fit.ends_by,
            place=task.place,
        )
        return replace(self, held=(*self.held[: fit.after], new, *self.held[fit.after :]))

    def forced(self, task: Task, slot: Slot, *, near: int) -> list[Held]:
        """The whole day with the task at this moment, whatever that breaks: visits come later than their windows, and
        run into what is fixed."""
        at = sum(self._starts[number] <= near for number in range(len(self.held)))
        begins = max(near, window_of(slot)[0])
        new = Held(
            begins=begins, ends=begins, window=(begins, begins), seconds=task.seconds, place=task.place
        )
        line = replace(self, held=(*self.held[:at], new, *self.held[at:]))
        return [
            one if one.window is None else replace(one, begins=start - line._way_in(at, one.place), ends=end)
            for at, (one, start, end) in enumerate(zip(line.held, line._starts, line._free[1:], strict=True))
        ]

    def without(self, visit_id: int) -> "Line":
        """The same day without a visit."""
        return replace(self, held=tuple(one for one in self.held if one.visit_id != visit_id))

    def detour(self, visit_id: int) -> int:
        """Seconds of driving that a visit costs where it stands; 0 where it does not."""
        for at, one in enumerate(self.held):
            if one.visit_id == visit_id:
                before = self.held[at - 1].place if at else self.home
                after = self.held[at + 1].place if at + 1 < len(self.held) else self.home
                return drive(before, one.place) + drive(one.place, after) - drive(before, after)
        return 0

    def moved(self) -> list[Held]:
        """The visits that are not at the time that is written down, with the time that they are at."""
        found = []
        for at, one in enumerate(self.held):
            begins, ends = self._starts[at] - self._way_in(at, one.place), self._starts[at] + one.seconds
            if one.window is not None and (begins, ends) != (one.begins, one.ends):
                found.append(replace(one, begins=begins, ends=ends))
        return found

    @cached_property
    def _free(self) -> list[int]:
        """When they are free after so many of what is held."""
        free = [-NEVER]
        for at, one in enumerate(self.held):
            if one.window is None:
                free.append(max(free[-1], one.ends))
            else:
                begins = max(one.window[0], free[-1] + self._way_in(at, one.place))
                free.append(begins + one.seconds)
        return free

    @cached_property
    def _starts(self) -> list[int]:
        """When each begins: a fixed one with setting off, a visit that may move with its work."""
        return [
            one.begins if one.window is None else free - one.seconds
            for one, free in zip(self.held, self._free[1:], strict=True)
        ]

    @cached_property
    def _latest(self) -> list[int]:
        """Until when one must be there for what comes at this place of the order."""
        latest, done_by = [NEVER], NEVER
        for at in range(len(self.held) - 1, -1, -1):
            one = self.held[at]
            if one.window is None:
                latest.append(max(one.begins, self._free[at]))
                done_by = latest[-1]
                continue
            done_by = min(one.ends_by, done_by - self._way_on(at + 1, one.place))
            by = min(one.window[1], done_by - one.seconds)
            latest.append(max(by, self._starts[at]))
            done_by = latest[-1]
        return latest[::-1]

    def _way_in(self, at: int, place: Place) -> int:
        """The drive to a place from what comes before this place of the order."""
        return drive(self.held[at - 1].place if at else self.home, place)

    def _way_on(self, at: int, place: Place) -> int:
        """The drive on from a place to what comes there; what is fixed has its own drive in its time."""
        if at == len(self.held) or self.held[at].window is None:
            return 0
        return drive(place, self.held[at].place)

    def _extra(self, at: int, place: Place) -> int:
        before = self.held[at - 1].place if at else self.home
        after = self.held[at].place if at < len(self.held) else self.home
        return drive(before, place) + drive(place, after) - drive(before, after)


def open_fits(
    hours: Hours,
    lines: Callable[[date], Line],
    task: Task,
    *,
    max_jobs: int,
    now: datetime,
    zone: tzinfo,
    until: date | None = None,
) -> list[Fit]:
    """The slots of the next seven days that can still be promised, soonest first.

    None begins before there is time to drive, none lies after `until` (the last day a needed permit is valid).
    """
    found: list[Fit] = []
    for day in days_of(now, zone):
        if until is not None and day > until:
            break
        line = lines(day)
        if sum(one.job for one in line.held) >= max_jobs:
            continue
        for slot in slots_on(day, zone):
            closes = shift_end(slot, hours, zone) if slot.taken_from >= now else None
            if closes is None:
                continue
            if (fit := line.fit(task, slot, ends_by=int(closes.timestamp()))) is not None:
                found.append(fit)
    return found
