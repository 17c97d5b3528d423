"""What a figure is compared with, how old is old, what a rate is. Values in, values out."""

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
