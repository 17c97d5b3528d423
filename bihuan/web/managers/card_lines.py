"""A process card as lines of a page: its places and moves in words, and how two versions differ."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from bihuan.ground.process.card import Card, Move, Said
from bihuan.service.cases.differing import ADDED, CHANGED, GONE, differences
from bihuan.service.cases.words import KINDS, NEEDS, OUTCOMES, said
from bihuan.web.managers.settings_choices import ROLES

STAGES: dict[str, Lazy] = {  # in the words of the customer's own page
    "received": gettext_lazy("We have your report"),
    "dispatched": gettext_lazy("Choosing a technician"),
    "booked": gettext_lazy("Time agreed"),
    "on_the_way": gettext_lazy("On the way to you"),
    "in_service": gettext_lazy("Being worked on"),
    "done": gettext_lazy("Work done"),
    "closed": gettext_lazy("Settled"),
}
CHANGES: dict[str, Lazy] = {
    ADDED: pgettext_lazy("difference", "added"),
    GONE: pgettext_lazy("difference", "gone"),
    CHANGED: pgettext_lazy("difference", "otherwise"),
}
WHATS: dict[str, Lazy] = {
    "card": pgettext_lazy("process", "Card"),
    "place": gettext_lazy("Place"),
    "move": gettext_lazy("Move"),
}
ASPECTS: dict[str, Lazy] = {
    "title": gettext_lazy("Title"),
    "kind": gettext_lazy("Kind of work"),
    "starts_at": gettext_lazy("Starts at"),
    "ends": gettext_lazy("Ends at"),
    "clock_rests_at": gettext_lazy("Clocks rest at"),
    "guide": gettext_lazy("Guide"),
    "standard": gettext_lazy("Standard"),
    "stage": gettext_lazy("What customers see"),
    "leaves": pgettext_lazy("move", "From"),
    "reaches": pgettext_lazy("move", "To"),
    "needs": gettext_lazy("Needs"),
    "unticks": gettext_lazy("Asks again for"),
    "allowed_to": gettext_lazy("Who may"),
    "asks_reason": gettext_lazy("Asks for a reason"),
    "outcome": gettext_lazy("Outcome"),
}
OF_PLACES = frozenset({"starts_at", "ends", "clock_rests_at", "leaves", "reaches"})
OTHER_ROLES: dict[str, Lazy] = {
    "customer": gettext_lazy("Customer"),
    "system": gettext_lazy("the house by itself"),
}


def place_lines(card: Card) -> list[dict[str, Any]]:
    """Every place in the card's order."""
    return [
        {
            "title": said(place.title),
            "guide": said(place.guide),
            "standard": said(place.standard),
            "stage": STAGES.get(place.stage, place.stage),
            "begins": place.name == card.starts_at,
            "ends": place.name in card.ends,
            "rests": place.name in card.clock_rests_at,
        }
        for place in card.places
    ]


def move_lines(card: Card) -> list[dict[str, Any]]:
    """Every move and reopening in the card's order, each cell in words."""
    titles = {place.name: said(place.title) for place in card.places}
    moves = [(move, False) for move in card.moves] + [(move, True) for move in card.reopens]
    return [_move_line(move, titles, reopens=reopens, card=card) for move, reopens in moves]


def _move_line(move: Move, titles: Mapping[str, str], *, reopens: bool, card: Card) -> dict[str, Any]:
    leaves = [titles[place.name] for place in card.places if place.name in move.leaves]
    return {
        "title": said(move.title),
        "leaves": leaves,
        "reaches": titles.get(move.reaches, move.reaches),
        "needs": _sorted(NEEDS, move.needs),
        "unticks": _sorted(NEEDS, move.unticks),
        "allowed": _sorted({**ROLES, **OTHER_ROLES}, move.allowed_to),
        "asks_reason": move.asks_reason,
        "outcome": str(OUTCOMES.get(move.outcome, move.outcome)),
        "reopens": reopens,
    }


def _sorted(words: Mapping[str, Any], codes: Iterable[str]) -> list[str]:
    return sorted(str(words.get(code, code)) for code in codes)


def difference_lines(old: Card, new: Card) -> list[dict[str, Any]]:
    """What differs, a line each, in words."""
    titles = {place.name: said(place.title) for place in (*old.places, *new.places)}
    return [
        {
            "change": one.change,
            "change_words": CHANGES[one.change],
            "what": WHATS[one.what],
            "title": said(one.title),
            "aspect": ASPECTS.get(one.aspect, one.aspect),
            "before": _value(one.aspect, one.before, titles),
            "after": _value(one.aspect, one.after, titles),
        }
        for one in differences(old, new)
    ]


def _value(aspect: str, value: Any, titles: Mapping[str, str]) -> str:
    """One side of a difference in words."""
    if value is None:
        return ""
    if isinstance(value, Said):
        return said(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words: Mapping[str, Any] = {
        "kind": KINDS,
        "stage": STAGES,
        "needs": NEEDS,
        "unticks": NEEDS,
        "allowed_to": {**ROLES, **OTHER_ROLES},
        "outcome": OUTCOMES,
    }.get(aspect, titles if aspect in OF_PLACES else {})
    many = sorted(value) if isinstance(value, frozenset) else [value]
    return pgettext("between names", ", ").join(str(words.get(one, one)) for one in many)
