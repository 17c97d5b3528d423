"""/c/TOKEN: like following a parcel. Where it stands, what happens next and when, who comes, what is asked of you."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bihuan.ground.process.card import STAGES, Card
from bihuan.ground.vault.actions import keys
from bihuan.registers.staff.queries import certificates_of
from bihuan.service.cases import talking
from bihuan.service.cases.queries import Case, card_of, notes_of, open_moves_of
from bihuan.service.cases.words import HOLD_REASONS, KINDS, place_title
from bihuan.service.commitments.queries import PromiseView, promises_of
from bihuan.service.complaints.queries import about_of, complaints_about
from bihuan.service.dispatch.queries import open_visit_of
from bihuan.service.fieldwork.queries import quote_of_case, sheets_of
from bihuan.service.intake.queries import link_of, words_of
from bihuan.service.satisfaction.coming_back import may_come_back
from bihuan.service.satisfaction.queries import latest_survey, survey_link
from bihuan.web.customers.arriving import arrival_of
from bihuan.web.customers.door import Visitor, private_page
from bihuan.web.customers.my_data import kept_of
from bihuan.web.customers.promised import promised
from bihuan.web.customers.words import CERTIFICATES, NEXT, NEXT_WITHOUT_VISIT, SAID, STAGES_WITHOUT_VISIT
from bihuan.web.customers.words import STAGES as STAGE_WORDS
from bihuan.web.look.naming import family_name
from bihuan.web.look.opened import counted
from bihuan.web.look.throttle import Throttle
from bihuan.web.look.visiting import visit_words
from bihuan.web.look.words import due_time

VISIT = "on_the_way"  # the stage of those cards that send somebody
CHASES = Throttle(name="chase", times=1, seconds=600)
CHASES_A_DAY = Throttle(name="chase-day", times=12, seconds=86400)


@private_page
def track(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Looking changes nothing."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    said = SAID.get(request.GET.get("said", ""), "")
    about_data = request.GET.get("said", "") in {"consents", "data_asked", "data_often"}
    context: dict[str, Any] = {
        "visitor": visitor,
        "said_data": about_data,
        "token": visitor.token,
        "said": said,
        "case": visitor.case,
    }
    context["data"] = kept_of(visitor)
    counted("case", visitor.now, write=False)
    if visitor.case is not None:
        context |= standing(visitor, visitor.case)
    return render(request, "customers/track.html", context)


@require_POST
@private_page
def chase(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """催单: pressed twice in ten minutes it counts once."""
    case = visitor.the_case
    told = "chased_already" if case.open else "chase_ended"
    mark = str(case.id)
    if case.open and CHASES.count(request, mark) and CHASES_A_DAY.count(request, mark):
        talking.chase(case, by=visitor.viewer.actor, now=visitor.now)
        told = "chased"
    return back_to(visitor, told)


def back_to(visitor: Visitor, said: str = "") -> HttpResponse:
    """The customer's page, with one sentence about what was just done."""
    where = reverse("customers:case", args=[visitor.token])
    return redirect(f"{where}?said={said}" if said else where)


