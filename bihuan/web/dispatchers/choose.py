"""Choosing the service point for one case: every candidate with its reasons, everybody else with the rule."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch import offering
from bihuan.service.dispatch.choosing import points_for
from bihuan.service.dispatch.deciding.overriding import refuse_unsaid
from bihuan.service.dispatch.queries import offers_of, standings
from bihuan.service.dispatch.words import OFFER_REASONS, OVERRIDE_REASONS
from bihuan.web.dispatchers.rows import family_names, option_of, rows_of, ruled_out_of
from bihuan.web.dispatchers.told import told_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@staff_page("offer.make")
def offer(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show the choice; a POST asks the chosen service point, or takes the open question back."""
    case = case_by_number(viewer, number)
    if request.method == "POST":
        try:
            return _ask(request, viewer, case)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _shown(request, viewer, case_by_number(viewer, number), status=refusal.status)
    return _shown(request, viewer, case)


def _ask(request: HttpRequest, viewer: Viewer, case: Any) -> HttpResponse:
    doer, now = Doer.of(viewer), moment(request)
    if request.POST.get("step") == "take_back":
        offering.take_back(case, doer=doer, now=now)
        messages.success(request, _("The offer was taken back. Choose another service point."))
        return redirect("dispatchers:offer", case.number)
    chosen = row_of(request.POST.get("node", ""))
    if not chosen:
        messages.error(request, _("Choose a service point first."))
        return redirect("dispatchers:offer", case.number)
    why = request.POST.get("why_not_best", "")
    if offering.waits_for_point(case) and offering.standing_offer(case.id) is None:
        refuse_unsaid(points_for(case, now=now), chosen, why=why)
    made = offering.offer(case, node_id=chosen, doer=doer, now=now, by_choice=True, why_not_best=why)
    messages.success(
        request,
        _("%(node)s is asked to take case %(number)s.") % {"node": made.node.name, "number": case.number},
    )
    return redirect("dispatchers:board")


def _shown(request: HttpRequest, viewer: Viewer, case: Any, *, status: int = 200) -> HttpResponse:
    now, families = moment(request), family_names()
    held = standings([case.id])
    choice = points_for(case, now=now)
    asked = offers_of(case)
    context = {
        "case": case,
        "row": rows_of([case], held, now=now)[0],
        "told": told_of([case])[case.id],
        "waits": offering.waits_for_point(case),
        "standing": held[case.id].offer,
        "options": [option_of(one, categories=families) for one in choice.candidates],
        "ruled_out": [ruled_out_of(one, categories=families) for one in choice.ruled_out],
        "override_reasons": OVERRIDE_REASONS,
        "asked": [(row, str(OFFER_REASONS.get(row.reason, "")), words) for row, words in asked],
    }
    return render(request, "dispatchers/offer.html", context, status=status)
