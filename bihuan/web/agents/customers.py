"""Customers, masked: found by phone, e-mail, full name or serial number; newest first."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import everyone, known_by, named, shown, with_serial
from bihuan.service.cases.queries import visible
from bihuan.web.look.doors import staff_page
from bihuan.web.look.listing import page

KEY = ("-id",)


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """One customer in the list."""

    customer: Any
    contact: Contact


def seen_by(viewer: Viewer) -> Any:
    """The customers whose cases this viewer may see; all of them for the whole company."""
    found = everyone()
    if viewer.nodes is None:
        return found
    return found.filter(id__in=visible(viewer).values("customer_id"))


@staff_page("customer.look_up")
def customers(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The list; the search asks by the whole name or number, never by a part."""
    asked = request.POST.get("q", "").strip()[:254] if request.method == "POST" else ""
    found = seen_by(viewer)
    if asked:
        found = found.filter(id__in=_meant(asked))
    listed = page(found, KEY, request.GET.get("after"), 25)
    contacts = shown(listed.rows)
    rows = [CustomerRow(customer=one, contact=contacts[one.id]) for one in listed.rows]
    return render(request, "agents/customers.html", {"asked": asked, "page": listed, "rows": rows})


def _meant(asked: str) -> set[int]:
    known = known_by(reach_by(phone=asked, email=asked))
    machine = with_serial(asked)
    found = {one.id for one in named(asked)}
    return found | ({known.id} if known else set()) | ({machine.customer_id} if machine else set())
