"""Customers, masked: found by phone, e-mail, full name or serial number; newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import everyone, known_by, named, shown, with_serial
from bihuan.service.cases.queries import visible
from bihuan.web.look.doors import staff_page
from bihuan.web.look.export import Column, file_of
from bihuan.web.look.listing import page

KEY = ("-id",)
EXPORTED, AT_ONCE = 5000, 500  # customers of one file, and read together


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """One customer in the list."""

    customer: Any
    contact: Contact


COLUMNS: tuple[Column[CustomerRow], ...] = (
    Column(_("Customer"), lambda row: row.contact.name),
    Column(_("Phone"), lambda row: row.contact.phone),
    Column(_("Address"), lambda row: row.contact.address),
    Column(pgettext_lazy("customer", "Since"), lambda row: row.customer.made_at),
)


def seen_by(viewer: Viewer) -> Any:
    """The customers whose cases this viewer may see; all of them for the whole company."""
    found = everyone()
    if viewer.nodes is None:
        return found
    return found.filter(id__in=visible(viewer).values("customer_id"))


@staff_page("customer.look_up")
def customers(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The list; the search asks by the whole name or number, never by a part."""
    asked = request.POST.get("q", "").strip()[:254] if request.method == "POST" else ""
    found = seen_by(viewer)
    if asked:
        found = found.filter(id__in=_meant(asked))
    if viewer.may("case.export") and (
        file := file_of(request, "bihuan-customers", COLUMNS, lambda: _rows(found))
    ):
        return file
    listed = page(found, KEY, request.GET.get("after"), 25)
    context = {
        "asked": asked,
        "page": listed,
        "rows": _shown(listed.rows),
        "may_export": viewer.may("case.export"),
    }
    return render(request, "agents/customers.html", context)


def _rows(found: Any) -> Iterator[CustomerRow]:
    """The newest of the list, some at a time: a file holds more than a page."""
    for some in batched(found.order_by(*KEY)[:EXPORTED], AT_ONCE):
        yield from _shown(list(some))


def _shown(customers: list[Any]) -> list[CustomerRow]:
    contacts = shown(customers)
    return [CustomerRow(customer=one, contact=contacts[one.id]) for one in customers]


def _meant(asked: str) -> set[int]:
    known = known_by(reach_by(phone=asked, email=asked))
    machine = with_serial(asked)
    found = {one.id for one in named(asked)}
    return found | ({known.id} if known else set()) | ({machine.customer_id} if machine else set())
