"""What the clock does to promises: warn, declare broken, climb ladders, reckon anew when days off are published.

Each is a sweep that any number of clocks may run at once, die in and run again. A batch is one transaction: it
holds the stories it touches, reads again what is still to be told, changes the rows and writes the events. So each
is told exactly once, and what a killed clock left undone is what the next one finds.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from time import monotonic

from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet

from bihuan.ground.journal.actions import hold_free_chains, lock_chains, record, writing
from bihuan.ground.journal.event import CLOCK
from bihuan.service.commitments.ending import drop_rungs
from bihuan.service.commitments.events import (
    BreachWithdrawn,
    PromiseAtRisk,
    PromiseBroken,
    PromiseEscalated,
    PromiseRederived,
)
from bihuan.service.commitments.hearing import refresh_next_due
from bihuan.service.commitments.making import rung_row
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.profiles_in_use import calendar_held
from bihuan.service.commitments.reckoning import (
    clause_of,
    clock_again,
    rests_of_cases,
    rung_of,
    rungs_of,
    steps_ahead,
)
from bihuan.service.commitments.resting import reading_of

log = logging.getLogger("bihuan.promises")
BATCH = 100
ROUND_SECONDS = 20.0  # a round of one sweep; what is left waits for the next

type Told = Callable[[list[int], datetime], int]


def mark_at_risk(now: datetime) -> int:
    """A sweep: announce promises whose next warning has come; warnings that were missed are told as one, and none
    once the time is over. Returns how many were announced."""
    return _sweep(_to_warn(now), _warn, now)


def mark_broken(now: datetime) -> int:
    """A sweep: announce promises whose due time has passed, and set up their ladders. Returns how many."""
    return _sweep(_to_break(now), _break, now)


def climb(now: datetime) -> int:
    """A sweep: take the steps of ladders that are due. Returns how many."""
    return _sweep(_to_climb(now), _climb, now, chain="promise__case__chain_id")


def rederive_published(now: datetime) -> int:
    """A sweep: promises due in a year whose days off are published by now count on the newest version of their
    calendar. Returns how many."""
    codes = Promise.objects.filter(open=True, provisional=True).values_list("calendar", flat=True).distinct()
    return sum(_sweep(_published(code), _rederive, now) for code in codes.order_by("calendar"))


def _to_warn(now: datetime) -> QuerySet[Promise]:
    found = Promise.objects.filter(state=Promise.RUNNING, warn_next_at__lte=now, due_at__gte=now)
    return found.order_by("warn_next_at")


def _to_break(now: datetime) -> QuerySet[Promise]:
    return Promise.objects.filter(state=Promise.RUNNING, due_at__lt=now).order_by("due_at")


def _to_climb(now: datetime) -> QuerySet[Rung]:
    return steps_ahead().filter(due_at__lte=now).order_by("due_at", "id")


def _published(code: str) -> QuerySet[Promise]:
    after = datetime(min(calendar_held(code).known_through, 9998) + 1, 1, 1, tzinfo=UTC)
    found = Promise.objects.filter(open=True, provisional=True, calendar=code, due_at__lt=after)
    return found.order_by("due_at", "id")


def _sweep[M: (Promise, Rung)](
    found: QuerySet[M], tell: Told, now: datetime, *, chain: str = "case__chain_id"
) -> int:
    """Batch after batch, until nothing is left, the round is over, or others hold what is. A row that fails is left
    out, the others are told; then the failure is raised for whoever watches."""
    told, ends, failed = 0, monotonic() + ROUND_SECONDS, dict[int, Exception]()
    while monotonic() < ends:
        batch = list(found.exclude(id__in=list(failed)).values_list("id", chain)[:BATCH])
        count = _batch(batch, tell, now, failed)
        told += count
        if len(batch) < BATCH or not count:
            break
    for trouble in failed.values():
        log.error("%s of %s could not be told", len(failed), found.model.__name__)
        raise trouble
    return told


def _batch(batch: Sequence[tuple[int, int]], tell: Told, now: datetime, failed: dict[int, Exception]) -> int:
    try:
        return _told(batch, tell, now)
    except DatabaseError:
        raise
    except Exception as trouble:
        if len(batch) == 1:
            failed[batch[0][0]] = trouble
            return 0
        return sum(_batch([one], tell, now, failed) for one in batch)


def _told(batch: Sequence[tuple[int, int]], tell: Told, now: datetime) -> int:
    if not batch:
        return 0
    with transaction.atomic():
        free = hold_free_chains(chain for _, chain in batch)
        ids = [one for one, chain in batch if chain in free]
        with writing():
            lock_chains(free)
            return tell(ids, now)


def _break(ids: list[int], now: datetime) -> int:
    rows = list(_to_break(now).filter(id__in=ids).select_related("case"))
    Promise.objects.filter(id__in=[row.id for row in rows]).update(
        state=Promise.BROKEN, broken_at=F("due_at"), warn_next_at=None
    )
    for row in rows:
        broken = PromiseBroken(subject_id=row.case_id, promise_id=row.id, clause=row.clause)
        record(broken, by=CLOCK, now=now, chain=row.case.chain_id)
    rungs = [
        rung_row(row, rung, base=row.due_at or now)
        for row in rows
        for rung in rungs_of(row)
        if rung.since == "broken"
    ]
    if rungs:  # a breach that was withdrawn and came true after all climbs on from what was told already
        again = Rung.objects.filter(promise_id__in={rung.promise_id for rung in rungs}, told_at__isnull=True)
        again.filter(dropped_at__isnull=False).delete()
        Rung.objects.bulk_create(rungs, ignore_conflicts=True)
    return len(rows)


def _warn(ids: list[int], now: datetime) -> int:
    rows = list(_to_warn(now).filter(id__in=ids).select_related("case"))
    rests = rests_of_cases(row.case_id for row in rows)
    for row in rows:
        at: datetime | None = row.warn_next_at
        while at is not None and at <= now:
            row.warnings += 1
            over = row.warnings >= len(clause_of(row).warn_at)
            at = None if over else clock_again(row, rests.get(row.case_id, ())).warn_next_at
        row.warn_next_at, row.warned_at = at, now
        warning = PromiseAtRisk(
            subject_id=row.case_id, promise_id=row.id, clause=row.clause, warning=row.warnings
        )
        record(warning, by=CLOCK, now=now, chain=row.case.chain_id)
    Promise.objects.bulk_update(rows, ["warnings", "warn_next_at", "warned_at"])
    return len(rows)


def _climb(ids: list[int], now: datetime) -> int:
    rows = list(_to_climb(now).filter(id__in=ids).select_related("promise__case"))
    owed = [row for row in rows if row.promise.open]
    Rung.objects.filter(id__in=[row.id for row in owed]).update(told_at=now)
    Rung.objects.filter(id__in=[row.id for row in rows if not row.promise.open]).update(dropped_at=now)
    Rung.objects.bulk_create(list(_next_turns(owed, now)), ignore_conflicts=True)
    for row in owed:
        promise = row.promise
        step = PromiseEscalated(
            subject_id=promise.case_id,
            promise_id=promise.id,
            clause=promise.clause,
            level=row.level,
            turn=row.turn,
        )
        record(step, by=CLOCK, now=now, chain=promise.case.chain_id)
    return len(rows)


def _next_turns(rows: Sequence[Rung], now: datetime) -> Iterator[Rung]:
    """The next telling of each step that is told more than once; counted from now, so that an outage is not made up
    for with a flood."""
    for row in rows:
        rule = rung_of(row.promise, row.level)
        if rule is not None and row.turn < rule.times:
            yield rung_row(row.promise, rule, base=now, turn=row.turn + 1)


def _rederive(ids: list[int], now: datetime) -> int:
    rows = list(Promise.objects.filter(id__in=ids, open=True, provisional=True).select_related("case"))
    rests = rests_of_cases(row.case_id for row in rows)
    for row in rows:
        held, was_due = calendar_held(row.calendar), row.due_at
        row.calendar_version, row.known_through = held.version, held.known_through
        newer = {"calendar_version": held.version, "known_through": held.known_through}
        changes = reading_of(row, rests.get(row.case_id, []), now=now)
        Promise.objects.filter(id=row.id).update(**newer, **changes)
        row.due_at = changes["due_at"]
        if row.due_at != was_due:
            record(_rederived(row, was_due), by=CLOCK, now=now, chain=row.case.chain_id)
        if changes.get("breach_withdrawn_at"):
            proven = BreachWithdrawn(subject_id=row.case_id, promise_id=row.id, clause=row.clause)
            record(proven, by=CLOCK, now=now, chain=row.case.chain_id)
            drop_rungs([row], now=now)
    for case_id in {row.case_id for row in rows}:
        refresh_next_due(case_id)
    return len(rows)


def _rederived(row: Promise, was_due: datetime | None) -> PromiseRederived:
    return PromiseRederived(
        subject_id=row.case_id,
        promise_id=row.id,
        calendar_version=row.calendar_version,
        was_due=_epoch(was_due),
        due=_epoch(row.due_at),
    )


def _epoch(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
