"""/w/TOKEN: whoever holds a warranty card may check that it is ours and valid; /m/CODE: the square code on a machine.
Neither says whose the machine is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bihuan.registers.customers.scan_codes import ScanCode, scanned
from bihuan.registers.customers.warranty import (
    Machine,
    WarrantyCard,
    card_of,
    machine_by_card,
    machines_with_serial,
    the_one,
)
from bihuan.registers.parts.queries import product
from bihuan.web.customers.door import WRONG_LINKS
from bihuan.web.customers.words import COVERS
from bihuan.web.look.codes import square_code
from bihuan.web.look.doors import customer_page, moment
from bihuan.web.look.naming import family_name
from bihuan.web.look.opened import counted


def public_page(view: Any) -> Any:
    """A page behind a printed code: wrong ones are all answered alike, and only so many from one address."""
    inside = customer_page(view)

    @never_cache
    @require_safe
    def enter(request: HttpRequest, token: str) -> HttpResponseBase:
        if WRONG_LINKS.spent(request):
            return render(request, "customers/unknown.html", {"too_often": True}, status=429)
        try:
            response: HttpResponseBase = inside(request, token)
        except Http404:
            WRONG_LINKS.count(request)
            return render(request, "customers/unknown.html", status=404)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return enter


@public_page
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the card is ours, and how long it holds."""
    held = machine_by_card(token)
    counted("warranty", moment(request))
    return render(request, "customers/warranty.html", facts(held, request))


@public_page
def square(request: HttpRequest, token: str) -> HttpResponse:
    """The square code of a card, as a picture."""
    card = card_of(machine_by_card(token), day=localdate(moment(request)))
    return square_code(card.address, scale=4)


@public_page
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What a machine's own code says: its warranty where it is registered, and the two things one can do."""
    code = scanned(token)
    counted("machine", moment(request))
    known_as = machines_with_serial(code.serial) if code.serial else []
    held = the_one(known_as)
    known = product(code.brand, code.model) if code.model else None
    context: dict[str, Any] = {
        "code": code,
        "family": family_name(code.category),
        "months": known.warranty_months if known else None,
        "registered": bool(known_as),
        "card": None,
    }
    if held is not None:
        context |= facts(held, request)
    return render(request, "customers/scanned.html", context)


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What a scanned code says of a machine before anything is typed: its name, masked serial, and cover."""

    name: str
    serial: str
    cover: str
    until: date | None


def scanned_machine(code: ScanCode, *, day: date) -> Scanned | None:
    """The machine behind a code, with its cover where it is registered, else its terms; None for a code that names no
    machine. Whose it is, is never said."""
    if not (code.model or code.serial):
        return None
    held = the_one(machines_with_serial(code.serial)) if code.serial else None
    cover, until = "", None
    if held is not None:
        card = card_of(held, day=day).machine
        cover, until = str(COVERS[card.cover]), card.cover_until
    elif known := product(code.brand, code.model):
        months = known.warranty_months
        cover = ngettext(
            "%(months)s month for the whole machine from the day of purchase",
            "%(months)s months for the whole machine from the day of purchase",
            months,
        ) % {"months": months}
    name = " ".join(part for part in (code.brand, family_name(code.category), code.model) if part)
    return Scanned(name=name, serial=masked_serial(code.serial), cover=cover, until=until)


def facts(held: Machine, request: HttpRequest) -> dict[str, Any]:
    """What anybody may read of a card: the machine, masked serials, and the cover of today."""
    card: WarrantyCard = card_of(held, day=localdate(moment(request)))
    return {
        "card": card,
        "machine": card.machine,
        "family": family_name(card.machine.category),
        "cover": COVERS[card.machine.cover],
        "serials": [masked_serial(number) for number in card.machine.serials.values()],
    }


def masked_serial(number: str) -> str:
    """The last four signs, for comparing with the label; fewer of a short one."""
    shown = number[-min(4, len(number) // 2) :] if len(number) > 1 else ""
    return "•" * (len(number) - len(shown)) + shown
