"""A process card (流程卡): the places a case can stand, the moves between them, and what is expected at each.

Plain data in two languages. A case keeps the version of the card it began under.
"""

from dataclasses import dataclass

# The customer's track: what they are shown, as when following a parcel.
STAGES = ("received", "dispatched", "booked", "on_the_way", "in_service", "done", "closed")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing in both languages of the card."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The Chinese words for any Chinese language code, else the English ones."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a case can stand: a guide for whoever works there and the standard that is expected."""

    name: str
    title: Said
    guide: Said
    standard: Said
    stage: str  # one of STAGES


@dataclass(frozen=True, kw_only=True)
class Move:
    """A step a case can take. `outcome` is how a visit or a case ended, where this move says so."""

    name: str
    title: Said
    leaves: frozenset[str]
    reaches: str
    needs: frozenset[str] = frozenset()
    allowed_to: frozenset[str] = frozenset()
    unticks: frozenset[str] = frozenset()  # needs that are no longer so once the move is taken
    asks_reason: bool = False
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """`moves` lead to an end; `reopens` are the only ways out of one, and back to work."""

    name: str
    version: int
    kind: str
    title: Said
    starts_at: str
    places: tuple[Place, ...]  # in the order they are drawn
    ends: frozenset[str]
    moves: tuple[Move, ...]
    reopens: tuple[Move, ...] = ()
    clock_rests_at: frozenset[str] = frozenset()

    def place(self, name: str) -> Place:
        """The place of that name; KeyError when the card has none."""
        for place in self.places:
            if place.name == name:
                return place
        raise KeyError(name)

    def move(self, name: str) -> Move:
        """The move or reopening of that name; KeyError when the card has none."""
        for move in (*self.moves, *self.reopens):
            if move.name == name:
                return move
        raise KeyError(name)

    @property
    def place_names(self) -> tuple[str, ...]:
        return tuple(place.name for place in self.places)
