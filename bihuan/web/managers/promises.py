"""Promises at risk and broken, the most pressing first: whose they are and where their case stands."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.commitments.queries import view_of
from bihuan.service.improvement.rows import promises_pressing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.listing import page
from bihuan.web.managers.case_lines import lines, promise_words
from bihuan.web.managers.filters import chosen

STATES: dict[str, Lazy] = {"broken": _("Broken and still open"), "at_risk": _("At risk")}
KEY = ("due_at", "id")


@staff_page("figures.read")
def promises(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One page of promises of one state, cut by node, category, kind and clause."""
    now = moment(request)
    scope, filters = chosen(request, viewer)
    state = request.GET.get("state", "broken")
    state = state if state in STATES else "broken"
    titles: dict[str, str] = {}
    for clause in commitments_in_force().base().clauses:
        titles.setdefault(clause.metric, said(clause.title))
    about = request.GET.get("about", "")
    found = promises_pressing(scope, state=state, about=about if about in titles else "", now=now)
    shown: Any = page(found, KEY, request.GET.get("after"), 50)
    cases = lines([(row.case, row.due_at) for row in shown.rows], now=now)
    views = [view_of(row, now) for row in shown.rows]
    context = {
        "state": state,
        "states": STATES.items(),
        "about": about,
        "abouts": titles.items(),
        "filters": filters,
        "page": shown,
        "rows": [
            {"line": line, "state": str(view.light), "words": promise_words(view, now)}
            for line, view in zip(cases, views, strict=True)
        ],
    }
    return render(request, "managers/promises.html", context)
