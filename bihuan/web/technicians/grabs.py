"""Grabbing a job (抢单) on the phone, or passing on it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import technician_of
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.grabs import taking
from bihuan.service.dispatch.grabs.queries import case_asked
from bihuan.web.look.doors import moment, staff_page


def saw(viewer: Viewer, *, now: datetime) -> None:
    """The jobs up for grabs stand on this technician's screen: the dispatcher sees that they were seen."""
    technician = technician_of(viewer.person_id or 0)
    if technician is not None:
        taking.mark_seen(technician_id=technician.id, now=now)


@require_POST
@staff_page("visit.answer")
def take(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The first to take it has it; everybody else is told in one sentence."""
    technician_id = _me(viewer)
    case = case_asked(number, technician_id)
    try:
        taking.grab(case, technician_id=technician_id, doer=Doer.of(viewer), now=moment(request))
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is yours. You now see name, phone and address."))
    return redirect("technicians:today")


@require_POST
@staff_page("visit.answer")
def leave(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Not for me, and why."""
    technician_id = _me(viewer)
    case = case_asked(number, technician_id)
    try:
        taking.pass_on(
            case,
            technician_id=technician_id,
            reason=request.POST.get("reason", ""),
            doer=Doer.of(viewer),
            now=moment(request),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Left to your colleagues."))
    return redirect("technicians:today")


def _me(viewer: Viewer) -> int:
    technician = technician_of(viewer.person_id or 0)
    if technician is None:
        raise NotFound
    return technician.id
