"""Promises end: kept, kept late, given up by us, or not asked for any more. Decided by when it happened, not by when
we heard of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Q

from bihuan.ground.journal.actions import record_all
from bihuan.ground.journal.event import Event, Fact
from bihuan.service.cases.events import CaseClosed, CaseMerged
from bihuan.service.cases.models import Case
from bihuan.service.commitments.clause import Clause
from bihuan.service.commitments.events import BreachWithdrawn, PromiseBroken, PromiseKept, PromisesVoided
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.reckoning import clause_of, readings_of, rests_of, steps_ahead, worked_of
from bihuan.service.commitments.rules import Stretch, kept_in_time, until

type Rests = Callable[[], list[Stretch]]


def end(case: Case, fact: Fact[Event]) -> bool:
    """End the clocks that this event ends. A fact that arrives late also decides anew about clocks that ended after
    it happened. Returns whether any did."""
    asked = Q(open=True)
    if fact.happened_at < fact.recorded_at:
        asked |= Q(ended_at__gt=fact.happened_at, ended_how=Promise.DONE)
    found = Promise.objects.filter(asked, case=case, began_at__lte=fact.happened_at).order_by("id")
    ended = [
        (promise, how) for promise in found if (how := meaning(clause_of(promise), fact, thing=promise.thing))
    ]
    _conclude(case, [one for one in ended if one[0].open or one[1] == Promise.DONE], fact)
    return bool(ended)


def meaning(clause: Clause, fact: Fact[Event], *, thing: int) -> str:
    """What an event means for an open promise of a clause that this thing began: done, dropped, missed, merged, or
    nothing ("")."""
    if isinstance(fact.event, CaseMerged):
        return Promise.MERGED
    kind, facts = fact.event.kind, fact.event.facts()
    withdrawn = isinstance(fact.event, CaseClosed) and fact.event.how == "withdrawn"
    said = (
        (Promise.DROPPED, clause.voids),
        (Promise.MISSED, clause.breaks),
        (Promise.DROPPED if withdrawn else Promise.DONE, clause.stops),
    )
    for how, patterns in said if clause.is_about(facts, thing) else ():
        if any(pattern.fits(kind, facts) for pattern in patterns):
            return how
    over = isinstance(fact.event, CaseClosed) and (withdrawn or not clause.outlives)
    return Promise.DROPPED if over else ""


def dropped(case: Case, promises: Iterable[Promise], fact: Fact[Event]) -> None:
    """These are not asked for any more."""
    _conclude(case, [(promise, Promise.DROPPED) for promise in promises], fact)


def _conclude(case: Case, ended: Sequence[tuple[Promise, str]], fact: Fact[Event]) -> None:
    if not ended:
        return
    rests = cache(lambda: rests_of(case.id))
    events: list[Event] = []
    voided: list[int] = []
    for promise, how in ended:
        changes, told = _verdict(promise, how, fact, rests)
        if not Promise.objects.filter(id=promise.id, ended_at=promise.ended_at).update(**changes):
            continue
        events += told
        if changes["state"] == Promise.VOID:
            voided.append(promise.id)
    if voided:
        events.append(PromisesVoided(subject_id=case.id, promises=tuple(voided)))
    drop_rungs([promise for promise, _ in ended], now=fact.recorded_at)
    record_all(events, by=fact.by, now=fact.recorded_at, chain=case.chain_id)


def _verdict(
    promise: Promise, how: str, fact: Fact[Event], rests: Rests
) -> tuple[dict[str, Any], list[Event]]:
    """What the row says when its clock ends in this way, and what is to be told. Late only if its due time had
    passed when it happened, whatever a sweep said meanwhile."""
    at = fact.happened_at
    about: dict[str, Any] = {"promise_id": promise.id, "clause": promise.clause}
    late = at < fact.recorded_at  # rests after an end that is told late are none of its business
    readings = readings_of(promise, until(rests(), at)) if late else {}
    due_at = readings.get("due_at", promise.due_at)
    in_time = how != Promise.MISSED and kept_in_time(due_at=due_at, happened_at=at)
    changes: dict[str, Any] = readings | {
        "open": False,
        "ended_at": at,
        "ended_how": how,
        "worked_seconds": worked_of(promise, at, rests()),
        "warn_next_at": None,
    }
    events: list[Event] = []
    if in_time:
        changes["state"] = Promise.KEPT if how == Promise.DONE else Promise.VOID
        if promise.broken_at:
            changes |= {"breach_withdrawn_at": fact.recorded_at, "broken_at": None}
            events.append(BreachWithdrawn(subject_id=promise.case_id, **about))
    else:
        passed = min(due_at or at, at)
        changes |= {"state": Promise.BROKEN, "broken_at": promise.broken_at or passed}
        if not promise.broken_at:
            events.append(PromiseBroken(subject_id=promise.case_id, **about))
    if how == Promise.DONE:
        events.append(PromiseKept(subject_id=promise.case_id, late=not in_time, **about))
    return changes, events


def drop_rungs(promises: Iterable[Promise], *, now: datetime) -> None:
    """The steps of these promises' ladders that are still ahead are not taken."""
    climbing = [one.id for one in promises if clause_of(one).ladder]
    if climbing:
        steps_ahead().filter(promise_id__in=climbing).update(dropped_at=now)
