"""Where I was: my consent, what was taken today, who looked; and the door at which the phone leaves positions."""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import technician_of
from bihuan.service.dispatch.positions.actions import (
    NoConsent,
    give_consent,
    keep_positions,
    withdraw_consent,
)
from bihuan.service.dispatch.positions.queries import (
    Technician,
    consent_of,
    consents_of,
    days_kept,
    looks_at,
    own_track,
    shift_now,
)
from bihuan.service.dispatch.positions.rules import KEPT_DAYS, MOST_AT_ONCE, ON_THE_MAP, Fix, kept_until
from bihuan.web.look.doors import moment, staff_page

LARGEST = 64 * 1024  # bytes of one upload


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("visit.work")
def positions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The consent, which a POST gives or withdraws, and everything that is kept."""
    technician, now = _me(viewer), moment(request)
    if request.method == "POST":
        if request.POST.get("answer") == "yes":
            give_consent(technician, now=now)
            messages.success(request, _("You agreed. Your position is taken on shift only, from now on."))
        else:
            withdraw_consent(technician, now=now)
            messages.success(
                request, _("Withdrawn. No position is taken any more, and all that was kept is deleted.")
            )
        return redirect("technicians:positions")
    today = localdate(now)
    days = days_kept(technician.id)
    asked = request.GET.get("day", "")
    day = next((one for one in days if one.isoformat() == asked), today)
    shown = {
        "consent": consent_of(technician.id),
        "history": consents_of(technician.id),
        "on_shift": shift_now(technician.id, now=now),
        "day": day,
        "today": today,
        "days": days,
        "track": list(reversed(own_track(technician.id, day))),
        "until": kept_until(day),
        "kept_days": KEPT_DAYS,
        "looks": looks_at(technician.id),
        "on_the_map": ON_THE_MAP,
    }
    return render(request, "technicians/positions.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("visit.work")
def position(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For the phone's script: whether and until when it may ask for its position; a POST leaves what it saw."""
    technician, now = _me(viewer), moment(request)
    if request.method == "GET":
        on = consent_of(technician.id) is not None
        shift = shift_now(technician.id, now=now) if on else None
        return JsonResponse({"on": on, "until": int(shift[1].timestamp() * 1000) if shift else 0})
    told = _read(request)
    if told is None:
        return JsonResponse({"error": "unreadable"}, status=400)
    try:
        taken = keep_positions(technician, told, now=now)
    except NoConsent as refusal:
        return JsonResponse({"error": "no_consent", "sentence": str(refusal)}, status=refusal.status)
    return JsonResponse({"kept": taken.kept, "refused": taken.refused})


def _me(viewer: Viewer) -> Technician:
    found = technician_of(viewer.person_id or 0)
    if found is None:
        raise NotFound
    return found


def _read(request: HttpRequest) -> list[Fix] | None:
    """The positions of an upload; None when it is none of ours."""
    length = request.headers.get("Content-Length", "")
    if request.content_type != "application/json" or not length.isdecimal() or int(length) > LARGEST:
        return None
    try:
        told = json.loads(request.body)["fixes"]
        return [_fix(one) for one in told] if 0 < len(told) <= MOST_AT_ONCE else None
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None


def _fix(one: dict[str, Any]) -> Fix:
    at, latitude, longitude, accuracy = (
        float(one[name]) for name in ("at", "latitude", "longitude", "accuracy")
    )
    return Fix(
        at=datetime.fromtimestamp(at // 1000, UTC), latitude=latitude, longitude=longitude, accuracy=accuracy
    )
