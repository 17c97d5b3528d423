"""Asking service points (派单), and what they answer (接单/退单). One is asked at a time."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Event, Fact
from bihuan.registers.access.errors import NotFound
from bihuan.registers.organisation.queries import node as node_at
from bihuan.registers.organisation.queries import service_points
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import give_to
from bihuan.service.cases.queries import card_of
from bihuan.service.dispatch.choosing import points_for
from bihuan.service.dispatch.deciding.models import Override
from bihuan.service.dispatch.deciding.overriding import note_override
from bihuan.service.dispatch.deciding.queue import wait_for
from bihuan.service.dispatch.errors import (
    NobodyToAsk,
    NoOfferHere,
    NothingToTakeBack,
    NotToOffer,
    OfferedAlready,
    PointRuledOut,
    ReasonUnknown,
)
from bihuan.service.dispatch.events import CaseAccepted, CaseOffered, CaseResent, CaseReturned, OfferWithdrawn
from bihuan.service.dispatch.models import Offer
from bihuan.service.dispatch.policy import answer_by, policy_for
from bihuan.service.dispatch.visiting import seal_words
from bihuan.service.dispatch.words import RETURN_REASONS

ACCEPT, RETURN = "accept", "return_case"
SWEEP = 200


def waits_for_point(case: Case) -> bool:
    """Whether the case stands where a service point's answer takes it on."""
    return any(move.name == ACCEPT and case.stands_at in move.leaves for move in card_of(case).moves)


@transaction.atomic
def offer(
    case: Case,
    *,
    node_id: int,
    doer: Doer,
    now: datetime,
    automatic: bool = False,
    by_choice: bool = False,
    why_not_best: str = "",
) -> Offer:
    """Ask this service point. `by_choice`: a person knows that it is full or returned the case before. Who is chosen
    by a person although another comes first is kept with `why_not_best`.

    Where the company has one service point nobody is asked: it has the case at once, in one step.
    """
    case = case_for_change(case.id)
    if not case.open or not waits_for_point(case):
        raise NotToOffer(case.number)
    standing = standing_offer(case.id)
    if standing is not None:
        raise OfferedAlready(case.number, standing.node.name)
    choice = points_for(case, now=now)
    ruled_out = choice.why_not(node_id)
    if ruled_out is None and all(one.id != node_id for one in choice.candidates):
        raise NotFound
    if ruled_out is not None and not (by_choice and ruled_out.a_person_may):
        raise PointRuledOut(ruled_out.name, ruled_out.rule)
    node = node_at(node_id)
    minutes = policy_for(node).point_minutes
    made = Offer.objects.create(
        case=case,
        node=node,
        from_node_id=case.node_id,
        automatic=automatic,
        made_at=now,
        answer_by=answer_by(case, minutes=minutes, now=now),
    )
    with writing():
        give_to(case, node_id=node_id, by=doer.by, now=now)
        told = CaseOffered(
            subject_id=case.id,
            offer_id=made.id,
            node_id=node_id,
            answer_by=int(made.answer_by.timestamp()),
            automatic=automatic,
        )
        _record(case, told, doer, now)
        if not automatic:
            note_override(
                case,
                choice,
                stage=Override.POINT,
                chosen=node_id,
                reason=why_not_best,
                doer=doer,
                now=now,
            )
        if len(service_points()) == 1:
            _accept(made, doer=Doer.house(doer.by), now=now, one_step=True)
    return made


def offer_best(case: Case, *, doer: Doer, now: datetime, automatic: bool = False) -> Offer:
    """Ask the service point that comes first; refused when each is ruled out."""
    best = points_for(case, now=now).best
    if best is None:
        raise NobodyToAsk(case.number)
    return offer(case, node_id=best.id, doer=doer, now=now, automatic=automatic)


@transaction.atomic
def accept_offer(case: Case, *, doer: Doer, now: datetime) -> Offer:
    """接单: the service point that was asked takes the case."""
    case = case_for_change(case.id)
    standing = standing_offer(case.id)
    if standing is None or standing.state != Offer.OPEN:
        raise NoOfferHere(case.number)
    with writing():
        return _accept(standing, doer=doer, now=now)


def _accept(standing: Offer, *, doer: Doer, now: datetime, one_step: bool = False) -> Offer:
    answered = Offer.objects.filter(id=standing.id, state=Offer.OPEN)
    if not answered.update(state=Offer.ACCEPTED, answered_at=now, answered_by=_person(doer)):
        raise NoOfferHere(standing.case.number)
    standing.state = Offer.ACCEPTED
    case = standing.case
    told = CaseAccepted(subject_id=case.id, offer_id=standing.id, node_id=standing.node_id, one_step=one_step)
    _record(case, told, doer, now)
    tick(case, Need.SERVICE_POINT_ACCEPTED, by=doer.by, now=now)
    move_case(case, ACCEPT, doer=doer, now=now)
    return standing


