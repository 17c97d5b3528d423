"""Promises begin: an event starts the clauses that hold for the case, or the case becomes another sort of case."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import record_all
from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.worktime.calendar import next_open
from bihuan.service.cases.events import CaseOpened, CaseSorted
from bihuan.service.cases.models import Case
from bihuan.service.commitments.clause import Again, Clause, Commitments, Held, Profile, RungRule
from bihuan.service.commitments.ending import dropped
from bihuan.service.commitments.events import PromiseKept, PromisesMade
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.profiles_in_use import (
    calendar_held,
    calendar_in_force,
    commitments_in_force,
)
from bihuan.service.commitments.reckoning import clause_of, rests_of
from bihuan.service.commitments.rules import Stretch, clock_of, fixed_due, is_provisional
from bihuan.service.commitments.traits import traits_of

log = logging.getLogger("bihuan.promises")
RESCOPING = frozenset({"case.urgency_changed", "case.graded", "case.sorted"})


@dataclass(frozen=True, kw_only=True)
class _Start:
    """A clause that begins to count for a case, from when."""

    profile: Profile
    clause: Clause
    began: datetime


def start(case: Case, fact: Fact[Event]) -> list[Promise]:
    """Make the promises that this event starts. An open one of the same clause stays, or is replaced, as its clause
    says."""
    force = commitments_in_force()
    kind, facts = fact.event.kind, fact.event.facts()
    if kind not in force.listens_to():
        return []
    traits = traits_of(case, force.traits_asked())
    held = force.started_by(kind, traits, on=localdate(fact.happened_at), facts=facts)
    if not isinstance(fact.event, CaseOpened):  # a new case has no open promise yet
        held = _beside_open(case, held, fact)
    return _make(
        case, [_Start(profile=one, clause=clause, began=fact.happened_at) for one, clause in held], fact
    )


def _beside_open(case: Case, held: list[Held], fact: Fact[Event]) -> list[Held]:
    """What is still to be made when the case's open promises are looked at."""
    open_now = list(Promise.objects.filter(case=case, open=True, about__in=[one.metric for _, one in held]))
    fresh = []
    for profile, clause in held:
        twins = [one for one in open_now if one.about == clause.metric]
        begun = {(one.began_at, one.thing) for one in twins}
        if clause.again == Again.REPLACES and twins:
            dropped(case, twins, fact)
        elif (twins and clause.again == Again.STAYS) or (fact.happened_at, _thing(clause, fact)) in begun:
            continue
        fresh.append((profile, clause))
    return fresh


def rescope(case: Case, fact: Fact[Event]) -> bool:
    """The case turned out more or less urgent, or harder: each running promise is exchanged for the one that such a
    case has. A stricter one counts from this moment and never ends later than the old one did; a milder one counts
    from where the old one began. What is broken stays broken, noticed or not. Returns whether anything changed."""
    force, day = commitments_in_force(), localdate(fact.happened_at)
    traits = traits_of(case, force.traits_asked())
    out: list[Promise] = []
    starts: list[_Start] = []
    running = Q(due_at__isnull=True) | Q(due_at__gte=fact.happened_at)
    for promise in Promise.objects.filter(running, case=case, open=True).order_by("id"):
        old = clause_of(promise)
        held = force.of_metric(promise.about, old.starts, traits, on=day)
        if held is None:
            out.append(promise)
        elif held[1].id != promise.clause and not held[1].due_from:
            following = _following(case, promise, old, held, force, fact.happened_at)
            if following is not None:
                out.append(promise)
                starts.append(following)
    if isinstance(fact.event, CaseSorted) and fact.event.field == "kind":
        starts += _of_the_new_kind(case, force, starts, fact)
    if out:
        dropped(case, out, fact)
    made = _make(case, starts, fact)
    return bool(out or made)


def _of_the_new_kind(
    case: Case, force: Commitments, beside: Sequence[_Start], fact: Fact[Event]
) -> list[_Start]:
    """What a case of this kind is promised as it is opened, and this one was not yet: it counts from now."""
    known = set(Promise.objects.filter(case=case).values_list("about", flat=True))
    known |= {one.clause.metric for one in beside}
    opened = {"work": case.kind, "urgency": case.urgency, "channel": case.channel, "category": case.category}
    traits, day = traits_of(case, force.traits_asked()), localdate(fact.happened_at)
    held = force.started_by(CaseOpened.kind, traits, on=day, facts=opened)
    return [
        _Start(profile=profile, clause=clause, began=fact.happened_at)
        for profile, clause in held
        if clause.metric not in known and not clause.due_from
    ]


