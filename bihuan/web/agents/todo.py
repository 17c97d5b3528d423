"""待办: everybody's own list of what waits for them, the least time left first; putting off with a reason and back."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise as Lazy
from django.utils.timezone import get_default_timezone, is_naive, localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import snoozing
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.mentioning import read
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.words import HOLD_REASONS, KINDS, place_title
from bihuan.service.improvement.waiting import Todo, Waiting, silent, todo_of
from bihuan.web.agents.hotline_words import CAUSES
from bihuan.web.agents.rows import Chip, chip_of, families
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.naming import machine_name
from bihuan.web.look.words import local_time, words_left, words_span

SILENT, PUT_OFF = "silent", "put_off"
SILENT_SHOWN = 100
TITLES: dict[str, Lazy] = {
    "all": gettext_lazy("All of it"),
    "hand_overs": gettext_lazy("Hand-over notes"),
    "offers": gettext_lazy("Offers to answer"),
    "jobs": gettext_lazy("Jobs to answer"),
    "visits": gettext_lazy("Visits today"),
    "mine": gettext_lazy("My cases"),
    "proposed": gettext_lazy("Proposed to me"),
    "callbacks": gettext_lazy("Callbacks"),
    "ring_backs": gettext_lazy("To ring back"),
    "officials": gettext_lazy("Authorities"),
    "support": gettext_lazy("Technical support"),
    "approvals": gettext_lazy("Approvals"),
    "to_offer": gettext_lazy("To send to a service point"),
    "to_assign": gettext_lazy("To give to a technician"),
    "mentions": gettext_lazy("I was named"),
    "improvements": gettext_lazy("Improvements"),
    SILENT: gettext_lazy("Have not heard from us"),
    PUT_OFF: gettext_lazy("Put off"),
}
REASONS: dict[str, Lazy] = {
    "hand_overs": gettext_lazy("Read the note of the last shift and take it"),
    "offers": gettext_lazy("Accept or return the offer"),
    "jobs": gettext_lazy("Accept or refuse the job"),
    "visits": gettext_lazy("Visit the customer"),
    "mine": gettext_lazy("You answer for it"),
    "proposed": gettext_lazy("Accept or leave the hand-over"),
    "callbacks": gettext_lazy("Ring the customer"),
    "ring_backs": gettext_lazy("Ring whoever asked for it, or was not answered"),
    "officials": gettext_lazy("An authority wants an answer"),
    "support": gettext_lazy("Answer the technical question"),
    "approvals": gettext_lazy("Approve the plan"),
    "to_offer": gettext_lazy("Choose a service point"),
    "to_assign": gettext_lazy("Choose a technician"),
    "mentions": gettext_lazy("Read the note that names you"),
    "improvements": gettext_lazy("Carry the improvement on"),
}
ICONS = {
    "hand_overs": "transfer",
    "offers": "building-store",
    "jobs": "tools",
    "visits": "calendar-event",
    "mine": "user-check",
    "proposed": "transfer",
    "callbacks": "phone-calling",
    "ring_backs": "phone-outgoing",
    "officials": "building",
    "support": "help",
    "approvals": "clipboard-check",
    "to_offer": "building-store",
    "to_assign": "user",
    "mentions": "message",
    "improvements": "refresh",
    SILENT: "message-exclamation",
}
SPANS: dict[str, Lazy] = {
    "1h": gettext_lazy("for an hour"),
    "3h": gettext_lazy("for three hours"),
    "tomorrow": gettext_lazy("until tomorrow 09:00"),
    "3d": gettext_lazy("for three days, until 09:00"),
    "7d": gettext_lazy("for a week, until 09:00"),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the list. `number` is empty where no case is meant; `left` is said when no promise says it."""

    source: str
    icon: str
    reason: str
    title: str
    number: str
    url: str
    what: str
    where: str
    chip: Chip | None
    left: str
    urgency: str = ""
    put_off: str = ""
    may_put_off: bool = False
    may_wake: bool = False


