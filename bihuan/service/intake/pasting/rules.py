"""A paste is read: parted into reports, each into what it says, each thing with its place. Values in, values out."""

from datetime import datetime

from bihuan.service.intake.pasting.folding import folded
from bihuan.service.intake.pasting.reader import LONGEST_CARD, Reader
from bihuan.service.intake.pasting.splitting import Piece, pieces_of
from bihuan.service.intake.pasting.values import Card, Known, Reading

LONGEST_PASTE = 100_000  # characters; what is behind is told to be cut off
MOST_CARDS = 100


def read(paste: str, *, known: Known, now: datetime) -> Reading:
    """Everything that a paste says. `now` is the moment of the paste, in the zone of those who wrote it."""
    text = folded(paste[:LONGEST_PASTE])
    pieces = pieces_of(text, now=now) if text.strip() else []
    cards: list[Card] = []
    left: list[str] = []
    for piece in pieces[:MOST_CARDS]:
        card = _card(paste, text, piece, known=known, now=now)
        if _says_something(card, alone=len(pieces) == 1):
            cards.append(card)
        else:
            left.append(card.text.strip()[:500])
    return Reading(
        cards=tuple(cards),
        left=tuple(one for one in left if one),
        cut=len(paste) > LONGEST_PASTE or len(pieces) > MOST_CARDS,
    )


def _says_something(card: Card, *, alone: bool) -> bool:
    return bool(card.phones or card.order or (card.product and card.place.district)) or (
        alone and bool(card.text.strip())
    )


def _card(paste: str, whole: str, piece: Piece, *, known: Known, now: datetime) -> Card:
    """One report, read step by step: each rule reads what the surer ones before it left over."""
    begin, end = piece.begin, min(piece.end, piece.begin + LONGEST_CARD)
    reader = Reader(raw=paste[begin:end], text=whole[begin:end], piece=piece, known=known, now=now)
    return reader.card()
