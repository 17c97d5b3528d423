"""How two versions of a process card differ, place by place and move by move. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bihuan.ground.process.card import Card, Move, Place, Said

ADDED, GONE, CHANGED = "added", "gone", "changed"
OF_CARD = ("title", "kind", "starts_at", "ends", "clock_rests_at")
OF_PLACE = ("title", "guide", "standard", "stage")
OF_MOVE = ("title", "leaves", "reaches", "needs", "unticks", "allowed_to", "asks_reason", "outcome")


@dataclass(frozen=True)
class Changed:
    """One thing that differs: the card itself, a place or a move, and for a change which aspect, before and after."""

    what: str  # card, place, move
    name: str
    title: Said
    change: str
    aspect: str = ""
    before: Any = None
    after: Any = None


def differences(old: Card, new: Card) -> list[Changed]:
    """What the new card has otherwise than the old one, in the new one's order; what is gone stands last."""
    return [
        *_aspects("card", new.name, new.title, old, new, OF_CARD),
        *_each(
            "place", {one.name: one for one in old.places}, {one.name: one for one in new.places}, OF_PLACE
        ),
        *_each("move", _moves(old), _moves(new), OF_MOVE),
    ]


def _moves(card: Card) -> dict[str, Move]:
    return {one.name: one for one in (*card.moves, *card.reopens)}


def _each[T: (Place, Move)](
    what: str, old: Mapping[str, T], new: Mapping[str, T], aspects: tuple[str, ...]
) -> Iterator[Changed]:
    for name, one in new.items():
        if name not in old:
            yield Changed(what, name, one.title, ADDED)
        else:
            yield from _aspects(what, name, one.title, old[name], one, aspects)
    for name, one in old.items():
        if name not in new:
            yield Changed(what, name, one.title, GONE)


def _aspects(
    what: str, name: str, title: Said, old: Any, new: Any, aspects: tuple[str, ...]
) -> Iterator[Changed]:
    for aspect in aspects:
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield Changed(what, name, title, CHANGED, aspect, before, after)
