"""The hotline on the desk: the strip that every agent sees, the card of whoever is on the line, and what came of a
call. The strip asks again by itself and is answered only when something changed."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls.actions import account_for, say_notice, sit, transfer
from bihuan.service.intake.calls.errors import CallGoesOn
from bihuan.service.intake.calls.playing import play_answer, play_end
from bihuan.service.intake.calls.queries import (
    call_at_hand,
    call_of,
    line,
    masked_numbers,
    number_of,
    ring_backs_count,
    seat_of,
    untold_calls,
    waiting_calls,
)
from bihuan.service.intake.calls.transferring import colleagues, may_take_over, take_over
from bihuan.web.agents.caller import caller_of
from bihuan.web.agents.hotline_words import REASONS, STATES, key_words, line_words, on_line, put_through_to
from bihuan.web.agents.rows import departments
from bihuan.web.look.doors import moment, staff_page

SEEN = "X-Seen"  # the mark of what the strip shows, which it sends when it asks again
NOTHING_NEW = 204


@require_safe
@staff_page("call.take")
def strip(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """来电 n · 排队 n · 预计等待 m 分, and the card of whoever this agent has on the line."""
    now = moment(request)
    stands, call, seat = line(now), call_at_hand(viewer, now), seat_of(viewer)
    waiting = waiting_calls(viewer, now)
    first = next((one for one in waiting if one.call.state != "talking"), None)
    put_through = [on_line(one, viewer, now) for one in waiting if may_take_over(viewer, one.call)]
    to_ring = ring_backs_count(viewer)
    if call is not None and _shows(request, call.id):
        call = None
    seen = (
        stands,
        call and call.id,
        first and first.call.id,
        to_ring,
        seat and (seat.ready, seat.extension),
        [one.transfer for one in put_through],
    )
    mark = f"{hash_of(seen)}"
    if request.headers.get(SEEN) == mark:
        return HttpResponse(status=NOTHING_NEW)
    context: dict[str, Any] = {
        "words": line_words(stands),
        "line": stands,
        "mark": mark,
        "to_ring": to_ring,
        "put_through": put_through,
        "first": on_line(first, viewer, now) if first is not None else None,
        "call": call,
        "plays": settings.BIHUAN_DEMO,
    }
    if call is not None:
        number = number_of(call)
        context |= {"caller": caller_of(number, "", viewer, now=now), "number": number}
    return render(request, "agents/hotline.html#strip", context)


def _shows(request: HttpRequest, call_id: int) -> bool:
    """Whether the page that asks is about this call already, or is being written on: no card lies over it then."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return here in {reverse("agents:call", args=[call_id]), reverse("agents:report")}


def hash_of(seen: object) -> str:
    """A short mark of what is shown: it differs when that differs."""
    return sha256(repr(seen).encode()).hexdigest()[:12]


@require_safe
@staff_page("call.take")
def calls(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who is on the line, where I sit, and calls of which nobody said yet what came of them."""
    now = moment(request)
    untold = untold_calls(viewer)
    numbers = masked_numbers(untold)
    context = {
        "line": line(now),
        "words": line_words(line(now)),
        "rows": [on_line(one, viewer, now) for one in waiting_calls(viewer, now)],
        "untold": [(one, numbers[one.id]) for one in untold],
        "reasons": REASONS.items(),
        "seat": seat_of(viewer),
        "to_ring": ring_backs_count(viewer),
        "plays": settings.BIHUAN_DEMO,
    }
    return render(request, "agents/calls.html", context)


@require_safe
@staff_page("call.take_over")
def call(request: HttpRequest, viewer: Viewer, call_id: int) -> HttpResponse:
    """One call: who it is, what they have with us, and what can be done while they are on the line."""
    now, held = moment(request), call_of(viewer, call_id)
    number = number_of(held)
    context = {
        "call": held,
        "state": STATES[held.state],
        "pressed": key_words(held.keys),
        "mine": held.agent_id == viewer.person_id,
        "number": number,
        "caller": caller_of(number, "", viewer, now=now),
        "departments": departments().items(),
        "colleagues": colleagues(viewer, now),
        "transferred_to": put_through_to(held.transfer_to),
        "waits_for_me": may_take_over(viewer, held),
        "may_list": viewer.may("call.take"),
        "reasons": REASONS.items(),
        "reason": REASONS.get(held.reason, ""),
        "recorded": bool(held.recording_sealed),
        "may_report": viewer.may("report.take"),
        "plays": settings.BIHUAN_DEMO,
    }
    return render(request, "agents/call.html", context)


@require_POST
@staff_page("call.take_over")
def deed(request: HttpRequest, viewer: Viewer, call_id: int) -> HttpResponse:
    """What an agent does with a call: answer or hang up (demo), take over, say the notice, transfer, account for it."""
    now, held = moment(request), call_of(viewer, call_id)
    match request.POST.get("do", ""):
        case "answer":
            if not settings.BIHUAN_DEMO or not viewer.may("call.take"):
                raise NotFound
            if held.answered_at is not None or held.ended_at is not None:
                raise CallGoesOn
            play_answer(held, viewer=viewer, now=now)
        case "hang_up":
            if not settings.BIHUAN_DEMO or held.agent_id != viewer.person_id:
                raise NotFound
            play_end(held, now=now)
        case "take_over":
            take_over(held, viewer=viewer, now=now)
            messages.success(request, _("You speak with the customer now."))
        case "notice":
            say_notice(held, viewer=viewer, now=now)
            messages.success(request, _("Noted: the caller knows of the recording."))
        case "transfer":
            ready = request.POST.get("ready") == "yes"
            transfer(held, to=request.POST.get("to", ""), ready=ready, viewer=viewer, now=now)
            messages.success(
                request,
                _("Transferred. If nobody takes over within two minutes, you and a supervisor are told."),
            )
        case "account":
            account_for(held, reason=request.POST.get("reason", ""), viewer=viewer, now=now)
            messages.success(request, _("Noted what came of the call."))
            return redirect("agents:calls" if viewer.may("call.take") else "todo:todo")
        case _:
            raise NotFound
    return redirect("agents:call", held.id)


@require_POST
@staff_page("call.take")
def seat(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Where I sit, and whether I take calls."""
    ready = request.POST.get("ready") == "yes"
    sit(viewer, extension=request.POST.get("extension", ""), ready=ready, now=moment(request))
    messages.success(
        request, _("You take calls now.") if ready else pgettext("telephone", "You take no calls now.")
    )
    return redirect(reverse("agents:calls"))
