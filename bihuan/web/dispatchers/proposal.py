"""What the house proposes for a day: asking for it, watching it get better, and answering it change by change."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.queries import names_of
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.queries import technicians_at_work
from bihuan.service.dispatch.planning import proposing, publishing
from bihuan.service.dispatch.planning.reasoning import (
    minutes,
    sentences_against,
    sentences_for,
    sentences_of_ways,
    span_words,
)
from bihuan.service.dispatch.slots import WIDTH, days_of
from bihuan.service.dispatch.words import OVERRIDE_REASONS, slot_words
from bihuan.web.dispatchers.rows import area_of, what_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import row_of

MEASURED = timedelta(days=90)
STATES: dict[str, Lazy] = {
    "solving": gettext_lazy("Being sought"),
    "ready": gettext_lazy("Waits for an answer"),
    "applied": gettext_lazy("Applied"),
    "refused": pgettext_lazy("plan", "Refused"),
    "overtaken": gettext_lazy("Overtaken"),
    "cancelled": gettext_lazy("Stopped"),
    "failed": gettext_lazy("Failed"),
    "over": gettext_lazy("The day is over"),
}
CHANGE_STATES: dict[str, Lazy] = {
    "applied": gettext_lazy("Applied"),
    "refused": pgettext_lazy("plan", "Refused"),
    "stale": gettext_lazy("Not possible any more"),
}
FIGURES: tuple[tuple[str, Lazy, int], ...] = (  # name, words, 1 where more is better
    ("served", gettext_lazy("Cases with a technician and a time"), 1),
    ("left", gettext_lazy("Cases without"), -1),
    ("urgent_left", gettext_lazy("of them urgent"), -1),
    ("late", gettext_lazy("Promises of the day that would break"), -1),
    ("driving", gettext_lazy("Driving, everybody together"), -1),
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure before and after, in words; `better`: 1, 0 or -1."""

    title: str
    before: str
    after: str
    difference: str
    better: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One change: who and when before and after, and why."""

    change: Any
    what: str
    area: str
    before: str
    slot: str
    drive: int
    why: list[str]
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Left:
    """A case that stays without a technician, the rules against it, and what would make room."""

    number: str
    urgent: bool
    against: list[str]
    ways: list[str]


@never_cache
@staff_page("visit.assign")
def ask(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """Ask for a plan of a day or of several, also as if somebody were away; below, what was asked before."""
    now = moment(request)
    if request.method == "POST":
        try:
            return _asked(request, viewer, node_id, now)
        except NotFound:
            raise
        except Refusal as refusal:
            messages.error(request, str(refusal))
    asked = proposing.proposals_at(viewer, node_id)
    people = _people(node_id)
    if not people:
        raise NotFound
    names = names_of({one.asked_by for one in asked})
    context = {
        "node": people[0].node,
        "people": people,
        "days": _days(now),
        "day": _day(request.GET.get("day", ""), now),
        "asked": [(one, _state(one), names.get(one.asked_by, "")) for one in asked],
        "answers": _answers(viewer, node_id, now),
    }
    return render(request, "dispatchers/proposals.html", context)


def _asked(request: HttpRequest, viewer: Viewer, node_id: int, now: datetime) -> HttpResponse:
    told = request.POST
    first, count = _day(told.get("day", ""), now), row_of(told.get("days", "")) or 1
    made = proposing.ask(
        viewer,
        node_id,
        [day for day in _days(now) if day >= first][:count] or [first],
        now=now,
        without={row_of(one) for one in told.getlist("without")},
        seed=max(1, row_of(told.get("seed", "")) % 10_000),
    )
    return redirect("dispatchers:proposal", made[0].id)


@never_cache
@staff_page("visit.assign")
def proposal(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """The proposal as a difference; a POST stops it, applies or refuses changes, or looks again."""
    now = moment(request)
    row = proposing.proposal_of(viewer, proposal_id)
    if request.method == "POST":
        try:
            _answer(request, viewer, row, now)
        except NotFound:
            raise
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("dispatchers:proposal", row.id)
    people = _people(row.plan.node_id)
    names = {one.id: one.person.name for one in people}
    lines = _lines(row, names)
    siblings = proposing.asked_together(row)
    context = {
        "row": row,
        "day": row.plan.day,
        "node": row.plan.node,
        "state": _state(row) if lines or row.state != "ready" else _("Nothing to change"),
        "absent": [names.get(one, "–") for one in row.without],
        "figures": _figures(row),
        "lines": lines,
        "open": sum(one.change.state == "open" for one in lines),
        "left": [_left(one, names) for one in row.left],
        "moved": row.state == "ready" and not row.without and proposing.has_moved(row),
        "reasons": OVERRIDE_REASONS,
        "siblings": [(one, _state(one)) for one in siblings] if len(siblings) > 1 else [],
        "by": names_of({row.asked_by}).get(row.asked_by, ""),
    }
    template = "dispatchers/proposal.html" + ("#result" if request.headers.get("HX-Request") else "")
    return render(request, template, context)


def _answer(request: HttpRequest, viewer: Viewer, row: Any, now: datetime) -> None:
    told = request.POST
    chosen = [row_of(one) for one in told.getlist("change")]
    match told.get("step", ""):
        case "stop":
            proposing.cancel(viewer, row.id, now=now)
            messages.success(request, _("Stopped."))
        case "apply":
            version = row_of(told.get("version", ""))
            done = proposing.apply(viewer, row.id, chosen, version=version, now=now)
            _say_applied(request, done)
        case "refuse":
            count = proposing.refuse(viewer, row.id, chosen, reason=told.get("reason", ""), now=now)
            told_of = ngettext("%(count)d change is refused.", "%(count)d changes are refused.", count)
            messages.success(request, told_of % {"count": count})
        case "look_again":
            hold = proposing.look_again(viewer, row.id, now=now)
            words = ngettext("%(count)d change still holds.", "%(count)d changes still hold.", hold)
            messages.success(request, words % {"count": hold})


def _say_applied(request: HttpRequest, done: proposing.Applied) -> None:
    if done.made:
        words = ngettext("%(count)d change was made.", "%(count)d changes were made.", done.made)
        messages.success(request, words % {"count": done.made})
    for _number, sentence in done.stale:
        messages.error(request, sentence)


@require_POST
@staff_page("visit.assign")
def publish(request: HttpRequest, viewer: Viewer, node_id: int) -> HttpResponse:
    """Tell the technicians of a day that it stands."""
    now, told = moment(request), request.POST
    day = _day(told.get("day", ""), now)
    try:
        publishing.publish(viewer, node_id, day, version=row_of(told.get("version", "")), now=now)
        messages.success(request, _("Published. Every technician with visits that day is told."))
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('dispatchers:plan', args=[node_id])}?day={day:%Y-%m-%d}")


def _people(node_id: int) -> list[Any]:
    return [one for one in technicians_at_work() if one.node_id == node_id]


def _days(now: datetime) -> list[date]:
    return days_of(now, get_default_timezone())


def _day(told: str, now: datetime) -> date:
    """The day asked for; tomorrow where none is."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        return localdate(now) + timedelta(days=1)


