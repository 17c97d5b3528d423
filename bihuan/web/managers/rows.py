"""The rows that a figure was counted from, page by page or as a file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement.rows import Source, source_of
from bihuan.service.improvement.rules import WHEN
from bihuan.service.improvement.words import DEFINITIONS, TITLES
from bihuan.service.improvement.words import WHEN as WHEN_WORDS
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.listing import page
from bihuan.web.managers.case_lines import COLUMNS, Line, lines
from bihuan.web.managers.filters import chosen

EXPORTED = 5000  # rows of one file
TOGETHER = ("complaints", "escalated")  # one figure counted from two lists


def _source(request: HttpRequest, viewer: Viewer) -> Source:
    scope, _filters = chosen(request, viewer)
    figure, when = request.GET.get("figure", ""), request.GET.get("when", "today")
    return source_of(figure, scope, when=when, now=moment(request))


def _lines(request: HttpRequest, source: Source, rows: list[Any]) -> list[Line]:
    return lines([(source.case(row), getattr(row, source.when)) for row in rows], now=moment(request))


@staff_page("figures.read")
def rows(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The cases behind one figure, in an order that pages by key."""
    source = _source(request, viewer)
    _scope, filters = chosen(request, viewer)
    figure, when = request.GET.get("figure", ""), request.GET.get("when", "today")
    shown: Any = page(source.rows, source.key, request.GET.get("after"), 50)
    context = {
        "figure": figure,
        "title": TITLES[figure],
        "definition": DEFINITIONS[figure],
        "when": when,
        "whens": [(code, WHEN_WORDS[code]) for code in WHEN]
        if figure not in {"late", "escalated_now"}
        else [],
        "tabs": [(one, TITLES[one]) for one in TOGETHER] if figure in TOGETHER else [],
        "filters": filters,
        "page": shown,
        "lines": _lines(request, source, shown.rows),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "managers/rows.html", context)


@staff_page("case.export")
def rows_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The same rows as CSV or Excel, the first five thousand; no customer stands in them."""
    source = _source(request, viewer)
    found = list(source.rows.order_by(*source.key)[:EXPORTED])
    return FILES[ending](
        f"bihuan-{request.GET.get('figure', 'rows')}", COLUMNS, _lines(request, source, found)
    )
