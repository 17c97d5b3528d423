"""What other systems call a state, and where a case of theirs stands here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import Card
from bihuan.ground.process.reading import read_card
from bihuan.service.cases.cards_in_use import shipped_texts
from bihuan.service.imports.case_words import ON_HOLD, STATE_WORDS, lies_open

CARDS = {name: read_card(text) for name, text in shipped_texts().items()}
pytestmark = pytest.mark.demand("U-04")


@pytest.mark.parametrize(
    ("state", "point", "technician", "place", "earlier"),
    [
        ("first", False, False, "to_accept", False),
        ("to_assign", False, False, "to_accept", True),
        ("to_assign", True, False, "to_assign", False),
        ("first", True, False, "to_assign", False),
        ("to_book", True, True, "to_book", False),
        ("booked", True, True, "to_book", True),
        ("on_site", True, False, "to_assign", True),
        ("on_hold", False, False, "on_hold", False),
        ("", True, True, "to_book", False),
    ],
)
def test_a_repair_stands_as_far_as_its_card_allows(
    state: str, point: bool, technician: bool, place: str, earlier: bool
) -> None:
    found = lies_open(CARDS["repair"], state, with_point=point, with_technician=technician)
    assert found == (place, earlier)


@given(
    st.sampled_from(sorted(CARDS.values(), key=lambda card: card.name)),
    st.sampled_from(["", *STATE_WORDS, *CARDS["complaint"].place_names]),
    st.booleans(),
    st.booleans(),
)
def test_a_case_always_stands_at_an_open_place_of_its_card(
    card: Card, state: str, point: bool, technician: bool
) -> None:
    place, _earlier = lies_open(card, state, with_point=point, with_technician=technician)
    assert place in card.place_names
    assert place not in card.ends


def test_no_word_means_two_states() -> None:
    words = [word for its in STATE_WORDS.values() for word in its]
    assert sorted(words) == sorted(set(words))
    assert ON_HOLD in STATE_WORDS
