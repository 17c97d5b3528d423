"""The cards that come with the product: sound, walkable to an end, with a guide at every place."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.process.card import STAGES, Card
from bihuan.ground.process.steps import ROLES, faults, leaving_moves, open_moves, reachable, ticked_after
from bihuan.registers.access.roles import Role
from bihuan.service.cases.needs import Need
from tests.ground.process.made import shipped

CARDS = {card.name: card for card in shipped()}
NEEDS = frozenset(str(need) for need in Need)
FIELD = {
    "repair",
    "installation",
    "relocation",
    "cleaning",
    "inspection",
    "maintenance",
    "delivery",
    "recycling",
}
EVERY = pytest.mark.parametrize("name", sorted(CARDS))
TRADE = {
    "to_accept",
    "to_assign",
    "to_book",
    "booked",
    "on_site",
    "on_hold",
    "done",
    "to_call_back",
    "closed",
    "withdrawn",
}


def test_a_card_ships_for_every_kind_of_work() -> None:
    desk = {"support", "consultation", "suggestion", "complaint", "return_exchange", "extended_warranty"}
    assert set(CARDS) == FIELD | desk
    assert {card.kind for card in CARDS.values()} == set(CARDS)


@pytest.mark.demand("S0-08", "S3-05", "S3-142")
@EVERY
def test_every_place_has_a_guide_and_a_standard_and_the_card_has_no_fault(name: str) -> None:
    card = CARDS[name]
    assert faults(card, known_needs=NEEDS) == []
    for place in card.places:
        for words in (place.title, place.guide, place.standard):
            assert words.zh and words.en


def test_the_roles_of_cards_are_the_roles_people_have() -> None:
    assert frozenset(str(role) for role in Role) | {"system"} == ROLES


@pytest.mark.demand("S3-142")
@EVERY
def test_somebody_is_responsible_for_every_step(name: str) -> None:
    for move in (*CARDS[name].moves, *CARDS[name].reopens):
        assert move.allowed_to


@EVERY
def test_every_open_place_can_reach_closing_without_being_reopened(name: str) -> None:
    card = CARDS[name]
    for place in set(card.place_names) - card.ends:
        assert "closed" in reachable(card, place, reopening=False) or card.ends & reachable(card, place)


@EVERY
def test_the_customers_track_never_skips_its_beginning_or_end(name: str) -> None:
    card = CARDS[name]
    assert card.place(card.starts_at).stage == "received"
    assert {card.place(end).stage for end in card.ends} == {"closed"}
    assert all(place.stage in STAGES for place in card.places)


@pytest.mark.parametrize("name", sorted(FIELD))
def test_field_work_has_the_places_of_the_trade(name: str) -> None:
    card = CARDS[name]
    assert set(card.place_names) >= TRADE
    assert card.ends == frozenset({"closed", "withdrawn"})
    assert card.clock_rests_at == frozenset({"on_hold"})
    finish = card.move("finish")
    assert finish.reaches == "done"
    assert "customer_signed" in finish.needs


@pytest.mark.parametrize("name", sorted(FIELD))
def test_field_work_can_be_called_off_from_every_place_until_it_is_done(name: str) -> None:
    card = CARDS[name]
    after = {"done", "to_call_back", "closed", "withdrawn"}
    assert card.move("cancel").leaves == frozenset(card.place_names) - after
    assert card.move("cancel").asks_reason is True


@EVERY
def test_a_low_score_reopens_done_and_closed_to_the_callback_desk(name: str) -> None:
    move = CARDS[name].move("low_score")
    assert (move.leaves, move.reaches) == (frozenset({"done", "closed"}), "to_call_back")


@EVERY
def test_a_score_reopens_by_itself_and_people_say_why(name: str) -> None:
    by_hand = [move for move in CARDS[name].reopens if "agent" in move.allowed_to]
    assert CARDS[name].move("low_score").allowed_to == frozenset({"system"})
    assert [(move.name, move.asks_reason) for move in by_hand] == [("not_solved", True)]


@EVERY
def test_silence_is_closed_by_the_clock_alone_and_keeps_the_outcome_of_the_work(name: str) -> None:
    move = CARDS[name].move("close_silent")
    assert (move.allowed_to, move.outcome) == (frozenset({"system"}), "")


@pytest.mark.parametrize("name", sorted(FIELD))
def test_a_new_visit_needs_a_new_slot_test_and_signature(name: str) -> None:
    everything = NEEDS
    for move in ("second_visit", "not_at_home", "hold"):
        left = ticked_after(CARDS[name].move(move), everything)
        assert not left & {"slot_agreed", "arrived", "functions_tested", "customer_signed"}
    returned = ticked_after(CARDS[name].move("return_case"), everything)
    assert not returned & {"service_point_accepted", "technician_assigned", "technician_accepted"}


def walk(card: Card, dice: random.Random, *, patience: int = 400) -> str:
    """Take moves at random, ticking what is missing with some luck; the end, or where patience ran out."""
    place, ticked = card.starts_at, frozenset[str]()
    for _ in range(patience):
        if place in card.ends:
            return place
        moves = [move for move in leaving_moves(card, place) if move not in card.reopens]
        assert moves, f"{card.name}: stuck at {place}"
        move = dice.choice(moves)
        if dice.random() < 0.7:
            ticked |= move.needs
        if move in open_moves(card, place, ticked):
            place, ticked = move.reaches, ticked_after(move, ticked)
    return place


@EVERY
def test_thousands_of_random_walks_all_come_to_an_end(name: str) -> None:
    card, dice = CARDS[name], random.Random(20261123)
    ends = [walk(card, dice) for _ in range(2000)]
    assert set(ends) <= card.ends
    assert "closed" in ends


@given(name=st.sampled_from(sorted(CARDS)), seed=st.integers())
def test_a_reopened_case_comes_to_an_end_again(name: str, seed: int) -> None:
    card, dice = CARDS[name], random.Random(seed)
    place, ticked = "to_call_back", frozenset[str]()
    for _ in range(600):
        if place in card.ends and dice.random() < 0.5:
            break
        moves = leaving_moves(card, place)
        if not moves:
            break
        move = dice.choice(moves)
        place, ticked = move.reaches, ticked_after(move, ticked | move.needs)
    assert card.ends & reachable(card, place, reopening=False)
