"""Opening cases and moving them along their cards. A state is moved, never set."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import hold_chain, lock_chains, record, writing
from bihuan.ground.journal.event import Actor, Event
from bihuan.ground.process.card import Card, Move
from bihuan.ground.process.steps import missing
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import always_urgent, core_function_lost, sorted_out
from bihuan.service.cases.cards_in_use import active_card, card_at
from bihuan.service.cases.errors import (
    CaseIsMerged,
    CaseMovedMeanwhile,
    HoldReasonNeeded,
    MoveElsewhere,
    MoveLacks,
    MoveNotYours,
    MoveUnknown,
    ReasonNeeded,
)
from bihuan.service.cases.events import (
    CaseClosed,
    CaseDone,
    CaseMoved,
    CaseOpened,
    CaseReopened,
    CaseRested,
    CaseResumed,
    NeedsUnticked,
    NeedTicked,
)
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.cases.rules import REST_REASONS, number_for, urgency_of
from bihuan.service.cases.triage import keep_triage
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import LIVE

SYSTEM = frozenset({"system"})


@dataclass(frozen=True, kw_only=True)
class Doer:
    """Who takes a step and in which roles; the clock and reactions do so as `system`."""

    by: Actor
    roles: frozenset[str]

    @classmethod
    def of(cls, viewer: Viewer) -> "Doer":
        return cls(by=viewer.actor, roles=frozenset(str(role) for role in viewer.roles))

    @classmethod
    def house(cls, by: Actor) -> "Doer":
        return cls(by=by, roles=SYSTEM)


def open_case(report: Report, *, words: str, node_id: int, by: Actor, now: datetime) -> Case:
    """A report becomes a case on the card of its kind, at that card's first place. Runs in the report's
    transaction; the number is drawn last but for the row itself."""
    machine = report.machine
    found = sorted_out(
        words,
        category=machine.category if machine else "",
        told_symptoms=report.symptoms,
        told_kind=report.kind,
    )
    kind = report.kind or found.kind
    card = active_card(kind)
    urgency = urgency_of(
        told=report.urgency,
        hazards=_dangers(report),
        core_lost=core_function_lost(report.symptoms),
        kind=kind,
        impact=found.impact,
    )
    case = _case(report, card=card, kind=kind, urgency=urgency, node_id=node_id, now=now)
    case.problem, case.wish = found.problem, report.wish or found.wish
    case.category = found.category
    case.department = report.department or found.department
    case.number = draw_number(now)
    case.save(force_insert=True)
    keep_triage(case, found, forced=_is_forced(report), now=now)
    _record(case, _opened(case), by=by, now=now, happened_at=report.received_at)
    return case


def _dangers(report: Report) -> list[str]:
    """What makes a case urgent whatever anybody chose: a word, a family set so, a code that means danger."""
    return [*report.hazards, *(["forced"] if _is_forced(report) else [])]


def _is_forced(report: Report) -> bool:
    machine = report.machine
    category, brand = (machine.category, machine.brand) if machine else ("", "")
    return always_urgent(category=category, error_code=report.error_code, brand=brand)


def _case(report: Report, *, card: Card, kind: str, urgency: str, node_id: int, now: datetime) -> Case:
    machine, place = report.machine, report.place
    return Case(
        report=report,
        chain_id=report.chain_id,
        customer_id=report.customer_id,
        machine=machine,
        place=place,
        node_id=node_id,
        owner_id=report.taken_by_id,
        department=report.department,
        card=card.name,
        card_version=card.version,
        stands_at=card.starts_at,
        stands_since=now,
        kind=kind,
        way=report.way,
        wish=report.wish,
        urgency=urgency,
        channel=report.channel,
        brand=machine.brand if machine else "",
        symptom=report.symptoms[0] if report.symptoms else "",
        city=place.city if place else "",
        district=place.district if place else "",
        street=place.street if place else "",
        outside_number=report.outside_number,
        opened_at=report.received_at,
    )


def _opened(case: Case) -> CaseOpened:
    return CaseOpened(
        subject_id=case.id,
        card=case.card,
        card_version=case.card_version,
        work=case.kind,
        urgency=case.urgency,
        channel=case.channel,
        node_id=case.node_id,
        owner_id=case.owner_id or 0,
        category=case.category,
        live=case.channel in LIVE and case.owner_id is not None,
    )


def draw_number(now: datetime) -> str:
    """The next number of the day, in the installation's zone. One statement; two at once never get the same."""
    day = localdate(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numbering (day, last) VALUES (%s, 1) "
            "ON CONFLICT (day) DO UPDATE SET last = cases_numbering.last + 1 RETURNING last",
            [day],
        )
        return number_for(day, cursor.fetchone()[0])


def _record(
    case: Case, event: Event, *, by: Actor, now: datetime, happened_at: datetime | None = None
) -> None:
    record(event, by=by, now=now, chain=case.chain_id, happened_at=happened_at, at_hand=case)


@transaction.atomic
def move_case(
    case: Case,
    move_name: str,
    *,
    doer: Doer,
    now: datetime,
    reason: str = "",
    happened_at: datetime | None = None,
) -> Case:
    """Take one step on the case's card, or say what is missing. Two at once: one wins, the other is told.

    `reason` is a code or a short text; a text is kept as a note by the caller, never in the journal.
    """
    hold_chain(case.chain_id)
    if case.merged_into is not None:
        raise CaseIsMerged(case.number, case.merged_into.number)
    card = card_at(case.card, case.card_version)
    move = _move_of(case, card, move_name)
    ticked = frozenset(Tick.objects.filter(case=case).values_list("need", flat=True))
    _refuse_wrong_move(case, card, move, ticked=ticked, doer=doer, reason=reason)
    changed = _after(case, card, move, reason=reason, now=now)
    if not Case.objects.filter(id=case.id, stands_at=case.stands_at, merged_into=None).update(**changed):
        raise CaseMovedMeanwhile(case.number)
    left = case.stands_at
    for name, value in changed.items():
        setattr(case, name, value)
    with writing():
        if stale := sorted(move.unticks & ticked):  # before the move is told: whoever hears it may tick anew
            untick(case, *(Need(need) for need in stale), by=doer.by, now=now)
        moved = CaseMoved(
            subject_id=case.id,
            move=move.name,
            left=left,
            reached=move.reaches,
            reason=_code(reason),
            outcome=move.outcome,
        )
        for event in (moved, *_what_it_means(case, card, move, left=left, reason=reason)):
            _record(case, event, by=doer.by, now=now, happened_at=happened_at)
    return case


