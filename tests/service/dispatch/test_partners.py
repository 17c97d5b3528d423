"""Service networks: a partner is asked by the same rule as our own points, after them where all else is equal."""

from datetime import date

import pytest

from bihuan.service.dispatch.rules import Covered, Permission, Point, Where, Work, choose_point

TODAY = date(2026, 11, 23)
UNTIL = date(2030, 1, 1)
HERE = Covered(city="杭州市", district="西湖区")


def point(number: int, *, own: bool, **more: object) -> Point:
    told: dict[str, object] = {
        "covers": (HERE,),
        "permissions": ()
        if own
        else (Permission(brand="澄川", valid_from=date(2020, 1, 1), valid_until=UNTIL),),
        "licences": {"gas": UNTIL},
    }
    return Point(id=number, own=own, **(told | more))  # type: ignore[arg-type]


def work(**more: object) -> Work:
    told: dict[str, object] = {
        "category": "gas_cooker",
        "brand": "澄川",
        "kind": "repair",
        "where": Where(city="杭州市", district="西湖区"),
        "today": TODAY,
        "licences": frozenset({"gas"}),
    }
    return Work(**(told | more))  # type: ignore[arg-type]


def order(asked: Work, *points: Point) -> tuple[list[int], dict[int, str]]:
    choice = choose_point(asked, points)
    return [one.id for one in choice.candidates], {one.id: one.rule.code for one in choice.ruled_out}


@pytest.mark.demand("U-14")
def test_a_partner_is_asked_after_our_own_and_before_nobody_when_it_returns() -> None:
    ours, partner = point(2, own=True), point(1, own=False)
    assert order(work(), partner, ours) == ([2, 1], {})
    assert order(work(tried=frozenset({2})), partner, ours) == ([1], {2: "returned_before"})


@pytest.mark.demand("U-14")
@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"licences": {}}, "licence_missing"),
        ({"licences": {"gas": date(2026, 11, 22)}}, "licence_expired"),
        ({"permissions": ()}, "not_authorised"),
        ({"covers": (Covered(city="杭州市", district="滨江区"),)}, "not_covered"),
        (
            {"covers": (Covered(city="杭州市", district="西湖区", category="refrigerator"),)},
            "category_not_covered",
        ),
        ({"covers": (Covered(city="杭州市", district="西湖区", kind="cleaning"),)}, "kind_not_covered"),
    ],
)
def test_a_partner_is_gated_by_licence_brand_region_and_skill(more: dict[str, object], rule: str) -> None:
    assert order(work(), point(1, own=False, **more)) == ([], {1: rule})


def test_the_last_day_of_a_licence_still_counts() -> None:
    assert order(work(), point(1, own=False, licences={"gas": TODAY})) == ([1], {})
