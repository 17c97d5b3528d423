"""Making, keeping and breaking promises. Woken by what happens; swept by the clock."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q

from bihuan.ground.journal.actions import hold_chain, record, record_all, writing
from bihuan.ground.journal.event import CLOCK, Event, Fact
from bihuan.service.cases.events import CaseOpened, CaseRested, CaseResumed
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_next_due
from bihuan.service.commitments.clause import Clause, Profile
from bihuan.service.commitments.events import (
    PROMISE_EVENTS,
    BreachWithdrawn,
    PromiseAtRisk,
    PromiseBroken,
    PromiseKept,
    PromisesMade,
    PromisesVoided,
)
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.profiles_in_use import calendar_in_force, profile_at, profile_in_force
from bihuan.service.commitments.rules import clock_of, fixed_due, kept_in_time

SWEEP = 200


def hear(fact: Fact[Event]) -> None:
    """Listen to everything: stop the clocks that this event stops, start those that it starts."""
    if fact.chain is None or isinstance(fact.event, PROMISE_EVENTS):
        return
    if isinstance(fact.event, CaseRested | CaseResumed):
        _rest_or_resume(Case.objects.get(chain_id=fact.chain), fact)
        return
    profile = profile_in_force()
    if fact.event.kind not in profile.listens_to():
        return
    case = fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(chain_id=fact.chain)
    if isinstance(fact.event, CaseOpened):
        set_next_due(case.id, _soonest(_start(case, fact, profile)))
        return
    stopped = _stop(case, fact)
    started = _start(case, fact, profile)
    if stopped or started:
        refresh_next_due(case.id)


def _soonest(promises: Sequence[Promise]) -> datetime | None:
    return min((promise.due_at for promise in promises if promise.due_at and promise.open), default=None)


def _start(case: Case, fact: Fact[Event], profile: Profile) -> list[Promise]:
    traits = {"work": case.kind, "urgency": case.urgency, "channel": case.channel, "category": case.category}
    clauses = profile.started_by(fact.event.kind, traits)
    if not clauses:
        return []
    rests = rests_of(case.id) if case.hold_reason else []
    made = [_made(case, clause, fact, profile, rests) for clause in clauses]
    _void_twins(case, [promise.clause for promise in made], fact)
    promises = Promise.objects.bulk_create(made)
    event = PromisesMade(
        subject_id=case.id,
        promises=tuple(promise.id for promise in promises),
        clauses=tuple(promise.clause for promise in promises),
    )
    kept = [
        PromiseKept(subject_id=case.id, promise_id=promise.id, clause=promise.clause, late=False)
        for promise in promises
        if promise.state == Promise.KEPT
    ]
    record_all([event, *kept], by=fact.by, now=fact.recorded_at, chain=case.chain_id)
    return promises


def _made(
    case: Case,
    clause: Clause,
    fact: Fact[Event],
    profile: Profile,
    rests: Sequence[tuple[datetime, datetime | None]],
) -> Promise:
    fixed = fixed_due(fact.event.facts(), clause.due_from) if clause.due_from else None
    clock = clock_of(
        clause, calendar_in_force(clause.calendar), began=fact.happened_at, rests=rests, fixed_due=fixed
    )
    promise = Promise(
        case=case,
        node_id=case.node_id,
        clause=clause.id,
        about=clause.metric,
        profile=profile.name,
        profile_version=profile.version,
        calendar=clause.calendar,
        public=clause.public,
        began_at=fact.happened_at,
        allowed_seconds=clause.seconds
        or max(int(((fixed or fact.happened_at) - fact.happened_at).total_seconds()), 0),
        due_at=clock.due_at,
        warn_at=clock.warn_at,
    )
    if clause.kept_when_live and isinstance(fact.event, CaseOpened) and fact.event.live:
        promise.state, promise.open, promise.ended_at = Promise.KEPT, False, fact.happened_at
    return promise


def _void_twins(case: Case, clauses: list[str], fact: Fact[Event]) -> None:
    """A promise made again (a new slot, another chase) replaces the one still open."""
    if isinstance(fact.event, CaseOpened):
        return  # a new case has none
    twins = list(
        Promise.objects.filter(case=case, clause__in=clauses, open=True).values_list("id", flat=True)
    )
    if twins:
        _void(case, twins, fact)


def _void(case: Case, promises: list[int], fact: Fact[Event]) -> None:
    Promise.objects.filter(id__in=promises, state=Promise.RUNNING).update(state=Promise.VOID)
    Promise.objects.filter(id__in=promises).update(open=False, ended_at=fact.happened_at)
    voided = PromisesVoided(subject_id=case.id, promises=tuple(promises))
    record(voided, by=fact.by, now=fact.recorded_at, chain=case.chain_id)


def _stop(case: Case, fact: Fact[Event]) -> bool:
    promises = Promise.objects.filter(case=case, open=True, began_at__lte=fact.happened_at)
    stopped = [promise for promise in promises if fact.event.kind in _clause(promise).stops]
    withdrawn = fact.event.kind == "dispatch.withdrawn" or getattr(fact.event, "how", "") == "withdrawn"
    if withdrawn and stopped:
        _void(case, [promise.id for promise in stopped], fact)
        return True
    with writing():
        for promise in stopped:
            _keep(case, promise, fact)
    return bool(stopped)


def _clause(promise: Promise) -> Clause:
    return profile_at(promise.profile, promise.profile_version).clause(promise.clause)


def _keep(case: Case, promise: Promise, fact: Fact[Event]) -> None:
    """What was promised happened. Late only if its due time had passed when it happened, whatever a sweep said."""
    in_time = kept_in_time(due_at=promise.due_at, happened_at=fact.happened_at)
    told: dict[str, Any] = {"open": False, "ended_at": fact.happened_at}
    events: list[Event] = []
    if in_time:
        told["state"] = Promise.KEPT
        if promise.broken_at:
            told["breach_withdrawn_at"] = fact.recorded_at
            told["broken_at"] = None
            events.append(BreachWithdrawn(subject_id=case.id, promise_id=promise.id, clause=promise.clause))
    else:
        told |= {"state": Promise.BROKEN, "broken_at": promise.broken_at or promise.due_at}
        if not promise.broken_at:
            events.append(PromiseBroken(subject_id=case.id, promise_id=promise.id, clause=promise.clause))
    if not Promise.objects.filter(id=promise.id, open=True).update(**told):
        return
    events.append(
        PromiseKept(subject_id=case.id, promise_id=promise.id, clause=promise.clause, late=not in_time)
    )
    for event in events:
        record(event, by=fact.by, now=fact.recorded_at, chain=case.chain_id)


def _rest_or_resume(case: Case, fact: Fact[Event]) -> None:
    if isinstance(fact.event, CaseRested):
        Rest.objects.bulk_create(
            [Rest(case=case, began_at=fact.happened_at, reason=fact.event.reason)], ignore_conflicts=True
        )
    else:
        Rest.objects.filter(case=case, ended_at__isnull=True).update(ended_at=fact.happened_at)
    rederive(case)


def rests_of(case_id: int) -> list[tuple[datetime, datetime | None]]:
    return list(Rest.objects.filter(case_id=case_id).order_by("began_at").values_list("began_at", "ended_at"))


def rederive(case: Case) -> None:
    """Compute the readings of every open promise again, from what happened."""
    rests = rests_of(case.id)
    for promise in Promise.objects.filter(case=case, open=True, state=Promise.RUNNING):
        clause = _clause(promise)
        if clause.due_from:
            continue
        clock = clock_of(clause, calendar_in_force(promise.calendar), began=promise.began_at, rests=rests)
        Promise.objects.filter(id=promise.id).update(due_at=clock.due_at, warn_at=clock.warn_at)
    refresh_next_due(case.id)


def refresh_next_due(case_id: int) -> None:
    """Write the soonest open promise on the case's row; a broken one stays the soonest until it is made good."""
    soonest = Promise.objects.filter(case_id=case_id, open=True).aggregate(due=Min("due_at"))["due"]
    set_next_due(case_id, soonest)


