"""What a change of the calendar may do to a due time, hours over midnight, and what is taken for granted of zones."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.worktime.calendar import ALL_DAY, Calendar, moment_after, worked
from bihuan.ground.worktime.due import NeverDue, due, worked_without_rests
from bihuan.ground.worktime.instants import DAY, EPOCH_DAY, MICROSECOND, instant, offsets_on
from tests.ground.worktime.made import CHANGES, OVERNIGHT, PAINTED, calendars, moments, rests, same
from tests.ground.worktime.oracle import Oracle

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(words: str) -> datetime:
    return datetime.fromisoformat(words)


@given(data=st.data())
def test_one_more_holiday_never_makes_a_promise_due_earlier(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began, pauses = data.draw(moments(around)), data.draw(rests(around))
    allowed = data.draw(st.integers(0, 300_000))
    shut = around + timedelta(days=data.draw(st.integers(-6, 12)))
    fewer = replace(calendar, holidays=calendar.holidays | {shut})
    try:
        later = due(fewer, began, allowed, pauses)
    except NeverDue:
        return
    sooner = due(calendar, began, allowed, pauses)
    assert later is None or (sooner is not None and instant(later) >= instant(sooner))


@given(data=st.data())
def test_one_more_holiday_never_adds_working_time(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    since, until = sorted([data.draw(moments(around)), data.draw(moments(around))])
    shut = around + timedelta(days=data.draw(st.integers(-6, 6)))
    fewer = replace(calendar, holidays=calendar.holidays | {shut})
    assert worked(fewer, since, until) <= worked(calendar, since, until)


@given(data=st.data())
def test_a_longer_rest_never_makes_a_promise_due_earlier(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began = data.draw(moments(around))
    since, until, longer = sorted(data.draw(moments(around)) for _ in range(3))
    allowed = data.draw(st.integers(0, 300_000))
    try:
        sooner, later = (
            due(calendar, began, allowed, [(since, until)]),
            due(calendar, began, allowed, [(since, longer)]),
        )
    except NeverDue:
        return
    assert sooner is not None and later is not None and instant(later) >= instant(sooner)


@given(data=st.data())
def test_the_due_moment_of_the_time_already_used_is_not_after_now(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began, pauses = data.draw(moments(around)), data.draw(rests(around))
    now = began + timedelta(minutes=data.draw(st.integers(0, 5_000)))
    used = worked_without_rests(calendar, began, now, pauses)
    found = due(calendar, began, used, pauses)
    assert found is not None and instant(found) <= instant(now)
    assert worked_without_rests(calendar, began, found, pauses) == used


@given(data=st.data())
def test_hours_that_go_on_after_midnight_are_one_shift_to_the_oracle(data: st.DataObject) -> None:
    zone, days = data.draw(st.sampled_from(sorted(CHANGES.items())))
    around = data.draw(st.sampled_from(days))
    calendar = Calendar(zone=ZoneInfo(zone), week=(data.draw(OVERNIGHT),) * 7)
    began, allowed = data.draw(moments(around, days=2)), data.draw(st.integers(1, 3 * 86_400))
    expected = Oracle(calendar, began, PAINTED).after(began, allowed)
    found = due(calendar, began, allowed)
    assert found is not None
    assert same(found, expected) if expected else found > began + timedelta(seconds=PAINTED)


def test_a_night_shift_is_worked_through_midnight_without_a_seam() -> None:
    nights = Calendar(zone=SHANGHAI, week=(((0, 360), (1320, 1440)),) * 7)
    assert moment_after(nights, at("2026-11-23T22:00:00+08:00"), timedelta(hours=8)) == at(
        "2026-11-24T06:00:00+08:00"
    )
    assert worked(nights, at("2026-11-23T23:59:59+08:00"), at("2026-11-24T00:00:01+08:00")) == timedelta(
        seconds=2
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Asia/Shanghai", date(1991, 9, 15), 25),
        ("Asia/Shanghai", date(2026, 9, 15), 24),
    ],
)
def test_a_day_around_the_clock_is_as_long_as_it_was_there(zone: str, day: date, hours: float) -> None:
    place = ZoneInfo(zone)
    calendar = Calendar(zone=place, week=(ALL_DAY,) * 6 + ((),), overrides=((day, ALL_DAY),))
    midnights = [
        datetime(one.year, one.month, one.day, tzinfo=place) for one in (day, day + timedelta(days=1))
    ]
    assert worked(calendar, *midnights) == timedelta(hours=hours)


def test_no_zone_changes_its_clock_twice_within_three_days() -> None:
    gaps = {
        zone: min((b - a for a, b in pairwise(_changes(zone))), default=DAY) for zone in available_timezones()
    }
    assert [zone for zone, gap in gaps.items() if gap < 3 * 86_400] == []


@given(days=st.integers(0, 12_000), zone=st.sampled_from(sorted(CHANGES)))
def test_the_offsets_of_days_are_those_of_their_hours(days: int, zone: str) -> None:
    place = ZoneInfo(zone)
    (told,) = offsets_on(place, range(EPOCH_DAY + days, EPOCH_DAY + days + 1))
    midnight = datetime.fromordinal(EPOCH_DAY + days)
    every = {place.utcoffset(midnight + timedelta(minutes=15 * quarter)) for quarter in range(97)}
    assert (told is None) == (len(every) > 1)
    assert told is None or [told] == [one // MICROSECOND for one in every if one is not None]


def test_the_days_of_a_whole_year_are_counted_as_they_are_laid_out_one_by_one() -> None:
    dice = Random(3)
    for zone in sorted(CHANGES):
        calendar = Calendar(zone=ZoneInfo(zone), week=(((0, 95), (130, 1440)),) * 6 + (((300, 310),),))
        for _ in range(40):
            since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(360 * 86_400))
            oracle = Oracle(calendar, since, 3 * 86_400)
            until = since + timedelta(seconds=dice.randrange(3 * 86_400))
            assert worked(calendar, since, until) == timedelta(seconds=oracle.worked(since, until))


def _changes(zone: str) -> list[int]:
    """When a zone's offset changed, in seconds since 1970, from the second part of its file (RFC 8536)."""
    import zoneinfo
    from importlib import resources
    from struct import unpack

    folders = [Path(folder) / zone for folder in zoneinfo.TZPATH]
    found = next((path for path in folders if path.is_file()), None)
    data = found.read_bytes() if found else resources.files("tzdata").joinpath("zoneinfo", zone).read_bytes()
    ut, std, leaps, times, types, letters = unpack(">6l", data[20:44])
    start = 44 + times * 5 + types * 6 + letters + leaps * 8 + std + ut
    ut, std, leaps, times, types, letters = unpack(">6l", data[start + 20 : start + 44])
    start += 44
    moments_of = unpack(f">{times}q", data[start : start + 8 * times])
    kinds = data[start + 8 * times : start + 9 * times]
    offsets = [
        unpack(">l", data[at : at + 4])[0]
        for at in range(start + 9 * times, start + 9 * times + 6 * types, 6)
    ]
    told = list(zip(moments_of, (offsets[kind] for kind in kinds), strict=True))
    return [then for (_, before), (then, after) in pairwise(told) if before != after]
