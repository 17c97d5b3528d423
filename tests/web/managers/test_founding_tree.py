"""A company's tree as a person writes it down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.web.managers.founding_tree import MOST, Place, TreeUnreadable, read_tree


def told(text: str) -> list[tuple[str, str, str, bool]]:
    """(kind, name, the name above, run by others) of every place."""
    places = read_tree(text)
    return [
        (one.kind, one.name, "" if one.above is None else places[one.above].name, one.authorised)
        for one in places
    ]


@pytest.mark.demand("U-04")
def test_indented_lines_and_slashes_say_the_same() -> None:
    wanted = [
        ("region", "东区", "", False),
        ("service_point", "港口网点", "东区", False),
        ("service_point", "山门", "东区", True),
        ("team", "一组", "山门", False),
    ]
    assert told("东区\n  港口网点\n  山门（特约）\n    一组\n") == wanted
    assert told("东区 / 港口网点\n东区／山门[authorised]\n东区/山门/一组") == wanted
    assert told("- 东区\n\t- 港口网点\n\n\t- 山门 (特约)\n\t\t- 一组") == wanted


def test_a_place_of_its_own_is_a_service_point_unless_its_name_says_otherwise() -> None:
    assert [(kind, name) for kind, name, _, _ in told("湖滨\n华北大区\n湖滨 North region")] == [
        ("service_point", "湖滨"),
        ("region", "华北大区"),
        ("region", "湖滨 North region"),
    ]


def test_two_service_points_of_one_name_may_stand_in_two_regions() -> None:
    assert len(told("东区 / 一店\n西区 / 一店")) == 4


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("东区 / 一店\n东区 / 一店", "twice", 2),
        ("a / b / c / d / e / f / g", "deep", 1),
        ("好" * 121, "too_long", 1),
        ("东区\n  维修一组", "under", 2),
        ("\n".join(f"网点{n}" for n in range(MOST + 1)), "too_many", MOST + 1),
    ],
)
def test_what_is_no_tree_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(TreeUnreadable) as refused:
        read_tree(text)
    assert (refused.value.code, refused.value.line) == (code, line)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_every_place_stands_under_an_earlier_one(text: str) -> None:
    try:
        places: tuple[Place, ...] = read_tree(text)
    except TreeUnreadable:
        return
    for position, place in enumerate(places):
        assert place.above is None or place.above < position
        assert place.name == place.name.strip() != ""
