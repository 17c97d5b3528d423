"""技术支持: asking how to go about a case, and answering with the way to solve it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import consulting
from bihuan.service.cases.errors import SupportAnsweredAlready
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.words import KINDS, SUPPORT_WAYS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.listing import page
from bihuan.web.look.naming import family_name


@staff_page("support.ask", "support.answer")
def support(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Every question about one case with its answer; a form to ask, or to answer the one that waits."""
    held = case_by_number(viewer, number)
    refused: dict[str, str] = {}
    if request.method == "POST":
        try:
            _write(request, viewer, held)
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refused = refusal.fields
        else:
            return redirect("agents:support", held.number)
    advice = consulting.advice_of(held)
    waits = any(one.answered_at is None for one in advice)
    context = {
        "case": held,
        "advice": [(one, SUPPORT_WAYS.get(one.way, "")) for one in advice],
        "special": consulting.is_special(held),
        "ways": SUPPORT_WAYS.items(),
        "may_ask": held.open and not waits and viewer.may("support.ask"),
        "may_answer": waits and viewer.may("support.answer"),
        "wants_plan": bool(advice) and advice[0].special,
        "refused": refused,
        "posted": request.POST,
    }
    return render(request, "agents/support.html", context, status=422 if refused else 200)


def _write(request: HttpRequest, viewer: Viewer, held: Any) -> None:
    told, now = request.POST, moment(request)
    waiting = consulting.open_of(held.id)
    if told.get("step") == "answer" and waiting is not None:
        consulting.answer(
            waiting,
            way=told.get("way", ""),
            words=told.get("answer", ""),
            contingency=told.get("contingency", ""),
            viewer=viewer,
            now=now,
        )
    elif told.get("step") == "answer":
        raise SupportAnsweredAlready(held.number)
    else:
        consulting.ask(
            held, told.get("question", ""), viewer=viewer, now=now, special=bool(told.get("special"))
        )


KEY = ("asked_at", "id")
EXPORTED = 1000  # questions of one file
COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column(_("Case number"), lambda row: row["case"].number),
    Column(_("Appliance"), lambda row: row["what"]),
    Column(_("Kind"), lambda row: row["kind"]),
    Column(_("Asked"), lambda row: row["held"].asked_at),
)


@staff_page("support.answer")
def consultations(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The questions that wait for technical support, the oldest first."""
    found = consulting.waiting_for_support(viewer)
    file = file_of(request, "bihuan-support", COLUMNS, lambda: _lines(found.order_by(*KEY)[:EXPORTED]))
    if viewer.may("case.export") and file is not None:
        return file
    shown: Any = page(found, KEY, request.GET.get("after"), 25)
    context = {"rows": _lines(shown.rows), "page": shown, "may_export": viewer.may("case.export")}
    return render(request, "agents/consultations.html", context)


def _lines(held: Any) -> list[dict[str, Any]]:
    return [
        {
            "held": one,
            "case": one.case,
            "what": " ".join(part for part in (one.case.brand, family_name(one.case.category)) if part),
            "kind": KINDS.get(one.case.kind, one.case.kind),
        }
        for one in held
    ]
