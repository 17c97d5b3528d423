"""Where a card lets you go, and every fault a card can have."""

import pytest

from bihuan.ground.process.reading import read_card
from bihuan.ground.process.steps import (
    faults,
    leaving_moves,
    missing,
    moves_of,
    open_moves,
    reachable,
    ticked_after,
)
from tests.ground.process.made import SMALL, small

KNOWN = frozenset({"arrived"})


def names(moves: tuple[object, ...]) -> list[str]:
    return [move.name for move in moves]  # type: ignore[attr-defined]


def test_a_move_opens_when_nothing_is_missing_any_more() -> None:
    card = small()
    assert names(open_moves(card, "begun", frozenset())) == []
    assert missing(card.move("work"), frozenset()) == frozenset({"arrived"})
    assert names(open_moves(card, "begun", frozenset({"arrived", "other"}))) == ["work"]
    assert names(leaving_moves(card, "begun")) == ["work"]


def test_a_move_is_open_only_to_its_roles() -> None:
    card = small()
    assert names(open_moves(card, "under_way", frozenset(), frozenset({"agent"}))) == []
    assert names(open_moves(card, "under_way", frozenset(), frozenset({"agent", "technician"}))) == ["end"]
    assert names(moves_of(card, "begun", frozenset({"technician"}))) == ["work"]
    assert names(open_moves(card, "over", frozenset(), frozenset({"supervisor"}))) == ["again"]


def test_a_move_takes_back_what_is_no_longer_so() -> None:
    card = small()
    assert ticked_after(card.move("end"), frozenset({"arrived", "other"})) == frozenset({"other"})


def test_a_sound_card_has_no_faults() -> None:
    assert faults(small(), known_needs=KNOWN) == []
    assert reachable(small(), "over", reopening=False) == frozenset({"over"})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('needs = ["arrived"]', 'needs = ["luck"]', "the move 'work' needs 'luck', a word nobody can tick."),
        (
            'unticks = ["arrived"]',
            'unticks = ["luck"]',
            "the move 'end' unticks 'luck', a word nobody can tick.",
        ),
        (
            'allowed_to = ["supervisor"]',
            'allowed_to = ["boss"]',
            "the move 'again' is allowed to 'boss', a role nobody has.",
        ),
        ('allowed_to = ["supervisor"]', "allowed_to = []", "the move 'again' is allowed to nobody."),
        ('guide_en = "guide"', 'guide_en = " "', "the place 'begun' has no guide in both languages."),
        ('standard_zh = "标准"', "", "the place 'begun' has no standard in both languages."),
        ('title_zh = "做"', "", "the move 'work' has no title in both languages."),
        ('title_zh = "小"', "", "it has no title in both languages."),
        ('starts_at = "begun"', 'starts_at = "dawn"', "it starts at 'dawn', which is no place of it."),
        ('ends = ["over"]', 'ends = ["over", "dusk"]', "it ends at 'dusk', which is no place of it."),
        ('ends = ["over"]', "ends = []", "it has no end."),
        (
            'ends = ["over"]',
            'ends = ["over"]\nclock_rests_at = ["bed"]',
            "its clock rests at 'bed', which is no place of it.",
        ),
        (
            'ends = ["over"]',
            'ends = ["over"]\nclock_rests_at = ["over"]',
            "its clock rests at the end 'over'; every clock stops there.",
        ),
        (
            'reaches = "under_way"',
            'reaches = "moon"',
            "the move 'work' names 'moon', which is no place of it.",
        ),
        ('reaches = "under_way"', 'reaches = "begun"', "the place 'under_way' cannot be reached."),
        ('leaves = ["under_way"]', "leaves = []", "the move 'end' leaves no place."),
        ('leaves = ["under_way"]', 'leaves = ["begun"]', "from the place 'under_way' no end can be reached."),
        (
            'leaves = ["begun"]',
            'leaves = ["begun", "over"]',
            "the move 'work' leaves the end 'over'; only a reopening may.",
        ),
        ('reaches = "begun"', 'reaches = "over"', "the reopening 'again' reaches the end 'over'."),
        ("[reopens.again]", "[reopens.end]", "the name 'end' is both a move and a reopening."),
    ],
)
def test_every_fault_is_named_in_a_sentence(old: str, new: str, sentence: str) -> None:
    found = faults(read_card(SMALL.replace(old, new, 1)), known_needs=KNOWN)
    assert f"small: {sentence}" in found


def test_a_card_without_places_is_a_fault() -> None:
    bare = read_card('name = "x"\nversion = 1\nkind = "k"\ntitle_zh = "一"\ntitle_en = "x"\nstarts_at = "a"')
    assert faults(bare, known_needs=KNOWN) == [
        "x: it has no places.",
        "x: it starts at 'a', which is no place of it.",
        "x: it has no end.",
    ]
