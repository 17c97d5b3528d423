"""Working time against a second-by-second oracle, its laws, and the days that break other systems."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.worktime.calendar import (
    ALL_WEEK,
    ALWAYS,
    Calendar,
    Hours,
    is_open,
    moment_after,
    next_open,
    worked,
)
from bihuan.ground.worktime.instants import instant
from tests.ground.worktime.made import PAINTED, calendars, moments, same
from tests.ground.worktime.oracle import Oracle

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE: Hours = ((540, 720), (780, 1080))


def office(*days: int, zone: ZoneInfo = SHANGHAI, **told: object) -> Calendar:
    week = tuple(OFFICE if day in days else () for day in range(7))
    return Calendar(zone=zone, week=week, **told)  # type: ignore[arg-type]


def at(words: str) -> datetime:
    return datetime.fromisoformat(words)


@given(data=st.data())
def test_worked_counts_the_same_seconds_as_the_oracle(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    since, until = sorted([data.draw(moments(around)), data.draw(moments(around))])
    oracle = Oracle(calendar, since, PAINTED)
    assert worked(calendar, since, until) == timedelta(seconds=oracle.worked(since, until))


@given(data=st.data())
def test_moment_after_is_the_moment_of_the_oracle(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    since = data.draw(moments(around, days=2))
    oracle = Oracle(calendar, since, PAINTED)
    spent = data.draw(st.integers(0, 3 * 86_400))
    expected = oracle.after(since, spent)
    found = moment_after(calendar, since, timedelta(seconds=spent))
    if expected is None:
        assert found is None or found > since + timedelta(seconds=PAINTED)
    else:
        assert same(found, expected)


@given(data=st.data())
def test_moment_after_undoes_worked(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    since = data.draw(moments(around))
    spent = timedelta(
        seconds=data.draw(st.integers(0, 500_000)), microseconds=data.draw(st.integers(0, 999_999))
    )
    found = moment_after(calendar, since, spent)
    if found is None:
        assert not any(calendar.week) or spent > timedelta()
    else:
        assert worked(calendar, since, found) == spent
        before = found.astimezone(UTC) - timedelta(microseconds=1)  # on the wall an hour may come twice
        assert spent == timedelta() or worked(calendar, since, before) == spent - timedelta(microseconds=1)


@given(data=st.data())
def test_working_time_adds_up_and_never_runs_backwards(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    first, second, third = sorted(data.draw(moments(around, days=40)) for _ in range(3))
    parts = worked(calendar, first, second) + worked(calendar, second, third)
    assert worked(calendar, first, third) == parts
    assert timedelta() <= worked(calendar, first, second) <= second - first
    assert worked(calendar, second, first) == -worked(calendar, first, second)


@given(data=st.data())
def test_more_allowance_is_never_due_earlier(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    since = data.draw(moments(around))
    less, more = sorted(data.draw(st.integers(0, 900_000)) for _ in range(2))
    early = moment_after(calendar, since, timedelta(seconds=less))
    late = moment_after(calendar, since, timedelta(seconds=more))
    assert late is None or (early is not None and instant(early) <= instant(late))


@given(data=st.data())
def test_open_means_that_the_next_second_counts(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    moment = data.draw(moments(around))
    oracle = Oracle(calendar, moment, PAINTED)
    assert is_open(calendar, moment) == bool(oracle.open[0])
    opens = next_open(calendar, moment)
    if oracle.open.any():
        assert same(opens, moment + timedelta(seconds=int(oracle.open.argmax())))
    else:
        assert opens is None or opens >= moment + timedelta(seconds=PAINTED)


@pytest.mark.parametrize("chosen", range(1, 128))
def test_every_set_of_weekdays_counts_its_own_days_only(chosen: int) -> None:
    days = [day for day in range(7) if chosen >> day & 1]
    calendar = office(*days)
    monday = at("2026-06-01T00:00:00+08:00")
    for ahead in range(7):
        morning = monday + timedelta(days=ahead, hours=8)
        due = moment_after(calendar, morning, timedelta(hours=8))
        first = next(day for day in range(ahead, ahead + 7) if day % 7 in days)
        assert due == monday + timedelta(days=first, hours=18)
    assert worked(calendar, monday, monday + timedelta(days=700)) == timedelta(hours=800 * len(days))


def test_a_lunch_break_is_not_worked() -> None:
    calendar = office(0, 1, 2, 3, 4)
    assert moment_after(calendar, at("2026-11-23T11:30:00+08:00"), timedelta(hours=1)) == at(
        "2026-11-23T13:30:00+08:00"
    )


def test_an_allowance_used_up_at_closing_time_is_due_then_and_not_next_morning() -> None:
    calendar = office(0, 1, 2, 3, 4)
    assert moment_after(calendar, at("2026-11-20T17:00:00+08:00"), timedelta(hours=1)) == at(
        "2026-11-20T18:00:00+08:00"
    )


def test_a_makeup_workday_on_a_weekend_is_worked_with_mondays_hours() -> None:
    saturday = date(2026, 2, 14)
    calendar = office(0, 1, 2, 3, 4, workdays=frozenset({saturday}))
    assert worked(calendar, at("2026-02-14T00:00:00+08:00"), at("2026-02-15T00:00:00+08:00")) == timedelta(
        hours=8
    )
    shorter = office(0, 1, 2, 3, 4, workdays=frozenset({saturday}), workday=((600, 720),))
    assert worked(shorter, at("2026-02-14T00:00:00+08:00"), at("2026-02-15T00:00:00+08:00")) == timedelta(
        hours=2
    )


def test_a_holiday_in_the_middle_of_the_week_is_skipped() -> None:
    calendar = office(0, 1, 2, 3, 4, holidays=frozenset({date(2026, 1, 1)}))
    assert moment_after(calendar, at("2025-12-31T17:30:00+08:00"), timedelta(hours=1)) == at(
        "2026-01-02T09:30:00+08:00"
    )


def test_an_hour_that_occurs_twice_is_worked_by_elapsed_time() -> None:
    calendar = Calendar(zone=ZoneInfo("America/New_York"), week=(((0, 180),),) * 7)
    day = (at("2026-11-01T00:00:00-04:00"), at("2026-11-02T00:00:00-05:00"))
    assert worked(calendar, *day) == timedelta(hours=4)
    spring = (at("2026-03-08T00:00:00-05:00"), at("2026-03-09T00:00:00-04:00"))
    assert worked(calendar, *spring) == timedelta(hours=2)


def test_an_interval_inside_a_skipped_hour_lies_after_the_jump_and_counts_once() -> None:
    new_york = ZoneInfo("America/New_York")
    gap = Calendar(zone=new_york, week=(((120, 150), (180, 210)),) * 7)
    spring = (at("2026-03-08T00:00:00-05:00"), at("2026-03-09T00:00:00-04:00"))
    assert worked(gap, *spring) == timedelta(minutes=30)
    backwards = Calendar(zone=new_york, week=(((150, 180),),) * 7)
    assert worked(backwards, *spring) == timedelta()


def test_a_calendar_that_never_closes_counts_every_instant() -> None:
    moment = at("2026-11-23T10:00:00.250000+05:30")
    found = moment_after(ALWAYS, moment, timedelta(days=1))
    assert found is not None
    assert found.isoformat() == "2026-11-24T10:00:00.250000+05:30"
    assert is_open(ALWAYS, moment)
    assert next_open(ALWAYS, moment) == moment


def test_a_calendar_without_hours_reaches_nothing() -> None:
    calendar = office()
    assert calendar.has_hours is False
    assert moment_after(calendar, at("2026-01-01T00:00:00Z"), timedelta(seconds=1)) is None
    assert next_open(calendar, at("2026-01-01T00:00:00Z")) is None


def test_work_ends_with_the_year_9999() -> None:
    calendar = Calendar(zone=SHANGHAI, week=(*ALL_WEEK[:6], ((0, 1439),)))
    last = at("9999-12-31T23:00:00+08:00")
    found = moment_after(calendar, last, timedelta(minutes=59))
    assert found is not None
    assert found.isoformat() == "9999-12-31T23:59:00+08:00"
    assert moment_after(calendar, last, timedelta(hours=1)) is None
    assert moment_after(calendar, at("2026-01-01T00:00:00Z"), timedelta(days=365 * 8000)) is None


def test_the_far_future_is_summed_as_it_would_be_laid_out() -> None:
    calendar = Calendar(zone=ZoneInfo("America/New_York"), week=(OFFICE,) * 5 + ((), ((0, 180),)))
    since = datetime(2120, 1, 1, 5, tzinfo=UTC)
    year = worked(calendar, since, datetime(2121, 1, 1, 5, tzinfo=UTC))
    days = [
        worked(
            calendar,
            since + timedelta(days=day),
            since + timedelta(days=day + 1),
        )
        for day in range(366)
    ]
    assert year == sum(days, timedelta())


def test_closing_hours_need_a_zone() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        office(0, zone=None)  # type: ignore[arg-type]


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone or an offset"):
        worked(ALWAYS, datetime(2026, 1, 1), datetime(2026, 1, 2))
