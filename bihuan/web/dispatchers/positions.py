"""Where a technician was on a day: only with a reason, which the technician can read."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.dispatch.positions.actions import note_reading
from bihuan.service.dispatch.positions.queries import followed, track_of
from bihuan.service.dispatch.positions.rules import first_day_kept
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("position.read")
def positions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who agreed and was heard of when; a POST with a reason shows one day of one technician."""
    now = moment(request)
    rows = followed(viewer, now=now)
    shown: dict[str, Any] = {"rows": rows, "today": localdate(now), "first": first_day_kept(localdate(now))}
    if request.method != "POST":
        return render(request, "dispatchers/positions.html", shown)
    try:
        shown |= _looked(request, viewer, rows, now)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        shown |= {"refused": str(refusal), "asked": row_of(request.POST.get("technician", ""))}
        return render(request, "dispatchers/positions.html", shown, status=refusal.status)
    return render(request, "dispatchers/positions.html", shown)


def _looked(request: HttpRequest, viewer: Viewer, rows: list[Any], now: datetime) -> dict[str, Any]:
    wanted = row_of(request.POST.get("technician", ""))
    one = next((row.technician for row in rows if row.technician.id == wanted), None)
    if one is None:
        raise NotFound
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = localdate(now)
    reading = note_reading(viewer, one, day, purpose=request.POST.get("purpose", ""), now=now)
    return {"reading": reading, "of": one, "track": track_of(reading), "asked": one.id, "day": day}
