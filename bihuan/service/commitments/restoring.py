"""Promises of a case that was merged and is no twin after all: they run on as if they had never been let go."""

from typing import Any

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Event, Fact
from bihuan.service.cases.models import Case
from bihuan.service.commitments.events import PromisesRestored
from bihuan.service.commitments.models import Promise, Rung
from bihuan.service.commitments.reckoning import clause_of, readings_of, rests_of


def restore(case: Case, fact: Fact[Event]) -> bool:
    """Open again what the merging ended. What was broken by then stays broken; what comes due meanwhile a sweep
    tells. Returns whether there was any."""
    ended = list(Promise.objects.filter(case=case, ended_how=Promise.MERGED).order_by("id"))
    rests = rests_of(case.id)
    for promise in ended:
        broken = promise.broken_at is not None
        changes: dict[str, Any] = {
            "open": True,
            "ended_at": None,
            "ended_how": "",
            "worked_seconds": None,
            "state": Promise.BROKEN if broken else Promise.RUNNING,
        }
        clause = clause_of(promise)
        if not clause.due_from:
            changes |= readings_of(promise, rests)
        if broken or promise.warnings >= len(clause.warn_at):
            changes["warn_next_at"] = None
        Promise.objects.filter(id=promise.id).update(**changes)
        dropped = Rung.objects.filter(promise=promise, told_at__isnull=True, dropped_at=promise.ended_at)
        dropped.update(dropped_at=None)
    if ended:
        told = PromisesRestored(subject_id=case.id, promises=tuple(one.id for one in ended))
        record(told, by=fact.by, now=fact.recorded_at, chain=case.chain_id)
    return bool(ended)
