"""The customer chooses when we come, or another time. Works with scripts off; no sign-in, only the private link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import Refusal
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.errors import NobodyAssigned
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.dispatch.slots import by_day, read_slot
from bihuan.service.dispatch.words import slot_words
from bihuan.service.fieldwork.signing import fee_to_tell
from bihuan.web.customers.door import Visitor, private_page


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
        visit = booking.rebook(
            visit,
            chosen,
            reason="customer_wish",
            doer=doer,
            now=now,
            by_customer=True,
            fee_told_fen=fee,
        )
    messages.success(request, _("Thank you. We come on %(slot)s.") % {"slot": _words(visit)})
    return redirect("customers:slot", visitor.token)


def _shown(request: HttpRequest, visitor: Visitor, *, status: int = 200) -> HttpResponse:
    case = visitor.the_case
    visit = open_visit_of(case.id)
    booked = visit is not None and visit.state == "booked"
    may_choose = visit is not None and visit.state in ("planned", "booked")
    context = {
        "token": visitor.token,
        "case": case,
        "visit": visit,
        "booked": booked,
        "slot": _words(visit) if booked else "",
        "under_way": visit is not None and visit.state in ("on_the_way", "arrived"),
        "days": by_day(free_slots(case, now=visitor.now)) if may_choose else [],
        "fee": fee_to_tell(case, now=visitor.now) if may_choose else 0,
        "may_choose": may_choose,
    }
    return render(request, "customers/slot.html", context, status=status)


def _words(visit: Any) -> str:
    return slot_words(visit.slot_from, visit.slot_until)
