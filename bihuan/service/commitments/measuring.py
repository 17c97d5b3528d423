"""Figures of many promises: how long they took on both clocks, how many were kept, and what that says of a target.
Values in, values out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bihuan.ground.worktime.percentiles import nearest_rank
from bihuan.service.commitments.clause import Clause

DAY_AND_NIGHT = "24x7"
LEAST = 10  # promises; fewer say nothing about a target


@dataclass(frozen=True)
class Times:
    """Seconds that promises took, in ascending order; every figure is None while there are none."""

    ordered: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        return len(self.ordered)

    @property
    def p50(self) -> int | None:
        return self.at(50)

    @property
    def p90(self) -> int | None:
        return self.at(90)

    @property
    def p95(self) -> int | None:
        return self.at(95)

    @property
    def max(self) -> int | None:
        return self.ordered[-1] if self.ordered else None

    @property
    def mean(self) -> float | None:
        return sum(self.ordered) / len(self.ordered) if self.ordered else None

    def at(self, percent: int) -> int | None:
        """The percentile by nearest rank."""
        return nearest_rank(self.ordered, percent) if self.ordered else None

    def within(self, seconds: int) -> int:
        """How many took at most so long."""
        return sum(1 for one in self.ordered if one <= seconds)


def times_of(seconds: Iterable[int]) -> Times:
    return Times(tuple(sorted(seconds)))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What became of the promises of one metric (or clause) in a stretch of time.

    `missed` counts those that are open and overdue (`owed`) as well. `proven_late`: of the kept, those that a fact
    told late showed to be kept after a breach had been announced. `dropped` were not asked for any more before they
    were due; they are in no rate. Times are of those fulfilled, in time or late; of those still owed the time so far.
    """

    metric: str
    kept: int = 0
    missed: int = 0
    owed: int = 0
    dropped: int = 0
    proven_late: int = 0
    working: Times = Times()
    wall: Times = Times()
    so_far: Times = Times()  # working seconds of those still owed; they are in `working` too
    through: Times = Times()  # day and night: as `working` where the calendar is that, else as `wall`
    through_so_far: Times = Times()

    @property
    def n(self) -> int:
        """How many were decided."""
        return self.kept + self.missed

    @property
    def rate(self) -> float | None:
        """The share kept, from 0 to 1; None when none was decided."""
        return self.kept / self.n if self.n else None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A rate clause against what was measured. `value` is a share for "rate", else seconds or points; None of
    nothing. `met` is None while there are too few to say."""

    clause: Clause
    n: int
    value: float | None
    target: float
    unit: str = field(default="share")  # share, seconds or points

    @property
    def too_few(self) -> bool:
        return self.n < LEAST

    @property
    def met(self) -> bool | None:
        if self.value is None or self.too_few:
            return None
        return self.value <= self.target if self.unit == "seconds" else self.value >= self.target


def judge(clause: Clause, figure: Figure) -> Judged:
    """What a rate clause says of the promises of its metric.

    Times are those of the calendar that the clause names: hours that are counted day and night are not filled up with
    office hours. With a length of time: the share fulfilled within it (of those decided at that length: what is still
    owed counts once it has taken longer), or the mean or percentile of the time against it. Without: the share kept.
    """
    if clause.statistic == "rate":
        return _share(clause, figure)
    measured = figure.through if clause.calendar == DAY_AND_NIGHT else figure.working
    value = measured.mean if clause.statistic == "mean" else measured.at(int(clause.statistic[1:]))
    target = clause.seconds or clause.target
    return Judged(clause=clause, n=measured.n, value=value, target=float(target), unit="seconds")


def _share(clause: Clause, figure: Figure) -> Judged:
    if not clause.seconds:
        return Judged(clause=clause, n=figure.n, value=figure.rate, target=clause.target)
    all_day = clause.calendar == DAY_AND_NIGHT
    took, so_far = (figure.through, figure.through_so_far) if all_day else (figure.working, figure.so_far)
    undecided = so_far.within(clause.seconds)
    in_time = took.within(clause.seconds) - undecided
    n = figure.n - undecided
    return Judged(clause=clause, n=n, value=in_time / n if n else None, target=clause.target or 1.0)


def judge_points(clause: Clause, *, value: float | None, n: int) -> Judged:
    """A rate clause about something that other rooms measure: a mean of points, or a share of answers."""
    unit = "share" if clause.statistic == "rate" else "points"
    return Judged(clause=clause, n=n, value=value, target=clause.target, unit=unit)