@require_GET
@staff_page()
def todo(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list, cut to one lane when asked."""
    now = moment(request)
    found, lane = todo_of(viewer, now=now), request.GET.get("lane", "all")
    lane = lane if lane in TITLES else "all"
    context = {
        "lane": lane,
        "title": TITLES[lane],
        "lanes": _lanes(found, lane, viewer),
        "items": _items(found, lane, viewer, now=now),
        "spans": SPANS.items(),
        "may_shift": viewer.may("case.note"),
        "undo": request.GET.get("undo", "")[:24],
        "now": now,
    }
    return render(request, "agents/todo.html", context)


def _lanes(found: Todo, here: str, viewer: Viewer) -> list[tuple[str, Lazy, int, bool]]:
    """(code, title, count, whether one stands there); sources without anything are left out."""
    counts = found.counts() | {"all": len(found.waiting), PUT_OFF: len(found.put_off)}
    shown = [code for code in TITLES if counts.get(code) or code in ("all", here)]
    if viewer.may("case.own") or viewer.may("figures.read"):
        shown = [code for code in TITLES if code in {*shown, SILENT}]
    return [(code, TITLES[code], counts.get(code, 0), code == here) for code in shown]


def _items(found: Todo, lane: str, viewer: Viewer, *, now: datetime) -> list[Item]:
    if lane == SILENT:
        return _silent(viewer, now=now)
    rows = found.put_off if lane == PUT_OFF else found.waiting
    named = families()
    return [_item(one, named, now=now) for one in rows if lane in ("all", PUT_OFF, one.source)]


def _item(one: Waiting, named: dict[str, str], *, now: datetime) -> Item:
    case, left = one.case, ""
    if one.due_at is not None and (one.promise is None or one.due_at != one.promise.due_at):
        left = words_left(one.due_at - now) if one.source != "hand_overs" else local_time(one.due_at, now)
    return Item(
        source=one.source,
        icon=ICONS[one.source],
        reason=str(_("A complaint: answer it") if _is_complaint(one) else REASONS[one.source]),
        title=_title(one),
        number=case.number if case is not None else "",
        url=_url(one),
        what=_what(case, named),
        where=_where(case),
        chip=chip_of(one.promise, now) if one.promise is not None else None,
        left=left,
        urgency=case.urgency if case is not None else "",
        put_off=_put_off(one, now=now),
        may_put_off=case is not None
        and one.put_off is None
        and one.source not in ("offers", "jobs", "visits"),
        may_wake=one.put_off is not None,
    )


def _is_complaint(one: Waiting) -> bool:
    return one.source == "mine" and one.case is not None and one.case.kind == "complaint"


def _title(one: Waiting) -> str:
    if one.case is not None:
        return one.case.number
    if one.source == "ring_backs":
        return str(CAUSES.get(one.row.cause, one.row.cause))
    if one.source == "hand_overs":
        return _("From %(name)s") % {"name": one.row.by.name}
    return str(one.row.title)


def _what(case: Any, named: dict[str, str]) -> str:
    if case is None:
        return ""
    machine = machine_name(case, named)
    return machine or str(KINDS.get(case.kind, case.kind))


def _where(case: Any) -> str:
    if case is None:
        return ""
    place = place_title(card_at(case.card, case.card_version), case.stands_at)
    return f"{place} · {HOLD_REASONS[case.hold_reason]}" if case.hold_reason in HOLD_REASONS else place


def _put_off(one: Waiting, *, now: datetime) -> str:
    if one.put_off is None:
        return ""
    told = {"until": local_time(one.put_off.until, now), "reason": one.put_off.reason}
    if one.presses:
        return _("Put off until %(until)s (%(reason)s), but a promise presses.") % told
    return _("Put off until %(until)s: %(reason)s") % told


def _url(one: Waiting) -> str:
    """Where the work is done."""
    match one.source:
        case "hand_overs":
            return reverse("agents:shift_note", args=[one.row.id])
        case "offers":
            return reverse("dispatchers:service_point")
        case "jobs":
            return reverse("technicians:today")
        case "visits":
            return reverse("technicians:visit", args=[one.row.id])
        case "ring_backs":
            return reverse("agents:ring_back", args=[one.row.id])
        case "callbacks":
            return reverse("agents:callback", args=[one.row.id])
        case "mentions":
            return reverse("todo:mention", args=[one.row.id])
        case "improvements":
            return reverse("managers:proposal", args=[one.row.id])
    number = one.case.number if one.case is not None else ""
    pages = {
        "support": "agents:support",
        "to_offer": "dispatchers:offer",
        "to_assign": "dispatchers:assign",
    }
    if one.source == "approvals":
        return reverse("agents:write_up", args=[number, "plan_approved"])
    return reverse(pages.get(one.source, "agents:case"), args=[number])


def _silent(viewer: Viewer, *, now: datetime) -> list[Item]:
    """Customers who have not heard from us, the longest silence first."""
    named = families()
    return [
        Item(
            source=SILENT,
            icon=ICONS[SILENT],
            reason=_("Has not heard from us for %(span)s, since %(when)s")
            % {"span": words_span(now - case.heard_at), "when": local_time(case.heard_at, now)},
            title=case.number,
            number=case.number,
            url=reverse("agents:case", args=[case.number]),
            what=_what(case, named),
            where=_where(case),
            chip=None,
            left="",
            urgency=case.urgency,
        )
        for case in silent(viewer, now=now).order_by("heard_at", "id")[:SILENT_SHOWN]
    ]


@require_POST
@staff_page("case.read")
def snooze(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Put a case off on my own list."""
    held, now = case_by_number(viewer, number), moment(request)
    until = until_of(request.POST.get("span", ""), request.POST.get("at", ""), now=now)
    snoozing.snooze(held, until=until, reason=request.POST.get("reason", ""), viewer=viewer, now=now)
    messages.success(request, _("Put off until %(until)s.") % {"until": local_time(until, now)})
    return redirect(f"{reverse('todo:todo')}?undo={held.number}")


@require_POST
@staff_page("case.read")
def wake(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Take it back: the case stands on my list again."""
    held = case_by_number(viewer, number)
    snoozing.end_snooze(held, viewer=viewer, now=moment(request))
    messages.success(request, _("%(number)s stands on your list again.") % {"number": held.number})
    return redirect("todo:todo")


@require_GET
@staff_page()
def mention(request: HttpRequest, viewer: Viewer, mention_id: int) -> HttpResponse:
    """To the case in whose note I was named; from now on it counts as read."""
    case = read(mention_id, person_id=viewer.person_id or 0, now=moment(request))
    if case is None:
        raise NotFound
    return redirect(f"{reverse('agents:case', args=[case.number])}#story-title")


def until_of(span: str, at: str, *, now: datetime) -> datetime:
    """The moment that a form names: a span of `SPANS`, or a day and clock of the installation's zone."""
    if at:
        try:
            told = parse_datetime(at)
        except ValueError:
            told = None
        if told is not None:
            return make_aware(told) if is_naive(told) else told
    if span.endswith("h"):
        return now + timedelta(hours=3 if span == "3h" else 1)
    days = {"tomorrow": 1, "3d": 3, "7d": 7}.get(span, 1)
    day = localtime(now).date() + timedelta(days=days)
    return datetime.combine(day, time(9), get_default_timezone())