def standing(visitor: Visitor, case: Case) -> dict[str, Any]:
    """Everything that the page says about a case."""
    card, now = card_of(case), visitor.now
    visit = open_visit_of(case.id)
    promises = [one for one in promises_of(case.id, now=now) if one.public and one.light != "void"]
    moves = {each.move.name for each in open_moves_of(case, visitor.viewer) if not each.lacks}
    about = about_of(case.id)
    return {
        "kind": KINDS.get(case.kind, case.kind),
        "machine": " ".join(part for part in (case.brand, family_name(case.category)) if part),
        "place": place_title(card, case.stands_at),
        "words": words_of(visitor.report, keys(visitor.report.customer.key)).words,
        "stages": stages(card, case),
        "next": next_words(card, case.stands_at),
        "visit_soon": visit_soon(case, visit),
        "next_when": next_when(promises, now=now),
        "hold": HOLD_REASONS.get(case.hold_reason, case.hold_reason) if case.hold_reason else "",
        "promises": promised(promises, waits_for=case.hold_reason, now=now),
        "visit": visit,
        "comes": comes(visit),
        "arrival": arrival_of(visitor, visit),
        "asked": asked(visitor, case, visit),
        "slot_link": address_of("customers:slot", visitor.token) if visit and case.open else "",
        "sheets": sheets_of(case.id),
        "deeds": deeds(card, case, visit, may_cancel="cancel" in moves),
        "may_come_back": may_come_back(case),
        "notes": notes(case),
        "complaints": [(one, link_of(one.report)) for one in complaints_about(case.id)],
        "about": (about, link_of(about.report)) if about else None,
    }


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One of the things that people look for here. `refused`: why it cannot be done now, and what can."""

    name: str
    refused: Lazy | str = ""


def deeds(card: Card, case: Case, visit: Any, *, may_cancel: bool) -> dict[str, Deed]:
    """Reminding us, changing the time, cancelling: each with the sentence that stands in its place when it is not
    possible now."""
    under_way = visit is not None and visit.state in ("on_the_way", "arrived")
    slot = cancel = remind = ""
    if not case.open:
        remind = slot = cancel = _("This case is settled.")
    elif under_way:
        slot = cancel = _(
            "Our technician is on the way or with you. To change something now, please ring us."
        )
    else:
        if visit is None and any(place.stage == VISIT for place in card.places):
            slot = _("There is no time to change yet; we tell you as soon as somebody can come.")
        if not may_cancel:
            cancel = _("It cannot be cancelled here any more. Please ring us.")
    return {
        name: Deed(name=name, refused=refused)
        for name, refused in (("remind", remind), ("slot", slot), ("cancel", cancel))
    }


def stages(card: Card, case: Case) -> list[dict[str, Any]]:
    """The track: the stages that this card has, in their order. A case that was cancelled went no further."""
    if case.closed_how == "withdrawn":
        return []
    has = {place.stage for place in card.places}
    words = STAGE_WORDS if VISIT in has else STAGE_WORDS | STAGES_WITHOUT_VISIT
    at = card.place(case.stands_at).stage
    here = STAGES.index(at)
    return [
        {
            "name": words[stage],
            "state": "done"
            if place < here or (stage == at == "closed")
            else "current"
            if stage == at
            else "next",
        }
        for place, stage in enumerate(STAGES)
        if stage in has
    ]


def next_words(card: Card, place: str) -> Lazy:
    """What happens next: by place where a place says more, else by stage; other words where nobody comes."""
    stage = card.place(place).stage
    if all(one.stage != VISIT for one in card.places):
        found = NEXT_WITHOUT_VISIT.get(place) or (None if place in NEXT else NEXT_WITHOUT_VISIT.get(stage))
        return found or NEXT.get(place) or NEXT[stage]
    return NEXT.get(place) or NEXT[stage]


def visit_soon(case: Case, visit: Any) -> str:
    """Until a time is agreed: how soon somebody is chosen, and how the time is agreed."""
    waits = case.open and case.done_at is None and case.stands_at in {"to_accept", "to_assign"}
    if not waits or (visit is not None and visit.state != "planned"):
        return ""
    return visit_words(
        kind=case.kind, urgency=case.urgency, channel=case.channel, category=case.category, way=case.way
    )


def next_when(promises: list[PromiseView], *, now: datetime) -> str:
    """The next moment that we promised, in words."""
    running = [one for one in promises if one.open and one.due_at and one.due_at > now]
    if not running:
        return ""
    soonest = min(running, key=lambda one: one.due_at or now)
    assert soonest.due_at is not None
    title = soonest.title.in_(get_language() or "en")
    return _("%(promise)s: %(when)s at the latest") % {
        "promise": title,
        "when": due_time(soonest.due_at, now),
    }


@dataclass(frozen=True, kw_only=True)
class Comes:
    """Who comes: name and permits with their last day; never a phone, never a picture of a permit."""

    name: str
    permits: list[tuple[Lazy, date]]


def comes(visit: Any) -> Comes | None:
    """The technician of a visit that was agreed."""
    if visit is None or visit.state == "planned":
        return None
    today = localdate()
    permits = [
        (CERTIFICATES[held.kind], held.valid_until)
        for held in certificates_of(visit.technician_id)
        if held.kind in CERTIFICATES and held.valid_until >= today
    ]
    return Comes(name=visit.technician.person.name, permits=permits)


def asked(visitor: Visitor, case: Case, visit: Any) -> dict[str, str] | None:
    """The one thing that is asked of the customer now, with its button."""
    quote = quote_of_case(case) if case.open else None
    if quote is not None and quote.state == "offered":
        words, button = (
            _("Please look at the quote. Paid work begins only after you agree."),
            _("See the quote"),
        )
        return _ask("receipt", words, button, address_of("customers:quote", visitor.token))
    if visit is not None and visit.state == "planned" and case.stands_at == "to_book":
        words, button = _("Please choose when we may come."), _("Choose a time")
        return _ask("calendar-plus", words, button, address_of("customers:slot", visitor.token))
    survey = latest_survey(case.id)
    if survey is not None and survey.confirm_asked_at and survey.solved is None and case.stands_at == "done":
        return _ask(
            "circle-check",
            _("Is it solved? One tap tells us."),
            _("Tell us"),
            f"{survey_link(survey.id)}/solved",
        )
    if survey is not None and survey.sent_at and survey.answered_at is None:
        return _ask(
            "star", _("How did we do? Less than a minute."), _("Rate the service"), survey_link(survey.id)
        )
    return None


def _ask(icon: str, words: str, button: str, url: str) -> dict[str, str] | None:
    return {"icon": icon, "words": words, "button": button, "url": url} if url else None


def address_of(name: str, token: str) -> str:
    """A page of this customer, or an empty text while there is no such page."""
    try:
        return reverse(name, args=[token])
    except NoReverseMatch:
        return ""


def notes(case: Case) -> list[dict[str, Any]]:
    """What was written for the customer or by them, newest first."""
    hand = keys(case.customer.key)
    return [
        {"words": hand.open(row.words_sealed) or "", "at": row.at, "own": row.by_kind == "customer"}
        for row in notes_of(case.id)
        if row.public or row.by_kind == "customer"
    ][:50]
