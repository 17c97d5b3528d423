"""The rescue: something hurt a customer, so a person rings, finds out why and puts it right."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Actor, Fact
from bihuan.ground.process.steps import leaving_moves
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.events import CaseMoved
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import hand_over
from bihuan.service.cases.queries import card_of
from bihuan.service.satisfaction.errors import (
    CallbackHeld,
    CallbackIncomplete,
    CallbackOver,
    CallbackUnreached,
)
from bihuan.service.satisfaction.events import CallbackAttempted, CallbackDone, CallbackOpened, NotSolved
from bihuan.service.satisfaction.models import Attempt, Callback
from bihuan.service.satisfaction.words import incomplete

PLACE = "to_call_back"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the call brought: solved or not, where the reason lies (`Callback.FAULTS`), the remedy in words, the
    second score (1 to 5; 0 = none given)."""

    solved: bool
    fault: str
    remedy: str
    score: int = 0


@transaction.atomic
def open_callback(case_id: int, *, cause: str, by: Actor, now: datetime) -> Callback | None:
    """Something hurt: the case goes to the callback desk. None when somebody is already to ring."""
    case = case_for_change(case_id)
    if Callback.objects.filter(case=case, open=True).exists():
        return None
    made = Callback.objects.create(case=case, node_id=case.node_id, cause=cause, opened_at=now)
    reopening = "not_solved" if cause == "not_solved" else "low_score"
    with writing():
        if any(move.name == reopening for move in leaving_moves(card_of(case), case.stands_at)):
            move_case(case, reopening, doer=Doer.house(by), now=now, reason=cause)
        _tell_opened(made, case, by=by, now=now)
    return made


def hear_arrived(fact: Fact[CaseMoved]) -> None:
    """Whoever brought the case to the callback desk: somebody rings, in the time that was promised for it."""
    if fact.event.reached != PLACE:
        return
    case = Case.objects.get(id=fact.event.subject_id)
    if Callback.objects.filter(case=case, open=True).exists():
        return
    made = Callback.objects.create(
        case=case, node_id=case.node_id, cause=_cause(fact.event), opened_at=fact.recorded_at
    )
    _tell_opened(made, case, by=fact.by, now=fact.recorded_at)


def _cause(moved: CaseMoved) -> str:
    if moved.reason in Callback.CAUSES:
        return moved.reason
    return "low_score" if moved.move == "low_score" else "not_solved"


def _tell_opened(made: Callback, case: Case, *, by: Actor, now: datetime) -> None:
    event = CallbackOpened(subject_id=case.id, callback_id=made.id, cause=made.cause)
    record(event, by=by, now=now, chain=case.chain_id)


@transaction.atomic
def hold(callback: Callback, *, person_id: int) -> None:
    """Somebody takes this call; of two at once one wins, the other is refused. Taking it twice changes nothing."""
    if not Callback.objects.filter(id=callback.id, open=True, holder__isnull=True).update(
        holder_id=person_id
    ):
        fresh = Callback.objects.select_related("holder").get(id=callback.id)
        if not fresh.open:
            raise CallbackOver
        if fresh.holder is not None and fresh.holder_id != person_id:
            raise CallbackHeld(fresh.holder.name)


@transaction.atomic
def note_attempt(callback: Callback, *, result: str, person_id: int, by: Actor, now: datetime) -> Attempt:
    """Write down one try to reach the customer."""
    if result not in Attempt.RESULTS:
        raise CallbackIncomplete(incomplete("result"))
    case_for_change(callback.case_id)
    if not Callback.objects.filter(id=callback.id, open=True).exists():
        raise CallbackOver
    made = Attempt.objects.create(callback=callback, by_id=person_id, result=result, at=now)
    event = CallbackAttempted(
        subject_id=callback.case_id, callback_id=callback.id, reached=result == "reached"
    )
    record(event, by=by, now=now, chain=callback.case.chain_id)
    return made


@transaction.atomic
def finish(callback: Callback, finding: Finding, *, doer: Doer, now: datetime) -> None:
    """The call is over. Solved: the case closes. Not solved: back to work, and to a supervisor with 24 hours."""
    _refuse_unfinished(callback, finding)
    case = case_for_change(callback.case_id)
    key = case.customer.key_id
    changed = Callback.objects.filter(id=callback.id, open=True).update(
        open=False,
        done_at=now,
        solved=finding.solved,
        fault=finding.fault,
        remedy_sealed=keys_for([key]).seal(key, finding.remedy.strip()),
        score=finding.score or None,
    )
    if not changed:
        raise CallbackOver
    with writing():
        done = CallbackDone(
            subject_id=case.id,
            callback_id=callback.id,
            solved=finding.solved,
            fault=finding.fault,
            score=finding.score,
        )
        record(done, by=doer.by, now=now, chain=case.chain_id)
        if not finding.solved:
            _send_back(case, callback, doer=doer, now=now)
        elif card_of(case).place(case.stands_at).stage == "done":
            tick(case, Need.CALLBACK_DONE, Need.SOLVED_CONFIRMED, by=doer.by, now=now)
            _take(case, ("close_after_callback", "close"), doer=doer, now=now)


def _refuse_unfinished(callback: Callback, finding: Finding) -> None:
    missing = [
        name
        for name, lacks in (
            ("fault", finding.fault not in Callback.FAULTS),
            ("remedy", len(finding.remedy.strip()) < 2),
            ("score", finding.score not in range(6)),
        )
        if lacks
    ]
    if missing:
        raise CallbackIncomplete(incomplete(*missing))
    if not Attempt.objects.filter(callback=callback, result="reached").exists():
        raise CallbackUnreached


def _send_back(case: Case, callback: Callback, *, doer: Doer, now: datetime) -> None:
    """Back to work, to a supervisor, with a clock of its own. What was solved by phone is dispatched now."""
    visited = Tick.objects.filter(case=case, need=Need.SERVICE_POINT_ACCEPTED).exists()
    moves = ("back_to_work", "back_to_dispatch") if visited else ("back_to_dispatch", "back_to_work")
    _take(case, moves, doer=doer, now=now)
    record(NotSolved(subject_id=case.id, callback_id=callback.id), by=doer.by, now=now, chain=case.chain_id)
    supervisor = _supervisor_for(case)
    if supervisor is not None and case.owner_id != supervisor:
        hand_over(case, to_person_id=supervisor, by=CLOCK, now=now)


def _supervisor_for(case: Case) -> int | None:
    """Who answers for what was not solved: a supervisor of the case's node, else one of the whole company."""
    supervisors = people_with(Role.SUPERVISOR)
    near = [one.id for one in supervisors if one.node_id == case.node_id]
    return next(iter([*near, *(one.id for one in supervisors)]), None)


def _take(case: Case, names: tuple[str, ...], *, doer: Doer, now: datetime) -> None:
    """The first of these moves that starts where the case stands; none at all leaves the case where it is."""
    starting = {move.name for move in leaving_moves(card_of(case), case.stands_at)}
    for name in names:
        if name in starting:
            move_case(case, name, doer=Doer.house(doer.by), now=now, reason="not_solved")
            return
