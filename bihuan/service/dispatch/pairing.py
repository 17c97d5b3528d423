"""Choosing the second technician: by a person at any time, else by the house when a time is agreed."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone

from bihuan.ground.journal.actions import writing
from bihuan.registers.access.errors import LostRace
from bihuan.registers.staff.queries import technician as technician_at
from bihuan.service.cases.actions import Doer, case_for_change
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.choosing import Crew, crew_of, mates_for
from bihuan.service.dispatch.errors import (
    MateUnderWay,
    NobodyAssigned,
    NobodySecond,
    NotYourJob,
    ReasonUnknown,
    TechnicianElsewhere,
    TechnicianRuledOut,
)
from bihuan.service.dispatch.lines import task_of
from bihuan.service.dispatch.mates import HELD, MAY_REFUSE, end_mate, keep_mate, standing_mate
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.placing import put_in
from bihuan.service.dispatch.slots import Slot, slot_at
from bihuan.service.dispatch.visiting import open_visit, seal_words
from bihuan.service.dispatch.words import REFUSE_REASONS


@transaction.atomic
def choose_mate(case: Case, *, technician_id: int, doer: Doer, now: datetime) -> Mate:
    """A person chooses who goes along. Where a time is agreed their time is taken with it; whoever was to go along
    before is free again. Refused, with nothing changed, when a gate is shut or they are busy then."""
    case = case_for_change(case.id)
    standing = standing_assignment(case.id)
    if standing is None:
        raise NobodyAssigned(case.number)
    visit = open_visit(case.id)
    slot = _agreed(visit)
    with writing():
        end_mate(case, by=doer.by, now=now)
        crew = crew_of(frozenset({case.node_id}), now=now)
        choice = mates_for(case, first_id=standing.technician_id, slot=slot, now=now, crew=crew)
        ruled_out = choice.why_not(technician_id)
        if ruled_out is not None:
            raise TechnicianRuledOut(technician_at(technician_id).person.name, ruled_out.rule)
        if all(one.id != technician_id for one in choice.candidates):
            raise TechnicianElsewhere
        by = doer.by.id if doer.by.kind == "staff" else 0
        made = keep_mate(case, technician_id=technician_id, by=doer.by, made_by=by, now=now)
        if visit is not None and slot is not None:
            _take(made, visit, slot, crew=crew, now=now)
    return made


@transaction.atomic
def send_mate_home(case: Case, *, doer: Doer, now: datetime) -> None:
    """Nobody goes along any more; refused where nobody did. A job that takes two keeps its second one."""
    case = case_for_change(case.id)
    crew = crew_of(frozenset({case.node_id}), now=now)
    if crew.gates.asked_of(case).people > 1 and _agreed(open_visit(case.id)) is not None:
        raise NobodySecond(case.number)
    with writing():
        if end_mate(case, by=doer.by, now=now) is None:
            raise LostMate(case.number)


@transaction.atomic
def refuse_along(
    case: Case, *, technician_id: int, reason: str, words: str, doer: Doer, now: datetime
) -> Mate:
    """Whoever goes along says that they cannot, and why, until the first one sets off. They are free again, an agreed
    time stands, and those who dispatch are told that the second person is missing."""
    if reason not in REFUSE_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    mate, visit = standing_mate(case.id), open_visit(case.id)
    if mate is None or mate.technician_id != technician_id:
        raise NotYourJob(case.number)
    if visit is not None and visit.state not in MAY_REFUSE:
        raise MateUnderWay(case.number)
    with writing():
        end_mate(case, by=doer.by, now=now, reason=reason, words_sealed=seal_words(case, words))
    return mate


class LostMate(LostRace):
    """Somebody else took the second one away already."""

    def __init__(self, number: str) -> None:
        super().__init__(str(NobodySecond(number)))


def bring_mate(visit: Visit, slot: Slot, *, crew: Crew, doer: Doer, now: datetime) -> None:
    """While a time is being taken: the second one's time with it, and whoever fits best where none was chosen."""
    case = visit.case
    mate = standing_mate(case.id)
    if mate is None:
        if crew.gates.asked_of(case).people < 2:
            return
        refused = crew.gates.refused_along(case)
        best = mates_for(
            case, first_id=visit.technician_id, slot=slot, now=now, crew=crew, tried=refused
        ).best
        if best is None:
            raise NobodySecond(case.number)
        mate = keep_mate(case, technician_id=best.id, by=doer.by, made_by=0, now=now)
    _take(mate, visit, slot, crew=crew, now=now)


def let_mate_go(visit: Visit, *, doer: Doer, now: datetime) -> None:
    """When a time is given up: whom the house chose for it is free; whom a person chose stays with the case."""
    mate = standing_mate(visit.case_id)
    if mate is not None and not mate.made_by:
        end_mate(visit.case, by=doer.by, now=now)


def _take(mate: Mate, visit: Visit, slot: Slot, *, crew: Crew, now: datetime) -> None:
    """The second one's time for the whole slot, since one of two waits for the other."""
    mine = next((one for one in crew.abilities if one.id == mate.technician_id), None)
    if mine is None:
        raise TechnicianElsewhere
    put_in(mine, slot, task_of(visit.case, whole=True), visit_id=visit.id, now=now)


def _agreed(visit: Visit | None) -> Slot | None:
    if visit is None or visit.slot_from is None or visit.state not in HELD:
        return None
    return slot_at(visit.slot_from, get_default_timezone())
