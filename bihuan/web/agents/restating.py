"""Restate and confirm: everything that was written down, as sentences to read back to the customer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bihuan.registers.customers.rules import read_phone
from bihuan.registers.parts.queries import inspection_price, prices_on
from bihuan.service.cases.words import URGENCIES
from bihuan.web.agents.asking import environment_words
from bihuan.web.agents.heard import Heard, script_line
from bihuan.web.agents.report_form import ReportForm, where_used
from bihuan.web.look.visiting import visit_words


@dataclass(frozen=True, kw_only=True)
class Restated:
    """The sentence to say, the lines beneath it, and how urgent it will be."""

    sentence: str
    lines: list[tuple[str, str]]
    urgency: str
    fee_fen: int = 0
    visit: str = ""  # how soon somebody is chosen, and how the time is agreed


def restated(form: ReportForm, heard: Heard, *, day: date) -> Restated:
    """What a valid form says, read back."""
    held = form.cleaned_data
    symptoms = _(", ").join(_chosen(form, "symptoms")) or held["words"][:200]
    machine = " ".join(part for part in (held["brand"], held["model"], _label(form, "category")) if part)
    since = held["began_on"].isoformat() if held["began_on"] else held.get("asked_when") or _("recently")
    sentence = script_line(
        "restate",
        machine=machine or _("machine"),
        since=since,
        symptom=symptoms,
        wish=_label(form, "wish") or _("take care of it"),
    )
    urgency = "urgent" if heard.advice else held["urgency"] or heard.urgency
    return Restated(
        sentence=sentence,
        lines=_lines(form, symptoms, machine, urgency),
        urgency=urgency,
        fee_fen=fee_of(form, day=day),
        visit=visit_words(
            kind=held["kind"] or "repair",
            urgency=urgency,
            channel=held["channel"],
            category=held["category"],
            way=held["way"],
        ),
    )


def fee_of(form: ReportForm, *, day: date) -> int:
    """The fee for looking, in fen, that is told when a visit for a repair is likely; 0 when none is."""
    held = form.cleaned_data
    if held["kind"] not in {"", "repair"} or held["way"] in {"carry_in", "mail_in", "remote"}:
        return 0
    lines = [line for line in prices_on(day, category_code=held["category"]) if line.kind in {"", "repair"}]
    fee = inspection_price(lines, category_code=held["category"])
    return fee.fen if fee else 0


def _lines(form: ReportForm, symptoms: str, machine: str, urgency: str) -> list[tuple[str, str]]:
    held = form.cleaned_data
    told = [
        (_("Customer"), _("does not wish to say who they are") if held["refused"] else held["name"]),
        (_("Phone"), _spoken(held["phone"])),
        (_("E-mail"), held["email"]),
        (_("In the customer's own words"), held["words"]),
        (_("Standard symptom"), symptoms),
        (_("Machine"), machine),
        (_("Serial number"), _(", ").join(part for part in (held["serial"], held["serial_2"]) if part)),
        (_("Bought"), _bought(form)),
        (_("Extended cover until"), _text(held["extended_until"])),
        (_("Error code"), held["error_code"]),
        (_("When it began"), _text(held["began_on"])),
        (_("Where it is used"), environment_words(where_used(held))),
        (_("What went before"), held["trigger"]),
        (_("Kind of work"), _label(form, "kind")),
        (_("Way of service"), _label(form, "way")),
        (_("Wish"), _label(form, "wish")),
        (_("Urgency"), str(URGENCIES.get(urgency, urgency))),
        (_("Department"), _label(form, "department")),
        (_("Order number elsewhere"), held["outside_number"]),
        (_("Address"), "".join((held["city"], held["district"], held["street"], held["door"]))),
    ]
    return [(name, value) for name, value in told if value]


def _bought(form: ReportForm) -> str:
    held = form.cleaned_data
    years = held["about_years"]
    age = _("about %(years)s years ago") % {"years": years} if years is not None else ""
    return " · ".join(part for part in (_text(held["bought_on"]) or age, _label(form, "bought_at")) if part)


def _spoken(phone: str) -> str:
    """The number in groups, as one reads it out: 138 0013 8000."""
    read = read_phone(phone) if phone else None
    if read is None or not (read.mobile and read.number.startswith("+86")):
        return phone
    plain = read.number[3:]
    return f"{plain[:3]} {plain[3:7]} {plain[7:]}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _label(form: ReportForm, name: str) -> str:
    value = form.cleaned_data[name]
    choices: Any = getattr(form.fields[name], "choices", ())
    return str(dict(choices).get(value, "")) if value else ""


def _chosen(form: ReportForm, name: str) -> list[str]:
    choices: Any = getattr(form.fields[name], "choices", ())
    named = dict(choices)
    return [str(named[code]) for code in form.cleaned_data[name]]
