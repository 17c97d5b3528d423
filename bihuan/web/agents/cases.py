"""All cases, newest first; found by number, phone, name, serial number or an order number from elsewhere."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by, named, with_serial
from bihuan.service.cases.queries import visible
from bihuan.service.cases.rules import read_number
from bihuan.service.cases.words import KINDS, URGENCIES
from bihuan.web.agents.rows import COLUMNS, families, rows_of
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.listing import page

KEY = ("-opened_at", "-id")
EXPORTED = 1000
SORTED_OUT = ("urgency", "kind", "category")


@staff_page("case.read")
def cases(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list with its filters in the address bar."""
    asked = request.GET.get("q", "").strip()[:120]
    number = read_number(asked) if asked else None
    if number and visible(viewer).filter(number=number).exists():
        return redirect("agents:case", number)
    shown = page(_found(request, viewer, asked), KEY, request.GET.get("after"), 25)
    context = {
        "asked": asked,
        "page": shown,
        "rows": rows_of(shown.rows, viewer, now=moment(request)),
        "filters": [
            (
                "state",
                _("State"),
                [("open", _("Open")), ("closed", _("Closed"))],
                request.GET.get("state", ""),
            ),
            ("urgency", _("Urgency"), list(URGENCIES.items()), request.GET.get("urgency", "")),
            ("kind", _("Kind"), list(KINDS.items()), request.GET.get("kind", "")),
            ("category", _("Appliance"), list(families().items()), request.GET.get("category", "")),
        ],
        "may_export": viewer.may("case.export"),
    }
    return render(request, "agents/cases.html", context)


@staff_page("case.export")
def cases_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The list as it is seen, masked; the newest thousand."""
    found = _found(request, viewer, request.GET.get("q", "").strip()[:120])
    rows = rows_of(found.order_by(*KEY)[:EXPORTED], viewer, now=moment(request))
    return FILES[ending]("bihuan-cases", COLUMNS, rows)


def _found(request: HttpRequest, viewer: Viewer, asked: str) -> Any:
    # a join would tempt SQLite to begin with the customers
    found = visible(viewer).prefetch_related("customer")
    wanted: dict[str, Any] = {name: request.GET[name][:40] for name in SORTED_OUT if request.GET.get(name)}
    state = request.GET.get("state", "")
    if state in {"open", "closed"}:
        wanted["open"] = state == "open"
    return found.filter(meant_by(asked, may_look_up=viewer.may("customer.look_up")), **wanted)


def meant_by(asked: str, *, may_look_up: bool) -> Q:
    """What somebody searches for: a number or its beginning, an outside number, a serial; a phone or a name for
    those who may look customers up."""
    if not asked:
        return Q()
    tidy = asked.replace(" ", "").upper()
    meant = Q(outside_number=asked)
    if tidy.startswith("AF") and tidy[2:].isdecimal():
        meant |= Q(number__startswith=tidy)
    if machine := with_serial(asked):
        meant |= Q(machine_id=machine.id)
    if may_look_up:
        customer = known_by(reach_by(phone=asked, email=asked))
        ids = {one.id for one in named(asked)} | ({customer.id} if customer else set())
        meant |= Q(customer_id__in=ids)
    return meant
