"""All cases, newest first, with filters; with words to look for, those that hold them. A whole number leads to its
case."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import visible
from bihuan.service.cases.rules import read_number
from bihuan.service.cases.words import CHANNELS, KINDS, URGENCIES
from bihuan.web.agents.rows import COLUMNS, families, rows_of
from bihuan.web.agents.search import FOUND_COLUMNS, found_page, found_rows
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.listing import page

KEY = ("-opened_at", "-id")
EXPORTED = 1000
SORTED_OUT = ("urgency", "kind", "category", "channel")


@staff_page("case.read")
def cases(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list with its filters in the address bar."""
    asked, wanted, now = _asked(request), _wanted(request), moment(request)
    number = read_number(asked) if asked else None
    if number and visible(viewer).filter(number=number).exists():
        return redirect("agents:case", number)
    context: dict[str, Any] = {
        "wanted": wanted,
        "filters": _filters(request),
        "may_export": viewer.may("case.export"),
    }
    if asked:
        return found_page(request, viewer, asked, context, now=now)
    shown = page(_listed(viewer, wanted), KEY, request.GET.get("after"), 25)
    context |= {"page": shown, "rows": rows_of(shown.rows, viewer, now=now)}
    return render(request, "agents/cases.html", context)


@staff_page("case.export")
def cases_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The list as it is seen, masked; the newest thousand."""
    asked, wanted, now = _asked(request), _wanted(request), moment(request)
    if asked:
        found = list(found_rows(viewer, asked, wanted, now=now))
        return FILES[ending]("bihuan-found", FOUND_COLUMNS, found)
    rows = rows_of(_listed(viewer, wanted).order_by(*KEY)[:EXPORTED], viewer, now=now)
    return FILES[ending]("bihuan-cases", COLUMNS, rows)


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:120]


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """The filters of the address bar, each a column."""
    wanted: dict[str, Any] = {name: request.GET[name][:40] for name in SORTED_OUT if request.GET.get(name)}
    state = request.GET.get("state", "")
    if state in {"open", "closed"}:
        wanted["open"] = state == "open"
    return wanted


def _filters(request: HttpRequest) -> list[tuple[str, str, list[tuple[str, Any]], str]]:
    """Each filter: its name, its label, what can be chosen, what is."""
    told: list[tuple[str, str, list[tuple[str, Any]]]] = [
        ("state", _("State"), [("open", _("Open")), ("closed", _("Closed"))]),
        ("urgency", _("Urgency"), list(URGENCIES.items())),
        ("kind", _("Kind"), list(KINDS.items())),
        ("channel", _("Channel"), list(CHANNELS.items())),
        ("category", _("Appliance"), list(families().items())),
    ]
    return [(name, label, choices, request.GET.get(name, "")) for name, label, choices in told]


def _listed(viewer: Viewer, wanted: dict[str, Any]) -> Any:
    # a join would tempt SQLite to begin with the customers
    return visible(viewer).prefetch_related("customer").filter(**wanted)
