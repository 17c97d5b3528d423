"""The page of one visit: what to do next on top, the steps below, each a small form of its own."""

from time import time_ns
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.words import OUTCOMES
from bihuan.service.dispatch import booking
from bihuan.service.dispatch.timing.late import say_foreseen
from bihuan.service.dispatch.visiting import open_visit
from bihuan.service.dispatch.words import LATE_REASONS
from bihuan.service.fieldwork import queries
from bihuan.service.fieldwork.outcomes import BY_OUTCOME
from bihuan.service.fieldwork.signing import ways_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.technicians.answers import DEEDS, STEPS
from bihuan.web.technicians.before import before_leaving
from bihuan.web.technicians.cards import card_of_job
from bihuan.web.technicians.late import delay_shown, minutes_later
from bihuan.web.technicians.site import Site, site_at, site_of
from bihuan.web.technicians.steps import steps_of

ON_WAY = frozenset({"booked", "on_the_way"})


@staff_page("visit.work")
def visit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """One visit. Before the door: call, leave, check in; inside: the steps; afterwards: the sheet."""
    case = queries.mine(viewer, number)
    now = moment(request)
    work = queries.work_of(case)
    begins_anew = case.stands_at in ON_WAY | {"on_site", "in_workshop"}
    if work is None or (work.finished_at is not None and begins_anew):
        work = site_at(viewer, number, now=now).work if case.open and case.done_at is None else None
    if work is None:
        raise NotFound
    site = site_of(case, work, viewer=viewer, now=now)
    return _show(request, site, wanted=request.GET.get("step", ""))


@require_POST
@staff_page("visit.work")
def step(request: HttpRequest, viewer: Viewer, number: str, name: str) -> HttpResponse:
    """One form of the page. A refusal is shown where it belongs, with what was typed."""
    answer = STEPS.get(name)
    if answer is None:
        raise NotFound
    site = site_at(viewer, number, now=moment(request))
    try:
        answer(request, site)
    except Refusal as refusal:
        return _show(request, site, wanted=name, refusal=refusal)
    if name == "outcome":
        return _after_outcome(request, site)
    stays = name in {"parts", "readings", "photos"}
    if request.headers.get("HX-Request"):
        return _show(request, site, wanted=name if stays else "")
    page = reverse("technicians:visit", args=[number])
    return redirect(f"{page}?step={name}#step-{name}" if stays else f"{page}#steps")


@require_POST
@staff_page("visit.work")
def deed(request: HttpRequest, viewer: Viewer, number: str, name: str) -> HttpResponse:
    """Before the door: ring, leave, check in, take a machine in, say that we come later."""
    site = site_at(viewer, number, now=moment(request))
    try:
        if name == "late":
            _say_late(request, site)
        elif name == "say_late":
            _say_foreseen(request, site)
        elif name in DEEDS:
            DEEDS[name](request, site)
        else:
            raise NotFound
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("technicians:visit", number=number)


def _say_late(request: HttpRequest, site: Site) -> None:
    held = open_visit(site.case.id)
    if held is None or held.slot_from is None:
        raise NotFound
    expected = held.slot_from + minutes_later(request.POST.get("minutes", ""))
    reason = request.POST.get("reason", "")
    booking.say_late(held, expected_at=expected, reason=reason, doer=Doer.of(site.viewer), now=site.now)
    messages.success(request, _("The customer is told."))


def _say_foreseen(request: HttpRequest, site: Site) -> None:
    """By one tap: the time that the house reckoned."""
    held = open_visit(site.case.id)
    if held is None:
        raise NotFound
    say_foreseen(held, doer=Doer.of(site.viewer), now=site.now)
    messages.success(request, _("The customer is told."))


def _after_outcome(request: HttpRequest, site: Site) -> HttpResponse:
    """On to the customer's screen, or back to the day."""
    way = BY_OUTCOME[request.POST["outcome"]]
    goes_to = (
        reverse("technicians:sign", args=[site.case.number]) if way.signed else reverse("technicians:today")
    )
    if not way.signed:
        messages.success(
            request,
            _("%(number)s: %(outcome)s.") % {"number": site.case.number, "outcome": OUTCOMES[way.outcome]},
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": goes_to})
    return redirect(goes_to)


def _show(
    request: HttpRequest, site: Site, *, wanted: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    inside = site.case.stands_at in {"on_site", "in_workshop"} and site.work.finished_at is None
    shown: dict[str, Any] = {
        "card": card_of_job(site.job, now=site.now),
        "work": site.work,
        "inside": inside,
        "before": site.case.stands_at in ON_WAY and site.work.finished_at is None,
        "to_take_in": site.case.stands_at in {"to_assign", "to_book"}
        and site.case.way in {"carry_in", "mail_in"},
        "absent": [way for way in ways_of(site.work) if way.on_the_way],
        "steps": steps_of(site, wanted=wanted) if inside else [],
        "sheet": queries.sheet_of(site.work),
        "outcome": OUTCOMES.get(site.work.outcome, ""),
        "outcomes": OUTCOMES,
        "group": f"steps-{time_ns()}",  # a swapped list must not be closed by the open step of the old one
        "late_reasons": LATE_REASONS,
        **delay_shown(site),
        **(before_leaving(site) if site.case.stands_at in ON_WAY and site.work.finished_at is None else {}),
        "refused": str(refusal) if refusal else "",
        "refused_in": wanted if refusal else "",
        "posted": request.POST if refusal else {},
    }
    template = (
        "technicians/visit.html#steps" if request.headers.get("HX-Request") else "technicians/visit.html"
    )
    return render(request, template, shown, status=refusal.status if refusal else 200)
