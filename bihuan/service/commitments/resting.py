"""The clocks of a case stand still for a reason, and go on. What is told late is counted all the same."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from bihuan.ground.journal.actions import record_all
from bihuan.ground.journal.event import Event, Fact
from bihuan.service.cases.events import CaseRested, CaseResumed
from bihuan.service.cases.models import Case
from bihuan.service.commitments.ending import drop_rungs
from bihuan.service.commitments.events import BreachWithdrawn, PromiseBroken, PromiseKept
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.reckoning import clause_of, readings_of, rests_of, worked_of
from bihuan.service.commitments.rules import Stretch, kept_in_time, until


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
    present is withdrawn. A rest told late is counted for the promises that had ended by then too: what was fulfilled
    before its new due time was kept, and what was fulfilled after it was not."""
    rests = rests_of(case.id)
    told: list[Event] = []
    asked = Q(open=True)
    if fact.happened_at < fact.recorded_at:
        asked |= Q(ended_at__gt=fact.happened_at)
    for promise in Promise.objects.filter(asked, case=case).order_by("id"):
        if promise.open and clause_of(promise).due_from:
            continue
        changes = reading_of(promise, rests, now=fact.recorded_at)
        if changes.get("state", promise.state) != promise.state:
            told += _turned(promise, changes)
            drop_rungs([promise], now=fact.recorded_at)
        Promise.objects.filter(id=promise.id).update(**changes)
    record_all(told, by=fact.by, now=fact.recorded_at, chain=case.chain_id)


def _turned(promise: Promise, changes: dict[str, Any]) -> list[Event]:
    """What is told when a promise proves to be the opposite of what was said of it."""
    about: dict[str, Any] = {
        "subject_id": promise.case_id,
        "promise_id": promise.id,
        "clause": promise.clause,
    }
    broken = changes["state"] == Promise.BROKEN
    told: list[Event] = [PromiseBroken(**about) if broken else BreachWithdrawn(**about)]
    if promise.ended_how == Promise.DONE:
        told.append(PromiseKept(late=broken, **about))
    return told


def reading_of(promise: Promise, rests: list[Stretch], *, now: datetime) -> dict[str, Any]:
    """What the row of a promise says after the rests changed."""
    changes = readings_of(promise, until(rests, promise.ended_at))
    due_at, ended = changes["due_at"], promise.ended_at
    if ended is not None:
        changes |= {"worked_seconds": worked_of(promise, ended, rests), "warn_next_at": None}
        kept = Promise.KEPT if promise.ended_how == Promise.DONE else Promise.VOID
        in_time = promise.ended_how != Promise.MISSED and kept_in_time(due_at=due_at, happened_at=ended)
        passed = due_at if due_at and due_at < ended else ended
    else:
        kept, in_time = Promise.RUNNING, kept_in_time(due_at=due_at, happened_at=now)
        passed = due_at or now
    if in_time and promise.broken_at is not None:
        return changes | {"state": kept, "broken_at": None, "breach_withdrawn_at": now}
    if promise.broken_at is not None or (ended is not None and not in_time):
        changes |= {"state": Promise.BROKEN, "broken_at": passed, "warn_next_at": None}
    return changes
