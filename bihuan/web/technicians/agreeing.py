"""Agreeing on a time from the phone: ring, choose among the real free times, or say that nobody answered."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.errors import NobodyAssigned
from bihuan.service.dispatch.queries import free_fits, open_visit_of, to_change_to
from bihuan.service.dispatch.reserving import offered
from bihuan.service.dispatch.slots import read_slot
from bihuan.service.dispatch.timing.calling import attempts_of, not_reached, to_call
from bihuan.service.dispatch.words import REBOOK_REASONS, slot_words
from bihuan.service.fieldwork import queries
from bihuan.service.fieldwork.signing import fee_to_tell
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.keeping_free import kept_free
from bihuan.web.technicians.cards import card_of_job

AGAIN: dict[str, Lazy] = {
    "half_hour": gettext_lazy("In half an hour"),
    "two_hours": gettext_lazy("In two hours"),
    "evening": gettext_lazy("In the evening, 18:30"),
    "tomorrow": gettext_lazy("Tomorrow at 9:00"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("visit.work")
def agree(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The free times of this technician; a POST agrees on one, changes it, or counts a call in vain."""
    case, now = queries.mine(viewer, number), moment(request)
    if request.method != "POST":
        return _shown(request, viewer, case, now)
    try:
        return _done(request, viewer, case, now)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _shown(request, viewer, queries.mine(viewer, number), now, status=refusal.status)


@require_POST
@staff_page("visit.work")
def keep(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """While the customer thinks on the phone, the time that was named is offered to nobody else."""
    return kept_free(request, queries.mine(viewer, number))


def _done(request: HttpRequest, viewer: Viewer, case: Any, now: datetime) -> HttpResponse:
    visit, asked, doer = open_visit_of(case.id), request.POST, Doer.of(viewer)
    if visit is None:
        raise NobodyAssigned(case.number)
    if asked.get("step") == "tried":
        times = not_reached(visit, again=asked.get("again", ""), doer=doer, now=now)
        messages.success(request, _("Written down: not reached, %(times)s so far.") % {"times": times})
        return redirect("technicians:today")
    fee = fee_to_tell(case, now=now) if asked.get("fee_told") else 0
    slot = read_slot(asked.get("slot", ""))
    if visit.state == "planned":
        visit = booking.book(visit, slot, doer=doer, now=now, fee_told_fen=fee)
    else:
        reason = asked.get("reason", "")
        wished = reason == "customer_wish"
        visit = booking.rebook(
            visit, slot, reason=reason, doer=doer, now=now, by_customer=wished, fee_told_fen=fee
        )
    messages.success(request, _("Agreed: %(slot)s. The customer is told.") % {"slot": _words(visit)})
    return redirect("technicians:visit", case.number)


def _shown(
    request: HttpRequest, viewer: Viewer, case: Any, now: datetime, *, status: int = 200
) -> HttpResponse:
    visit = open_visit_of(case.id)
    if visit is None or visit.state not in ("planned", "booked", "on_the_way"):
        raise NotFound
    planned = visit.state == "planned"
    shown = {
        "card": card_of_job(queries.job_of(case, viewer, now=now), now=now),
        "visit": visit,
        "planned": planned,
        "slot": "" if planned else _words(visit),
        "to_call": to_call([case.id], now=now).get(case.id),
        "attempts": attempts_of(visit.id) if planned else [],
        "again": AGAIN,
        "offered": offered(case, to_change_to(visit, free_fits(case, now=now))),
        "fee": fee_to_tell(case, now=now) if not visit.fee_told_fen else 0,
        "reasons": REBOOK_REASONS,
    }
    return render(request, "technicians/agree.html", shown, status=status)


def _words(visit: Any) -> str:
    return slot_words(visit.slot_from, visit.slot_until)
