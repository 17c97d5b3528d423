"""Whether what we were told can be accepted. Values in, reasons out; the sentences stand in `errors.py`."""

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any

from bihuan.registers.customers.rules import read_email, read_phone
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.knowledge.rules import is_vague
from bihuan.service.intake.told import CHANNELS, URGENCIES, WAYS, WISHES, Told

LONGEST_WORDS = 20_000
OLDEST_PURCHASE = date(1980, 1, 1)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a field: its name, a code, and what the sentence needs."""

    field: str
    code: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)


def faults_of(told: Told, *, today: date, strict: bool) -> list[Fault]:
    """Everything that keeps this from being accepted, all at once.

    `strict` is for a person with the customer on the line: a vague phrase alone is not enough then. A machine
    that sends a report (API, mail) is never refused for being vague: the words would be lost.
    """
    return [
        *_who(told),
        *_words(told, strict=strict),
        *_codes(told),
        *_lengths(told),
        *_dates(told, today=today),
    ]


def _who(told: Told) -> list[Fault]:
    found: list[Fault] = []
    if told.phone and read_phone(told.phone) is None:
        found.append(Fault("phone", "no_phone"))
    if told.email and read_email(told.email) is None:
        found.append(Fault("email", "no_email"))
    reachable = told.phone or told.email or told.handle or told.customer_id or told.refused_to_identify
    if not reachable:
        found.append(Fault("phone", "unreachable"))
    if len(told.name) > 120:
        found.append(Fault("name", "too_long", {"most": "120"}))
    return found


def _words(told: Told, *, strict: bool) -> list[Fault]:
    words = told.words.strip()
    if not words:
        return [Fault("words", "no_words")]
    if len(words) > LONGEST_WORDS:
        return [Fault("words", "too_long", {"most": str(LONGEST_WORDS)})]
    if strict and not told.symptoms and told.kind in {"", "repair"} and (vague := is_vague(words)):
        return [Fault("words", "vague", {"zh": vague.ask_zh, "en": vague.ask_en})]
    return []


def _codes(told: Told) -> list[Fault]:
    pairs = (
        ("channel", told.channel, CHANNELS),
        ("wish", told.wish, ("", *WISHES)),
        ("way", told.way, WAYS),
        ("urgency", told.urgency, ("", *URGENCIES)),
    )
    return [
        Fault(name, "unknown", {"value": value[:40]}) for name, value, known in pairs if value not in known
    ]


def _lengths(told: Told) -> list[Fault]:
    """What the rows have room for: one sentence here instead of an accident there."""
    machine, where = told.machine, told.address
    held = (
        ("kind", 32, [told.kind]),
        ("department", 40, [told.department]),
        ("error_code", 20, [told.error_code]),
        ("outside_number", 60, [told.outside_number]),
        ("category", 40, [machine.category]),
        ("brand", 60, [machine.brand]),
        ("model", 60, [machine.model]),
        ("bought_at", 40, [machine.bought_at]),
        ("serial", 60, machine.serials.values()),
        ("unit", 16, machine.serials),
        ("city", 60, [where.city]),
        ("district", 60, [where.district]),
        ("street", 60, [where.street]),
        ("language", 10, [told.language]),
    )
    return [
        Fault(name, "too_long", {"most": str(most)})
        for name, most, values in held
        if any(len(value) > most for value in values)
    ]


def _dates(told: Told, *, today: date) -> list[Fault]:
    found: list[Fault] = []
    bought = told.machine.bought_on
    if bought and bought > today:
        found.append(Fault("bought_on", "future"))
    if bought and bought < OLDEST_PURCHASE:
        found.append(Fault("bought_on", "too_old"))
    if told.began_on and told.began_on > today:
        found.append(Fault("began_on", "future"))
    if told.began_on and bought and told.began_on < bought:
        found.append(Fault("began_on", "before_purchase"))
    years = told.machine.about_years
    if years is not None and not 0 <= years <= 50:
        found.append(Fault("about_years", "impossible_age"))
    return found


def fitting(told: Told) -> dict[str, Any]:
    """What of a report that no person is there to mend must be left out, so that the rest can be taken in: fields
    that say what nobody can read, or more than a row has room for."""
    wrong = {fault.field for fault in [*_codes(told), *_lengths(told)]}
    left: dict[str, Any] = {name: "" for name in ("kind", "outside_number", "language") if name in wrong}
    if told.phone and read_phone(told.phone) is None:
        left["phone"] = ""
    if told.email and read_email(told.email) is None:
        left["email"] = ""
    if wrong & {"category", "brand", "model", "serial", "unit", "bought_at"}:
        left["machine"] = MachineTold()
    return left
