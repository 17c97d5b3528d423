"""Who goes along where it takes two, and the technicians for whom a customer asks or whom they do not want."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import case_by_number
from bihuan.service.dispatch import pairing, wishes
from bihuan.service.dispatch.choosing import Crew, mates_for
from bihuan.service.dispatch.mates import refused_along, standing_mate
from bihuan.service.dispatch.slots import slot_at
from bihuan.service.dispatch.words import REFUSE_REASONS, WISH_REASONS, sentence
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of


@require_POST
@staff_page("visit.assign")
def mate(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Choose the second technician, or let nobody go along any more."""
    case, doer, now = case_by_number(viewer, number), Doer.of(viewer), moment(request)
    try:
        if request.POST.get("step") == "alone":
            pairing.send_mate_home(case, doer=doer, now=now)
            messages.success(request, _("Nobody goes along any more."))
        else:
            chosen = row_of(request.POST.get("technician", ""))
            made = pairing.choose_mate(case, technician_id=chosen, doer=doer, now=now)
            told = {"name": made.technician.person.name}
            messages.success(request, _("%(name)s goes along and is told.") % told)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("dispatchers:assign", case.number)


@require_POST
@staff_page("visit.assign")
def wish(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Keep that the customer asks for a technician or does not want one, or that it holds no more."""
    case, now, asked = case_by_number(viewer, number), moment(request), request.POST
    try:
        if asked.get("step") == "end":
            if wishes.end_wish(case, row_of(asked.get("wish", "")), now=now):
                messages.success(request, _("It holds no more."))
        else:
            wishes.wish(
                case,
                technician_id=row_of(asked.get("technician", "")),
                wanted=asked.get("wanted") == "yes",
                reason=asked.get("reason", ""),
                until=_day_of(asked.get("until", "")),
                now=now,
                made_by=viewer.person_id or 0,
            )
            messages.success(request, _("Kept. It counts whenever somebody is chosen for this customer."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("dispatchers:assign", case.number)


def _day_of(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        return None


def pair_shown(case: Any, crew: Crew, *, first_id: int, visit: Any, now: datetime) -> dict[str, Any]:
    """The second technician of a case as its page shows it; nothing where one is enough and nobody goes along."""
    mate = standing_mate(case.id)
    takes_two = crew.gates.asked_of(case).people > 1
    if not takes_two and mate is None:
        return {}
    begins = visit.slot_from if visit is not None else None
    slot = slot_at(begins, crew.zone) if begins is not None else None
    choice = mates_for(case, first_id=first_id, slot=slot, now=now, crew=crew) if first_id else None
    refused = refused_along(case.id) if mate is None else None
    return {
        "mate": mate,
        "takes_two": takes_two,
        "refused": refused.technician.person.name if refused is not None else "",
        "why_refused": REFUSE_REASONS.get(refused.reason, "") if refused is not None else "",
        "chosen_by_house": mate is not None and not mate.made_by,
        "options": [(one.id, one.name) for one in choice.candidates] if choice else [],
        "ruled_out": [(one.name, sentence(one.rule)) for one in choice.ruled_out] if choice else [],
        "booked": slot is not None,
    }


def wishes_shown(case: Any, crew: Crew, *, now: datetime) -> dict[str, Any]:
    """What holds for this customer, and the form for more."""
    held = wishes.wishes_of(case, today=localdate(now))
    return {
        "held": [(one, WISH_REASONS.get(one.reason, one.reason)) for one in held],
        "technicians": [(one.id, one.name) for one in crew.abilities],
        "reasons": WISH_REASONS,
    }


def shut_shown(case: Any, crew: Crew) -> list[str]:
    """What the coming week closes for this case, in sentences."""
    return [sentence(one) for one in crew.gates.shut_days(case)]
