"""The tokenizer: whatever stands in a text is found by any piece of it, on both databases, whatever is typed."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.searching.asking import for_postgresql, for_sqlite, term_of, words_in
from bihuan.ground.searching.marking import excerpt
from bihuan.ground.searching.tokens import contains, needed, normal, tokens_of

SIGNS = st.sampled_from(
    [*"制冷不了空调漏水𠮷㙍あア한é", *"abKFRsn0123456789ＡＢ１２", *" ，。-/_.*\"'():^~|&!\\\n\t"]
)
TEXT = st.one_of(st.text(SIGNS, max_size=40), st.text(max_size=40))


def holds(tokens: set[str], term: str) -> bool:
    """What both indexes answer."""
    return tokens.issuperset(needed(term))


@given(TEXT, st.data())
def test_every_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    told = normal(text)
    begins = data.draw(st.integers(0, len(told)))
    piece = told[begins : data.draw(st.integers(begins, len(told)))]
    assert holds(tokens_of(text), piece)
    assert contains(told, piece)


@pytest.mark.django_db
@given(st.lists(TEXT, min_size=1, max_size=5), st.booleans())
def test_no_question_is_read_as_the_language_of_a_database(texts: list[str], aside: bool) -> None:
    terms = [term_of(word, aside=aside) for word in words_in(" ".join(texts))]
    asked = [term for term in terms if term is not None]
    if not asked:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            question = "SELECT count(*) FROM searching_found WHERE searching_found MATCH %s"
            cursor.execute(question, [for_sqlite(asked)])
        else:
            cursor.execute(
                "SELECT count(*) FROM searching_words WHERE tokens @@ %s::tsquery", [for_postgresql(asked)]
            )
        assert cursor.fetchone() == (0,)


@given(TEXT, st.lists(TEXT, max_size=3), st.integers(5, 60))
def test_an_excerpt_is_a_piece_of_the_text_as_it_was_written(
    text: str, words: list[str], length: int
) -> None:
    plain = " ".join(text.split())
    shown = "".join(piece.text for piece in excerpt(text, [normal(word) for word in words], length=length))
    assert shown.strip("…") in plain + plain.strip("…")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("不制冷", {"不", "制", "冷", "不制", "制冷"}),
        ("Ｋ-35！", {"k", "3", "5", "k3", "35", "k35"}),
        ("E5", {"e", "5", "e5"}),
        ("", set()),
    ],
)
def test_tokens_are_as_written_down(text: str, tokens: set[str]) -> None:
    assert tokens_of(text) == tokens


def test_of_a_long_number_only_some_pieces_are_asked_for() -> None:
    assert needed("sn987654321") == ("sn98", "6543", "5432", "4321")
    assert needed("不制冷kfr-3") == ("不制", "制冷", "kfr", "3")


def test_a_serial_is_found_with_and_without_its_joints() -> None:
    held, bare = tokens_of("SN-987654321"), tokens_of("SN987654321")
    assert held == bare
    assert holds(held, "sn987654321") and holds(held, "sn-987654321") and holds(bare, "sn-9876")
    assert contains("sn-987654321", "sn987654321") and contains("sn987654321", "sn-987654321")


def test_the_hit_is_marked_as_it_was_written() -> None:
    pieces = excerpt("机器突然不制冷了，型号ＫＦＲ-35", ["制冷", "kfr"])
    assert [(piece.text, piece.hit) for piece in pieces] == [
        *(("机器突然不", False), ("制冷", True), ("了，型号", False), ("ＫＦＲ", True), ("-35", False)),
    ]