def _state(row: Any) -> str:
    """How a proposal stands; what only answers a question waits for nobody."""
    return _("Answered") if row.without and row.state == "ready" else str(STATES[row.state])


def _figures(row: Any) -> list[Figure]:
    before, after = row.gain.get("before", {}), row.gain.get("after") or row.best
    return [
        _figure(name, str(title), before[name], after[name], sign)
        for name, title, sign in FIGURES
        if name in before and name in after
    ]


def _figure(name: str, title: str, before: int, after: int, sign: int) -> Figure:
    change = after - before
    told = span_words if name == "driving" else str
    return Figure(
        title=title,
        before=told(before),
        after=told(after),
        difference="–" if not change else ("+" if change > 0 else "") + told(change).replace("-", "−"),
        better=0 if not change else sign if change > 0 else -sign,
    )


def _lines(row: Any, names: dict[int, str]) -> list[Line]:
    return [_line(change, names) for change in proposing.changes_of(row)]


def _line(change: Any, names: dict[int, str]) -> Line:
    old = change.from_technician
    return Line(
        change=change,
        what=what_of(change.case),
        area=area_of(change.case),
        before=old.person.name if old is not None else _("Nobody yet"),
        slot=slot_words(change.slot_from, change.slot_from + WIDTH),
        drive=minutes(change.extra),
        why=sentences_for(change.because, names),
        state=str(CHANGE_STATES.get(change.state, "")),
        reason=str(OVERRIDE_REASONS.get(change.reason, "")),
    )


def _left(told: dict[str, Any], names: dict[int, str]) -> Left:
    return Left(
        number=told["number"],
        urgent=told["urgent"],
        against=sentences_against(told["because"], names),
        ways=sentences_of_ways(told["relax"], names),
    )


def _answers(viewer: Viewer, node_id: int, now: datetime) -> dict[str, Any]:
    found = proposing.answers_at(viewer, node_id, since=now - MEASURED)
    refused = [
        (str(OVERRIDE_REASONS.get(reason, reason)), count)
        for (state, reason), count in found.items()
        if state == "refused"
    ]
    sums = {
        name: sum(count for (state, _reason), count in found.items() if state == name)
        for name in CHANGE_STATES
    }
    return sums | {"total": sum(found.values()), "reasons": sorted(refused, key=lambda one: -one[1])}
