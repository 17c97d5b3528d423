"""Choosing the technician for one case: every candidate with reasons, everybody else with the rule."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch import assigning, offering
from bihuan.service.dispatch.choosing import crew_of, workers_for
from bihuan.service.dispatch.deciding.overriding import refuse_unsaid
from bihuan.service.dispatch.deciding.suggesting import open_suggestion, reasons_of, refuse_suggestion
from bihuan.service.dispatch.queries import assignments_of, standings
from bihuan.service.dispatch.words import (
    ASSIGNMENT_STATES,
    JOB_REASONS,
    OVERRIDE_REASONS,
    REASSIGN_REASONS,
    RETURN_REASONS,
    sentence,
)
from bihuan.web.dispatchers.grab_rounds import rounds_shown
from bihuan.web.dispatchers.hands import pair_shown, shut_shown, wishes_shown
from bihuan.web.dispatchers.resources import hands_of, resources_of
from bihuan.web.dispatchers.rows import family_names, option_of, rows_of, ruled_out_of, slot_of
from bihuan.web.dispatchers.told import told_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@staff_page("visit.assign")
def assign(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show the choice; a POST assigns, reassigns with a reason, or returns the case."""
    case = case_by_number(viewer, number)
    if request.method == "POST":
        try:
            return _decide(request, viewer, case, moment(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return _shown(request, case_by_number(viewer, number), status=refusal.status)
    return _shown(request, case)


def _decide(request: HttpRequest, viewer: Viewer, case: Any, now: datetime) -> HttpResponse:
    asked, doer = request.POST, Doer.of(viewer)
    reason, words = asked.get("reason", ""), asked.get("words", "")[:2000]
    if asked.get("step") == "return":
        offering.return_offer(case, reason=reason, words=words, doer=doer, now=now)
        messages.success(request, _("Case %(number)s was returned to head office.") % {"number": case.number})
        return _back(viewer)
    if asked.get("step") == "refuse_proposed":
        refuse_suggestion(case, reason=reason, doer=doer, now=now)
        messages.success(request, _("Refused; the next one is proposed."))
        return redirect("dispatchers:assign", case.number)
    if asked.get("step") == "agree":
        return _asked(request, viewer, assigning.agree(case, doer=doer, now=now), case)
    technician_id = row_of(asked.get("technician", ""))
    if not technician_id:
        messages.error(request, _("Choose a technician first."))
        return redirect("dispatchers:assign", case.number)
    why = asked.get("why_not_best", "")
    if asked.get("step") == "reassign":
        made = assigning.reassign(
            case,
            technician_id=technician_id,
            reason=reason,
            words=words,
            doer=doer,
            now=now,
            by_choice=True,
            why_not_best=why,
        )
    else:
        if assigning.standing_assignment(case.id) is None:
            refuse_unsaid(workers_for(case, now=now), technician_id, why=why)
        made = assigning.assign(
            case, technician_id=technician_id, doer=doer, now=now, by_choice=True, why_not_best=why
        )
    return _asked(request, viewer, made, case)


def _asked(request: HttpRequest, viewer: Viewer, made: Any, case: Any) -> HttpResponse:
    told = {"name": made.technician.person.name, "number": case.number}
    messages.success(request, _("%(name)s is asked to take case %(number)s.") % told)
    return _back(viewer)


def _back(viewer: Viewer) -> HttpResponse:
    return redirect("dispatchers:service_point" if viewer.may("offer.answer") else "dispatchers:board")


def _shown(request: HttpRequest, case: Any, *, status: int = 200) -> HttpResponse:
    now, families = moment(request), family_names()
    held = standings([case.id])
    standing = held[case.id]
    crew = crew_of(frozenset({case.node_id}), now=now)
    choice = workers_for(case, now=now, crew=crew)
    proposed = open_suggestion(case.id)
    going = standing.assignment.technician_id if standing.assignment else 0
    context = {
        "case": case,
        "row": rows_of([case], held, now=now)[0],
        "told": told_of([case])[case.id],
        "standing": standing.assignment,
        "slot": slot_of(standing.visit),
        "state": ASSIGNMENT_STATES.get(standing.assignment.state, "") if standing.assignment else "",
        "ready": case.stands_at == "to_assign",
        "may_return": standing.offer is not None,
        "options": [option_of(one, categories=families) for one in choice.candidates if one.id != going],
        "ruled_out": [ruled_out_of(one, categories=families) for one in choice.ruled_out if one.id != going],
        "resources": resources_of(case, hands_of(case, crew)),
        "reasons": REASSIGN_REASONS,
        "return_reasons": RETURN_REASONS,
        "override_reasons": OVERRIDE_REASONS,
        "proposed": proposed,
        "proposed_for": [sentence(one, categories_named=families) for one in reasons_of(proposed)]
        if proposed
        else [],
        "pair": pair_shown(case, crew, first_id=going, visit=standing.visit, now=now),
        "shut": shut_shown(case, crew),
        "wishes": wishes_shown(case, crew, now=now),
        "rounds": rounds_shown(case.id),
        "asked": [
            (row, str(ASSIGNMENT_STATES.get(row.state, "")), str(JOB_REASONS.get(row.reason, "")), words)
            for row, words in assignments_of(case)
        ],
    }
    return render(request, "dispatchers/assign.html", context, status=status)
