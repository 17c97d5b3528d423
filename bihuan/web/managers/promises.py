"""The board of promises: what presses, the least time left first; whose it is, and what will break if nothing moves.

It asks again by itself every few seconds and is answered only when something happened or a minute passed.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import KINDS, URGENCIES, said
from bihuan.service.commitments.board import JOINED, KEY, Asked, Team, owed, pressing, pulse, teams
from bihuan.service.commitments.clause import Sort
from bihuan.service.commitments.outlook import ahead, horizon
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.listing import page
from bihuan.web.look.naming import family_names
from bihuan.web.managers.promise_lines import COLUMNS, PromiseLine, loads, promise_lines

STATES: dict[str, Lazy] = {
    "pressing": _("Broken or at risk"),
    "broken": _("Broken and still open"),
    "at_risk": _("At risk"),
    "ahead": _("Will break if nothing moves"),
}
NAMES = ("state", "node", "person", "about", "urgency", "category", "kind")
SHOWN = 50
EXPORTED = 5000
SEEN = "X-Seen"  # the mark of what a page shows, which it sends when it asks again


@staff_page("promise.read")
def promises(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One page of the board, or only what changes of it when the page itself asks."""
    now = moment(request)
    live = request.headers.get("HX-Request") == "true"
    mark = f"{pulse()}-{int(now.timestamp()) // 60}"
    if live and request.headers.get(SEEN) == mark:
        return HttpResponse(status=204)
    context = {"mark": mark, "now": now, **_board(request, viewer, now=now)}
    return render(request, "managers/promises.html#board" if live else "managers/promises.html", context)


@staff_page("case.export")
def promises_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The board as it is filtered, as CSV or Excel: the first five thousand; no customer stands in it."""
    now = moment(request)
    asked, state = _asked(request, teams(viewer)), _state(request)
    rows = owed(viewer, asked)
    if state == "ahead":
        held: list[Any] = [one for one in ahead(rows, now=now) if one.chance.will_break]
        lines = _in_order(rows, held[:EXPORTED], now=now)
    else:
        lines = promise_lines(list(pressing(rows, state=state, now=now).order_by(*KEY)[:EXPORTED]), now=now)
    return FILES[ending]("bihuan-promises", COLUMNS, lines)


def _board(request: HttpRequest, viewer: Viewer, *, now: datetime) -> dict[str, Any]:
    nodes, state = teams(viewer), _state(request)
    asked = _asked(request, nodes)
    everyone = owed(viewer, Asked(**{**vars(asked), "person": 0}))
    rows = owed(viewer, asked)
    outlook = ahead(everyone, now=now)
    mine = [one for one in outlook if not asked.person or one.holder == asked.person]
    likely = [one for one in mine if one.chance.will_break]
    shown: Any = None
    if state == "ahead":
        lines = _in_order(rows, likely[:SHOWN], now=now)
    else:
        shown = page(pressing(rows, state=state, now=now), KEY, request.GET.get("after"), SHOWN)
        lines = promise_lines(shown.rows, now=now, chances={one.id: one.chance for one in mine})
    by_team, by_person = loads(everyone, outlook, nodes, now=now)
    totals = [one for one in by_person if not asked.person or one.id == asked.person]
    return {
        "state": state,
        "states": [(code, name, _link(request, state=code)) for code, name in STATES.items()],
        "page": shown,
        "rows": lines,
        "pressing": sum(one.broken + one.at_risk for one in totals),
        "broken": sum(one.broken for one in totals),
        "at_risk": sum(one.at_risk for one in totals),
        "likely": len(likely),
        "more": len(likely) - SHOWN if state == "ahead" else 0,
        "until": horizon(now),
        "teams": [(one, _link(request, node=one.id)) for one in by_team],
        "people": [(one, _link(request, person=one.id)) for one in by_person if one.id],
        "filters": _filters(request, nodes, [(one.id, one.name) for one in by_person]),
        "filtered": any(request.GET.get(name) for name in NAMES[1:]),
        "address": request.get_full_path(),
        "query": request.GET.urlencode(),
        "may_export": viewer.may("case.export"),
        "may_wall": viewer.may("figures.read"),
    }


def _in_order(rows: Any, held: list[Any], *, now: datetime) -> list[PromiseLine]:
    """The promises of a forecast as lines, in its order."""
    found = {row.id: row for row in rows.filter(id__in=[one.id for one in held]).select_related(*JOINED)}
    wanted = [found[one.id] for one in held if one.id in found]
    return promise_lines(wanted, now=now, chances={one.id: one.chance for one in held})


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "pressing")
    return state if state in STATES else "pressing"


def _metrics() -> dict[str, str]:
    """What is promised with a clock that people watch: metric → its title."""
    found: dict[str, str] = {}
    for _profile, clause in commitments_in_force().clauses():
        if clause.sort == Sort.CLOCK and clause.notify:
            found.setdefault(clause.metric, said(clause.title))
    return found


def _asked(request: HttpRequest, nodes: list[Team]) -> Asked:
    """What the address asks for; what is unknown in it asks for nothing."""
    told = {name: request.GET.get(name, "")[:40] for name in NAMES}
    node = next((one for one in nodes if told["node"] == str(one.id)), None)
    person = told["person"] if told["person"].isascii() and told["person"].isdigit() else "0"
    return Asked(
        nodes=node.nodes if node is not None else None,
        person=int(person) if len(person) < 18 else 0,
        about=told["about"],
        urgency=told["urgency"],
        category=told["category"],
        kind=told["kind"],
    )


def _link(request: HttpRequest, **changes: object) -> str:
    """This page with one thing chosen otherwise, from its beginning."""
    query = request.GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


def _filters(
    request: HttpRequest, nodes: list[Team], people: list[tuple[int, str]]
) -> list[tuple[str, Lazy, list[tuple[str, str]], str]]:
    """The selects above the board: name, label, choices, what is chosen."""
    choices: tuple[tuple[str, Lazy, list[tuple[str, str]]], ...] = (
        ("node", _("Team"), [(str(one.id), one.name) for one in nodes]),
        ("person", _("Who has it"), [(str(number), name) for number, name in people if number]),
        ("about", _("Promise"), list(_metrics().items())),
        ("urgency", _("Urgency"), [(code, str(name)) for code, name in URGENCIES.items()]),
        ("category", _("Appliance"), list(family_names().items())),
        ("kind", _("Kind"), [(code, str(name)) for code, name in KINDS.items()]),
    )
    return [(name, label, options, request.GET.get(name, "")) for name, label, options in choices]
