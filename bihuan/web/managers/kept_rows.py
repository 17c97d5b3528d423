"""The promises that a figure of 承诺兑现 was counted from, page by page or as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments.board import JOINED
from bihuan.service.commitments.figures import WHICH, behind
from bihuan.service.commitments.queries import PromiseView, view_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.look.listing import page
from bihuan.web.managers.case_lines import Line, bare_lines
from bihuan.web.managers.filters import chosen
from bihuan.web.managers.kept import asked_for, titles
from bihuan.web.managers.kept_words import seconds_words

NAMES: dict[str, Lazy] = {
    "decided": _("Decided"),
    "kept": _("Kept"),
    "missed": _("Missed"),
    "owed": _("Missed and still open"),
    "proven_late": _("Proven late"),
    "dropped": _("Not asked for any more"),
}
KEY = ("-began_at", "-id")
EXPORTED = 5000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One promise with both its times; those of an open one are not known yet."""

    line: Line
    view: PromiseView
    title: str
    working: str
    wall: str


def _found(request: HttpRequest, viewer: Viewer) -> tuple[Any, str, str]:
    scope, _filters = chosen(request, viewer)
    metric, which = request.GET.get("metric", ""), request.GET.get("which", "")
    metric = metric if metric in titles() else ""
    which = which if which in WHICH else "decided"
    rows = behind(metric, which, asked_for(request).period, scope)
    return rows.select_related(*JOINED), metric, which


def _rows(found: Sequence[Any], *, now: datetime) -> list[Row]:
    lines = bare_lines([(row.case, row.due_at) for row in found], now=now)
    return [_row(view_of(row, now), line) for row, line in zip(found, lines, strict=True)]


def _row(view: PromiseView, line: Line) -> Row:
    wall = (view.ended_at - view.began_at).total_seconds() if view.ended_at else None
    return Row(
        line=line,
        view=view,
        title=said(view.title),
        working=seconds_words(view.worked_seconds if view.ended_at else None),
        wall=seconds_words(wall),
    )


@staff_page("figures.read")
def kept_rows(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One page of promises, the latest begun first."""
    found, metric, which = _found(request, viewer)
    _scope, filters = chosen(request, viewer)
    asked = asked_for(request)
    shown: Any = page(found, KEY, request.GET.get("after"), 50)
    query = request.GET.copy()
    for name in ("which", "metric", "after"):
        query.pop(name, None)
    context = {
        "asked": asked,
        "filters": filters,
        "metric": metric,
        "title": titles().get(metric, ""),
        "which": which,
        "whiches": NAMES.items(),
        "query": query.urlencode(),
        "file_query": urlencode({"metric": metric, "which": which}),
        "page": shown,
        "rows": _rows(shown.rows, now=moment(request)),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "managers/kept_rows.html", context)


@staff_page("case.export")
def kept_rows_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The same rows as CSV or Excel, the first five thousand; no customer stands in them."""
    viewer.must("figures.read")
    found, metric, which = _found(request, viewer)
    rows = _rows(list(found.order_by(*KEY)[:EXPORTED]), now=moment(request))
    return FILES[ending](f"bihuan-promises-{metric or 'all'}-{which}", COLUMNS, rows)


COLUMNS: tuple[Column[Row], ...] = (
    Column(_("Number"), lambda row: row.line.case.number),
    Column(_("Promise"), lambda row: row.title),
    Column(_("Began"), lambda row: row.view.began_at),
    Column(_("Due"), lambda row: row.view.due_at),
    Column(_("Ended"), lambda row: row.view.ended_at),
    Column(_("State"), lambda row: STATES.get(str(row.view.light), row.view.light)),
    Column(_("Working time"), lambda row: row.view.worked_seconds),
    Column(_("On the wall"), lambda row: row.wall),
    Column(_("Kind"), lambda row: row.line.kind),
    Column(_("Appliance"), lambda row: row.line.machine),
    Column(_("Service point"), lambda row: row.line.node),
    Column(_("Who has it"), lambda row: row.line.who),
)
STATES: dict[str, Lazy] = {
    "kept": _("Kept"),
    "broken": _("Missed"),
    "void": _("Not asked for any more"),
}
