"""Standing in: when a technician goes on leave or falls ill, their agreed visits are taken over at the same time, or at
another that the customer agreed to."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.journal.actions import record, writing
from bihuan.registers.staff.keeping import give_leave
from bihuan.registers.staff.queries import Ability, visits_between
from bihuan.registers.staff.queries import technician as technician_at
from bihuan.service.cases.actions import Doer, case_for_change, cases_for_change, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import set_technician
from bihuan.service.dispatch.booking import cancel_booking, let_go, take, visit_for_change
from bihuan.service.dispatch.choosing import Crew, crew_of, mates_for
from bihuan.service.dispatch.errors import NobodyAssigned, ReasonUnknown, TechnicianRuledOut, VisitMoved
from bihuan.service.dispatch.events import StoodIn, TechnicianAssigned, TechnicianReleased
from bihuan.service.dispatch.mates import end_mate, standing_mate
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.pairing import choose_mate
from bihuan.service.dispatch.placing import give_back, put_in
from bihuan.service.dispatch.planning.versions import touch
from bihuan.service.dispatch.policy import answer_by, policy_for
from bihuan.service.dispatch.rules import Candidate, Choice
from bihuan.service.dispatch.slots import Slot, slot_at
from bihuan.service.dispatch.words import REASSIGN_REASONS, REBOOK_REASONS

ILL, ABSENT = "ill", "technician_absent"


@dataclass(frozen=True, kw_only=True)
class Affected:
    """An agreed visit that falls into a leave. `second`: they go along; `choice`: who could stand in, and who not."""

    visit: Visit
    second: bool
    choice: Choice

    @property
    def best(self) -> Candidate | None:
        return self.choice.best


def affected_by(technician_id: int, *, begins: datetime, ends: datetime, now: datetime) -> list[Affected]:
    """The agreed visits of a technician in [begins, ends), soonest first, each with who could stand in then."""
    ids = [visit_id for _, visit_id, _ in visits_between([technician_id], begins, ends)]
    rows = Visit.objects.select_related("case__customer", "case__place", "case__node", "technician__person")
    found = rows.filter(id__in=ids, state=Visit.BOOKED).order_by("slot_from", "id")
    return [
        Affected(
            visit=visit,
            second=visit.technician_id != technician_id,
            choice=_who_could(visit, technician_id, crew=_crew_of(visit, now=now)),
        )
        for visit in found
    ]


def _crew_of(visit: Visit, *, now: datetime) -> Crew:
    return crew_of(frozenset({visit.technician.node_id}), now=now)


def _who_could(visit: Visit, technician_id: int, *, crew: Crew) -> Choice:
    """Everybody of the same service point but the two who go now, in the very slot that was agreed."""
    return mates_for(visit.case, first_id=technician_id, slot=_slot_of(visit), now=crew.now, crew=crew)


@transaction.atomic
def stand_in(
    visit: Visit, *, absent_id: int, technician_id: int, doer: Doer, now: datetime, reason: str = ILL
) -> Visit:
    """Another technician goes instead at the same time; the customer is told who comes. Refused, with nothing
    changed, when a gate is shut for them, they are busy then, or the visit was moved meanwhile."""
    if reason not in REASSIGN_REASONS:
        raise ReasonUnknown
    case = case_for_change(visit.case_id)
    visit = Visit.objects.select_related("case__customer", "technician__person", "technician__node").get(
        id=visit.id
    )
    slot = _slot_of(visit)
    if visit.state != Visit.BOOKED or slot is None:
        raise VisitMoved(case.number)
    if visit.technician_id != absent_id:
        mate = standing_mate(case.id)
        if mate is None or mate.technician_id != absent_id:
            raise VisitMoved(case.number)
        choose_mate(case, technician_id=technician_id, doer=doer, now=now)
        return visit
    crew = _crew_of(visit, now=now)
    _refuse_unfit(case, _who_could(visit, absent_id, crew=crew), technician_id)
    with writing():
        _move_time(visit, slot, next(one for one in crew.abilities if one.id == technician_id), crew=crew)
        _hand_on(case, technician_id, reason=reason, doer=doer, now=now)
        _tell_stood_in(case, visit, technician_id, doer=doer, now=now)
    return visit


@transaction.atomic
def take_over(
    visit: Visit, slot: Slot, *, technician_id: int, reason: str, doer: Doer, now: datetime, by_customer: bool
) -> Visit:
    """Another technician goes, at another time that the customer agreed to; the customer is told once, of both.
    Refused, with nothing changed, when a gate is shut, they are busy then, or the visit was moved meanwhile."""
    if reason not in REBOOK_REASONS:
        raise ReasonUnknown
    visit = visit_for_change(visit.id)
    if visit.state != Visit.BOOKED or visit.slot_from is None or visit.technician_id == technician_id:
        raise VisitMoved(visit.case.number)
    touch(visit.technician.node_id, [localtime(at).date() for at in (visit.slot_from, slot.begins)])
    with writing():
        let_go(visit, reason=reason, doer=doer, now=now, by_customer=by_customer)
        mate = standing_mate(visit.case_id)
        if mate is not None and mate.technician_id == technician_id:
            end_mate(visit.case, by=doer.by, now=now)
        choice = mates_for(visit.case, first_id=visit.technician_id, slot=slot, now=now)
        _refuse_unfit(visit.case, choice, technician_id)
        Visit.objects.filter(id=visit.id).update(technician_id=technician_id)
        _hand_on(visit.case, technician_id, reason=reason, doer=doer, now=now)
        visit = visit_for_change(visit.id)
        take(visit, slot, doer=doer, now=now, by_customer=by_customer, again=True)
    return visit


def _refuse_unfit(case: Case, choice: Choice, technician_id: int) -> None:
    if (ruled_out := choice.why_not(technician_id)) is not None:
        raise TechnicianRuledOut(ruled_out.name, ruled_out.rule)
    if all(one.id != technician_id for one in choice.candidates):
        raise NobodyAssigned(case.number)


def _move_time(visit: Visit, slot: Slot, one: Ability, *, crew: Crew) -> None:
    give_back(visit.id, technician_id=visit.technician_id)
    put_in(one, slot, crew.task_of(visit.case), visit_id=visit.id, now=crew.now)
    mine = Visit.objects.filter(id=visit.id, state=Visit.BOOKED, technician_id=visit.technician_id)
    if not mine.update(technician_id=one.id):
        raise VisitMoved(visit.case.number)


def _hand_on(case: Case, technician_id: int, *, reason: str, doer: Doer, now: datetime) -> None:
    """The job is the other one's from now on. They are told, and may still give it back."""
    held = Assignment.objects.select_related("technician").filter(case=case, state__in=Assignment.STANDING)
    for old in held:
        Assignment.objects.filter(id=old.id).update(state=Assignment.WITHDRAWN, reason=reason, ended_at=now)
        gone = TechnicianReleased(
            subject_id=case.id,
            assignment_id=old.id,
            technician_id=old.technician_id,
            person_id=old.technician.person_id,
            reason=reason,
        )
        record(gone, by=doer.by, now=now, chain=case.chain_id)
    technician = technician_at(technician_id)
    made = Assignment.objects.create(
        case=case,
        technician=technician,
        state=Assignment.ACCEPTED,
        made_at=now,
        made_by=doer.by.id if doer.by.kind == "staff" else 0,
        answer_by=answer_by(case, minutes=policy_for(technician.node).technician_minutes, now=now),
    )
    set_technician(case, technician.person_id)
    tick(case, Need.TECHNICIAN_ACCEPTED, by=doer.by, now=now)
    told = TechnicianAssigned(
        subject_id=case.id,
        assignment_id=made.id,
        technician_id=technician_id,
        person_id=technician.person_id,
        node_id=technician.node_id,
        automatic=False,
    )
    record(told, by=doer.by, now=now, chain=case.chain_id)


