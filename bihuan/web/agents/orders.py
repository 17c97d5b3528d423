"""Orders of platforms: how each platform's stand, the list, one order with what its platform is told."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import KINDS, OUTCOMES
from bihuan.service.orders import exporting, queries, telling
from bihuan.service.orders.queries import Order, StateTold
from bihuan.service.orders.words import STANDINGS, STATES, trouble_words
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, file_of, xlsx_response
from bihuan.web.look.listing import page

SHOWN = 25
EXPORTED = 5000
WHICH = {
    "open": gettext_lazy("Under way"),
    "ended": gettext_lazy("Ended"),
    "waiting": gettext_lazy("Waits for a person"),
    "cancelled": gettext_lazy("Cancelled by the platform"),
}
COLOURS = {
    "waiting": "bg-yellow-lt",
    "sent": "bg-green-lt",
    "given_up": "bg-red-lt",
    "kept": "bg-secondary-lt",
}
COLUMNS: tuple[Column[Order], ...] = (
    Column(gettext_lazy("Platform"), lambda row: row.platform.name),
    Column(gettext_lazy("Order number"), lambda row: row.number),
    Column(gettext_lazy("Case number"), lambda row: row.case.number if row.case else ""),
    Column(gettext_lazy("Kind of work"), lambda row: KINDS.get(row.kind, row.kind)),
    Column(gettext_lazy("Received"), lambda row: row.received_at),
    Column(gettext_lazy("Promised by"), lambda row: row.promised_at),
    Column(gettext_lazy("State"), lambda row: state_words(row)),
)
STATE_COLUMNS: tuple[Column[StateTold], ...] = (
    Column(gettext_lazy("Order number"), lambda row: row.order.number),
    Column(gettext_lazy("Case number"), lambda row: row.order.case.number if row.order.case else ""),
    Column(gettext_lazy("State"), lambda row: STATES.get(row.state, row.state)),
    Column(gettext_lazy("Code"), lambda row: row.state),
    Column(gettext_lazy("Outcome"), lambda row: OUTCOMES.get(row.outcome, row.outcome)),
    Column(gettext_lazy("When"), lambda row: row.at),
    Column(gettext_lazy("Promised by"), lambda row: row.order.promised_at),
    Column(gettext_lazy("Event"), lambda row: row.event),
)


def state_words(order: Order) -> str:
    """Where an order stands, in a word."""
    if order.cancelled_at is not None:
        return _("Cancelled by the platform")
    if order.case is None:
        return _("Waits for a person")
    return _("Under way") if order.case.open else _("Ended")


@staff_page("case.read")
def orders(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """How the orders of each platform stand; below, the list, newest first."""
    chosen = {name: request.GET.get(name, "").strip()[:60] for name in ("platform", "state", "search")}
    rows = queries.orders_listed(viewer, **chosen)
    if viewer.may("case.export"):
        file = file_of(request, "bihuan-orders", COLUMNS, lambda: rows.order_by("-id")[:EXPORTED])
        if file is not None:
            return file
    shown = page(rows, ("-id",), request.GET.get("after"), SHOWN)
    context = {
        "figures": queries.figures(viewer),
        "lines": [(one, KINDS.get(one.kind, one.kind), state_words(one)) for one in shown.rows],
        "page": shown,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "which": WHICH,
        "may_export": viewer.may("case.export"),
        "may_import": viewer.may("order.bring_in"),
        "may_set_up": viewer.may("settings.change"),
    }
    return render(request, "agents/orders.html", context)


@require_GET
@staff_page("case.read")
def order(request: HttpRequest, viewer: Viewer, order_id: int) -> HttpResponse:
    """One order: what proves the purchase, what was promised, what its platform was told and what it was not."""
    held = queries.order_by_id(viewer, order_id)
    told = queries.told_of(held) if viewer.may("customer.reveal") else {}
    machine: dict[str, Any] = told.get("machine", {})
    context = {
        "order": held,
        "kind": KINDS.get(held.kind, held.kind),
        "state": state_words(held),
        "invoice": told.get("invoice", ""),
        "proof": told.get("proof", ""),
        "machine": " ".join(str(machine.get(name, "")) for name in ("brand", "model")).strip(),
        "states": _states(queries.states_of(held.id)),
        "may_retry": viewer.may("report.take"),
    }
    return render(request, "agents/order.html", context)


def _states(rows: Sequence[StateTold]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "state": STATES.get(row.state, row.state),
            "standing": STANDINGS[row.standing],
            "colour": COLOURS[row.standing],
            "trouble": trouble_words(row.trouble) if row.trouble else "",
        }
        for row in rows
    ]


@require_POST
@staff_page("report.take")
def order_again(request: HttpRequest, viewer: Viewer, order_id: int, row_id: int) -> HttpResponse:
    """Another round of tries of a state that could not be told."""
    held = queries.order_by_id(viewer, order_id)
    if not any(row.id == row_id for row in queries.states_of(held.id)):
        raise NotFound
    if telling.try_again(row_id, now=moment(request)):
        messages.success(request, _("It is tried again now."))
    return redirect("agents:order", order_id)


@require_POST
@staff_page("case.export")
def order_states(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The states that no file has held yet, as Excel; `at` gives an earlier file once more."""
    platform, now = request.POST.get("platform", "")[:24], moment(request)
    asked = request.POST.get("at", "")[:40]
    if asked:
        try:
            at = parse_datetime(asked)
        except ValueError:
            at = None
        rows = exporting.taken_at(viewer, platform, at) if at is not None else []
    else:
        rows = exporting.take_export(viewer, platform, now=now)
    if not rows:
        raise Refusal(_("Nothing is new since the last file of this platform."))
    return xlsx_response(f"bihuan-states-{platform}-{now:%Y%m%d-%H%M}", STATE_COLUMNS, rows)
