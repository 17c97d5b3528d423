"""The customer chooses when we come, or another time. Works with scripts off; no sign-in, only the private link."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_of_report
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.errors import NobodyAssigned
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.dispatch.slots import by_day, read_slot
from bihuan.service.dispatch.words import slot_words
from bihuan.service.intake.queries import report_by_link
from bihuan.web.look.doors import moment, open_page


@open_page
def slot(request: HttpRequest, token: str) -> HttpResponse:
    """The free times by day; a POST agrees on one, or changes the agreed one."""
    case = case_of_report(report_by_link(token).id)
    if case is None:
        raise NotFound
    if request.method == "POST":
        try:
            return _agree(request, token, case)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _shown(request, token, case, status=refusal.status)
    return _shown(request, token, case)


def _agree(request: HttpRequest, token: str, case: Any) -> HttpResponse:
    visit = open_visit_of(case.id)
    if visit is None:
        raise NobodyAssigned(case.number)
    now = moment(request)
    doer = Doer(by=Actor(kind="customer", id=case.customer_id), roles=frozenset({"customer"}))
    chosen = read_slot(request.POST.get("slot", ""))
    if visit.state == "planned":
        visit = booking.book(visit, chosen, doer=doer, now=now, by_customer=True)
    else:
        visit = booking.rebook(visit, chosen, reason="customer_wish", doer=doer, now=now, by_customer=True)
    messages.success(request, _("Thank you. We come on %(slot)s.") % {"slot": _words(visit)})
    return redirect("customers:slot", token)


def _shown(request: HttpRequest, token: str, case: Any, *, status: int = 200) -> HttpResponse:
    visit = open_visit_of(case.id)
    booked = visit is not None and visit.state == "booked"
    may_choose = visit is not None and visit.state in ("planned", "booked")
    context = {
        "token": token,
        "case": case,
        "visit": visit,
        "booked": booked,
        "slot": _words(visit) if booked else "",
        "under_way": visit is not None and visit.state in ("on_the_way", "arrived"),
        "days": by_day(free_slots(case, now=moment(request))) if may_choose else [],
        "may_choose": may_choose,
    }
    return render(request, "customers/slot.html", context, status=status)


def _words(visit: Any) -> str:
    return slot_words(visit.slot_from, visit.slot_until)
