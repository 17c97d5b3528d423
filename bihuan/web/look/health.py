"""Whether this installation does its work: for whoever watches it."""

from time import monotonic

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.journal.queries import failed_reactions
from bihuan.ground.worktime import clock
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.service.commitments.replaying import is_in_agreement
from bihuan.service.searching import triggers as searching_triggers
from bihuan.web.look.duties import PROMISES, clock_trouble, duties

LOOK_AGAIN_SECONDS = 10.0
TOLD_ASIDE = frozenset(  # figures, and findings that wait for a person; the others are "ok" or what is wrong
    {"failed_reactions", "oldest_seconds", "replay"}
)

_seen = {"unapplied": True, "looked": -LOOK_AGAIN_SECONDS}


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every subsystem answers, else 503; a JSON of subsystems either way. Holds nothing personal."""
    now = clock.now()
    try:
        if unapplied_migrations():
            return JsonResponse({"status": "ill", "database": "ok", "migrations": "unapplied"}, status=503)
        owed = duties(now)
        late = {sort for sort, duty in owed.items() if duty.late}
        told = {
            "database": "ok",
            "migrations": "ok",
            "journal": "ok" if not journal_triggers.missing(connection) else "a trigger is missing",
            "bookings": "ok" if not staff_triggers.missing(connection) else "a guard is missing",
            "search": "ok"
            if not searching_triggers.missing(connection)
            else "a part of the index is missing",
            "clock": clock_trouble(now) or "ok",
            "promises": "ok" if late.isdisjoint(PROMISES) else "a due promise was not acted on",
            "reactions": "ok" if "reaction" not in late else "a reaction waits too long",
            "notices": "ok" if "notice" not in late else "a notice waits too long",
            "replay": "ok" if is_in_agreement() else "differences",
            "failed_reactions": len(failed_reactions()),
            "oldest_seconds": {sort: duty.seconds for sort, duty in owed.items()},
        }
    except Error:
        return JsonResponse({"status": "down", "database": "no answer"}, status=503)
    well = all(value == "ok" for name, value in told.items() if name not in TOLD_ASIDE)
    return JsonResponse({"status": "ok" if well else "ill", **told}, status=200 if well else 503)


def unapplied_migrations() -> bool:
    """Whether this code asks for tables that the database does not have. A code base that was found in order stays so
    as long as its process lives; until then it is looked at every ten seconds."""
    if _seen["unapplied"] and monotonic() - _seen["looked"] >= LOOK_AGAIN_SECONDS:
        executor = MigrationExecutor(connection)
        _seen["unapplied"] = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        _seen["looked"] = monotonic()
    return bool(_seen["unapplied"])
