"""客户问题记录表: the customer problem record on paper, two columns, masked whoever prints it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.masking import masked_name
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import machine_cards, reach_of
from bihuan.registers.knowledge.queries import symptoms_named
from bihuan.service.cases.queries import case_by_number
from bihuan.service.cases.words import CHANNELS, URGENCIES
from bihuan.service.intake.queries import words_of
from bihuan.service.satisfaction.hearing import hearing_of
from bihuan.web.agents.rows import families, in_language
from bihuan.web.look.doors import moment, staff_page


@staff_page("case.read")
def record_table(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """The record of one case, ready to print."""
    held = case_by_number(viewer, number)
    return render(
        request,
        "agents/record_table.html",
        {"case": held, "lines": record_lines(held, viewer, moment(request))},
    )


def record_lines(held: Any, viewer: Viewer, now: Any) -> list[tuple[str, str]]:
    """The eleven lines of the record: label and value."""
    hand = keys(held.customer.key)
    reach = reach_of(held.customer_id, hand)
    product, bought = _machine(held, now)
    named = symptoms_named(held.report.symptoms)
    standard = _(", ").join(in_language(named.get(code)) or code for code in held.report.symptoms)
    words = hearing_of(viewer, held, hand, now=now).on_paper(words_of(held.report, hand).words)
    name = masked_name(hand.open(held.customer.name_sealed) or "")
    return [
        (_("Case number"), held.number),
        (_("Customer's name"), name or (_("not given") if held.customer.refused_to_identify else "–")),
        (_("Contact"), contact_kind(reach)),
        (_("Product (brand, model, serial number)"), product or "–"),
        (_("Bought on"), bought or "–"),
        (_("Came in by"), str(CHANNELS.get(held.channel, held.channel))),
        (_("Type of problem"), problem_type(held.kind)),
        (_("In the customer's own words"), f"“{words[:600]}”" if words else "–"),
        (_("Standard description"), standard or "–"),
        (_("Urgency"), str(URGENCIES.get(held.urgency, held.urgency))),
        (_("Received at"), f"{localtime(held.report.received_at):%Y-%m-%d %H:%M}"),
    ]


def contact_kind(reach: dict[str, str]) -> str:
    """The kind of contact; the number itself never stands on paper."""
    for kind, words in (("mobile", _("mobile")), ("landline", _("landline")), ("email", _("e-mail"))):
        if reach.get(kind):
            return _("%(kind)s (number hidden)") % {"kind": words}
    return _("not given")


def problem_type(kind: str) -> str:
    """The four words of the record for every kind of work."""
    told = {"complaint": _("Complaint"), "consultation": _("Consultation"), "suggestion": _("Suggestion")}
    if kind in {"repair", "support"}:
        return _("Fault")
    return told.get(kind, _("Service"))


def _machine(held: Any, now: Any) -> tuple[str, str]:
    if held.machine is None:
        return "", ""
    card = machine_cards([held.machine], day=localtime(now).date())[0]
    serials = _(", ").join(card.serials.values())
    numbers = "/".join(part for part in (card.model, serials) if part)
    product = " ".join(part for part in (card.brand, families().get(card.category, ""), numbers) if part)
    if card.bought_on:
        return product, f"{card.bought_on:%Y-%m-%d}"
    age = _("about %(years)s years old") % {"years": card.about_years} if card.about_years is not None else ""
    return product, age
