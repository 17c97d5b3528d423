"""Calendars, moments and rests as hypothesis makes them, with a liking for the days clocks change."""

from datetime import UTC, date, datetime, timedelta
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


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Up to four intervals that may touch; every fifth day is shut."""
    if draw(st.integers(0, 4)) == 0:
        return ()
    edges = draw(st.lists(st.integers(0, 96), min_size=2, max_size=8, unique=True))
    marks = sorted(edge * 15 for edge in edges)
    return tuple(pair for index, pair in enumerate(pairwise(marks)) if index % 2 == 0 or draw(st.booleans()))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar, and the date around which something happens."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    around = draw(st.sampled_from(CHANGES[zone]))
    near = st.integers(-6, 6).map(lambda days: around + timedelta(days=days))
    week = draw(st.tuples(*[hours()] * 7))
    holidays = draw(st.frozensets(near, max_size=3))
    workdays = draw(st.frozensets(near, max_size=2)) - holidays
    calendar = Calendar(
        zone=ZoneInfo(zone),
        week=week,
        workday=draw(st.none() | hours()),
        holidays=holidays,
        workdays=workdays,
        overrides=tuple(draw(st.dictionaries(near, hours(), max_size=1)).items()),
    )
    return calendar, around


@st.composite
def moments(draw: st.DrawFn, around: date, days: int = 4) -> datetime:
    midnight = datetime(around.year, around.month, around.day, tzinfo=UTC)
    minutes = draw(st.integers(-days * 1440, days * 1440))
    return midnight + timedelta(minutes=minutes, seconds=draw(st.sampled_from([0, 0, 0, 1, 59])))


@st.composite
def rests(draw: st.DrawFn, around: date) -> list[Rest]:
    """Rests that do not overlap, may touch, may be empty; the last may be open."""
    marks = sorted(draw(st.lists(moments(around), max_size=6)))
    made: list[Rest] = [(low, high) for low, high in pairwise(marks) if draw(st.booleans())]
    if marks and draw(st.integers(0, 3)) == 0:
        made.append((marks[-1], None))
    return draw(st.permutations(made))
