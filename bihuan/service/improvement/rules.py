"""What a figure is compared with, how old is old, what a rate is. Values in, values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

AGES: tuple[tuple[str, timedelta | None, timedelta | None], ...] = (
    ("to_24", None, timedelta(hours=24)),
    ("to_48", timedelta(hours=24), timedelta(hours=48)),
    ("to_72", timedelta(hours=48), timedelta(hours=72)),
    ("over_72", timedelta(hours=72), None),
)
WHEN = ("today", "yesterday", "last_week")
BACK = {"today": 0, "yesterday": 1, "last_week": 7}  # days
TREND_DAYS = 30


@dataclass(frozen=True)
class Window:
    """From `since` (inclusive) up to `until` (exclusive), both aware."""

    since: datetime
    until: datetime


def day_window(day: date, zone: tzinfo) -> Window:
    """A whole day of this zone."""
    return Window(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def windows(now: datetime, zone: tzinfo) -> dict[str, Window]:
    """Today so far, and the same stretch of the wall clock yesterday and a week ago."""
    local = now.astimezone(zone)
    return {
        when: Window(_midnight(day, zone), datetime.combine(day, local.time(), zone))
        for when in WHEN
        for day in (local.date() - timedelta(days=BACK[when]),)
    }


def opened_between(age: str, at: datetime) -> tuple[datetime | None, datetime | None]:
    """Between which moments (after, up to and including) a case was opened that has this age at `at`."""
    _, least, most = next(one for one in AGES if one[0] == age)
    return (None if most is None else at - most, at if least is None else at - least)


def rate(part: int, whole: int) -> float | None:
    """Percent with one decimal; None when there is nothing to divide by."""
    return round(100 * part / whole, 1) if whole else None


def mean(total: int, count: int) -> float | None:
    """With two decimals; None of nothing."""
    return round(total / count, 2) if count else None


LEAST_ANSWERS = 10  # fewer say nothing about a group
TARGET_CSAT = 90.0  # percent of answers in the two best boxes
MOST_WEAK = 8
PERIODS = (30, 90, 365)  # days


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One stage of the service (`speed`, `effect`, …) in one group. `factor` is what the group has in common, `key`
    which group it is; CSAT in percent, mean in points, both None of no answer."""

    factor: str
    key: str
    stage: str
    n: int
    csat: float | None
    mean: float | None

    @property
    def missing(self) -> float:
        """How many answers more would have had to be good for the target."""
        return 0.0 if self.csat is None else self.n * (TARGET_CSAT - self.csat) / 100


def weak_points(figures: Iterable[Measured], *, least: int = LEAST_ANSWERS) -> list[Measured]:
    """Where too few are content: enough answers, CSAT under the target; first where most answers are missing."""
    found = [one for one in figures if one.n >= least and one.missing > 0]
    return sorted(found, key=lambda one: (-one.missing, one.factor, one.key, one.stage))[:MOST_WEAK]
