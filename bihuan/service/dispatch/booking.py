"""Agreeing when (预约): the customer or one of us chooses a two-hour slot; the technician's time is taken with it."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone, localtime, make_aware

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Event
from bihuan.registers.staff.actions import drop_holds
from bihuan.registers.staff.queries import Ability
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.dispatch.capacity.claiming import claim, hold_to_cap
from bihuan.service.dispatch.choosing import Crew, crew_of
from bihuan.service.dispatch.errors import (
    MovedTooOften,
    NotBooked,
    NotLater,
    OutsideShift,
    ReasonUnknown,
    SlotNotFree,
    SlotPast,
    SlotRuledOut,
    SlotUnknown,
    TooLateToMove,
    UnderWay,
    VisitMoved,
)
from bihuan.service.dispatch.events import LateSaid, ReminderDue, SlotBooked, SlotGivenUp
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.pairing import bring_mate, let_mate_go
from bihuan.service.dispatch.placing import give_back, put_in
from bihuan.service.dispatch.planning.intending import days_meant, forget_intended
from bihuan.service.dispatch.planning.versions import touch
from bihuan.service.dispatch.slots import Slot, days_of, shift_end, slot_at
from bihuan.service.dispatch.words import LATE_REASONS, REBOOK_REASONS

BOOK, REBOOK = "book", "rebook"
EVENING = time(18)
HOURS_BEFORE = timedelta(hours=2)
SWEEP = 500
MOST_MOVES, MOVE_BEFORE = 3, timedelta(minutes=30)
TIMELESS: dict[str, object] = {
    "evening_due_at": None,
    "hours_due_at": None,
    "expected_at": None,
    "late_said_at": None,
}


def visit_for_change(visit_id: int) -> Visit:
    """The visit with its case locked until the transaction ends, where the database can."""
    found = Visit.objects.values_list("case_id", flat=True).get(id=visit_id)
    case_for_change(found)
    rows = Visit.objects.select_related(
        "case__customer", "case__place", "technician__person", "technician__node"
    )
    return rows.get(id=visit_id)


@transaction.atomic
def book(
    visit: Visit,
    slot: Slot,
    *,
    doer: Doer,
    now: datetime,
    by_customer: bool = False,
    fee_told_fen: int = 0,
) -> Visit:
    """Agree on a slot for a planned visit. Refused, with nothing changed, when it has begun, lies outside the
    technician's hours or was taken meanwhile. `fee_told_fen`: the fee for looking that the customer was told."""
    visit = visit_for_change(visit.id)
    if visit.state != Visit.PLANNED:
        raise VisitMoved(visit.case.number)
    visit.fee_told_fen = fee_told_fen or visit.fee_told_fen
    take(visit, slot, doer=doer, now=now, by_customer=by_customer, again=False)
    return visit


def take(visit: Visit, slot: Slot, *, doer: Doer, now: datetime, by_customer: bool, again: bool) -> None:
    """The slot is agreed for a planned visit whose case is held; `again`: it replaces an earlier one."""
    day = localtime(slot.begins).date()
    touch(visit.technician.node_id, [day, *days_meant(visit.case_id)])
    drop_holds(subject_id=visit.case_id, technician_id=visit.technician_id, now=now)
    crew, mine = refuse_wrong_slot(visit, slot, now=now)
    claim(visit.case, node=visit.technician.node, day=day, visit_id=visit.id, now=now)
    hold_to_cap(visit, day=day)
    put_in(mine, slot, crew.task_of(visit.case), visit_id=visit.id, now=now)
    forget_intended(visit.case_id)
    with writing():
        bring_mate(visit, slot, crew=crew, doer=doer, now=now)
    told = {
        "state": Visit.BOOKED,
        "slot_from": slot.begins,
        "slot_until": slot.ends,
        "booked_at": now,
        "by_customer": by_customer,
        "fee_told_fen": visit.fee_told_fen,
        **TIMELESS,
        **reminders_for(slot, booked_at=now),
    }
    if not Visit.objects.filter(id=visit.id, state=visit.state).update(**told):
        raise VisitMoved(visit.case.number)
    for name, value in told.items():
        setattr(visit, name, value)
    with writing():
        event = SlotBooked(
            subject_id=visit.case_id,
            visit_id=visit.id,
            number=visit.number,
            technician_id=visit.technician_id,
            slot_from=int(slot.begins.timestamp()),
            slot_until=int(slot.ends.timestamp()),
            by_customer=by_customer,
            again=again,
            fee_told_fen=visit.fee_told_fen,
        )
        _record(visit.case, event, doer, now)
        tick(visit.case, Need.SLOT_AGREED, by=doer.by, now=now)
        move_case(visit.case, BOOK, doer=doer, now=now)


