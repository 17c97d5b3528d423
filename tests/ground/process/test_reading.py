"""A card is read strictly: what nobody knows is refused with a sentence."""

from pathlib import Path

import pytest

from bihuan.ground.process.card import Said
from bihuan.ground.process.reading import CardRefused, read_card, read_card_file
from tests.ground.process.made import SMALL, small


def test_a_card_is_read_whole() -> None:
    card = small()
    assert (card.name, card.version, card.kind, card.starts_at) == ("small", 1, "repair", "begun")
    assert card.place_names == ("begun", "under_way", "over")
    assert card.ends == frozenset({"over"})
    assert card.clock_rests_at == frozenset()
    end = card.move("end")
    assert (end.leaves, end.reaches, end.outcome) == (frozenset({"under_way"}), "over", "finished")
    assert end.asks_reason is True
    assert end.unticks == frozenset({"arrived"})
    assert card.move("work").needs == frozenset({"arrived"})
    assert card.move("work").allowed_to == frozenset({"technician"})
    assert [move.name for move in card.reopens] == ["again"]
    assert card.place("begun").guide == Said(zh="指引", en="guide")


def test_words_are_said_in_the_readers_language() -> None:
    said = Said(zh="完工", en="Done")
    assert [said.in_(code) for code in ("zh-hans", "zh-Hant", "en", "fr")] == ["完工", "完工", "Done", "Done"]


def test_unknown_places_and_moves_are_named() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        small().place("nowhere")
    with pytest.raises(KeyError, match="fly"):
        small().move("fly")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'kind = "repair"',
            'kind = "repair"\ncolour = "red"',
            "The card small: nobody knows the word 'colour'",
        ),
        (
            'guide_en = "guide"',
            'gide_en = "guide"',
            "The card small, place begun: nobody knows the word 'gide_en'",
        ),
        (
            'reaches = "over"',
            'reaches = "over"\nneed = []',
            "The card small, move end: nobody knows the word 'need'",
        ),
        ("version = 1", "version = 0", "The card small: the version is a whole number from 1 on."),
        ("version = 1", "version = true", "The card small: the version is a whole number from 1 on."),
        ('starts_at = "begun"', "", "The card small: starts_at is missing."),
        ('ends = ["over"]', 'ends = "over"', "The card small: ends is a list of words."),
        ('stage = "received"', 'stage = "lost"', "The card small, place begun: the stage 'lost' is none of"),
        (
            "asks_reason = true",
            'asks_reason = "yes"',
            "The card small, move end: asks_reason is true or false.",
        ),
        ('title_en = "small"', "title_en = 5", "The card small: title_zh and title_en are texts."),
        ('name = "small"', "name = small", "The card is no TOML"),
        ('name = "small"', "", "The card: name is missing."),
    ],
)
def test_a_word_that_does_not_fit_is_refused_with_its_place(old: str, new: str, sentence: str) -> None:
    with pytest.raises(CardRefused) as refusal:
        read_card(SMALL.replace(old, new, 1))
    assert str(refusal.value).startswith(sentence)


def test_a_table_must_hold_tables() -> None:
    with pytest.raises(CardRefused, match="places is a table of tables"):
        read_card('name = "x"\nversion = 1\nkind = "k"\nstarts_at = "a"\nplaces = ["a"]')


def test_a_card_is_called_like_its_file(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_text(SMALL, "utf-8")
    with pytest.raises(CardRefused, match=r"small stands in a file called big\.toml"):
        read_card_file(path)