def _move_of(case: Case, card: Card, name: str) -> Move:
    try:
        return card.move(name)
    except KeyError:
        raise MoveUnknown(case.number, name) from None


def _refuse_wrong_move(
    case: Case, card: Card, move: Move, *, ticked: frozenset[str], doer: Doer, reason: str
) -> None:
    if case.stands_at not in move.leaves:
        raise MoveElsewhere(case.number, card, move.name, case.stands_at)
    if doer.roles != SYSTEM and not move.allowed_to & doer.roles:
        raise MoveNotYours(case.number, card, move.name)
    if lacking := missing(move, ticked):
        raise MoveLacks(case.number, card, move.name, lacking)
    if move.asks_reason and not reason.strip():
        raise ReasonNeeded
    rests = move.reaches in card.clock_rests_at and case.stands_at not in card.clock_rests_at
    if rests and reason not in REST_REASONS | {move.outcome}:  # an end of a visit is told, and rests nothing
        raise HoldReasonNeeded


def _after(case: Case, card: Card, move: Move, *, reason: str, now: datetime) -> dict[str, Any]:
    """What the row says once the move is taken."""
    changed: dict[str, Any] = {"stands_at": move.reaches, "stands_since": now}
    stage = card.place(move.reaches).stage
    if move.outcome:
        changed["outcome"] = move.outcome
    changed["hold_reason"] = _code(reason) or case.hold_reason if move.reaches in card.clock_rests_at else ""
    if move.reaches in card.ends:
        changed |= {"open": False, "closed_at": now, "closed_how": _how(move)}
    elif not case.open:
        changed |= {"open": True, "closed_at": None, "closed_how": "", "reopened": case.reopened + 1}
    if stage == "done" and case.done_at is None:
        changed["done_at"] = now
    elif stage not in {"done", "closed"}:
        changed["done_at"] = None
    return changed


def _how(move: Move) -> str:
    """In which way a case ended: silence is named as such, and never counts as satisfied."""
    if move.reaches != "closed":
        return move.reaches[:16]  # withdrawn, or turned over to a case of another kind
    return "no_answer" if move.name == "close_silent" else "confirmed"


def _code(reason: str) -> str:
    """A reason as the journal may keep it: a code, never somebody's words."""
    return reason if re.fullmatch(r"[a-z][a-z_]{0,31}", reason) else ""


def _what_it_means(case: Case, card: Card, move: Move, *, left: str, reason: str) -> list[Event]:
    """The events that follow from a move by the card alone."""
    found: list[Event] = []
    rests = card.clock_rests_at
    if move.reaches in rests and left not in rests:
        found.append(CaseRested(subject_id=case.id, reason=_code(reason)))
    if left in rests and move.reaches not in rests:
        found.append(CaseResumed(subject_id=case.id))
    if move in card.reopens:
        found.append(CaseReopened(subject_id=case.id, reason=move.name))
    if card.place(move.reaches).stage == "done" and card.place(left).stage != "done":
        found.append(CaseDone(subject_id=case.id, outcome=case.outcome))
    if move.reaches in card.ends:
        found.append(CaseClosed(subject_id=case.id, how=case.closed_how))
    return found


@transaction.atomic(savepoint=False)  # it refuses nothing that a caller could go on from
def tick(case: Case, *needs: Need, by: Actor, now: datetime) -> None:
    """Say that what a card may ask for is now so. Rooms above call this; we never ask them. Saying it twice
    changes nothing."""
    known = set(Tick.objects.filter(case=case, need__in=needs).values_list("need", flat=True))
    fresh = [need for need in needs if need not in known]
    Tick.objects.bulk_create([Tick(case=case, need=need, at=now) for need in fresh], ignore_conflicts=True)
    with writing():
        for need in fresh:
            _record(case, NeedTicked(subject_id=case.id, need=need), by=by, now=now)


@transaction.atomic
def untick(case: Case, *needs: Need, by: Actor, now: datetime) -> None:
    """Say that what was met is not met any more."""
    if Tick.objects.filter(case=case, need__in=needs).delete()[0]:
        _record(case, NeedsUnticked(subject_id=case.id, needs=tuple(sorted(needs))), by=by, now=now)


def cases_for_change(case_ids: Iterable[int]) -> dict[int, Case]:
    """Several at once with place, customer and node, their stories locked too: inside a `writing()` block, and before
    anything else. Who is not there is not found."""
    rows = Case.objects.filter(id__in=list(case_ids))
    lock_chains(rows.values_list("chain_id", flat=True))
    read = rows.select_related("place", "customer", "node").select_for_update(of=("self",))
    return {case.id: case for case in read.order_by("id")}


def case_for_change(case_id: int) -> Case:
    """The case, locked until the transaction ends where the database can."""
    chain = Case.objects.filter(id=case_id).values_list("chain_id", flat=True).first()
    if chain is None:
        raise NotFound
    hold_chain(chain)
    return Case.objects.select_for_update().get(id=case_id)