def refuse_wrong_slot(visit: Visit, slot: Slot, *, now: datetime) -> tuple[Crew, Ability]:
    """Refuse what is over, no slot, outside the hours or taken; else the technicians it was looked up among, and who
    comes."""
    zone = get_default_timezone()
    if slot.begins <= now:
        raise SlotPast
    if slot_at(slot.begins, zone) != slot or localtime(slot.begins).date() not in days_of(now, zone):
        raise SlotUnknown
    crew = crew_of(frozenset({visit.technician.node_id}), now=now)
    mine = next((one for one in crew.abilities if one.id == visit.technician_id), None)
    if mine is None or shift_end(slot, mine.shifts, zone) is None:
        raise OutsideShift(slot.begins, slot.ends)
    shut = crew.gate_rule(mine, visit.case, slot)
    if shut is not None:
        raise SlotRuledOut(slot.begins, slot.ends, shut)
    if slot not in crew.slots_for(mine, visit.case):
        raise SlotNotFree(slot.begins, slot.ends)
    return crew, mine


def reminders_for(slot: Slot, *, booked_at: datetime) -> dict[str, datetime | None]:
    """When the customer is reminded: at 18:00 of the day before and two hours before; never at once."""
    day_before = localtime(slot.begins).date() - timedelta(days=1)
    evening = make_aware(datetime.combine(day_before, EVENING))
    hours = slot.begins - HOURS_BEFORE
    return {
        "evening_due_at": evening if evening > booked_at else None,
        "hours_due_at": hours if hours > booked_at else None,
    }


@transaction.atomic
def rebook(
    visit: Visit,
    slot: Slot,
    *,
    reason: str,
    doer: Doer,
    now: datetime,
    by_customer: bool = False,
    fee_told_fen: int = 0,
) -> Visit:
    """改约: another slot for the same visit. By the customer's wish it counts against nobody; by ours it is marked.
    When the new slot is not to be had, the old one stays."""
    if reason not in REBOOK_REASONS:
        raise ReasonUnknown
    visit = visit_for_change(visit.id)
    if visit.state not in (Visit.BOOKED, Visit.ON_THE_WAY):
        raise NotBooked(visit.case.number)
    if doer.by.kind == "customer":
        refuse_move(visit, now=now)
    days = [localtime(at).date() for at in (visit.slot_from, slot.begins) if at is not None]
    touch(visit.technician.node_id, days)  # both in one order, whoever else moves between them
    with writing():
        let_go(visit, reason=reason, doer=doer, now=now, by_customer=by_customer)
        visit.fee_told_fen = fee_told_fen or visit.fee_told_fen
        take(visit, slot, doer=doer, now=now, by_customer=by_customer, again=True)
    return visit


def refuse_move(visit: Visit, *, now: datetime) -> None:
    """A customer moves an agreed visit by themselves until the technician sets off or half an hour before, three times
    at most; of one that we said to be late, always until somebody sets off."""
    if visit.state == Visit.ON_THE_WAY:
        raise UnderWay
    if visit.late_said_at is not None:
        return
    if visit.moved_by_customer >= MOST_MOVES:
        raise MovedTooOften
    if visit.slot_from is not None and now > visit.slot_from - MOVE_BEFORE:
        raise TooLateToMove