def mark_at_risk(now: datetime) -> int:
    """A sweep: announce promises whose warning time has come. Each exactly once. Returns how many."""
    due = Promise.objects.filter(
        state=Promise.RUNNING, warned_at__isnull=True, warn_at__lte=now, due_at__gte=now
    )
    return _announce(
        due,
        now,
        lambda promise: PromiseAtRisk(
            subject_id=promise.case_id, promise_id=promise.id, clause=promise.clause
        ),
        {"warned_at": now},
        Q(warned_at__isnull=True),
    )


def mark_broken(now: datetime) -> int:
    """A sweep: announce promises whose due time has passed. Each exactly once. Returns how many."""
    due = Promise.objects.filter(state=Promise.RUNNING, due_at__lt=now)
    changes = {"state": Promise.BROKEN, "broken_at": F("due_at")}
    return _announce(
        due,
        now,
        lambda promise: PromiseBroken(
            subject_id=promise.case_id, promise_id=promise.id, clause=promise.clause
        ),
        changes,
        Q(broken_at__isnull=True),
    )


def _announce(
    due: Any, now: datetime, event: Callable[[Promise], Event], changes: dict[str, Any], still: Q
) -> int:
    """One transaction a promise: the conditional update decides which of several sweeps announces it."""
    told = 0
    for promise in due.select_related("case").order_by("due_at")[:SWEEP]:
        with transaction.atomic():
            hold_chain(promise.case.chain_id)
            if Promise.objects.filter(
                still, id=promise.id, state=Promise.RUNNING, due_at=promise.due_at
            ).update(**changes):
                record(event(promise), by=CLOCK, now=now, chain=promise.case.chain_id)
                told += 1
    return told
