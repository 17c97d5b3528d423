"""The cards as they are stored: each version once, read once."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.db import transaction

from bihuan.ground.process.card import Card
from bihuan.ground.process.reading import read_card
from bihuan.ground.process.sentence import Sentence
from bihuan.ground.process.steps import fault_sentences
from bihuan.service.cases.models import CardVersion
from bihuan.service.cases.needs import Need

SHIPPED = Path(__file__).parent / "cards"
FRESH_SECONDS = 5.0  # a newly kept version is in force everywhere after this

_active: dict[str, tuple[float, int]] = {}


class CardUnsound(ValueError):
    """A card has faults; the message lists them for its author, `faults` holds them to be said in any language."""

    def __init__(self, faults: Sequence[Sentence]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


def sound(text: str) -> Card:
    """The card of this text; refused with every fault it has."""
    card = read_card(text)
    found = fault_sentences(card, known_needs=frozenset(Need))
    if found:
        raise CardUnsound(found)
    return card


def shipped_texts() -> dict[str, str]:
    """name → text of the cards that come with the product."""
    return {path.stem: path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.toml"))}


def load_shipped_cards(*, now: datetime) -> None:
    """Store every shipped card that is not stored yet; a newer version becomes the active one. Repeatable."""
    for text in shipped_texts().values():
        keep_card(text, now=now)


def keep_card(text: str, *, now: datetime) -> Card:
    """Store a version of a card and make it the one that new cases begin under."""
    card = sound(text)
    stored, made = CardVersion.objects.get_or_create(
        name=card.name, version=card.version, defaults={"text": text, "made_at": now}
    )
    if made:
        CardVersion.objects.filter(name=card.name).exclude(id=stored.id).update(active=False)
        _active.pop(card.name, None)
    return card


def store_card(text: str, *, now: datetime) -> Card:
    """Store a version of a card, not in force; one that is stored already stays as it is."""
    card = sound(text)
    CardVersion.objects.get_or_create(
        name=card.name, version=card.version, defaults={"text": text, "made_at": now, "active": False}
    )
    return card


@transaction.atomic
def activate_card(name: str, version: int) -> None:
    """New cases begin under this version; cases under way keep theirs. Of two at once the later one holds."""
    list(
        CardVersion.objects.select_for_update().filter(name=name).order_by("id").values_list("id", flat=True)
    )
    CardVersion.objects.filter(name=name).exclude(version=version).update(active=False)
    CardVersion.objects.filter(name=name, version=version).update(active=True)
    transaction.on_commit(lambda: _active.pop(name, None))
    _active.pop(name, None)


def forget() -> None:
    """Ask the database at the next question which cards are active: another company may be there now."""
    _active.clear()


def active_card(name: str) -> Card:
    """The card that new cases of this kind begin under; asked of the database at most every few seconds."""
    held = _active.get(name)
    if held is None or monotonic() - held[0] > FRESH_SECONDS:
        newest = CardVersion.objects.filter(name=name, active=True).order_by("-version")
        held = _active[name] = (monotonic(), newest.values_list("version", flat=True)[0])
    return card_at(name, held[1])


@lru_cache(maxsize=256)
def card_at(name: str, version: int) -> Card:
    """A card in the version a case began under; a stored version never changes."""
    return read_card(CardVersion.objects.get(name=name, version=version).text)


def all_cards() -> list[Card]:
    """The active cards, in the order of their kinds."""
    return [
        card_at(row.name, row.version)
        for row in CardVersion.objects.filter(active=True).order_by("name", "-version")
    ]