@transaction.atomic
def cancel_booking(
    visit: Visit, *, reason: str, doer: Doer, now: datetime, by_customer: bool = False
) -> Visit:
    """Give up the agreed slot without a new one yet; the case waits to be booked again."""
    if reason not in REBOOK_REASONS:
        raise ReasonUnknown
    visit = visit_for_change(visit.id)
    if visit.state not in (Visit.BOOKED, Visit.ON_THE_WAY):
        raise NotBooked(visit.case.number)
    with writing():
        let_go(visit, reason=reason, doer=doer, now=now, by_customer=by_customer)
    return visit


def let_go(visit: Visit, *, reason: str, doer: Doer, now: datetime, by_customer: bool) -> None:
    """Back to planned: the technician's time is free again, the case waits to be booked."""
    let_mate_go(visit, doer=doer, now=now)
    give_back(visit.id)
    who = "moved_by_customer" if by_customer else "moved_by_us"
    told = {
        "state": Visit.PLANNED,
        "slot_from": None,
        "slot_until": None,
        who: getattr(visit, who) + 1,
        **TIMELESS,
    }
    if not Visit.objects.filter(id=visit.id, state=visit.state).update(**told):
        raise VisitMoved(visit.case.number)
    for name, value in told.items():
        setattr(visit, name, value)
    event = SlotGivenUp(subject_id=visit.case_id, visit_id=visit.id, reason=reason, by_customer=by_customer)
    _record(visit.case, event, doer, now)
    move_case(visit.case, REBOOK, doer=doer, now=now, reason=reason)


@transaction.atomic
def say_late(visit: Visit, *, expected_at: datetime, reason: str, doer: Doer, now: datetime) -> Visit:
    """Say that the technician comes later than agreed, when, and why; the customer is told. Better late than never:
    also once the slot has begun, until somebody stands at the door. What was promised is not kept by it."""
    if reason not in LATE_REASONS:
        raise ReasonUnknown
    visit = visit_for_change(visit.id)
    if visit.state not in (Visit.BOOKED, Visit.ON_THE_WAY) or visit.slot_from is None:
        raise NotBooked(visit.case.number)
    if not max(visit.slot_from, now) < expected_at <= visit.slot_from + timedelta(days=1):
        raise NotLater
    told = {"late_said_at": now, "expected_at": expected_at, "late_reason": reason}
    if not Visit.objects.filter(id=visit.id, state=visit.state).update(**told):
        raise VisitMoved(visit.case.number)
    for name, value in told.items():
        setattr(visit, name, value)
    event = LateSaid(
        subject_id=visit.case_id, visit_id=visit.id, expected_at=int(expected_at.timestamp()), reason=reason
    )
    _record(visit.case, event, doer, now)
    return visit


def remind(now: datetime) -> int:
    """A sweep: reminders that are due, each exactly once. Returns how many."""
    return _remind("evening_due_at", "evening", now) + _remind("hours_due_at", "hours", now)


def _remind(column: str, which: str, now: datetime) -> int:
    due = Visit.objects.filter(**{f"{column}__lte": now}).select_related("case").order_by(column)
    given = 0
    for visit in due[:SWEEP]:
        with transaction.atomic():
            if not Visit.objects.filter(id=visit.id, **{column: getattr(visit, column)}).update(
                **{column: None}
            ):
                continue
            if visit.slot_from is None or visit.slot_until is None or visit.slot_from <= now:
                continue
            event = ReminderDue(
                subject_id=visit.case_id,
                visit_id=visit.id,
                which=which,
                slot_from=int(visit.slot_from.timestamp()),
                slot_until=int(visit.slot_until.timestamp()),
            )
            record(event, by=CLOCK, now=now, chain=visit.case.chain_id)
            given += 1
    return given


def _record(case: Case, event: Event, doer: Doer, now: datetime) -> None:
    record(event, by=doer.by, now=now, chain=case.chain_id)
