"""The picture of a card: every place and move is on it, nothing inline, nothing on top of another."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from bihuan.ground.process.drawing import draw
from bihuan.ground.process.layout import BOX_HEIGHT, BOX_WIDTH, lay_out, main_row, wrapped
from bihuan.ground.process.reading import read_card
from tests.ground.process.made import SMALL, shipped

CARDS = {card.name: card for card in shipped()}
EVERY = pytest.mark.parametrize("name", sorted(CARDS))
BOTH = pytest.mark.parametrize("language", ["zh-hans", "en"])
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.demand("S0-08")
@EVERY
@BOTH
def test_every_place_and_every_move_is_drawn(name: str, language: str) -> None:
    card = CARDS[name]
    picture = ET.fromstring(draw(card, language=language))
    places = [group.get("data-place") for group in picture.iter(f"{SVG}g") if group.get("data-place")]
    assert sorted(place for place in places if place) == sorted(card.place_names)
    drawn = {word for group in picture.iter(f"{SVG}g") for word in (group.get("data-move") or "").split()}
    assert drawn == {move.name for move in (*card.moves, *card.reopens)}
    words = "".join(picture.itertext())
    for place in card.places:
        assert place.guide.in_(language) in words


@EVERY
def test_the_picture_passes_a_strict_content_policy(name: str) -> None:
    picture = ET.fromstring(draw(CARDS[name], language="en", here=CARDS[name].starts_at))
    for element in picture.iter():
        assert element.tag != f"{SVG}style"
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]


@EVERY
@BOTH
def test_no_two_places_and_no_two_lanes_lie_on_each_other(name: str, language: str) -> None:
    layout = lay_out(CARDS[name], language=language)
    for (left, top), (other_left, other_top) in combinations(layout.boxes.values(), 2):
        assert abs(left - other_left) >= BOX_WIDTH or abs(top - other_top) >= BOX_HEIGHT
    spans = []
    for lane in layout.lanes:
        ports = [*(port for _, port in lane.source_ports), lane.target_port]
        spans.append((lane.y, min(ports), max(ports)))
    for (y, low, high), (other_y, other_low, other_high) in combinations(spans, 2):
        assert y != other_y or high < other_low or low > other_high
    for left, top in layout.boxes.values():
        assert 0 <= left <= layout.width - BOX_WIDTH
        assert 0 <= top <= layout.height - BOX_HEIGHT


def test_the_main_row_is_the_way_a_repair_goes_when_all_is_well() -> None:
    assert main_row(CARDS["repair"]) == (
        "to_accept", "to_assign", "to_book", "booked", "on_the_way", "on_site", "done", "closed",
    )  # fmt: skip


def test_the_present_place_is_marked_once_and_not_by_colour_alone() -> None:
    picture = ET.fromstring(draw(CARDS["repair"], language="zh-hans", here="on_site"))
    marked = [group for group in picture.iter(f"{SVG}g") if group.get("aria-current")]
    assert [group.get("data-place") for group in marked] == ["on_site"]
    assert [rect.get("stroke-width") for rect in marked[0].iter(f"{SVG}rect")] == ["3"]


def test_words_of_a_card_cannot_break_the_picture() -> None:
    card = read_card(SMALL.replace('guide_en = "guide"', "guide_en = '<script>&\"'", 1))
    picture = ET.fromstring(draw(card, language="en"))
    assert 'begun: <script>&"' in "".join(picture.itertext())


def test_english_is_wrapped_between_words_and_chinese_anywhere() -> None:
    assert wrapped("In the workshop", 70) == ["In the", "workshop"]
    assert wrapped("Withdrawn", 12) == ["Withdrawn"]
    assert wrapped("客户不接受升级", 44) == ["客户不接", "受升级"]