def _following(
    case: Case, promise: Promise, old: Clause, held: Held, force: Commitments, at: datetime
) -> _Start | None:
    """The promise that takes another's place; None when the old one is the stricter all the same."""
    profile, clause = held
    if force.span_of(clause) >= force.span_of(old):
        return _Start(profile=profile, clause=clause, began=promise.began_at)
    try:
        clock = clock_of(clause, calendar_in_force(clause.calendar), began=at, rests=rests_of(case.id))
    except (ArithmeticError, ValueError):  # its calendar never opens: the old one stands
        return None
    if promise.due_at and clock.due_at and promise.due_at <= clock.due_at:
        return None
    return _Start(profile=profile, clause=clause, began=at)


def _make(case: Case, starts: Sequence[_Start], fact: Fact[Event]) -> list[Promise]:
    if not starts:
        return []
    rests = rests_of(case.id) if not isinstance(fact.event, CaseOpened) else []
    counted = list(_counted(case, starts, fact, rests))
    if not counted:
        return []
    promises = Promise.objects.bulk_create([row for _, row in counted])
    rungs = [
        rung_row(promise, rung, base=promise.began_at)
        for promise, (one, _) in zip(promises, counted, strict=True)
        for rung in one.profile.rungs_of(one.clause)
        if rung.since == "began" and promise.open
    ]
    if rungs:
        Rung.objects.bulk_create(rungs)
    made = PromisesMade(
        subject_id=case.id,
        promises=tuple(promise.id for promise in promises),
        clauses=tuple(promise.clause for promise in promises),
    )
    kept = [
        PromiseKept(subject_id=case.id, promise_id=promise.id, clause=promise.clause, late=False)
        for promise in promises
        if promise.state == Promise.KEPT
    ]
    record_all([made, *kept], by=fact.by, now=fact.recorded_at, chain=case.chain_id)
    return promises


def rows_for(
    case: Case, held: Iterable[Held], fact: Fact[Event], *, rests: Sequence[Stretch]
) -> list[tuple[Held, Promise]]:
    """The promises of these clauses for a case, not saved yet, each beside its clause; they begin with the fact."""
    starts = [_Start(profile=one, clause=clause, began=fact.happened_at) for one, clause in held]
    return [((one.profile, one.clause), row) for one, row in _counted(case, starts, fact, rests)]


def _counted(
    case: Case, starts: Iterable[_Start], fact: Fact[Event], rests: Sequence[Stretch]
) -> Iterator[tuple[_Start, Promise]]:
    """The rows of these clauses. One that cannot be counted (its calendar never opens) keeps no report from being a
    case: it is left out, and whoever watches the log is told."""
    for one in starts:
        try:
            yield one, _row(case, one, fact, rests)
        except (ArithmeticError, ValueError) as fault:
            named = (one.clause.id, one.profile.name, one.profile.version, type(fault).__name__)
            log.error("clause %s of %s v%s cannot be counted: %s", *named)


def _row(case: Case, one: _Start, fact: Fact[Event], rests: Sequence[Stretch]) -> Promise:
    clause, held = one.clause, calendar_held(one.clause.calendar)
    fixed = fixed_due(fact.event.facts(), clause.due_from) if clause.due_from else None
    clock = clock_of(clause, held.calendar, began=one.began, rests=rests, fixed_due=fixed)
    allowed = int((fixed - one.began).total_seconds()) if fixed else clause.seconds
    promise = Promise(
        case=case,
        node_id=case.node_id,
        clause=clause.id,
        about=clause.metric,
        thing=_thing(clause, fact),
        profile=one.profile.name,
        profile_version=one.profile.version,
        calendar=clause.calendar,
        calendar_version=held.version,
        known_through=held.known_through,
        provisional=is_provisional(clock.due_at, held.known_through),
        public=clause.public,
        quiet=not clause.notify,
        began_at=one.began,
        allowed_seconds=max(allowed, 0),
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        warn_next_at=clock.warn_next_at,
    )
    if clause.kept_when_live and isinstance(fact.event, CaseOpened) and fact.event.live:
        promise.state, promise.open, promise.ended_at = Promise.KEPT, False, fact.happened_at
        promise.ended_how, promise.worked_seconds, promise.warn_next_at = Promise.DONE, 0, None
    return promise


def _thing(clause: Clause, fact: Fact[Event]) -> int:
    """What a clock begins about, where its clause asks that the same thing ends it."""
    return int(fact.event.facts().get(clause.same, 0)) if clause.same else 0


def rung_row(promise: Promise, rung: RungRule, *, base: datetime, turn: int = 1) -> Rung:
    """A step of a promise's ladder: due so long after `base`, in the office hours of whoever is told unless it
    presses."""
    due_at = base + timedelta(seconds=rung.after_seconds if turn == 1 else rung.repeat_seconds)
    if not (promise.case.urgency == "urgent" or rung.at_once):
        due_at = next_open(calendar_in_force(rung.hours), due_at) or due_at
    return Rung(promise=promise, level=rung.level, turn=turn, due_at=due_at)
