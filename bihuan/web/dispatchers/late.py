"""Visits that will be late, before the customer waits in vain: told by one tap."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.dispatch.queries import visit_of
from bihuan.service.dispatch.timing.late import foreseen, say_foreseen
from bihuan.service.dispatch.words import slot_words
from bihuan.web.dispatchers.rows import area_of, what_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("visit.assign")
def late(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is foreseen and not said yet; a POST says it to the customer of one visit."""
    now = moment(request)
    if request.method == "POST":
        visit = visit_of(viewer, row_of(request.POST.get("visit", "")))
        try:
            say_foreseen(visit, doer=Doer.of(viewer), now=now)
            messages.success(request, _("The customer is told that we come later."))
        except NotFound:
            raise
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("dispatchers:late")
    rows = [
        {
            "delay": one,
            "visit": one.visit,
            "case": one.visit.case,
            "what": what_of(one.visit.case),
            "area": area_of(one.visit.case),
            "slot": slot_words(one.visit.slot_from, one.visit.slot_until),
            "may_say": now < one.expected_at,
        }
        for one in foreseen(viewer, now=now)
        if one.visit.slot_from and one.visit.slot_until
    ]
    return render(request, "dispatchers/late.html", {"rows": rows})
