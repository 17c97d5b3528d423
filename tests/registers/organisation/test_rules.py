"""Who serves which street, by rule: nothing is lost, the street comes before the district."""

from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.organisation.rules import Ground, Line, grounds

STREETS = ("文新街道", "古荡街道", "翠苑街道", "")
CATEGORIES = ("", "refrigerator", "gas_cooker")
LINES = st.lists(
    st.builds(
        Line,
        node_id=st.integers(1, 4),
        city=st.sampled_from(("杭州市", "宁波市")),
        district=st.sampled_from(("西湖区", "拱墅区")),
        street=st.sampled_from(STREETS),
        category=st.sampled_from(CATEGORIES),
        kind=st.sampled_from(("", "repair")),
    ),
    max_size=12,
)


def seen(lines: list[Line], category: str = "") -> dict[str, Ground]:
    found = grounds(lines, STREETS[:2], city="杭州市", district="西湖区", category=category)
    return {one.street: one for one in found}


def a_line(node: int, street: str = "", category: str = "") -> Line:
    return Line(node, "杭州市", "西湖区", street, category)


def test_nobody_serving_is_a_gap_and_two_alike_an_overlap() -> None:
    found = seen([a_line(1, "文新街道"), a_line(2, "文新街道")])
    assert (found["文新街道"].is_overlap, found["古荡街道"].is_gap, found[""].is_gap) == (True, True, True)


def test_whoever_names_the_street_comes_before_whoever_serves_the_district() -> None:
    found = seen([a_line(1), a_line(2, "文新街道")])
    assert found["文新街道"] == Ground("文新街道", by=(2,), also=(1,))
    assert found["古荡街道"] == Ground("古荡街道", by=(1,))
    assert not found["文新街道"].is_overlap


def test_a_category_is_served_by_those_for_it_and_those_for_every() -> None:
    lines = [a_line(1, "文新街道", "refrigerator"), a_line(2, "文新街道")]
    assert seen(lines, "refrigerator")["文新街道"].by == (1, 2)
    assert seen(lines, "gas_cooker")["文新街道"].by == (2,)


def test_a_street_that_only_a_line_names_is_shown_too() -> None:
    assert "翠苑街道" in seen([a_line(1, "翠苑街道")])


@given(LINES, st.sampled_from(CATEGORIES))
def test_every_street_is_shown_once_and_nobody_serves_who_has_no_line(
    lines: list[Line], category: str
) -> None:
    found = grounds(lines, STREETS[:2], city="杭州市", district="西湖区", category=category)
    names = [one.street for one in found]
    assert len(names) == len(set(names)) and names[-1] == ""
    here = {one.node_id for one in lines if (one.city, one.district) == ("杭州市", "西湖区")}
    for one in found:
        assert {*one.by, *one.also} <= here
        assert not set(one.by) & set(one.also)
        assert one.is_gap == (not one.by)


@given(LINES)
def test_whoever_serves_the_whole_district_serves_each_of_its_streets(lines: list[Line]) -> None:
    found = grounds(lines, STREETS[:3], city="杭州市", district="西湖区")
    whole = set(found[-1].by)
    assert all(whole <= {*one.by, *one.also} for one in found)
