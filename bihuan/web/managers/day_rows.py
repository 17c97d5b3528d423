"""The rows that a figure of a day was counted from, and the day as a workbook or list."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from bihuan.registers.access.viewer import Viewer
from bihuan.service.improvement.day_reports import report_of
from bihuan.service.improvement.day_rows import source_of_day
from bihuan.service.improvement.days import DEFINITIONS, FIGURES, TITLES, Day, day_of
from bihuan.service.improvement.rows import Source
from bihuan.service.improvement.rules import WHEN
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column, Sheet, book_response
from bihuan.web.look.listing import page
from bihuan.web.managers.case_lines import COLUMNS, Line, bare_lines, lines
from bihuan.web.managers.day import Shown, day_asked, shown_of
from bihuan.web.managers.day_lines import Group, LateLine, by_category, by_kind, by_node, late_lines
from bihuan.web.managers.filters import chosen

EXPORTED = 5000
WHENS = {
    "today": gettext_lazy("that day"),
    "yesterday": gettext_lazy("the day before"),
    "last_week": gettext_lazy("the same day last week"),
}
LATE_COLUMNS: tuple[Column[LateLine], ...] = (
    Column(gettext_lazy("Number"), lambda row: row.number),
    Column(gettext_lazy("What"), lambda row: row.what),
    Column(gettext_lazy("Promise"), lambda row: row.promise),
    Column(gettext_lazy("Overdue since"), lambda row: row.since),
    Column(gettext_lazy("For how long"), lambda row: row.for_long),
    Column(gettext_lazy("Who has it"), lambda row: row.who),
    Column(gettext_lazy("Service point"), lambda row: row.node),
    Column(gettext_lazy("Why"), lambda row: row.why),
    Column(gettext_lazy("More promises overdue"), lambda row: row.others),
)


def _day(request: HttpRequest, day: str) -> Day:
    """The day as its page shows it: as known when it was reported, else now."""
    now = moment(request)
    asked = day_asked(day, now=now)
    held = report_of(asked) if asked < localdate(now) else None
    return day_of(asked, now=held.made_at if held is not None else now)


def _source(request: HttpRequest, viewer: Viewer, day: str) -> Source:
    scope, _filters = chosen(request, viewer)
    figure, when = request.GET.get("figure", ""), request.GET.get("when", "today")
    return source_of_day(figure, scope, _day(request, day), when=when)


@require_GET
@staff_page("figures.read")
def day_rows(request: HttpRequest, viewer: Viewer, day: str) -> HttpResponse:
    """The cases behind one figure of one day."""
    source = _source(request, viewer, day)
    _scope, filters = chosen(request, viewer)
    figure, when = request.GET.get("figure", ""), request.GET.get("when", "today")
    shown: Any = page(source.rows, source.key, request.GET.get("after"), 50)
    told = [(source.case(row), getattr(row, source.when)) for row in shown.rows]
    context = {
        "day": day_asked(day, now=moment(request)),
        "figure": figure,
        "title": TITLES[figure],
        "definition": DEFINITIONS[figure],
        "when": when,
        "whens": WHENS.items(),
        "filters": filters,
        "page": shown,
        "lines": lines(told, now=moment(request)),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "managers/day_rows.html", context)


@require_GET
@staff_page("case.export")
def day_rows_file(request: HttpRequest, viewer: Viewer, day: str, ending: str) -> HttpResponseBase:
    """The same rows as CSV or Excel, the first five thousand; no customer stands in them."""
    source = _source(request, viewer, day)
    rows = source.rows.order_by(*source.key)[:EXPORTED]
    told: list[Line] = bare_lines(
        [(source.case(row), getattr(row, source.when)) for row in rows], now=moment(request)
    )
    return FILES[ending](f"bihuan-{request.GET.get('figure', 'rows')}-{day[:10]}", COLUMNS, told)


@require_GET
@staff_page("figures.read")
def day_file(request: HttpRequest, viewer: Viewer, day: str) -> HttpResponseBase:
    """日报 as a workbook: the figures with what they count, what is late with who and why, and by node."""
    now = moment(request)
    asked = day_asked(day, now=now)
    scope, _filters = chosen(request, viewer)
    shown = shown_of(asked, scope, now=now)
    late = late_lines(shown.late, at=shown.day.until("today"), now=now)
    sheets = [
        Sheet(_("Figures"), FIGURE_COLUMNS, [(name, shown) for name in FIGURES]),
        Sheet(_("Overdue"), LATE_COLUMNS, late),
        Sheet(_("By node"), _group_columns(), by_node(shown.figures, scope)),
        Sheet(_("By appliance"), _group_columns(), by_category(shown.figures)),
        Sheet(_("By kind of work"), _group_columns(), by_kind(shown.figures)),
    ]
    return book_response(f"bihuan-{asked.isoformat()}", sheets)


def _count(when: str) -> Any:
    return lambda row: row[1].figures.total(row[0], when)


FIGURE_COLUMNS: tuple[Column[tuple[str, Shown]], ...] = (
    Column(gettext_lazy("Figure"), lambda row: TITLES[row[0]]),
    *(Column(WHENS[when], _count(when)) for when in WHEN),
    Column(gettext_lazy("What it counts"), lambda row: DEFINITIONS[row[0]]),
    Column(gettext_lazy("As known at"), lambda row: row[1].day.known_at),
)


def _group_columns() -> Sequence[Column[Group]]:
    def count(at: int) -> Any:
        return lambda row: row.counts[at]

    return (
        Column(_("Where"), lambda row: f"{'　' * row.depth}{row.name}"),
        *(Column(TITLES[name], count(at)) for at, name in enumerate(Group.FIGURES)),
    )
