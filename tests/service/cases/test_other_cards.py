"""Every card can be walked from its first place to its end by the people it names."""

import pytest

from bihuan.ground.journal.queries import faults_of
from bihuan.ground.process.card import Card, Move
from bihuan.ground.process.steps import missing
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.cards_in_use import all_cards, shipped_texts
from bihuan.service.cases.errors import NotYourApproval
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import card_of, ticked_on
from bihuan.service.cases.writing_up import WRITTEN_UP, write_up
from tests.makers import NOW, Company, a_case, company

pytestmark = pytest.mark.django_db
ALL_KINDS = {
    "repair",
    "installation",
    "relocation",
    "cleaning",
    "inspection",
    "support",
    "consultation",
    "suggestion",
    "complaint",
    "return_exchange",
    "maintenance",
    "delivery",
    "recycling",
    "extended_warranty",
}


@pytest.mark.demand("S0-01", "S0-08", "S3-05", "S3-142", "S1-01", "S4-01", "U-03")
def test_fourteen_cards_ship_each_place_with_guide_and_standard() -> None:
    cards = {card.name: card for card in all_cards()}
    assert set(cards) == ALL_KINDS
    silent = [
        (c.name, p.name) for c in cards.values() for p in c.places if not (p.guide.zh and p.standard.en)
    ]
    assert silent == []


@pytest.mark.demand("S0-03", "S0-04", "S0-05", "S0-06", "S3-66")
@pytest.mark.parametrize("kind", sorted(ALL_KINDS))
def test_a_case_of_each_kind_walks_from_its_first_place_to_its_end(kind: str) -> None:
    made = company()
    case = a_case(made, kind=kind, words="请安排处理一下这台冰箱的事情")
    assert (case.kind, case.card) == (kind, kind)
    for _ in range(20):
        if not case.open:
            break
        _step(made, case, _way_forward(card_of(case), case.stands_at))
    assert (case.open, case.closed_how, faults_of(case.chain_id)) == (False, "confirmed", [])


def _way_forward(card: Card, place: str) -> Move:
    """The first move of the shortest way to the end called closed."""
    ways: list[tuple[str, list[Move]]] = [(place, [])]
    seen = {place}
    for at, taken in ways:
        if at == "closed":
            return taken[0]
        for move in card.moves:
            if at in move.leaves and move.reaches not in seen and move.name != "close_silent":
                seen.add(move.reaches)
                ways.append((move.reaches, [*taken, move]))
    raise AssertionError(f"{card.name}: no way from {place} to closed")


def _step(made: Company, case: Case, move: Move) -> None:
    for need in sorted(missing(move, ticked_on(case.id))):
        if need in WRITTEN_UP:
            role = Role.APPROVER if need == Need.PLAN_APPROVED else Role.SUPERVISOR
            write_up(case, Need(need), "已核实并处理", viewer=made.viewer(role), now=NOW)
        else:
            tick(case, Need(need), by=made.actor(Role.SUPERVISOR), now=NOW)
    role_name = sorted(move.allowed_to - {"customer", "system"})[0]
    doer = Doer(by=made.actor(Role(role_name)), roles=frozenset({role_name}))
    move_case(case, move.name, doer=doer, now=NOW, reason="customer")


@pytest.mark.demand("S2-33")
def test_nobody_approves_the_plan_they_wrote() -> None:
    made = company()
    case = a_case(made, kind="complaint")
    write_up(case, Need.PLAN_WRITTEN, "免费返修并补偿一次清洗", viewer=made.viewer(Role.SUPERVISOR), now=NOW)
    with pytest.raises(NotYourApproval):
        write_up(case, Need.PLAN_APPROVED, "同意", viewer=made.viewer(Role.SUPERVISOR), now=NOW)
    write_up(case, Need.PLAN_APPROVED, "同意", viewer=made.viewer(Role.APPROVER), now=NOW)
    assert Need.PLAN_APPROVED in ticked_on(case.id)


def test_shipped_cards_are_stored_under_their_own_names() -> None:
    assert set(shipped_texts()) == ALL_KINDS
