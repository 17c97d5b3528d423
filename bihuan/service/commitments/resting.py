"""The clocks of a case stand still for a reason, and go on. What is told late is counted all the same."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from bihuan.ground.journal.actions import record_all
from bihuan.ground.journal.event import Event, Fact
from bihuan.service.cases.events import CaseRested, CaseResumed
from bihuan.service.cases.models import Case
from bihuan.service.commitments.ending import drop_rungs
from bihuan.service.commitments.events import BreachWithdrawn, PromiseKept
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.reckoning import clause_of, clock_again, rests_of, worked_of
from bihuan.service.commitments.rules import Stretch, is_provisional, kept_in_time


def rest(case: Case, fact: Fact[Event]) -> None:
    """A rest begins or ends; every promise of the case that it touches is read again."""
    if isinstance(fact.event, CaseRested):
        row = Rest(
            case=case,
            began_at=fact.happened_at,
            reason=fact.event.reason,
            by_kind=fact.by.kind,
            by_id=fact.by.id,
        )
        Rest.objects.bulk_create([row], ignore_conflicts=True)
    elif isinstance(fact.event, CaseResumed):
        Rest.objects.filter(case=case, ended_at__isnull=True).update(ended_at=fact.happened_at)
    read_again(case, fact)


def read_again(case: Case, fact: Fact[Event]) -> None:
    """Compute the readings of the case's promises from what happened. A breach whose due time has moved behind the
    present is withdrawn, and so is one of a promise that was fulfilled before its new due time."""
    rests = rests_of(case.id)
    told: list[Event] = []
    late = fact.happened_at < fact.recorded_at
    asked = Q(open=True) | Q(ended_how=Promise.DONE, broken_at__isnull=False) if late else Q(open=True)
    for promise in Promise.objects.filter(asked, case=case).order_by("id"):
        if clause_of(promise).due_from:
            continue
        changes = reading_of(promise, rests, now=fact.recorded_at)
        if changes.get("breach_withdrawn_at"):
            about: dict[str, Any] = {
                "subject_id": case.id,
                "promise_id": promise.id,
                "clause": promise.clause,
            }
            told.append(BreachWithdrawn(**about))
            if not promise.open:
                told.append(PromiseKept(late=False, **about))
            drop_rungs([promise], now=fact.recorded_at)
        Promise.objects.filter(id=promise.id).update(**changes)
    record_all(told, by=fact.by, now=fact.recorded_at, chain=case.chain_id)


def reading_of(promise: Promise, rests: list[Stretch], *, now: datetime) -> dict[str, Any]:
    """What the row of a promise says after the rests changed."""
    clock = clock_again(promise, rests)
    changes: dict[str, Any] = {
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "provisional": is_provisional(clock.due_at, promise.known_through),
    }
    if promise.open:
        changes["warn_next_at"] = clock.warn_next_at
        proven = promise.broken_at is not None and kept_in_time(due_at=clock.due_at, happened_at=now)
        state = Promise.RUNNING
    else:
        assert promise.ended_at is not None  # it was fulfilled
        changes["worked_seconds"] = worked_of(promise, promise.ended_at, rests)
        proven = kept_in_time(due_at=clock.due_at, happened_at=promise.ended_at)
        state = Promise.KEPT
    if proven:
        return changes | {"state": state, "broken_at": None, "breach_withdrawn_at": now}
    if promise.broken_at is not None:
        changes |= {"broken_at": clock.due_at, "warn_next_at": None}
    return changes
