"""Whether this installation does its work: for whoever watches it."""

from datetime import timedelta

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.journal.queries import failed_reactions, oldest_waiting_reaction
from bihuan.ground.worktime import clock
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.service.commitments.queries import oldest_duty_not_acted_on

PATIENCE = timedelta(minutes=5)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every subsystem answers, else 503; a JSON of subsystems either way. Holds nothing personal."""
    now = clock.now()
    try:
        duty, waiting = oldest_duty_not_acted_on(now), oldest_waiting_reaction()
        told = {
            "database": "ok",
            "journal": "ok" if not journal_triggers.missing(connection) else "a trigger is missing",
            "bookings": "ok" if not staff_triggers.missing(connection) else "a guard is missing",
            "promises": "ok" if duty is None or now - duty < PATIENCE else "a due promise was not acted on",
            "reactions": "ok" if waiting is None or now - waiting < PATIENCE else "a reaction waits too long",
            "failed_reactions": len(failed_reactions()),
        }
    except Error:
        return JsonResponse({"status": "down", "database": "no answer"}, status=503)
    well = all(value == "ok" for name, value in told.items() if name != "failed_reactions")
    return JsonResponse({"status": "ok" if well else "ill", **told}, status=200 if well else 503)
