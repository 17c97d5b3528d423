"""Rests never shorten a promise; the due time is a pure function of began, allowance and rests."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.worktime.calendar import ALWAYS, Calendar, worked
from bihuan.ground.worktime.due import DueFault, NeverDue, RestsFault, due, worked_without_rests
from bihuan.ground.worktime.instants import instant
from tests.ground.worktime.made import PAINTED, calendars, moments, rests, same
from tests.ground.worktime.oracle import Oracle

OFFICE = Calendar(
    zone=ZoneInfo("Asia/Shanghai"),
    week=(((540, 720), (780, 1080)),) * 5 + ((), ()),
)
NEVER = Calendar(zone=ZoneInfo("Asia/Shanghai"), week=((),) * 7)


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{words}+08:00")


@given(data=st.data())
def test_due_with_rests_is_the_moment_of_the_oracle(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began = data.draw(moments(around, days=2))
    pauses = data.draw(rests(around))
    allowed = data.draw(st.integers(1, 2 * 86_400))
    oracle = Oracle(calendar, began, PAINTED)
    for since, until in pauses:
        oracle.rest(since, until)
    expected = oracle.after(began, allowed)
    try:
        found = due(calendar, began, allowed, pauses)
    except NeverDue:
        assert expected is None
        return
    if expected is not None:
        assert same(found, expected)
    elif any(until is None for _, until in pauses):
        assert found is None
    else:
        assert found is not None and found > began + timedelta(seconds=PAINTED)


@given(data=st.data())
def test_a_rest_never_brings_a_promise_forward(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began, pauses = data.draw(moments(around)), data.draw(rests(around))
    allowed = data.draw(st.integers(0, 300_000))
    try:
        without, with_rests = due(calendar, began, allowed), due(calendar, began, allowed, pauses)
    except NeverDue:
        return
    assert without is not None
    assert with_rests is None or instant(with_rests) >= instant(without)


@given(data=st.data())
def test_the_order_of_rests_and_cutting_one_in_two_change_nothing(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began, cut = data.draw(moments(around)), timedelta(minutes=7)
    whole = (began, began + 2 * cut)
    halves = [(began + cut, began + 2 * cut), (began, began + cut), (began, began)]
    allowed = data.draw(st.integers(0, 300_000))
    try:
        expected = due(calendar, began, allowed, [whole])
    except NeverDue:
        return
    assert due(calendar, began, allowed, halves) == expected


@given(data=st.data())
def test_at_the_due_moment_exactly_the_allowance_is_used(data: st.DataObject) -> None:
    calendar, around = data.draw(calendars())
    began, pauses = data.draw(moments(around)), data.draw(rests(around))
    allowed = data.draw(st.integers(0, 300_000))
    try:
        found = due(calendar, began, allowed, pauses)
    except NeverDue:
        return
    if found is not None:
        assert worked_without_rests(calendar, began, found, pauses) == allowed


def test_an_allowance_of_zero_is_due_at_once_whatever_else_holds() -> None:
    began = at("21T03:00:00")
    assert due(NEVER, began, 0) == began
    assert due(OFFICE, began, 0, [(at("20T00:00:00"), None)]) == began


def test_an_open_rest_before_the_allowance_is_used_up_leaves_no_due_time() -> None:
    began = at("23T09:00:00")
    assert due(OFFICE, began, 3600, [(at("23T09:59:59"), None)]) is None
    assert due(NEVER, began, 3600, [(at("23T09:59:59"), None)]) is None


def test_used_up_exactly_as_the_rest_begins_is_used_up() -> None:
    began = at("23T09:00:00")
    assert due(OFFICE, began, 3600, [(at("23T10:00:00"), None)]) == at("23T10:00:00")
    assert due(OFFICE, began, 9 * 3600 - 3600, [(at("23T20:00:00"), None)]) == at("23T18:00:00")


def test_a_rest_may_reach_back_before_the_beginning() -> None:
    assert due(ALWAYS, at("23T09:00:00"), 60, [(at("22T00:00:00"), at("23T10:00:00"))]) == at("23T10:01:00")
    assert due(ALWAYS, at("23T09:00:00"), 60, [(at("22T00:00:00"), at("22T10:00:00"))]) == at("23T09:01:00")


@pytest.mark.parametrize(
    "pauses",
    [
        [(at("23T09:00:00"), at("23T11:00:00")), (at("23T10:00:00"), at("23T12:00:00"))],
        [(at("23T10:00:00"), at("23T12:00:00")), (at("23T09:00:00"), None)],
        [(at("23T10:00:00"), None), (at("23T11:00:00"), None)],
        [(at("23T10:00:00"), at("23T09:00:00"))],
    ],
)
def test_rests_that_contradict_each_other_are_refused_even_without_allowance(
    pauses: list[tuple[datetime, datetime | None]],
) -> None:
    with pytest.raises(RestsFault):
        due(ALWAYS, at("23T09:00:00"), 0, pauses)


def test_rests_of_no_length_are_ignored_even_inside_another() -> None:
    pauses = [(at("23T09:00:00"), at("23T11:00:00")), (at("23T10:00:00"), at("23T10:00:00"))]
    assert due(ALWAYS, at("23T09:00:00"), 60, pauses) == at("23T11:01:00")


def test_no_working_time_and_no_end_of_time_are_refused_apart() -> None:
    with pytest.raises(NeverDue, match="no working time"):
        due(NEVER, at("23T09:00:00"), 1)
    with pytest.raises(NeverDue, match="after the year 9999"):
        due(ALWAYS, at("23T09:00:00"), 10**12)
    with pytest.raises(NeverDue, match="after the year 9999"):
        due(OFFICE, at("23T09:00:00"), 10**11)
    with pytest.raises(DueFault):
        due(ALWAYS, at("23T09:00:00"), -1)


def test_a_reading_of_time_left_leaves_rests_out() -> None:
    pauses = [(at("23T10:00:00"), at("23T11:00:00")), (at("23T17:00:00"), None)]
    assert worked_without_rests(OFFICE, at("23T09:00:00"), at("25T12:00:00"), pauses) == 6 * 3600
    assert worked(OFFICE, at("23T09:00:00"), at("23T12:00:00")) == timedelta(hours=3)
