"""Who will break a promise: read from what became of comparable ones, and nothing claimed from too few."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import note
from bihuan.service.commitments import actions as clock
from bihuan.service.commitments.board import Asked, owed
from bihuan.service.commitments.forecasting import (
    FEWEST,
    NOTHING_KNOWN,
    PARTS,
    chance,
    curve_of,
    part_of,
    used_share,
)
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.outlook import ahead, curves, forget_curves, horizon
from tests.makers import NOW, Company, a_case, company, later

ended = st.lists(st.tuples(st.floats(0, 1.5), st.booleans()), max_size=120)
shares = st.floats(0, 1)


def counted(told: list[tuple[float, bool]]) -> Counter[tuple[int, bool]]:
    return Counter((part_of(share), kept) for share, kept in told)


@given(ended, shares)
def test_the_chance_is_the_share_kept_of_those_still_open_at_that_point(
    told: list[tuple[float, bool]], used: float
) -> None:
    found = chance(curve_of((part, kept, n) for (part, kept), n in counted(told).items()), used)
    alike = [kept for share, kept in told if part_of(share) >= part_of(used)]
    assert found.known == len(alike)
    assert found.kept == (sum(alike) / len(alike) if len(alike) >= FEWEST else None)


@given(ended, shares, shares)
def test_the_later_it_is_the_fewer_compare(told: list[tuple[float, bool]], one: float, other: float) -> None:
    curve = curve_of((part, kept, n) for (part, kept), n in counted(told).items())
    sooner, later_on = sorted((one, other))
    assert chance(curve, sooner).known >= chance(curve, later_on).known


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80), st.integers(0, 40), shares, shares)
def test_waiting_never_betters_the_chance_when_breaches_come_at_the_end(
    kept_at: list[float], breaches: int, one: float, other: float
) -> None:
    told = [*((part_of(share), True, 1) for share in kept_at), (PARTS, False, breaches)]
    sooner, later_on = (chance(curve_of(told), used) for used in sorted((one, other)))
    if sooner.kept is not None and later_on.kept is not None:
        assert later_on.kept <= sooner.kept


@given(shares)
def test_from_too_few_nothing_is_claimed_and_the_time_left_decides(used: float) -> None:
    found = chance(NOTHING_KNOWN, used)
    assert (found.kept, found.known, found.will_break) == (None, 0, used >= 0.9)


@given(st.integers(0, 10**7), st.integers(-(10**6), 10**8))
def test_a_share_of_an_allowance_is_between_nothing_and_all(allowed: int, left: int) -> None:
    assert 0 <= used_share(allowed_seconds=allowed, seconds_left=left) <= 1


@pytest.fixture
def made(db: None) -> Company:
    forget_curves()
    return company()


def rows(made: Company) -> list[tuple[str, float | None, int, bool]]:
    found = ahead(owed(made.viewer(Role.SUPERVISOR), Asked(about="first_response")), now=later(minutes=100))
    cases = dict(Promise.objects.values_list("id", "case__number"))
    return [(cases[one.id], one.chance.kept, one.chance.known, one.chance.will_break) for one in found]


def past(made: Company, count: int, *, answered_after: timedelta) -> None:
    """As many cases of last week, answered so long after they came."""
    for at in range(count):
        opened = NOW - timedelta(days=7) + timedelta(seconds=at)
        case = a_case(made, channel="app", now=opened)
        answered(made, case, opened + answered_after)


def answered(made: Company, case: Case, now: datetime) -> None:
    note(case, "已联系", by=made.actor(Role.AGENT), now=now, contact="phone")


def test_a_promise_is_compared_with_those_that_were_open_as_long(made: Company) -> None:
    past(made, 12, answered_after=timedelta(minutes=10))  # in a twelfth of the time: says nothing of later
    past(made, 8, answered_after=timedelta(minutes=110))
    past(made, 12, answered_after=timedelta(minutes=150))
    case = a_case(made, channel="app")
    assert rows(made) == [(case.number, 8 / 20, 20, True)]


def test_what_is_broken_and_still_owed_counts_as_broken(made: Company) -> None:
    for _ in range(FEWEST):
        a_case(made, channel="app", now=NOW - timedelta(days=2))
    clock.mark_broken(NOW - timedelta(days=1))
    assert chance(curves(NOW)["first_response"], 0.5).kept == 0.0


def test_with_too_few_to_compare_the_time_that_is_used_decides(made: Company) -> None:
    case = a_case(made, channel="app")
    assert rows(made) == [(case.number, None, 0, False)]
    a_case(made, channel="app", now=NOW - timedelta(minutes=15))
    assert [will_break for *_, will_break in rows(made)] == [True, False]


@pytest.mark.django_db
def test_the_forecast_reaches_to_tomorrow_evening_and_over_a_weekend_to_eight_office_hours() -> None:
    assert horizon(NOW) == NOW + timedelta(hours=34)  # Tuesday 20:00 in Shanghai
    friday = NOW + timedelta(days=4, hours=6)  # Friday 16:00
    assert horizon(friday) > friday + timedelta(days=2)
