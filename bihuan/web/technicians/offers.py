"""Accepting or refusing an offered job, or to go along on one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import technician_of
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.assigning import accept_job, refuse_job
from bihuan.service.dispatch.pairing import refuse_along
from bihuan.service.fieldwork import queries
from bihuan.web.look.doors import moment, staff_page


@require_POST
@staff_page("visit.answer")
def accept(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The technician takes the job."""
    job, technician_id = _offered(request, viewer, number)
    accept_job(job.case, technician_id=technician_id, doer=Doer.of(viewer), now=moment(request))
    messages.success(request, _("Accepted. You now see name, phone and address."))
    return redirect("technicians:today")


@require_POST
@staff_page("visit.answer")
def refuse(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The technician gives the job back and says why."""
    job, technician_id = _offered(request, viewer, number)
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    try:
        refuse_job(
            job.case,
            technician_id=technician_id,
            reason=reason,
            words=words,
            doer=Doer.of(viewer),
            now=moment(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Given back; the dispatcher is asked for somebody else."))
    return redirect("technicians:today")


@require_POST
@staff_page("visit.answer")
def stay(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Whoever goes along says that they cannot, and why."""
    case, technician_id = queries.gone_along_on(viewer, number)
    try:
        refuse_along(
            case,
            technician_id=technician_id,
            reason=request.POST.get("reason", ""),
            words=request.POST.get("words", ""),
            doer=Doer.of(viewer),
            now=moment(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Said. You need not go; the dispatcher seeks somebody else."))
    return redirect("technicians:today")


def _offered(request: HttpRequest, viewer: Viewer, number: str) -> tuple[queries.Job, int]:
    """The job that waits for this technician's answer."""
    technician = technician_of(viewer.person_id or 0)
    for job in queries.offered_to(viewer, now=moment(request)):
        if technician is not None and job.case.number == number:
            return job, technician.id
    raise NotFound
