"""Cases as the rows of a list: masked for everybody, the soonest promise in words, and the same rows as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bihuan.registers.access.masking import Contact
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import knowledge, symptoms_named
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.queries import contacts_of
from bihuan.service.cases.words import KINDS, URGENCIES, place_title, said
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.web.look.export import Column
from bihuan.web.look.naming import machine_name
from bihuan.web.look.words import due_time, words_left

NOBODY = Contact(name="", phone="", address="", full=False)


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A promise as a chip: how it stands, and that in words."""

    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case in a list."""

    case: Any
    contact: Contact
    chip: Chip | None
    kind: str
    machine: str
    symptom: str
    place: str


def rows_of(cases: Iterable[Any], viewer: Viewer, *, now: datetime) -> list[Row]:
    """These cases as rows: four queries however many they are."""
    held = list(cases)
    contacts = contacts_of(held, viewer, now=now)
    promises = open_promises([case.id for case in held], now=now)
    named = families()
    symptoms = symptoms_named(case.symptom for case in held)
    return [
        Row(
            case=case,
            contact=contacts.get(case.customer_id, NOBODY),
            chip=next((chip_of(one, now) for one in promises.get(case.id, ())), None),
            kind=str(KINDS.get(case.kind, case.kind)),
            machine=machine_name(case, named),
            symptom=in_language(symptoms.get(case.symptom)),
            place=place_title(card_at(case.card, case.card_version), case.stands_at),
        )
        for case in held
    ]


def chip_of(promise: PromiseView, now: datetime) -> Chip:
    """What a promise says: 首次联系 · 还剩 12 分 · 今天 15:30."""
    title = said(promise.title)
    light = str(promise.light)
    if not promise.open:
        ended = {"broken": _("late"), "void": _("Not asked for any more")}.get(light, _("kept"))
        return Chip(state=light, words=f"{title} · {ended}")
    if promise.left is None or promise.due_at is None:
        return Chip(state="resting", words=f"{title} · {_('paused')}")
    words = f"{title} · {words_left(promise.left)} · {due_time(promise.due_at, now)}"
    return Chip(state=light, words=f"{words} · {_('provisional')}" if promise.provisional else words)


def families() -> dict[str, str]:
    """Appliance family → its name in the reader's language."""
    return {one.code: in_language(one) for one in knowledge().families}


def departments() -> dict[str, str]:
    return {one.code: in_language(one) for one in knowledge().departments}


def in_language(entry: Any) -> str:
    """The name of an entry of knowledge in the reader's language; nothing for None."""
    if entry is None:
        return ""
    return str(entry.zh if is_chinese() else entry.en)


def is_chinese() -> bool:
    return (get_language() or "en").startswith("zh")


COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("Number"), lambda row: row.case.number),
    Column(gettext_lazy("Urgency"), lambda row: URGENCIES.get(row.case.urgency, row.case.urgency)),
    Column(gettext_lazy("Kind"), lambda row: row.kind),
    Column(gettext_lazy("Appliance"), lambda row: row.machine),
    Column(gettext_lazy("Symptom"), lambda row: row.symptom),
    Column(gettext_lazy("Customer"), lambda row: row.contact.name),
    Column(gettext_lazy("Phone"), lambda row: row.contact.phone),
    Column(gettext_lazy("Area"), lambda row: f"{row.case.district}{row.case.street}"),
    Column(gettext_lazy("Stands at"), lambda row: row.place),
    Column(gettext_lazy("Next promise"), lambda row: row.chip.words if row.chip else ""),
    Column(gettext_lazy("Opened"), lambda row: row.case.opened_at),
)