def _tell_stood_in(case: Case, visit: Visit, technician_id: int, *, doer: Doer, now: datetime) -> None:
    assert visit.slot_from is not None
    assert visit.slot_until is not None
    stood = StoodIn(
        subject_id=case.id,
        visit_id=visit.id,
        technician_id=technician_id,
        person_id=technician_at(technician_id).person_id,
        slot_from=int(visit.slot_from.timestamp()),
        slot_until=int(visit.slot_until.timestamp()),
    )
    record(stood, by=doer.by, now=now, chain=case.chain_id)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of the visits of a leave: how many were taken over, how many customers choose a new time."""

    leave_id: int
    taken_over: int
    given_up: int


@transaction.atomic
def go_on_leave(
    technician_id: int, *, begins: datetime, ends: datetime, doer: Doer, now: datetime
) -> Settled:
    """Enter a leave at once with what it asks for: each visit in it goes to the best who can stand in; where nobody
    can, the time is given up and the customer asked for another. All of it or nothing."""
    taken_over, given_up = 0, 0
    with writing():
        cases_for_change(_cases_within(technician_id, begins, ends))
        for one in affected_by(technician_id, begins=begins, ends=ends, now=now):
            best = _best_now(one.visit, technician_id, now=now)
            if best is None:
                cancel_booking(one.visit, reason=ABSENT, doer=doer, now=now)
                given_up += 1
                continue
            stand_in(one.visit, absent_id=technician_id, technician_id=best.id, doer=doer, now=now)
            taken_over += 1
        leave = give_leave(technician_id, begins=begins, ends=ends)
    return Settled(leave_id=leave.id, taken_over=taken_over, given_up=given_up)


def _cases_within(technician_id: int, begins: datetime, ends: datetime) -> list[int]:
    """Of all visits that a leave meets, so that they are locked before the first of their days is."""
    ids = [visit_id for _, visit_id, _ in visits_between([technician_id], begins, ends)]
    return list(Visit.objects.filter(id__in=ids, state=Visit.BOOKED).values_list("case_id", flat=True))


def _best_now(visit: Visit, technician_id: int, *, now: datetime) -> Candidate | None:
    """Asked anew for each visit: whoever took over the one before has less time."""
    return _who_could(visit, technician_id, crew=_crew_of(visit, now=now)).best


def _slot_of(visit: Visit) -> Slot | None:
    return slot_at(visit.slot_from, get_default_timezone()) if visit.slot_from is not None else None
