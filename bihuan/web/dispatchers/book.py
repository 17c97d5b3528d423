"""Agreeing on a time by phone: the same slots that the customer sees, for whoever talks with them."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.errors import NobodyAssigned
from bihuan.service.dispatch.planning.displacing import displaceable
from bihuan.service.dispatch.queries import free_fits, open_visit_of, standings, to_change_to, visits_of
from bihuan.service.dispatch.slots import Slot, by_day, read_slot
from bihuan.service.dispatch.words import LATE_REASONS, REBOOK_REASONS, VISIT_STATES, slot_words
from bihuan.service.fieldwork.signing import fee_to_tell
from bihuan.web.dispatchers.resources import resources_of
from bihuan.web.dispatchers.rows import rows_of, slot_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.keeping_free import kept_free


@staff_page("visit.book")
def book(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The free slots by day; a POST books, changes or gives up the time, or says that we run late."""
    case = case_by_number(viewer, number)
    if request.method == "POST":
        try:
            return _agree(request, viewer, case, moment(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _shown(request, case_by_number(viewer, number), status=refusal.status)
    return _shown(request, case)


@require_POST
@staff_page("visit.book")
def keep(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """While the customer thinks on the phone, the time that was named is offered to nobody else; a part of the page."""
    return kept_free(request, case_by_number(viewer, number))


def _agree(request: HttpRequest, viewer: Viewer, case: Any, now: datetime) -> HttpResponse:
    visit = open_visit_of(case.id)
    if visit is None:
        raise NobodyAssigned(case.number)
    asked, doer = request.POST, Doer.of(viewer)
    reason = asked.get("reason", "")
    step = asked.get("step", "book")
    if step == "late":
        expected = _moment_of(asked.get("expected_at", ""), now)
        visit = booking.say_late(visit, expected_at=expected, reason=reason, doer=doer, now=now)
        messages.success(request, _("The customer is told that we come later."))
    elif step == "cancel":
        booking.cancel_booking(
            visit, reason=reason, doer=doer, now=now, by_customer=reason == "customer_wish"
        )
        messages.success(request, _("The time was given up. Agree on a new one soon."))
    else:
        fee = fee_to_tell(case, now=now) if asked.get("fee_told") else 0
        chosen = read_slot(asked.get("slot", ""))
        visit = _take(visit, chosen, reason=reason, doer=doer, now=now, fee=fee)
        messages.success(request, _("Agreed: %(slot)s. The customer is told.") % {"slot": slot_of(visit)})
    return redirect("dispatchers:book", case.number)


def _take(visit: Any, slot: Slot, *, reason: str, doer: Doer, now: datetime, fee: int) -> Any:
    if visit.state == "planned":
        return booking.book(visit, slot, doer=doer, now=now, fee_told_fen=fee)
    return booking.rebook(
        visit,
        slot,
        reason=reason,
        doer=doer,
        now=now,
        by_customer=reason == "customer_wish",
        fee_told_fen=fee,
    )


def _moment_of(told: str, now: datetime) -> datetime:
    """A moment as the browser sends it, in UTC; what cannot be read, or lies at the ends of all calendars where no
    zone reaches, is now, which is refused with a sentence."""
    try:
        read = parse_datetime(told)
        if read is None:
            return now
        return (make_aware(read) if is_naive(read) else read).astimezone(UTC)
    except (ValueError, OverflowError):
        return now


def _shown(request: HttpRequest, case: Any, *, status: int = 200) -> HttpResponse:
    now = moment(request)
    held = standings([case.id])
    visit = open_visit_of(case.id)
    free = [fit.slot for fit in to_change_to(visit, free_fits(case, now=now))]
    days: list[tuple[date, list[Slot]]] = by_day(free)
    booked = visit is not None and visit.state in ("booked", "on_the_way")
    context = {
        "case": case,
        "row": rows_of([case], held, now=now)[0],
        "visit": visit,
        "booked": booked,
        "fee": fee_to_tell(case, now=now),
        "fee_told": (visit.fee_told_fen if visit else 0) or case.report.fee_told_fen,
        "fee_agreed": bool(visit and visit.fee_told_fen),
        "slot": slot_of(visit),
        "may_say_late": booked,
        "days": days,
        "displaceable": [
            (one.visit.case.number, slot_words(one.slot.begins, one.slot.ends), round(one.extra / 60))
            for one in (displaceable(case, now=now) if visit is not None and not booked else ())
        ],
        "resources": resources_of(case, [(visit.technician.person.name, free)] if visit else []),
        "reasons": REBOOK_REASONS,
        "late_reasons": LATE_REASONS,
        "visits": [(one, slot_of(one), str(VISIT_STATES.get(one.state, ""))) for one in visits_of(case.id)],
    }
    return render(request, "dispatchers/book.html", context, status=status)
