"""How well pasted messages are read: the share that is right, a field at a time, on the messages the rules were
written on and on those held out. `python bench/paste.py [--failures] [--held-out]` names what went wrong."""

import sys
import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bihuan.registers.knowledge.reading import shipped
from bihuan.service.intake.pasting.rules import read
from bihuan.service.intake.pasting.values import Card, Known

MESSAGES = Path(__file__).resolve().parent.parent / "tests/service/intake/pasting/messages"
OWN_BRANDS = (("澄川", ("chengchuan",)), ("栎合", ("lihe",)), ("霁屿", ("jiyu",)))
FIELDS = (
    "cards",
    "phone",
    "name",
    "district",
    "street",
    "product",
    "time",
    "brand",
    "model",
    "order",
    "serial",
)


@dataclass
class Score:
    """Right and wrong, a field at a time, with what was read wrongly."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, text: str, told: object, wanted: object) -> None:
        self.asked[name] += 1
        self.right[name] += told == wanted
        if told != wanted:
            self.wrong.append(f"{name}: {told!r} instead of {wanted!r}\n    {text[:150]!r}")

    def share(self, name: str) -> float:
        return self.right[name] / self.asked[name] if self.asked[name] else 1.0


def messages(*, held_out: bool) -> list[tuple[str, list[dict[str, Any]], datetime, tuple[str, ...]]]:
    """The messages with what a person reads in them, when they were received, and the cities served."""
    found = []
    for path in sorted(MESSAGES.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        if bool(told.get("held_out")) is held_out:
            when, near = datetime.fromisoformat(told["received"]), tuple(told["near"])
            found += [(one["text"], one.get("card", []), when, near) for one in told["message"]]
    return found


def as_wanted(card: Card) -> dict[str, Any]:
    """A card in the words of the corpus."""
    wish = card.wish
    return {
        "phone": list(card.phones),
        "name": card.name,
        "district": (card.place.city, card.place.district),
        "street": card.place.street,
        "product": card.product,
        "time": (f"{wish.begins:%Y-%m-%d %H:%M}", f"{wish.ends:%Y-%m-%d %H:%M}") if wish else ("", ""),
        "brand": card.brand,
        "model": card.model,
        "order": card.order,
        "serial": card.serial,
    }


def wanted_of(card: dict[str, Any]) -> dict[str, Any]:
    """What the corpus says of a card."""
    return {
        "phone": card["phones"],
        "name": card.get("name", ""),
        "district": (card.get("city", ""), card.get("district", "")),
        "street": card.get("street", ""),
        "product": card.get("product", ""),
        "time": (card.get("from", ""), card.get("until", "")),
        **{name: card.get(name, "") for name in ("brand", "model", "order", "serial")},
    }


def scored(*, held_out: bool) -> Score:
    """Every field of every card compared; a message parted wrongly counts every field of its cards as wrong."""
    score = Score()
    for text, cards, when, near in messages(held_out=held_out):
        known = Known(knowledge=shipped(), brands=OWN_BRANDS, near=near)
        told = [as_wanted(card) for card in read(text, known=known, now=when).cards]
        score.note("cards", text, len(told), len(cards))
        for at, card in enumerate(cards):
            mine = told[at] if len(told) == len(cards) else {}
            for name, wanted in wanted_of(card).items():
                score.note(name, text, mine.get(name), wanted)
    return score


def main() -> None:
    begun = time.perf_counter()
    written, held = scored(held_out=False), scored(held_out=True)
    spent = time.perf_counter() - begun
    count = sum(len(messages(held_out=held_out)) for held_out in (False, True))
    print(f"{count} messages, {spent / count * 1000:.1f} ms each")
    print(f"{'field':10} {'written on':>16} {'held out':>16}")
    for name in FIELDS:
        cells = [f"{100 * one.share(name):5.1f} % of {one.asked[name]:3}" for one in (written, held)]
        print(f"{name:10} {cells[0]:>16} {cells[1]:>16}")
    if "--failures" in sys.argv:
        print("\n".join((held if "--held-out" in sys.argv else written).wrong))


if __name__ == "__main__":
    main()
