"""Choosing in order: whoever is better never stands behind, and nobody is left out without a reason."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.service.dispatch.rules import (
    Covered,
    Permission,
    Point,
    Where,
    Work,
    Worker,
    choose_point,
    choose_worker,
    metres,
)

TODAY = date(2026, 11, 23)
HERE = Where(city="杭州市", district="西湖区", street="文新街道", latitude=30.29, longitude=120.10)
WORK = Work(category="refrigerator", brand="澄川", kind="repair", where=HERE, today=TODAY)
IN_DATE = Permission(brand="澄川", valid_from=TODAY - timedelta(days=1), valid_until=TODAY)

levels = st.sampled_from(
    [
        Covered(city="杭州市", district="西湖区", street="文新街道"),
        Covered(city="杭州市", district="西湖区"),
        Covered(city="杭州市"),
        Covered(city="杭州市", district="滨江区"),
        Covered(city="杭州市", district="西湖区", category="gas_cooker"),
        Covered(city="杭州市", district="西湖区", kind="installation"),
    ]
)
permissions = st.builds(
    Permission,
    brand=st.sampled_from(["澄川", "栎合"]),
    category=st.sampled_from(["", "refrigerator", "gas_cooker"]),
    valid_from=st.just(TODAY - timedelta(days=400)),
    valid_until=st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
)
points = st.lists(
    st.builds(
        Point,
        id=st.integers(1, 9),
        own=st.booleans(),
        covers=st.lists(levels, max_size=3).map(tuple),
        permissions=st.lists(permissions, max_size=3).map(tuple),
        load=st.integers(0, 12),
        capacity=st.integers(1, 12),
        latitude=st.sampled_from([None, 30.2, 30.3]),
        longitude=st.just(120.1),
    ),
    max_size=6,
    unique_by=lambda point: point.id,
)


@pytest.mark.demand("U-01", "S0-12")
@given(points=points, order=st.randoms())
def test_the_choice_does_not_depend_on_the_order_asked_and_leaves_nobody_out(
    points: list[Point], order: Random
) -> None:
    shuffled = list(points)
    order.shuffle(shuffled)
    choice = choose_point(WORK, points)
    assert choice == choose_point(WORK, shuffled)
    assert sorted([one.id for one in choice.candidates] + [one.id for one in choice.ruled_out]) == sorted(
        one.id for one in points
    )


@pytest.mark.demand("U-14")
@given(points=points)
def test_no_service_point_of_others_is_a_candidate_without_an_authorisation_in_date(
    points: list[Point],
) -> None:
    named = {point.id: point for point in points}
    for candidate in choose_point(WORK, points).candidates:
        point = named[candidate.id]
        assert point.own or any(
            one.brand == "澄川" and one.category in ("", "refrigerator") and one.valid_until >= TODAY
            for one in point.permissions
        )
        assert point.load < point.capacity


@given(points=points, spare=st.integers(0, 5))
def test_ruling_one_out_never_reorders_the_others(points: list[Point], spare: int) -> None:
    before = [one.id for one in choose_point(WORK, points).candidates]
    if not before:
        return
    gone = before[spare % len(before)]
    tried = Work(
        category="refrigerator", brand="澄川", kind="repair", where=HERE, today=TODAY, tried=frozenset({gone})
    )
    after = choose_point(tried, points)
    assert [one.id for one in after.candidates] == [one for one in before if one != gone]
    rule = after.why_not(gone)
    assert rule is not None and rule.rule.code == "returned_before" and rule.a_person_may


@pytest.mark.demand("S1-14", "S1-15")
def test_the_street_beats_the_district_beats_the_city_then_load_then_distance() -> None:
    def point(number: int, covered: Covered, *, load: int = 0, latitude: float = 30.29) -> Point:
        at = (latitude, 120.10)
        return Point(
            id=number, own=True, covers=(covered,), load=load, capacity=10, latitude=at[0], longitude=at[1]
        )

    street = Covered(city="杭州市", district="西湖区", street="文新街道")
    asked = [
        point(1, Covered(city="杭州市")),
        point(2, Covered(city="杭州市", district="西湖区")),
        point(3, street, load=9),
        point(4, street, latitude=30.5),
        point(5, street),
    ]
    assert [one.id for one in choose_point(WORK, asked).candidates] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("point", "rule"),
    [
        (Point(id=1, own=False, covers=(Covered(city="杭州市"),)), "not_authorised"),
        (
            Point(
                id=1,
                own=False,
                permissions=(
                    Permission(
                        brand="澄川", valid_from=date(2020, 1, 1), valid_until=TODAY - timedelta(days=1)
                    ),
                ),
            ),
            "authorisation_expired",
        ),
        (Point(id=1, own=True, covers=(Covered(city="杭州市", district="滨江区"),)), "not_covered"),
        (
            Point(id=1, own=True, covers=(Covered(city="杭州市", category="gas_cooker"),)),
            "category_not_covered",
        ),
        (Point(id=1, own=True, covers=(Covered(city="杭州市", kind="installation"),)), "kind_not_covered"),
        (Point(id=1, own=True, load=4, capacity=4), "point_full"),
    ],
)
def test_each_service_point_ruled_out_is_told_which_rule_did_it(point: Point, rule: str) -> None:
    choice = choose_point(WORK, [point])
    assert (choice.best, choice.ruled_out[0].rule.code) == (None, rule)


workers = st.lists(
    st.builds(
        Worker,
        id=st.integers(1, 9),
        skills=st.fixed_dictionaries({("refrigerator", "repair"): st.integers(0, 3)}),
        permits=st.dictionaries(
            st.sampled_from(["refrigeration", "gas"]),
            st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
        ),
        first_day=st.none() | st.dates(TODAY, TODAY + timedelta(days=2)),
        load=st.integers(0, 4),
    ),
    max_size=6,
    unique_by=lambda worker: worker.id,
)


@pytest.mark.demand("L-16", "S0-15")
@given(workers=workers)
def test_nobody_is_sent_without_skill_time_and_every_permit_in_date(workers: list[Worker]) -> None:
    work = Work(
        category="refrigerator",
        brand="",
        kind="repair",
        where=HERE,
        today=TODAY,
        permits=frozenset({"refrigeration"}),
    )
    choice = choose_worker(work, workers)
    named = {worker.id: worker for worker in workers}
    assert len(choice.candidates) + len(choice.ruled_out) == len(workers)
    for candidate in choice.candidates:
        worker = named[candidate.id]
        assert worker.skills["refrigerator", "repair"] >= 1
        assert worker.first_day is not None
        assert worker.permits["refrigeration"] >= worker.first_day
    ranked = [named[one.id] for one in choice.candidates]
    keys = [(-w.skills["refrigerator", "repair"], w.first_day, w.load) for w in ranked]
    assert keys == sorted(keys)


def test_a_distance_is_not_known_without_both_ends_and_is_about_right_with_them() -> None:
    assert metres((None, 120.0), (30.0, 120.0)) is None
    assert metres((30.0, 120.0), (30.0, 120.0)) == 0
    assert 110_000 < (metres((30.0, 120.0), (31.0, 120.0)) or 0) < 112_500
