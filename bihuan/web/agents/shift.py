"""交接班: the note to the next shift with what presses on me, and the notes that wait to be taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import handing_over
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.queries import visible
from bihuan.service.cases.words import HOLD_REASONS, KINDS, place_title
from bihuan.service.improvement.waiting import pressing_for
from bihuan.web.agents.rows import families
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.listing import page
from bihuan.web.look.naming import machine_name
from bihuan.web.look.words import due_time

WHY: dict[str, Lazy] = {
    "broken": gettext_lazy("Promise broken"),
    "at_risk": gettext_lazy("Promise at risk"),
    "urgent": gettext_lazy("Urgent case"),
    "callback": gettext_lazy("A callback is promised"),
}


@dataclass(frozen=True, kw_only=True)
class HandedLine:
    """One case on a note. Never who the customer is."""

    case: Any
    why: str
    due: str
    what: str
    place: str


@require_http_methods(["GET", "POST"])
@staff_page("case.note")
def shift(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What presses on me, a form for the note, and the notes of others."""
    now = moment(request)
    pressing = pressing_for(viewer, now=now)
    successors = handing_over.successors(viewer)
    sent, refused = request.method == "POST", None
    if sent:
        to = next((one.id for one in successors if str(one.id) == request.POST.get("to", "")), None)
        try:
            kept = handing_over.hand_over_shift(
                request.POST.get("words", ""), items=pressing, to=to, viewer=viewer, now=now
            )
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(
                request, _("Written down. It stands on the next shift's desk until it is taken.")
            )
            return redirect("agents:shift_note", kept.id)
    shown: Any = page(handing_over.hand_overs(viewer), ("-id",), request.GET.get("after"), 20)
    context = {
        "lines": lines_of(viewer, [(one.case_id, one.why, one.due_at) for one in pressing], now=now),
        "successors": successors,
        "waiting": list(handing_over.to_take(viewer)[:20]),
        "page": shown,
        "words": request.POST.get("words", ""),
        "refused": refused,
    }
    return render(request, "agents/shift.html", context, status=422 if refused else 200)


@require_GET
@staff_page("case.read")
def shift_note(request: HttpRequest, viewer: Viewer, hand_over_id: int) -> HttpResponse:
    """One note, to read, print and take."""
    held, now = handing_over.hand_over(viewer, hand_over_id), moment(request)
    items = handing_over.items_of(held.id)
    lines = lines_of(viewer, [(one.case_id, one.why, one.due_at) for one in items], now=now)
    context = {
        "note": held,
        "words": handing_over.words_of(held),
        "lines": lines,
        "hidden": len(items) - len(lines),
        "may_take": held.taken_at is None and held.by_id != viewer.person_id and viewer.may("case.note"),
    }
    return render(request, "agents/shift_note.html", context)


@require_POST
@staff_page("case.note")
def shift_take(request: HttpRequest, viewer: Viewer, hand_over_id: int) -> HttpResponse:
    """I have read it and take it."""
    kept = handing_over.take_shift(hand_over_id, viewer=viewer, now=moment(request))
    messages.success(request, _("Taken. %(name)s can go home.") % {"name": kept.by.name})
    return redirect("agents:shift_note", kept.id)


def lines_of(
    viewer: Viewer, told: Iterable[tuple[int, str, datetime | None]], *, now: datetime
) -> list[HandedLine]:
    """These cases as lines, as far as the reader may see them: one statement."""
    held = list(told)
    found = visible(viewer).select_related("node").in_bulk([case_id for case_id, _why, _due in held])
    named = families()
    return [_line(found[case_id], why, due, named, now=now) for case_id, why, due in held if case_id in found]


def _line(case: Any, why: str, due: datetime | None, named: dict[str, str], *, now: datetime) -> HandedLine:
    machine = machine_name(case, named)
    place = place_title(card_at(case.card, case.card_version), case.stands_at)
    reason = HOLD_REASONS.get(case.hold_reason, "") if case.hold_reason else ""
    return HandedLine(
        case=case,
        why=str(WHY.get(why, why)),
        due=due_time(due, now) if due is not None else "",
        what=machine or str(KINDS.get(case.kind, case.kind)),
        place=f"{place} · {reason}" if reason else place,
    )
