"""Giving a case to a technician (派工), and what they answer. One goes at a time; two dispatchers never both win."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Event, Fact
from bihuan.registers.access.queries import names_of
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import technician as technician_at
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import set_technician
from bihuan.service.dispatch.choosing import Crew, barred_now, worker_for, workers_for
from bihuan.service.dispatch.deciding.events import ProposalRefused
from bihuan.service.dispatch.deciding.models import Override
from bihuan.service.dispatch.deciding.overriding import note_override
from bihuan.service.dispatch.deciding.queue import wait_for
from bihuan.service.dispatch.deciding.suggesting import open_suggestion, suggest
from bihuan.service.dispatch.errors import (
    AssignedAlready,
    NobodyAssigned,
    NobodyFits,
    NothingProposed,
    NotYourJob,
    PointRuledOut,
    ReasonUnknown,
    TechnicianElsewhere,
    TechnicianRuledOut,
)
from bihuan.service.dispatch.events import (
    CaseAccepted,
    GrabEnded,
    JobAccepted,
    JobRefused,
    TechnicianAssigned,
)
from bihuan.service.dispatch.grabs.models import Round
from bihuan.service.dispatch.grabs.rounds import had_round, put_up
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.modes import GRAB, MANUAL, PROPOSED
from bihuan.service.dispatch.policy import answer_by, policy_for
from bihuan.service.dispatch.rules import Choice
from bihuan.service.dispatch.visiting import plan_visit, release
from bihuan.service.dispatch.words import REASSIGN_REASONS, REFUSE_REASONS

ASSIGN, REFUSE, REASSIGN = "assign", "refuse", "reassign"
BY_PLAN = "by_plan"
SWEEP = 200


@transaction.atomic
def assign(
    case: Case,
    *,
    technician_id: int,
    doer: Doer,
    now: datetime,
    automatic: bool = False,
    by_choice: bool = False,
    why_not_best: str = "",
    instead_of: int = 0,
    measured: bool = True,
    crew: Crew | None = None,
) -> Assignment:
    """Give the case to this technician, who is asked to accept. Of two dispatchers at once one wins; the other
    is told who and when. `by_choice`: a person knows that this technician refused it before.

    Who is chosen by a person although somebody else comes first is kept with `why_not_best`; `instead_of` is whom
    they replace. Not `measured`: a technician took it, or a person agreed to whom the house proposed. `crew`: the
    technicians of its node, where they were read in this transaction already.
    """
    case = case_for_change(case.id)
    _refuse_second(case)
    choice = _refuse_unfit(case, technician_id, by_choice=by_choice, now=now, crew=crew)
    technician = technician_at(technician_id)
    minutes = policy_for(technician.node).technician_minutes
    with writing():
        made = _ask(case, technician, minutes=minutes, automatic=automatic, doer=doer, now=now)
        if measured and not automatic:
            note_override(
                case,
                choice,
                stage=Override.TECHNICIAN,
                chosen=technician_id,
                reason=why_not_best,
                doer=doer,
                now=now,
                instead_of=instead_of,
            )
        _go_on(case, technician_id=technician_id, doer=doer, now=now)
    return made


def give_by_plan(
    case: Case,
    technician: Technician,
    *,
    instead_of: Assignment | None,
    minutes: int,
    doer: Doer,
    crew: Crew,
) -> Assignment:
    """What a person applies of a plan, within a transaction and a `writing()` block that hold the case, and have read
    its crew: to this technician, who has `minutes` to answer, instead of whoever was asked. Nobody is measured."""
    now = crew.now
    if instead_of is not None:
        release(case, state=Assignment.WITHDRAWN, reason=BY_PLAN, words="", doer=doer, now=now)
        move_case(case, REASSIGN, doer=doer, now=now, reason=BY_PLAN)
    forbidden = crew.gates.papers_rule(case)
    if forbidden is not None:
        raise PointRuledOut(case.node.name, forbidden)
    _refuse_choice(worker_for(case, technician.id, crew=crew), technician.id, by_choice=True)
    made = _ask(case, technician, minutes=minutes, automatic=False, doer=doer, now=now)
    _go_on(case, technician_id=technician.id, doer=doer, now=now)
    return made


def _ask(
    case: Case, technician: Technician, *, minutes: int, automatic: bool, doer: Doer, now: datetime
) -> Assignment:
    made = Assignment.objects.create(
        case=case,
        technician=technician,
        automatic=automatic,
        made_at=now,
        made_by=doer.by.id if doer.by.kind == "staff" else 0,
        answer_by=answer_by(case, minutes=minutes, now=now),
    )
    tick(case, Need.TECHNICIAN_ASSIGNED, by=doer.by, now=now)
    told = TechnicianAssigned(
        subject_id=case.id,
        assignment_id=made.id,
        technician_id=technician.id,
        person_id=technician.person_id,
        node_id=technician.node_id,
        automatic=automatic,
    )
    _record(case, told, doer, now)
    return made


def _go_on(case: Case, *, technician_id: int, doer: Doer, now: datetime) -> None:
    plan_visit(case, technician_id=technician_id, now=now)
    move_case(case, ASSIGN, doer=doer, now=now)


def _refuse_second(case: Case) -> None:
    standing = standing_assignment(case.id)
    if standing is None:
        return
    by = names_of({standing.made_by}).get(standing.made_by) or _("automatic dispatch")
    raise AssignedAlready(
        case.number,
        technician=standing.technician.person.name,
        by=by,
        at=f"{localtime(standing.made_at):%H:%M}",
    )


def _refuse_unfit(
    case: Case, technician_id: int, *, by_choice: bool, now: datetime, crew: Crew | None
) -> Choice:
    """Permits of the technician, authorisations and licences of the service point are looked at again, now."""
    forbidden = barred_now(case, now=now)
    if forbidden is not None:
        raise PointRuledOut(case.node.name, forbidden)
    choice = workers_for(case, now=now, crew=crew)
    _refuse_choice(choice, technician_id, by_choice=by_choice)
    return choice


def _refuse_choice(choice: Choice, technician_id: int, *, by_choice: bool) -> None:
    ruled_out = choice.why_not(technician_id)
    if ruled_out is not None and not (by_choice and ruled_out.a_person_may):
        raise TechnicianRuledOut(technician_at(technician_id).person.name, ruled_out.rule)
    if ruled_out is None and all(one.id != technician_id for one in choice.candidates):
        raise TechnicianElsewhere


def assign_best(case: Case, *, doer: Doer, now: datetime, automatic: bool = False) -> Assignment:
    """Give the case to the technician who comes first; refused when each is ruled out."""
    best = workers_for(case, now=now).best
    if best is None:
        raise NobodyFits(case.number)
    return assign(case, technician_id=best.id, doer=doer, now=now, automatic=automatic)


def agree(case: Case, *, doer: Doer, now: datetime) -> Assignment:
    """A person agrees to whom the house proposes; NothingProposed when that was answered in the meantime."""
    proposed = open_suggestion(case.id)
    if proposed is None:
        raise NothingProposed(case.number)
    return assign(case, technician_id=proposed.technician_id, doer=doer, now=now, measured=False)


@transaction.atomic
def reassign(
    case: Case,
    *,
    technician_id: int,
    reason: str,
    words: str,
    doer: Doer,
    now: datetime,
    by_choice: bool = False,
    why_not_best: str = "",
    measured: bool = True,
) -> Assignment:
    """改派: another technician goes, for a reason. What was booked is given up; nothing changes if the new one
    may not go. Not `measured`: a person agreed to whom the house proposed."""
    if reason not in REASSIGN_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    standing = standing_assignment(case.id)
    if standing is None:
        raise NobodyAssigned(case.number)
    with writing():
        release(case, state=Assignment.WITHDRAWN, reason=reason, words=words, doer=doer, now=now)
        move_case(case, REASSIGN, doer=doer, now=now, reason=reason)
        return assign(
            case,
            technician_id=technician_id,
            doer=doer,
            now=now,
            by_choice=by_choice,
            why_not_best=why_not_best,
            instead_of=standing.technician_id,
            measured=measured,
        )


@transaction.atomic
def accept_job(case: Case, *, technician_id: int, doer: Doer, now: datetime) -> Assignment:
    """The technician takes the job; from now on they see the customer in full."""
    case = case_for_change(case.id)
    held = _waiting_for(case, technician_id)
    if not Assignment.objects.filter(id=held.id, state=Assignment.OFFERED).update(
        state=Assignment.ACCEPTED, answered_at=now
    ):
        raise NotYourJob(case.number)
    held.state = Assignment.ACCEPTED
    with writing():
        set_technician(case, held.technician.person_id)
        tick(case, Need.TECHNICIAN_ACCEPTED, by=doer.by, now=now)
        told = JobAccepted(
            subject_id=case.id,
            assignment_id=held.id,
            technician_id=technician_id,
            person_id=held.technician.person_id,
        )
        _record(case, told, doer, now)
    return held


@transaction.atomic
def refuse_job(
    case: Case, *, technician_id: int, reason: str, words: str, doer: Doer, now: datetime
) -> Assignment:
    """The technician gives the job back, before or after accepting it, and says why."""
    if reason not in REFUSE_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    held = standing_assignment(case.id)
    if held is None or held.technician_id != technician_id:
        raise NotYourJob(case.number)
    return _take_away(held, state=Assignment.REFUSED, reason=reason, words=words, doer=doer, now=now)


def _take_away(
    held: Assignment, *, state: str, reason: str, words: str, doer: Doer, now: datetime
) -> Assignment:
    case = held.case
    with writing():
        release(case, state=state, reason=reason, words=words, doer=doer, now=now)
        move_case(case, REFUSE, doer=doer, now=now, reason=reason)
        told = JobRefused(
            subject_id=case.id,
            assignment_id=held.id,
            technician_id=held.technician_id,
            person_id=held.technician.person_id,
            reason=reason,
            recalled=state == Assignment.RECALLED,
        )
        _record(case, told, doer, now)
    held.state, held.reason = state, reason
    return held


def _waiting_for(case: Case, technician_id: int) -> Assignment:
    held = standing_assignment(case.id)
    if held is None or held.technician_id != technician_id or held.state != Assignment.OFFERED:
        raise NotYourJob(case.number)
    return held


def recall_unanswered(now: datetime) -> int:
    """A sweep: technicians who did not answer in time lose the job, each exactly once. Returns how many."""
    late = Assignment.objects.filter(state=Assignment.OFFERED, answer_by__lt=now).order_by("answer_by")
    return sum(_recall(one, now=now) for one in late.values_list("id", flat=True)[:SWEEP])


@transaction.atomic
def _recall(assignment_id: int, *, now: datetime) -> bool:
    case_for_change(Assignment.objects.filter(id=assignment_id).values_list("case_id", flat=True)[0])
    rows = Assignment.objects.select_related("case__customer", "technician__person")
    held = rows.filter(id=assignment_id, state=Assignment.OFFERED).first()
    if held is None:
        return False
    doer = Doer.house(CLOCK)
    _take_away(held, state=Assignment.RECALLED, reason="no_answer", words="", doer=doer, now=now)
    return True


def standing_assignment(case_id: int) -> Assignment | None:
    """The technician who was asked or has accepted, with their name and the case."""
    rows = Assignment.objects.select_related("technician__person", "technician__node", "case__customer")
    return rows.filter(case_id=case_id, state__in=Assignment.STANDING).first()


def assign_accepted(fact: Fact[CaseAccepted]) -> None:
    """Later, when a service point took a case: find the technician in the way that its node dispatches."""
    find_somebody(fact.event.subject_id, now=fact.recorded_at)


def assign_refused(fact: Fact[JobRefused]) -> None:
    """Later, when a technician said no or nothing: ask again, in the way that the node dispatches."""
    find_somebody(fact.event.subject_id, now=fact.recorded_at)


def assign_ungrabbed(fact: Fact[GrabEnded]) -> None:
    """Later, when nobody grabbed a case in time: back to assignment."""
    if fact.event.how == Round.LAPSED:
        find_somebody(fact.event.subject_id, now=fact.recorded_at)


def propose_next(fact: Fact[ProposalRefused]) -> None:
    """Later, when a person did not agree to who was proposed: propose the next one."""
    find_somebody(fact.event.subject_id, now=fact.recorded_at)


def find_somebody(case_id: int, *, now: datetime) -> bool:
    """Ask, propose or put up for grabs, as the case's node wishes; True when there was somebody. Where nobody can
    take it, it waits until somebody frees. Does nothing for a case that has somebody or stands elsewhere."""
    case = Case.objects.select_related("node", "place").get(id=case_id)
    if case.stands_at != "to_assign" or standing_assignment(case_id) is not None:
        return False
    policy = policy_for(case.node)
    mode = policy.grab_then if policy.mode == GRAB and had_round(case_id) else policy.mode
    if mode == MANUAL:
        return False
    found: object = None
    if mode == GRAB:
        found = put_up(case, minutes=policy.grab_minutes, now=now)
    elif mode == PROPOSED:
        found = suggest(case, now=now)
    else:
        found = _assign_by_itself(case, now=now)
    if found is None:
        wait_for(case, now=now)
    return found is not None


def _assign_by_itself(case: Case, *, now: datetime) -> Assignment | None:
    best = workers_for(case, now=now).best
    if best is None:
        return None
    return assign(case, technician_id=best.id, doer=Doer.house(CLOCK), now=now, automatic=True)


def _record(case: Case, event: Event, doer: Doer, now: datetime) -> None:
    record(event, by=doer.by, now=now, chain=case.chain_id)
