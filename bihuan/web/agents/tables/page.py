"""The pages of tables and forms: an index; a table on screen, paper and as a file; a form of a case, or empty."""

from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import is_aware, localtime
from django.views.decorators.http import require_GET

from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import case_by_number
from bihuan.web.agents.tables.forms import FORMS
from bihuan.web.agents.tables.lists import LISTS
from bihuan.web.agents.tables.table import Table, asked_of, nodes_for
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES

SHOWN = 200  # rows on the screen and on paper; a file holds all
TABLES = {table.code: table for table in LISTS}
PAPERS = {form.code: form for form in FORMS}


@require_GET
@staff_page("case.read")
def tables(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """All tables and forms that this viewer may print."""
    mine = [table for table in LISTS if viewer.may(table.needs)]
    return render(request, "agents/tables.html", {"tables": mine, "forms": FORMS})


@require_GET
@staff_page("case.read")
def papers(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The forms, each to be opened with what is known of this case."""
    return render(request, "agents/tables.html", {"forms": FORMS, "case": case_by_number(viewer, number)})


@require_GET
@staff_page("case.read")
def table(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponse:
    """One table: filters on the screen, the table alone on paper; `?blank=1` is the empty one."""
    found = _table(viewer, code)
    asked, now = asked_of(request, days=found.days, now=moment(request)), moment(request)
    blank = "blank" in request.GET
    rows = [] if blank else list(islice(found.rows(viewer, asked, now), SHOWN + 1))
    context = {
        "table": found,
        "asked": asked,
        "nodes": nodes_for(viewer),
        "lines": [[(one.title, _cell(one.value(row))) for one in found.columns] for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "blank": range(14) if blank else (),
        "may_export": viewer.may("case.export"),
        "query": request.GET.urlencode(),
    }
    return render(request, "agents/table.html", context)


@require_GET
@staff_page("case.export")
def table_file(request: HttpRequest, viewer: Viewer, code: str, ending: str) -> HttpResponseBase:
    """The same rows and columns as CSV or Excel, up to five thousand."""
    found = _table(viewer, code)
    asked, now = asked_of(request, days=found.days, now=moment(request)), moment(request)
    return FILES[ending](
        f"bihuan-{found.code}-{asked.first}-{asked.last}", found.columns, found.rows(viewer, asked, now)
    )


@require_GET
@staff_page("case.read")
def paper(request: HttpRequest, viewer: Viewer, code: str, number: str = "") -> HttpResponse:
    """One form: of a case, or empty."""
    form, now = PAPERS.get(code), moment(request)
    if form is None:
        raise NotFound
    case = case_by_number(viewer, number) if number else None
    context = {"form": form, "case": case, "sections": form.sections(case, viewer, now)}
    return render(request, "agents/paper.html", context)


def _table(viewer: Viewer, code: str) -> Table:
    found = TABLES.get(code)
    if found is None:
        raise NotFound
    if not viewer.may(found.needs):
        raise NotAllowed(found.needs)
    return found


def _cell(value: Any) -> str:
    """A value as the paper shows it: moments to the minute, nothing for none."""
    if value is None:
        return ""
    if hasattr(value, "hour"):
        return f"{localtime(value) if is_aware(value) else value:%Y-%m-%d %H:%M}"
    return str(value)