@transaction.atomic
def return_offer(case: Case, *, reason: str, words: str, doer: Doer, now: datetime) -> Offer:
    """退单: the service point gives the case back, before or after it had accepted, and says why."""
    if reason not in RETURN_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    standing = standing_offer(case.id)
    if standing is None:
        raise NoOfferHere(case.number)
    return _give_back(standing, state=Offer.RETURNED, reason=reason, words=words, doer=doer, now=now)


def _give_back(standing: Offer, *, state: str, reason: str, words: str, doer: Doer, now: datetime) -> Offer:
    case = standing.case
    answered = Offer.objects.filter(id=standing.id, state=standing.state)
    if not answered.update(
        state=state,
        reason=reason,
        words_sealed=seal_words(case, words),
        answered_at=now,
        answered_by=_person(doer),
    ):
        raise NoOfferHere(case.number)
    standing.state, standing.reason = state, reason
    with writing():
        move_case(case, RETURN, doer=doer, now=now, reason=reason)
        give_to(case, node_id=standing.from_node_id, by=doer.by, now=now)
        told = CaseReturned(
            subject_id=case.id,
            offer_id=standing.id,
            node_id=standing.node_id,
            reason=reason,
            recalled=state == Offer.RECALLED,
        )
        _record(case, told, doer, now)
    return standing


def recall_unanswered(now: datetime) -> int:
    """A sweep: service points that did not answer in time lose the offer, each exactly once. Returns how many."""
    late = Offer.objects.filter(state=Offer.OPEN, answer_by__lt=now).order_by("answer_by")
    return sum(_recall(offer_id, now=now) for offer_id in late.values_list("id", flat=True)[:SWEEP])


@transaction.atomic
def _recall(offer_id: int, *, now: datetime) -> bool:
    case_id = Offer.objects.filter(id=offer_id).values_list("case_id", flat=True)[0]
    case_for_change(case_id)
    standing = (
        Offer.objects.select_related("case__customer", "node").filter(id=offer_id, state=Offer.OPEN).first()
    )
    if standing is None:
        return False
    doer = Doer.house(CLOCK)
    _give_back(standing, state=Offer.RECALLED, reason="no_answer", words="", doer=doer, now=now)
    return True


@transaction.atomic
def take_back(case: Case, *, doer: Doer, now: datetime) -> None:
    """Withdraw a question that was not answered yet; the case waits for a service point again. Whoever comes too
    late is told."""
    case = case_for_change(case.id)
    if not withdraw_open(case, doer=doer, now=now):
        raise NothingToTakeBack(case.number)


def withdraw_open(case: Case, *, doer: Doer, now: datetime) -> bool:
    """Take an open offer back, and the case from the node it was offered to. False where none is open."""
    standing = standing_offer(case.id)
    if standing is None or standing.state != Offer.OPEN:
        return False
    mine = Offer.objects.filter(id=standing.id, state=Offer.OPEN)
    if not mine.update(state=Offer.WITHDRAWN, answered_at=now):
        return False
    give_to(case, node_id=standing.from_node_id, by=doer.by, now=now)
    told = OfferWithdrawn(subject_id=case.id, offer_id=standing.id, node_id=standing.node_id)
    _record(case, told, doer, now)
    return True


def standing_offer(case_id: int) -> Offer | None:
    """The offer that is open or accepted, with its case and node."""
    rows = Offer.objects.select_related("case__customer", "node")
    return rows.filter(case_id=case_id, state__in=(Offer.OPEN, Offer.ACCEPTED)).first()


def offer_resent(fact: Fact[CaseResent]) -> None:
    """Later, when a case came back from the phone or for a second round: ask the best service point."""
    offer_by_itself(case_to_offer(fact.event.subject_id), now=fact.recorded_at)


def offer_returned(fact: Fact[CaseReturned]) -> None:
    """Later, when a service point gave a case back: ask the next one, never the same again."""
    offer_by_itself(case_to_offer(fact.event.subject_id), now=fact.recorded_at)


def case_to_offer(case_id: int) -> Case:
    """The case with what choosing a service point reads of it."""
    return Case.objects.select_related("node", "place", "report").get(id=case_id)


def offer_by_itself(case: Case, *, now: datetime) -> None:
    """Ask the best where the case waits for it and the house wishes it; else it stays for a person."""
    if not case.open or not waits_for_point(case) or standing_offer(case.id) is not None:
        return
    if not policy_for(case.node).auto_offer:
        return
    best = points_for(case, now=now).best
    if best is None:
        wait_for(case, now=now)
    else:
        offer(case, node_id=best.id, doer=Doer.house(CLOCK), now=now, automatic=True)


def _person(doer: Doer) -> int:
    return doer.by.id if doer.by.kind == "staff" else 0


def _record(case: Case, event: Event, doer: Doer, now: datetime) -> None:
    record(event, by=doer.by, now=now, chain=case.chain_id)
