"""The customer chooses when we come, or another time. Works with scripts off; no sign-in, only the private link."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import Refusal
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.errors import NobodyAssigned, NothingHeld
from bihuan.service.dispatch.keeping_free import keep_free
from bihuan.service.dispatch.queries import free_fits, open_visit_of, to_change_to
from bihuan.service.dispatch.reserving import held_of, offered
from bihuan.service.dispatch.slots import read_slot
from bihuan.service.dispatch.words import slot_words
from bihuan.service.fieldwork.signing import fee_to_tell
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.look.throttle import Throttle

KEEPS = Throttle(name="keep-free", times=40, seconds=600)


@private_page
def slot(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The free times by day; a POST agrees on one, or changes the agreed one."""
    if request.method == "POST":
        try:
            return _agree(request, visitor)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _shown(request, visitor, status=refusal.status)
    return _shown(request, visitor)


def _agree(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    case, now = visitor.the_case, visitor.now
    visit = open_visit_of(case.id)
    if visit is None:
        raise NobodyAssigned(case.number)
    doer = Doer(by=Actor(kind="customer", id=case.customer_id), roles=frozenset({"customer"}))
    fee = fee_to_tell(case, now=now)  # it stands on the page, above the button
    chosen = read_slot(request.POST.get("slot", ""))
    if visit.state == "planned":
        visit = booking.book(visit, chosen, doer=doer, now=now, by_customer=True, fee_told_fen=fee)
    else:
        ours = visit.late_said_at is not None  # we said that we come later: another time counts against us
        visit = booking.rebook(
            visit,
            chosen,
            reason="running_late" if ours else "customer_wish",
            doer=doer,
            now=now,
            by_customer=not ours,
            fee_told_fen=fee,
        )
    messages.success(request, _("Thank you. We come on %(slot)s.") % {"slot": _words(visit)})
    return redirect("customers:slot", visitor.token)


@require_POST
@private_page
def keep(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The time that was just chosen is kept free for ten minutes while the customer decides; a part of the page."""
    visit, now = open_visit_of(visitor.the_case.id), visitor.now
    told: dict[str, Any] = {}
    try:
        if visit is None or not KEEPS.count(request, str(visitor.the_case.id)):
            raise NothingHeld
        told["until"] = keep_free(visit, read_slot(request.POST.get("slot", "")), now=now)
    except Refusal as refusal:
        told["refused"] = str(refusal)
    return render(request, "customers/parts/kept_free.html", told)


def _shown(request: HttpRequest, visitor: Visitor, *, status: int = 200) -> HttpResponse:
    case = visitor.the_case
    visit = open_visit_of(case.id)
    booked = visit is not None and visit.state == "booked"
    refused = _refused(visit, now=visitor.now) if booked else ""
    may_choose = visit is not None and visit.state in ("planned", "booked") and not refused
    free = to_change_to(visit, free_fits(case, now=visitor.now)) if may_choose else []
    held = held_of(case.id, now=visitor.now) if may_choose else None
    context = {
        "token": visitor.token,
        "case": case,
        "visit": visit,
        "booked": booked,
        "slot": _words(visit) if booked else "",
        "under_way": visit is not None and visit.state in ("on_the_way", "arrived"),
        "refused": refused,
        "offered": offered(case, free),
        "until": datetime.fromtimestamp(held.expires, UTC) if held is not None and held.expires else None,
        "held": held.slot_from if held is not None else 0,
        "fee": fee_to_tell(case, now=visitor.now) if may_choose else 0,
        "may_choose": may_choose,
    }
    return render(request, "customers/slot.html", context, status=status)


def _refused(visit: Any, *, now: datetime) -> str:
    """Why the agreed time cannot be changed here; empty when it can."""
    try:
        booking.refuse_move(visit, now=now)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _words(visit: Any) -> str:
    return slot_words(visit.slot_from, visit.slot_until)
