"""Keeps offers, technicians and visits in step with the moves that others take: on site, at a desk, by the clock.

What this room does itself is already so when the move is heard; then nothing is left to do here.
"""

from datetime import datetime

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Fact
from bihuan.ground.process.card import Move
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.events import CaseMoved
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import give_to
from bihuan.service.cases.queries import card_of
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.deciding.suggesting import open_suggestion, settle_suggestion
from bihuan.service.dispatch.events import CaseResent, CaseReturned, OfferWithdrawn
from bihuan.service.dispatch.grabs.rounds import withdraw_round
from bihuan.service.dispatch.mates import finish_mate
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.offering import ACCEPT, RETURN, standing_offer, waits_for_point, withdraw_open
from bihuan.service.dispatch.visiting import end_visit, give_up, open_visit, plan_visit, release

DEPART, ARRIVE, NOT_AT_HOME = "depart", "arrive", "not_at_home"
TO_ASSIGN, TO_BOOK = "to_assign", "to_book"


def follow(fact: Fact[CaseMoved]) -> None:
    """At once with every move of a case that goes to a customer."""
    case = Case.objects.select_related("customer").get(id=fact.event.subject_id)
    card = card_of(case)
    if all(move.name != ACCEPT for move in card.moves):
        return
    move = card.move(fact.event.move)
    doer, now = Doer.house(fact.by), fact.recorded_at
    if fact.event.left == TO_ASSIGN:
        _end_search(case, doer=doer, now=now)
    _follow_offer(case, move, doer=doer, now=now)
    if move.name == DEPART:
        Visit.objects.filter(case=case, state=Visit.BOOKED).update(
            state=Visit.ON_THE_WAY, set_off_at=fact.happened_at
        )
        return
    if move.name == ARRIVE:
        under_way = Visit.objects.filter(case=case, state__in=(Visit.BOOKED, Visit.ON_THE_WAY))
        under_way.update(
            state=Visit.ARRIVED, arrived_at=fact.happened_at, evening_due_at=None, hours_due_at=None
        )
        return
    if waits_for_point(case) and move.name != RETURN:
        record(CaseResent(subject_id=case.id), by=fact.by, now=now, chain=case.chain_id)
    done = card.place(move.reaches).stage in {"done", "closed"}
    _follow_visit(case, move, done=done, doer=doer, now=now, happened_at=fact.happened_at)
    if done:
        _finish(case, withdrawn=move.reaches == "withdrawn", doer=doer, now=now)


def _end_search(case: Case, *, doer: Doer, now: datetime) -> None:
    """Nobody is sought for the case any more: it is not up for grabs, and what was proposed is settled."""
    withdraw_round(case, by=doer.by, now=now)
    if open_suggestion(case.id) is not None:
        standing = standing_assignment(case.id)
        settle_suggestion(
            case, technician_id=standing.technician_id if standing is not None else 0, doer=doer, now=now
        )


def _follow_offer(case: Case, move: Move, *, doer: Doer, now: datetime) -> None:
    """The offer ends with a return that somebody took on the card, or when the case goes another way."""
    standing = standing_offer(case.id)
    if standing is None:
        return
    if Need.SERVICE_POINT_ACCEPTED in move.unticks:
        _end_offer(case, standing, returned=move.name == RETURN, doer=doer, now=now)
    elif standing.state == Offer.OPEN and move.name != ACCEPT:
        withdraw_open(case, doer=doer, now=now)


def _end_offer(case: Case, standing: Offer, *, returned: bool, doer: Doer, now: datetime) -> None:
    state = Offer.RETURNED if returned else Offer.WITHDRAWN
    told = {"state": state, "reason": "moved_on", "answered_at": now}
    if not Offer.objects.filter(id=standing.id, state=standing.state).update(**told):
        return
    give_to(case, node_id=standing.from_node_id, by=doer.by, now=now)
    event = (
        CaseReturned(subject_id=case.id, offer_id=standing.id, node_id=standing.node_id, reason="moved_on")
        if returned
        else OfferWithdrawn(subject_id=case.id, offer_id=standing.id, node_id=standing.node_id)
    )
    record(event, by=doer.by, now=now, chain=case.chain_id)


def _follow_visit(
    case: Case, move: Move, *, done: bool, doer: Doer, now: datetime, happened_at: datetime
) -> None:
    """A visit under way ends with the move; one only agreed on is given up."""
    if Need.TECHNICIAN_ASSIGNED in move.unticks:
        release(case, state=Assignment.WITHDRAWN, reason="moved_on", words="", doer=doer, now=now)
        return
    visit = open_visit(case.id)
    if visit is not None and (done or Need.SLOT_AGREED in move.unticks) and visit.state != Visit.PLANNED:
        _end(visit, move, done=done, doer=doer, now=now, happened_at=happened_at)
    elif visit is not None and done:
        end_visit(visit, state=Visit.WITHDRAWN, now=now)
    if move.reaches == TO_BOOK and (visit is None or visit.state not in Visit.OPEN):
        standing = standing_assignment(case.id)
        if standing is not None:
            plan_visit(case, technician_id=standing.technician_id, now=now)


def _end(visit: Visit, move: Move, *, done: bool, doer: Doer, now: datetime, happened_at: datetime) -> None:
    if move.name == NOT_AT_HOME:
        end_visit(visit, state=Visit.MISSED, now=happened_at)
    elif visit.state == Visit.ARRIVED:
        end_visit(visit, state=Visit.FINISHED, now=happened_at)
    else:
        give_up(visit, reason="moved_on", by_customer=doer.by.kind == "customer", doer=doer, now=now)


def _finish(case: Case, *, withdrawn: bool, doer: Doer, now: datetime) -> None:
    """The technician's part ends with the work; of a case that was cancelled they are released."""
    if withdrawn:
        release(case, state=Assignment.WITHDRAWN, reason="moved_on", words="", doer=doer, now=now)
        return
    Assignment.objects.filter(case=case, state__in=Assignment.STANDING).update(
        state=Assignment.FINISHED, ended_at=now
    )
    finish_mate(case, now=now)
