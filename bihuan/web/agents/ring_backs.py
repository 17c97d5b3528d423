"""回电: whoever is to be rung, the least time left first; one page for ringing one of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.calls import ringing_back
from bihuan.service.intake.calls.queries import ring_back_of, ring_backs_due
from bihuan.web.agents.caller import caller_of
from bihuan.web.agents.hotline_words import RESULTS, to_ring
from bihuan.web.look.doors import moment, staff_page


@require_safe
@staff_page("call.take")
def ring_backs(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list."""
    now = moment(request)
    return render(
        request, "agents/ring_backs.html", {"rows": [to_ring(one, now) for one in ring_backs_due(viewer)]}
    )


@require_safe
@staff_page("call.take")
def ring_back(request: HttpRequest, viewer: Viewer, ring_back_id: int) -> HttpResponse:
    """One of them; whoever holds it sees the number."""
    now, duty = moment(request), ring_back_of(viewer, ring_back_id)
    held = duty.row.holder_id == viewer.person_id
    context = {
        "one": to_ring(duty, now),
        "duty": duty,
        "held": held,
        "caller": caller_of(duty.number if held else "", "", viewer, now=now),
        "results": RESULTS.items(),
        "result": RESULTS.get(duty.row.result, ""),
        "may_report": viewer.may("report.take"),
    }
    return render(request, "agents/ring_back.html", context)


@require_POST
@staff_page("call.take")
def deed(request: HttpRequest, viewer: Viewer, ring_back_id: int) -> HttpResponse:
    """Take it, note a try, or say what came of it."""
    now, duty = moment(request), ring_back_of(viewer, ring_back_id)
    match request.POST.get("do", ""):
        case "take":
            ringing_back.hold(duty.row, viewer=viewer)
        case "tried":
            ringing_back.tried(duty.row, viewer=viewer, now=now)
            messages.success(request, _("Noted: nobody answered."))
        case _:
            result = request.POST.get("result", "")
            ringing_back.finish(duty.row, result=result, viewer=viewer, now=now)
            messages.success(request, _("Noted what came of it."))
            return redirect("agents:ring_backs")
    return redirect("agents:ring_back", ring_back_id)
