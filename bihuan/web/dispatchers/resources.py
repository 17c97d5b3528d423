"""资源确认: what a visit needs, at one look before a time is agreed: parts, hands, and when it suits the customer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import get_default_timezone
from django.utils.translation import get_language

from bihuan.ground.vault.actions import keys
from bihuan.registers.knowledge.queries import standards_for
from bihuan.registers.parts.queries import parts_numbered, stock_of
from bihuan.service.dispatch.choosing import Crew
from bihuan.service.dispatch.slots import Slot, suits
from bihuan.service.dispatch.words import SUITS, slot_words
from bihuan.service.fieldwork.queries import likely_parts
from bihuan.service.intake.queries import words_of

MOST_HANDS = 6


@dataclass(frozen=True, kw_only=True)
class PartSeen:
    """A part that such faults often take: how many lie on the shelf, and in whose vans."""

    name: str
    shelf: int
    vans: tuple[tuple[str, int], ...]

    @property
    def missing(self) -> bool:
        return not self.shelf and not self.vans


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A technician with the first free slot, and the first that suits the customer; in words, empty for none."""

    name: str
    first: str
    suiting: str


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Everything at one look. `wish` is the customer's time in words; `suiting` are the begins of slots in it."""

    parts: tuple[PartSeen, ...]
    hands: tuple[Hand, ...]
    wish: str
    suiting: frozenset[datetime]


def resources_of(case: Any, hands: Iterable[tuple[str, Sequence[Slot]]]) -> Resources:
    """The parts, the free time of these technicians, and the customer's wish: four statements at most."""
    wish = words_of(case.report, keys(case.customer.key)).asked.get("suits", "")
    zone = get_default_timezone()
    shown, suiting = [], set()
    for name, free in list(hands)[:MOST_HANDS]:
        fits = [slot for slot in free if suits(slot, wish, zone)]
        suiting |= {slot.begins for slot in fits}
        shown.append(Hand(name=name, first=_said(free[:1]), suiting=_said(fits[:1])))
    return Resources(
        parts=_parts(case),
        hands=tuple(shown),
        wish=str(SUITS.get(wish, "")),
        suiting=frozenset(suiting) if wish not in {"", "any"} else frozenset(),
    )


def hands_of(case: Any, crew: Crew) -> list[tuple[str, list[Slot]]]:
    """The technicians of the case's service point with their free slots, the soonest free first."""
    here = [one for one in crew.abilities if one.node_id == case.node_id]
    found = [(one.name, crew.slots_for(one, case)) for one in here]
    return sorted((one for one in found if one[1]), key=lambda one: one[1][0].begins)


def _said(slots: Sequence[Slot]) -> str:
    return slot_words(slots[0].begins, slots[0].ends) if slots else ""


def _parts(case: Any) -> tuple[PartSeen, ...]:
    standards = standards_for(category=case.category, kind=case.kind, symptoms=case.report.symptoms)
    likely = likely_parts([(case.category, case.symptom)]).get((case.category, case.symptom), ())
    numbers = {part.number for part in likely} | {number for one in standards for number in one.parts}
    parts = parts_numbered(numbers) if numbers else []
    rows = stock_of([part.number for part in parts], node_id=case.node_id) if parts else []
    chinese = (get_language() or "en").startswith("zh")
    return tuple(
        PartSeen(
            name=f"{part.number} {part.name_zh if chinese else part.name_en}",
            shelf=sum(row.quantity for row in rows if row.part_id == part.id and row.technician is None),
            vans=tuple(
                (row.technician.person.name, row.quantity)
                for row in rows
                if row.part_id == part.id and row.technician is not None
            ),
        )
        for part in parts
    )
