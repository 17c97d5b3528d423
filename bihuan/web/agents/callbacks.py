"""回访台: whom must I ring, in the order of time left; and one page with everything that the call needs."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.registers.knowledge.queries import knowledge, symptoms_named
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.words import KINDS, OUTCOMES, place_title
from bihuan.service.commitments.queries import open_promises, promises_of
from bihuan.service.dispatch.queries import visits_of
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction import calling_back
from bihuan.service.satisfaction.errors import CallbackIncomplete
from bihuan.service.satisfaction.hearing import Hearing, hearing_of
from bihuan.service.satisfaction.queries import (
    attempts_made,
    attempts_of,
    callback,
    callbacks_due,
    callbacks_of,
    remedy_of,
    scores_of,
    second_handlings,
    surveys_of,
)
from bihuan.service.satisfaction.words import CAUSES, FAULTS, RATINGS, RESULTS
from bihuan.web.agents.rows import Chip, chip_of, families, in_language
from bihuan.web.look.context import Look
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.listing import page
from bihuan.web.look.naming import machine_name
from bihuan.web.look.words import local_time

KEY = ("opened_at", "id")
EXPORTED = 1000  # callbacks of one file
WHO: dict[str, Lazy] = {
    "all": gettext_lazy("All due"),
    "mine": gettext_lazy("Mine"),
    "unheld": gettext_lazy("Nobody's yet"),
}
SHORT: dict[str, Lazy] = {
    "speed": gettext_lazy("Speed"),
    "effect": gettext_lazy("Effect"),
    "attitude": gettext_lazy("Manner"),
    "overall": gettext_lazy("Overall"),
}
NOBODY = Contact(name="", phone="", address="", full=False)


@dataclass(frozen=True, kw_only=True)
class Due:
    """One callback in the list."""

    callback: Any
    contact: Contact
    chip: Chip | None
    cause: str
    machine: str
    scores: list[tuple[str, int]]
    tries: int


@dataclass(frozen=True, kw_only=True)
class Unsolved:
    """One case that is back at work with a supervisor's clock."""

    case: Any
    chip: Chip
    place: str
    answers: str


COLUMNS: tuple[Column[Due], ...] = (
    Column(gettext_lazy("Case number"), lambda row: row.callback.case.number),
    Column(gettext_lazy("Customer"), lambda row: row.contact.name),
    Column(gettext_lazy("Appliance"), lambda row: row.machine),
    Column(gettext_lazy("Why we ring"), lambda row: row.cause),
    Column(gettext_lazy("Score"), lambda row: " ".join(f"{name} {value}" for name, value in row.scores)),
    Column(gettext_lazy("Tries"), lambda row: row.tries),
    Column(gettext_lazy("Who has it"), lambda row: row.callback.holder.name if row.callback.holder else ""),
    Column(gettext_lazy("Opened"), lambda row: row.callback.opened_at),
    Column(gettext_lazy("Next promise"), lambda row: row.chip.words if row.chip else ""),
)


