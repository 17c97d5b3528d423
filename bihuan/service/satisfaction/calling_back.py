"""The rescue: something hurt a customer, so a person rings, finds out why and puts it right."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.ground.process.steps import leaving_moves
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.queries import people_with
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.owning import hand_over
from bihuan.service.cases.queries import card_of
from bihuan.service.satisfaction.errors import CallbackIncomplete, CallbackOver, CallbackUnreached
from bihuan.service.satisfaction.events import CallbackAttempted, CallbackDone, CallbackOpened, NotSolved
from bihuan.service.satisfaction.models import Attempt, Callback
from bihuan.service.satisfaction.words import incomplete


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the call brought: solved or not, whose fault it was, the remedy, the second score (0 = none given)."""

    solved: bool
    fault: str
    remedy: str
    score: int = 0
    reason: str = ""  # why it goes back to work, when it does


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
        event = CallbackOpened(subject_id=case.id, callback_id=made.id, cause=cause)
        record(event, by=by, now=now, chain=case.chain_id)
    return made


@transaction.atomic
def hold(callback: Callback, *, person_id: int) -> None:
    """Somebody takes this call; of two at once one wins."""
    if not Callback.objects.filter(id=callback.id, open=True, holder__isnull=True).update(holder_id=person_id):
        fresh = Callback.objects.get(id=callback.id)
        if fresh.holder_id != person_id or not fresh.open:
            raise CallbackOver


@transaction.atomic
def note_attempt(callback: Callback, *, result: str, person_id: int, by: Actor, now: datetime) -> Attempt:
    """Write down one try to reach the customer."""
    if result not in Attempt.RESULTS:
        raise CallbackIncomplete(incomplete("result"))
    if not Callback.objects.filter(id=callback.id, open=True).exists():
        raise CallbackOver
    made = Attempt.objects.create(callback=callback, by_id=person_id, result=result, at=now)
    event = CallbackAttempted(subject_id=callback.case_id, callback_id=callback.id, reached=result == "reached")
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
        tick(case, Need.CALLBACK_DONE, by=doer.by, now=now)
        if finding.solved:
            tick(case, Need.SOLVED_CONFIRMED, by=doer.by, now=now)
            _take(case, ("close_after_callback", "close"), doer=doer, now=now)
        else:
            _send_back(case, callback, doer=doer, now=now)


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
    moves = ("back_to_dispatch", "back_to_work") if case.way == "remote" else ("back_to_work", "back_to_dispatch")
    _take(case, moves, doer=doer, now=now)
    record(NotSolved(subject_id=case.id, callback_id=callback.id), by=doer.by, now=now, chain=case.chain_id)
    supervisors = people_with(Role.SUPERVISOR)
    if supervisors:
        hand_over(case, to_person_id=supervisors[0].id, by=CLOCK, now=now)


def _take(case: Case, names: tuple[str, ...], *, doer: Doer, now: datetime) -> None:
    """The first of these moves that starts where the case stands; none at all leaves the case where it is."""
    starting = {move.name for move in leaving_moves(card_of(case), case.stands_at)}
    for name in names:
        if name in starting:
            move_case(case, name, doer=Doer.house(doer.by), now=now, reason="not_solved")
            return
