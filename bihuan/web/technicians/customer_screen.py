"""The phone turned to the customer: consent to the quote, then opinion and signature."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.words import OUTCOMES
from bihuan.service.fieldwork import queries, quoting, rules, signing
from bihuan.service.fieldwork.errors import NotSigned
from bihuan.service.fieldwork.outcomes import OPINIONS
from bihuan.service.fieldwork.words import OPINIONS as OPINION_WORDS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.words import money
from bihuan.web.technicians.site import Site, site_at
from bihuan.web.technicians.steps import plain_words, quote_lines, steps_of


@require_http_methods(["GET", "POST"])
@staff_page("visit.work")
def quote(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The customer reads what it costs and says yes or no."""
    site = site_at(viewer, number, now=moment(request))
    offered = queries.quote_of(site.work)
    if offered is None:
        raise NotFound
    refusal: Refusal | None = None
    if request.method == "POST":
        offered.work = site.work
        try:
            _answer(request, site, offered)
        except Refusal as error:
            refusal = error
        else:
            return redirect(reverse("technicians:visit", args=[number]) + "#steps")
    shown = {
        "case": site.case,
        "quote": offered,
        "lines": quote_lines(site),
        "back": reverse("technicians:visit", args=[number]),
        "refused": str(refusal) if refusal else "",
        "on_device": True,
        "plain": plain_words(site),
    } | proposed_words(offered, site.work)
    return render(request, "customers/quote.html", shown, status=refusal.status if refusal else 200)


def proposed_words(offered: Any, work: Any) -> dict[str, Any]:
    """Cause, plan and minutes as this quote tells them."""
    cause, plan, minutes = queries.proposed(offered, work)
    return {"cause": cause, "plan": plan, "minutes": minutes}


def plan_words(work: Any) -> dict[str, str]:
    """Cause and plan in the technician's words."""
    cause, plan = queries.opened(work, work.cause_sealed, work.plan_sealed)
    return {"cause": cause, "plan": plan}


def _answer(request: HttpRequest, site: Site, offered: Any) -> None:
    yes = request.POST.get("answer") == "yes"
    drawn = request.POST.get("signature", "")
    drawing = rules.read_signature(drawn) if drawn else None
    if drawn and drawing is None:
        raise NotSigned
    quoting.answer(
        offered, consented=yes, how=quoting.DEVICE, by=site.viewer.actor, now=site.now, signature=drawing
    )
    if yes:
        messages.success(request, _("Agreed: %(sum)s. Work may begin.") % {"sum": money(offered.total_fen)})
    else:
        messages.warning(request, _("The customer does not agree. Nothing paid may be done."))


@require_http_methods(["GET", "POST"])
@staff_page("visit.work")
def sign(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """What was done and what it costs; the customer's opinion and signature end the visit."""
    now = moment(request)
    case = queries.mine(viewer, number)
    last = queries.work_of(case)
    signed = queries.sheet_of(last)
    if signed is not None and request.method == "GET":
        return redirect("technicians:visit", number=number)
    if last is None:
        raise NotFound
    site = site_at(viewer, number, now=now) if last.finished_at is None else None
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            signing.sign(last, _told(request, last), doer=Doer.of(viewer), now=now)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("Thank you. The service sheet is signed."))
            return redirect("technicians:visit", number=number)
    if site is None:
        messages.error(request, str(refusal) if refusal else _("This visit has ended; its record is closed."))
        return redirect("technicians:visit", number=number)
    return _show_sign(request, site, refusal)


def _told(request: HttpRequest, work: Any) -> signing.Signed:
    return signing.Signed(
        outcome=work.outcome,
        opinion=request.POST.get("opinion", ""),
        signature=request.POST.get("signature", ""),
        opinion_words=request.POST.get("opinion_words", ""),
        reason=signing.reason_of(work) if work.reason_sealed else "",
        inspection_told=work.inspection_told,
    )


def _show_sign(request: HttpRequest, site: Site, refusal: Refusal | None) -> HttpResponse:
    work = site.work
    steps = {step.name: step for step in steps_of(site)}
    charges = signing.charges_for(work, now=site.now)
    shown = {
        "case": site.case,
        "card": site.job,
        "outcome": OUTCOMES.get(work.outcome, ""),
        "lacks": steps["outcome"].shows["ways"],
        "missing": [
            way for way in steps["outcome"].shows["ways"] if way["outcome"] == work.outcome and way["lacks"]
        ],
        "tests": steps["tests"].shows["rows"],
        "parts": steps["parts"].shows["rows"],
        "charges": charges,
        "total": sum(line["charged_fen"] for line in charges),
        "opinions": [(code, OPINION_WORDS[code]) for code in OPINIONS],
        "posted": request.POST,
        "paper": signing.signed_paper(work) is not None,
        "refused": str(refusal) if refusal else "",
    } | plan_words(work)
    return render(request, "technicians/sign.html", shown, status=refusal.status if refusal else 200)
