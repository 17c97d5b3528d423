"""Calendars, moments and rests as hypothesis makes them, with a liking for the days clocks change."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bihuan.ground.worktime.calendar import Calendar, Hours
from bihuan.ground.worktime.due import Rest

# where the wall jumps at two, at midnight, by half an hour, over a whole day, and never
CHANGES = {
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "America/St_Johns": [date(2009, 3, 8), date(2009, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/Sao_Paulo": [date(2018, 2, 18), date(2018, 11, 4)],
    "Africa/Cairo": [date(2024, 4, 26), date(2024, 10, 31)],
    "Pacific/Apia": [date(2011, 12, 30)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "Asia/Shanghai": [date(2026, 2, 14), date(2026, 10, 1), date(1991, 9, 15)],
    "UTC": [date(2026, 1, 1)],
}
PAINTED = 10 * 86_400


def same(found: datetime | None, expected: datetime) -> bool:
    """Whether both are one instant; `==` is False by definition where one's wall time occurs twice."""
    return found is not None and found.astimezone(UTC) == expected.astimezone(UTC)


def _hours(told: tuple[list[int], int]) -> Hours:
    """Quarter hours as edges: every other span is worked, those between only where the mask says so (they touch)."""
    edges, mask = told
    marks = sorted({edge * 15 for edge in edges})
    return tuple(pair for index, pair in enumerate(pairwise(marks)) if index % 2 == 0 or mask >> index & 1)


HOURS = st.tuples(st.lists(st.integers(0, 96), max_size=8), st.sampled_from([0, 0, 2, 8, 127])).map(_hours)
OVERNIGHT = st.tuples(st.integers(1, 40), st.integers(41, 95)).map(
    lambda told: ((0, told[0] * 15), (told[1] * 15, 1440))
)
"""Hours that end at midnight and go on at midnight."""

DAYS_APART = st.integers(-6, 6)
FEW_DAYS, TWO_DAYS = st.frozensets(DAYS_APART, max_size=3), st.frozensets(DAYS_APART, max_size=2)
PATTERNS = st.lists(st.one_of(HOURS, HOURS, OVERNIGHT), min_size=1, max_size=3)
PICKED = st.tuples(*[st.integers(0, 3)] * 7)
WORKDAY, WRITTEN_OVER = st.none() | HOURS, st.dictionaries(DAYS_APART, HOURS, max_size=1)
ZONES = st.sampled_from(sorted((zone, day) for zone, days in CHANGES.items() for day in days))


@cache
def calendars() -> st.SearchStrategy[tuple[Calendar, date]]:
    return _calendars()  # a strategy is looked over once, however often it is drawn from


@st.composite
def _calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar, and the date around which something happens: the days of a week share up to three patterns."""
    zone, around = draw(ZONES)
    patterns = [*draw(PATTERNS), ()]
    week = tuple(patterns[min(pick, len(patterns) - 1)] for pick in draw(PICKED))
    holidays = draw(FEW_DAYS)
    workdays = draw(TWO_DAYS) - holidays
    calendar = Calendar(
        zone=ZoneInfo(zone),
        week=week,
        workday=draw(WORKDAY),
        holidays=_near(around, holidays),
        workdays=_near(around, workdays),
        overrides=tuple((around + timedelta(days=day), told) for day, told in draw(WRITTEN_OVER).items()),
    )
    return calendar, around


def _near(around: date, days: frozenset[int]) -> frozenset[date]:
    return frozenset(around + timedelta(days=day) for day in days)


MINUTES = {days: st.integers(-days * 1440, days * 1440) for days in (2, 4, 40)}
SECONDS = st.sampled_from([0, 0, 0, 1, 59])


@cache
def moments(around: date, days: int = 4) -> st.SearchStrategy[datetime]:
    return _moments(around, days)


@st.composite
def _moments(draw: st.DrawFn, around: date, days: int) -> datetime:
    midnight = datetime(around.year, around.month, around.day, tzinfo=UTC)
    return midnight + timedelta(minutes=draw(MINUTES[days]), seconds=draw(SECONDS))


KEPT = st.tuples(st.integers(0, 63), st.integers(0, 3), st.integers(0, 5))


@cache
def rests(around: date) -> st.SearchStrategy[list[Rest]]:
    return _rests(around)


@st.composite
def _rests(draw: st.DrawFn, around: date) -> list[Rest]:
    """Rests that do not overlap, may touch, may be empty; the last may be open."""
    marks = sorted(draw(st.lists(moments(around), max_size=6)))
    kept, open_end, turned = draw(KEPT)
    made: list[Rest] = [span for index, span in enumerate(pairwise(marks)) if kept >> index & 1]
    if marks and open_end == 0:
        made.append((marks[-1], None))
    return made[turned:] + made[:turned]