@staff_page("callback.work")
def callbacks(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The callbacks that are due, the least time left first; below them what came back to work."""
    who = request.GET.get("who", "all")
    found = callbacks_due(viewer, held_by=viewer.person_id if who == "mine" else None, unheld=who == "unheld")
    if viewer.may("case.export") and (
        file := file_of(
            request,
            "bihuan-callbacks",
            COLUMNS,
            lambda: _rows(request, list(found.order_by(*KEY)[:EXPORTED])),
        )
    ):
        return file
    shown_page = page(found, KEY, request.GET.get("after"), 25)
    context = {
        "who": who if who in WHO else "all",
        "choices": WHO.items(),
        "page": shown_page,
        "rows": _rows(request, shown_page.rows),
        "unsolved": _unsolved(request, viewer),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "agents/callbacks.html", context)


def _rows(request: HttpRequest, rows: list[Any]) -> list[Due]:
    now = moment(request)
    cases = [row.case_id for row in rows]
    contacts = shown([row.case.customer for row in rows]) if rows else {}
    promises = open_promises(cases, now=now)
    scores, tries = scores_of(cases), attempts_made(row.id for row in rows)
    named = families()
    return [
        Due(
            callback=row,
            contact=contacts.get(row.case.customer_id, NOBODY),
            chip=next(
                (chip_of(one, now) for one in promises.get(row.case_id, ()) if one.clause == "callback"), None
            ),
            cause=str(CAUSES.get(row.cause, row.cause)),
            machine=machine_name(row.case, named),
            scores=[(str(SHORT[name]), value) for name, value in scores.get(row.case_id, {}).items()],
            tries=tries.get(row.id, 0),
        )
        for row in rows
    ]


def _unsolved(request: HttpRequest, viewer: Viewer) -> list[Unsolved]:
    now = moment(request)
    late = second_handlings(viewer)
    views = open_promises([row.case_id for row in late], now=now) if late else {}
    return [
        Unsolved(
            case=row.case,
            chip=next(chip_of(one, now) for one in views[row.case_id] if one.id == row.id),
            place=place_title(card_at(row.case.card, row.case.card_version), row.case.stands_at),
            answers=_answering(row.case),
        )
        for row in late
    ]


def _answering(case: Any) -> str:
    """Who answers for the case, and to whom it was proposed."""
    return " → ".join(one.name for one in (case.owner, case.next_owner) if one is not None)


@staff_page("callback.work")
def callback_page(request: HttpRequest, viewer: Viewer, callback_id: int) -> HttpResponse:
    """Everything that the call needs on one screen."""
    return _page(request, viewer, callback(viewer, callback_id))


@require_POST
@staff_page("callback.work")
def take(request: HttpRequest, viewer: Viewer, callback_id: int) -> HttpResponse:
    """I ring this customer."""
    calling_back.hold(callback(viewer, callback_id), person_id=viewer.person_id or 0)
    return redirect("agents:callback", callback_id)


@require_POST
@staff_page("callback.work")
def attempt(request: HttpRequest, viewer: Viewer, callback_id: int) -> HttpResponse:
    """I rang: what came of it."""
    row, person = callback(viewer, callback_id), viewer.person_id or 0
    calling_back.hold(row, person_id=person)
    result = request.POST.get("result", "")
    calling_back.note_attempt(row, result=result, person_id=person, by=viewer.actor, now=moment(request))
    return redirect("agents:callback", callback_id)


@require_POST
@staff_page("callback.work")
def finish(request: HttpRequest, viewer: Viewer, callback_id: int) -> HttpResponse:
    """The call is over: solved, or back to work."""
    row, told = callback(viewer, callback_id), request.POST
    score = told.get("score", "0")
    finding = calling_back.Finding(
        solved=told.get("outcome") == "solved",
        fault=told.get("fault", ""),
        remedy=told.get("remedy", "")[:2000],
        score=int(score) if score in set("012345") else -1,
    )
    calling_back.hold(row, person_id=viewer.person_id or 0)
    try:
        calling_back.finish(row, finding, doer=Doer.of(viewer), now=moment(request))
    except CallbackIncomplete as refusal:
        return _page(request, viewer, row, refusal=refusal, status=422)
    if finding.solved:
        messages.success(
            request, _("Callback done: case %(number)s is closed.") % {"number": row.case.number}
        )
    else:
        sentence = _("Callback done: case %(number)s is back at work, and a supervisor has 24 hours.")
        messages.success(request, sentence % {"number": row.case.number})
    return redirect("agents:callbacks")


def _page(
    request: HttpRequest,
    viewer: Viewer,
    row: Any,
    *,
    refusal: CallbackIncomplete | None = None,
    status: int = 200,
) -> HttpResponse:
    now, case, tries = moment(request), row.case, attempts_of(row.id)
    mine = row.open and row.holder_id == viewer.person_id
    hand = keys_for([case.customer.key_id])
    hearing = hearing_of(viewer, case, hand, now=now)
    context = {
        "callback": row,
        "case": case,
        "mine": mine,
        "contact": shown([case.customer], full=frozenset({case.customer_id}) if mine else frozenset()).get(
            case.customer_id, NOBODY
        ),
        "cause": CAUSES.get(row.cause, row.cause),
        "machine": machine_name(case, families()),
        "symptom": in_language(symptoms_named([case.symptom]).get(case.symptom)),
        "kind": KINDS.get(case.kind, case.kind),
        "outcome": OUTCOMES.get(case.outcome, case.outcome),
        "place": place_title(card_at(case.card, case.card_version), case.stands_at),
        "promises": [chip_of(one, now) for one in promises_of(case.id, now=now) if str(one.light) != "void"],
        "visits": visits_of(case.id),
        "surveys": _surveys(case.id, hand, hearing),
        "said": hearing.told(words_of(case.report, hand).words),
        "script": _script(request, case),
        "attempts": [(RESULTS.get(one.result, one.result), one) for one in tries],
        "reached": any(one.result == "reached" for one in tries),
        "results": RESULTS.items(),
        "faults": FAULTS.items(),
        "earlier": _earlier(case.id, hand, opened=mine),
        "told": request.POST,
        "errors": refusal.fields if refusal else {},
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "agents/callback.html", context, status=status)


def _surveys(case_id: int, hand: Any, hearing: Hearing) -> list[dict[str, Any]]:
    """What the customer scored; their words only for whoever rings or holds the case."""
    return [
        {
            "survey": one,
            "scores": [(RATINGS[name], value) for name, value in one.ratings.items() if value],
            "words": hearing.thought(one.words),
            "hidden": bool(one.words) and not hearing.thought(one.words),
        }
        for one in surveys_of(case_id, hand)
        if one.answered_at or one.solved is not None
    ]


def _earlier(case_id: int, hand: Any, *, opened: bool) -> list[dict[str, Any]]:
    """The callbacks that are done; the remedy's words only for whoever rings."""
    return [
        {
            "callback": one,
            "cause": CAUSES.get(one.cause, one.cause),
            "fault": FAULTS.get(one.fault, one.fault),
            "remedy": remedy_of(one, hand) if opened else "",
        }
        for one in callbacks_of(case_id)
        if not one.open
    ]


class _Filled(dict[str, str]):
    """What only the call brings stays a gap."""

    def __missing__(self, name: str) -> str:
        return "……"


def _script(request: HttpRequest, case: Any) -> list[str]:
    """The lines of a callback, with the names of this house and this case in them."""
    known = _Filled(
        company=Look(request).company,
        agent=Look(request).viewer_name,
        machine=machine_name(case, families()),
        date=local_time(case.done_at or case.opened_at, moment(request)),
    )
    return [in_language(line).format_map(known) for line in knowledge().script.callback]
