"""When a customer could be visited: the best windows over several days, priced by what each costs the plans.

All gaps of all days are tried at once with numpy, by the same test as `kernel.best_gap`, so the answer is the same
and as quick with and without a compiler.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.model import UNREACHABLE, Id, Job, Problem, Window, can_do, needs
from bihuan.ground.routing.search import Searching

SCARCE = 1_800  # seconds: what it costs to take the last technician who could come in a window; half for one of two …

type Numbers = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Slot:
    """A window on a day (its number), who would come and when, the extra travel in seconds, and the price: that and
    how few others could come. Overtime is taken where it is allowed, and not in the price."""

    day: int
    window: Window
    technician: Id
    start: int
    extra: int
    price: int


@dataclass(frozen=True)
class Wanted:
    """A job that is in no plan yet, on one day: seconds to its place from every place of that day's table, and back,
    and the windows that may be promised. Its own windows are not looked at; it needs no parts that must be fetched."""

    job: Job
    into: Numbers
    out: Numbers
    windows: Sequence[Window]


class Week:
    """Every gap of the plans of some days, as columns: made once, asked often. The plans must not change meanwhile."""

    def __init__(self, days: Sequence[tuple[Problem, Searching]]) -> None:
        self.problems = [problem for problem, _ in days]
        tables = [_gaps(problem, found) for problem, found in days]
        self._ends = np.cumsum([table.shape[1] for table in tables])
        self._day = np.repeat(np.arange(len(tables)), [table.shape[1] for table in tables])
        columns = np.concatenate(tables, axis=1) if tables else np.zeros((14, 0), np.int64)
        self._person, self._leave, self._enter = columns[0], columns[1], columns[2]
        self._columns = columns[3:]
        self._able: dict[Hashable, Numbers] = {}

    def best(self, wanted: Sequence[Wanted], *, count: int = 5) -> list[Slot]:
        """The cheapest windows of all days, one `Wanted` for each day, the cheapest first; of equally dear ones the
        earlier."""
        found = sorted(self._found(wanted), key=lambda one: (one.price, one.day, one.window))
        return found[:count]

    def _able_gaps(self, wanted: Sequence[Wanted]) -> Numbers:
        """The gaps of those who may do the job."""
        key = tuple(needs(one.job) for one in wanted)
        if key not in self._able:
            able = [
                np.array([can_do(person, one.job, problem.day) for person in problem.technicians], bool)
                for one, problem in zip(wanted, self.problems, strict=True)
            ]
            begins = [0, *self._ends[:-1]]
            gaps = [
                may[self._person[begin:end]] if len(may) else np.zeros(0, bool)
                for may, begin, end in zip(able, begins, self._ends, strict=True)
            ]
            self._able[key] = np.flatnonzero(np.concatenate(gaps))
        return self._able[key]

    def _found(self, wanted: Sequence[Wanted]) -> Iterator[Slot]:
        if not wanted or not len(some := self._able_gaps(wanted)):
            return
        starts_at = np.concatenate([[0], np.cumsum([len(one.into) for one in wanted])])
        day = self._day[some]
        drive = np.concatenate([one.into for one in wanted])[self._leave[some] + starts_at[day]]
        onward = np.concatenate([one.out for one in wanted])[self._enter[some] + starts_at[day]]
        seconds = np.array([one.job.seconds for one in wanted])[day]
        columns = self._columns[:, some]
        # the least that must hold, whatever the window: driven there, worked, driven on, before all is due
        may = (
            (columns[SOON] + drive + seconds + onward <= columns[LAST_DUE])
            & (drive < UNREACHABLE)
            & (onward < UNREACHABLE)
        )
        kept = np.flatnonzero(may)
        if not len(kept):
            return
        gaps = columns[:, kept]
        times = _Times(gaps, drive[kept], onward[kept], seconds[kept])
        extra = times.drive + times.onward - gaps[LEG]
        person, day = self._person[some[kept]], day[kept]
        ends = np.searchsorted(day, np.arange(len(wanted)), side="right")
        for number, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
            if begin < end and wanted[number].windows:
                part = slice(begin, end)
                yield from self._of_day(
                    number, wanted[number].windows, times.part(part), extra[part], person[part]
                )

    def _of_day(
        self, number: int, windows: Sequence[Window], times: "_Times", extra: Numbers, person: Numbers
    ) -> Iterator[Slot]:
        fits, starts = times.fitting(windows)
        price = np.where(fits, extra[:, None], k.NEVER)
        cheapest = price.argmin(axis=0)
        firsts = np.concatenate([[0], np.flatnonzero(np.diff(person)) + 1])
        others = np.logical_or.reduceat(fits, firsts, axis=0).sum(axis=0)
        for at, window in enumerate(windows):
            one = cheapest[at]
            if fits[one, at]:
                who = self.problems[number].technicians[person[one]].id
                travel = int(extra[one])
                yield Slot(
                    number, window, who, int(starts[one, at]), travel, travel + SCARCE // int(others[at])
                )


# the columns of a gap, after the technician and the two places
SOON, LAST_DUE, FREE, FED, LEG, DUE, DUE_FED, OPENS, CLOSES, LUNCH, HOMEWARD = range(11)


def _gaps(problem: Problem, found: Searching) -> Numbers:
    """A column for each gap that still may take a visit."""
    most = np.array(
        [k.NEVER if one.max_jobs is None else one.max_jobs for one in problem.technicians], np.int64
    )
    sizes = found.day.sizes
    people, longest = int(sizes[k.PEOPLE]), int(sizes[k.LONGEST])
    stops = np.asarray(found.stops, np.int64).reshape(people, longest, k.STOP)
    count = np.asarray(found.routes, np.int64).reshape(people, k.ROUTE)[:, k.STOPS]
    rows = np.asarray(found.day.people, np.int64).reshape(people, k.PERSON)
    person, at = np.nonzero((np.arange(longest - 1) <= count[:, None]) & (count < most)[:, None])
    was, following, lunch = stops[person, at], stops[person, at + 1], rows[person]
    return np.stack(
        [
            person,
            was[:, k.LEAVE],
            following[:, k.ENTER],
            was[:, k.SOON],
            np.maximum(following[:, k.DUE], following[:, k.DUE_FED]),
            was[:, k.FREE],
            was[:, k.FED],
            was[:, k.LEG],
            following[:, k.DUE],
            following[:, k.DUE_FED],
            lunch[:, k.LUNCH_OPENS],
            lunch[:, k.LUNCH_CLOSES],
            lunch[:, k.LUNCH],
            at == count[person],
        ]
    )


@dataclass(frozen=True)
class _Times:
    """Gaps with the drives to a job and on from it, and how long the work takes."""

    gaps: Numbers
    drive: Numbers
    onward: Numbers
    seconds: Numbers

    def part(self, of: slice) -> "_Times":
        return _Times(self.gaps[:, of], self.drive[of], self.onward[of], self.seconds[of])

    def fitting(self, windows: Sequence[Window]) -> tuple[Flags, Numbers]:
        """A row for each gap, a column for each window: whether the job fits, and when it would begin."""
        free, fed = self.gaps[FREE], self.gaps[FED]
        arrived = np.minimum(
            fed + self.drive, self._after_lunch(free, self.drive, np.zeros(len(free), np.int64))
        )
        opens, closes = np.array(windows, np.int64).T
        begin = np.maximum(arrived[:, None], opens)
        leaving = (self.seconds + self.onward)[:, None]
        fits = (begin <= closes) & (begin + leaving <= self.gaps[DUE_FED][:, None])
        hungry = np.maximum((free + self.drive)[:, None], opens)
        onwards = hungry + leaving
        left = hungry + self.seconds[:, None]
        after = self._after_lunch(left, self.onward[:, None], self.gaps[HOMEWARD][:, None])
        also = (onwards <= self.gaps[DUE][:, None]) | (after <= self.gaps[DUE_FED][:, None])
        also &= (hungry <= closes) & (free < k.NEVER)[:, None]
        return fits | also, np.where(also & (~fits | (hungry < begin)), hungry, begin)

    def _after_lunch(self, left: Numbers, drive: Numbers, homeward: Numbers) -> Numbers:
        """`kernel.after_lunch` for many gaps at once; never for whoever has no lunch ahead."""
        opens, closes, seconds = (
            self.gaps[one].reshape(-1, *(1,) * (left.ndim - 1)) for one in (OPENS, CLOSES, LUNCH)
        )
        there = np.maximum(left + drive, opens) + seconds
        here = np.where(left <= closes, np.maximum(left, opens) + seconds + drive, k.NEVER)
        eaten = np.where((homeward == 0) & (left + drive <= closes), there, here)
        return np.where((seconds < 0) | (left >= k.NEVER), k.NEVER, eaten)
