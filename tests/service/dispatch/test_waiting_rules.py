"""Who is served first of those that wait: by promise and age, whatever the luck of arriving."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.dispatch.deciding.rules import Waits, in_order, place

MONDAY = datetime(2026, 7, 6, 0, 0, tzinfo=UTC)
hours = st.integers(0, 500).map(lambda hour: MONDAY + timedelta(hours=hour))


@st.composite
def queues(draw: st.DrawFn) -> list[Waits]:
    return [
        Waits(
            id=at,
            safety=draw(st.booleans()),
            promised=draw(hours),
            opened=draw(hours),
            put_off=draw(st.integers(0, 4)),
        )
        for at in range(draw(st.integers(0, 12)))
    ]


@given(queues(), st.randoms())
def test_the_order_does_not_depend_on_who_was_told_first(waiting: list[Waits], luck: Random) -> None:
    told = list(waiting)
    luck.shuffle(told)
    assert in_order(told) == in_order(waiting)


@given(queues())
@pytest.mark.demand("S3-127")
def test_safety_comes_first_whatever_else_was_promised(waiting: list[Waits]) -> None:
    order = [one.safety for one in in_order(waiting)]
    assert order == sorted(order, reverse=True)


@given(
    hours, st.integers(1, 400), st.integers(1, 96), st.integers(0, 4), st.integers(0, 4), st.integers(0, 1)
)
def test_of_the_same_promise_the_older_goes_first_and_being_put_off_never_puts_back(
    opened: datetime, younger_by: int, allowed: int, put_off: int, more: int, luck: int
) -> None:
    """`allowed`: hours until the promise is due, the same for both; the older was put off at least as often."""

    def waits(number: int, begun: datetime, times: int) -> Waits:
        due = begun + timedelta(hours=allowed)
        return Waits(id=number, safety=False, promised=due, opened=begun, put_off=times)

    older = waits(luck, opened, put_off + more)
    younger = waits(1 - luck, opened + timedelta(hours=younger_by), put_off)
    assert in_order([younger, older])[0] is older
    assert place(waits(luck, opened, put_off + 1)) < place(waits(luck, opened, put_off))


@pytest.mark.demand("U-12")
@given(st.lists(st.integers(0, 9), min_size=3, max_size=12), st.integers(1, 5))
def test_in_a_peak_week_nobody_waits_longest_twice(arrivals: list[int], capacity: int) -> None:
    """Every day so many come and so few can be served: whoever has waited longest this evening is served before all
    that came later, so the next evening it is somebody else or nobody."""
    waiting: list[Waits] = []
    number, longest_before = 0, None
    for day, coming in enumerate(arrivals):
        for _ in range(coming):
            opened = MONDAY + timedelta(days=day)
            due = opened + timedelta(days=2)
            waiting.append(Waits(id=number, safety=False, promised=due, opened=opened))
            number += 1
        waiting = in_order(waiting)[capacity:]
        longest = min(waiting, key=lambda one: (one.opened, one.id)).id if waiting else None
        assert longest is None or longest != longest_before
        longest_before = longest
