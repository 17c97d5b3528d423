"""What of a case can be searched for. Everybody searches what every list shows: masked. The name in full, the door and
whole phone numbers are kept aside, for who may look customers up; numbers there are keyed hashes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bihuan.ground.searching import tokens
from bihuan.ground.vault.actions import SealedBy, blind, keys_of
from bihuan.registers.access.masking import (
    EMAIL,
    PHONE,
    masked_email,
    masked_name,
    masked_phone,
    masked_words,
)
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.models import Contact, Serial
from bihuan.registers.knowledge.queries import knowledge, symptoms_named
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.queries import words_of

MOST_TOKENS = 20_000  # of one case; the newest notes count first
PRINTED = 20  # signs of a keyed hash that a token keeps
READ = ("customer", "report", "machine", "place")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a case says. `sort` names it: words, note, number, outside, machine, serial, area, contact; aside:
    name, door."""

    sort: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A case as it is searched. `prints`: tokens of the numbers by which its customer is reached."""

    case: Case
    parts: tuple[Part, ...] = ()
    aside: tuple[Part, ...] = ()
    prints: frozenset[str] = frozenset()

    def tokens(self) -> list[str]:
        """What of it stands in the index."""
        found = {*self.prints, *tokens.aside(_tokens(self.aside))}
        for part in self.parts:
            if len(found) < MOST_TOKENS:
                found |= tokens.tokens_of(part.text)
        return sorted(found)[:MOST_TOKENS] if len(found) > MOST_TOKENS else sorted(found)


@dataclass
class Gathered:
    """What belongs to many cases, read at once."""

    contacts: dict[int, list[Contact]] = field(default_factory=dict)  # by customer
    serials: dict[int, list[str]] = field(default_factory=dict)  # by machine
    notes: dict[int, list[Note]] = field(default_factory=dict)  # by case, the newest first
    hand: SealedBy = field(default_factory=lambda: SealedBy({}))


def documents(cases: Sequence[Case]) -> list[Document]:
    """These cases (read with `READ`) as they are searched: four statements however many."""
    told = _gather(cases)
    for note in Note.objects.filter(case_id__in=[case.id for case in cases]).order_by("-id"):
        told.notes.setdefault(note.case_id, []).append(note)
    told.hand = keys_of(_sealed(cases, told))
    return [document(case, told) for case in cases if case.customer.forgotten_at is None]


def fresh(cases: Sequence[Case], hand: SealedBy | None = None) -> list[Document]:
    """Cases written this moment, on which nothing is noted yet; `hand`: the keys, where they are known."""
    told = _gather(cases)
    told.hand = hand or keys_of(_sealed(cases, told))
    return [document(case, told) for case in cases]


def _gather(cases: Sequence[Case]) -> Gathered:
    told = Gathered()
    for contact in Contact.objects.filter(customer_id__in={case.customer_id for case in cases}).order_by(
        "id"
    ):
        told.contacts.setdefault(contact.customer_id, []).append(contact)
    machines = {case.machine_id for case in cases if case.machine_id}
    if machines:
        for serial in Serial.objects.filter(machine_id__in=machines).order_by("id"):
            told.serials.setdefault(serial.machine_id, []).append(serial.number)
    return told


def _sealed(cases: Sequence[Case], told: Gathered) -> Iterable[str]:
    for case in cases:
        yield case.customer.name_sealed
        yield case.report.words_sealed
        yield case.report.asked_sealed
        if case.place:
            yield case.place.door_sealed
    for contacts in told.contacts.values():
        yield from (contact.sealed for contact in contacts)
    for notes in told.notes.values():
        yield from (note.words_sealed for note in notes)


def document(case: Case, told: Gathered) -> Document:
    """One case, of what was gathered."""
    hand = told.hand
    name = (hand.open(case.customer.name_sealed) or "").strip()
    reaches = [(one.kind, hand.open(one.sealed) or "") for one in told.contacts.get(case.customer_id, ())]
    said = words_of(case.report, hand)
    notes = [hand.open(note.words_sealed) or "" for note in told.notes.get(case.id, ())]
    texts = [said.words, *said.asked.values(), *notes]
    parts = [
        Part("words", masked_words(said.words, name=name)),
        *(Part("words", masked_words(answer, name=name)) for answer in said.asked.values()),
        *_numbers(case, told.serials.get(case.machine_id or 0, ())),
        Part("contact", " ".join([masked_name(name), *_masked(reaches)])),
        *(Part("note", masked_words(note, name=name)) for note in notes),
    ]
    door = hand.open(case.place.door_sealed) if case.place else ""
    return Document(
        case=case,
        parts=tuple(part for part in parts if part.text.strip()),
        aside=tuple(part for part in (Part("name", name), Part("door", door or "")) if part.text),
        prints=frozenset({*(printed(*reach) for reach in reaches if reach[1]), *prints_in(texts)}),
    )


def _numbers(case: Case, serials: Iterable[str]) -> Iterable[Part]:
    yield Part("number", case.number)
    yield Part("outside", case.outside_number)
    yield from (Part("serial", serial) for serial in serials)
    model = case.machine.model if case.machine else ""
    yield Part("machine", " ".join((case.brand, model, *_named(case))))
    yield Part("area", f"{case.city}{case.district}{case.street}")


def _named(case: Case) -> Iterable[str]:
    """The appliance and the fault by the names that lists show, in every language."""
    known: list[Any] = [one for one in knowledge().families if one.code == case.category]
    known += symptoms_named([case.symptom]).values()
    for one in known:
        yield from (str(one.zh), str(one.en))


def _masked(reaches: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Numbers and addresses as lists show them; who somebody is in a chat is shown nowhere."""
    for kind, value in reaches:
        if kind not in Contact.HANDLES:
            yield masked_email(value) if kind == Contact.EMAIL else masked_phone(value)


def printed(kind: str, value: str) -> str:
    """The token of a phone number or an address: its keyed hash, so that only the whole of it finds anything."""
    return tokens.ASIDE + blind(kind, value)[:PRINTED]


def prints_in(texts: Iterable[str]) -> set[str]:
    """The tokens of the numbers and addresses that stand in somebody's words."""
    found = set()
    for text in texts:
        for told in (*PHONE.findall(text), *EMAIL.findall(text)):
            found |= {printed(reach.kind, reach.value) for reach in reach_by(phone=told, email=told)}
    return found


def _tokens(parts: Iterable[Part]) -> set[str]:
    return {token for part in parts for token in tokens.tokens_of(part.text)}


def note_tokens(words: str, *, name: str) -> set[str]:
    """What a note adds to the index of its case."""
    return tokens.tokens_of(masked_words(words, name=name)) | prints_in([words])


def by_case(found: Iterable[Document]) -> Mapping[int, Document]:
    """case id → its document."""
    return {one.case.id: one for one in found}
