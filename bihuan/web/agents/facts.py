"""What is known of a customer, as an agent reads it: machines with their cover, consents, past cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.customers.queries import MachineCard, consents_of, machines_of
from bihuan.service.cases.queries import visible
from bihuan.web.agents.rows import families

COVERS: dict[str, tuple[Lazy, str]] = {
    "in": (gettext_lazy("In warranty"), "green"),
    "extended": (gettext_lazy("Extended cover"), "blue"),
    "out": (gettext_lazy("Out of warranty"), "orange"),
    "unknown": (gettext_lazy("Cover not known"), "secondary"),
}
UNITS: dict[str, Lazy] = {
    "whole": gettext_lazy("Serial number"),
    "indoor": gettext_lazy("Indoor unit"),
    "outdoor": gettext_lazy("Outdoor unit"),
}
CONSENTS: dict[str, Lazy] = {
    "service": gettext_lazy("Use for this service"),
    "recording": gettext_lazy("Recording"),
    "marketing": gettext_lazy("Offers and tips"),
    "wechat": gettext_lazy("News by WeChat"),
}


@dataclass(frozen=True, kw_only=True)
class MachineShown:
    """One machine as a card shows it."""

    id: int
    name: str
    serials: list[tuple[str, str]]
    cover: str
    tone: str
    until: date | None
    age: str
    card: MachineCard


def machine_shown(card: MachineCard, named: Mapping[str, str]) -> MachineShown:
    words, tone = COVERS[str(card.cover)]
    name = " ".join(
        part for part in (card.brand, card.model, named.get(card.category, card.category)) if part
    )
    return MachineShown(
        id=card.id,
        name=name or _("Machine not named"),
        serials=[(str(UNITS.get(unit, unit)), number) for unit, number in card.serials.items()],
        cover=str(words),
        tone=tone,
        until=card.cover_until if str(card.cover) == "in" else card.extended_until or card.cover_until,
        age=age_of(card),
        card=card,
    )


def age_of(card: MachineCard) -> str:
    """When it was bought, or about how old it is."""
    if card.bought_on:
        return _("bought %(day)s") % {"day": f"{card.bought_on:%Y-%m-%d}"}
    return (
        _("about %(years)s years old") % {"years": card.about_years} if card.about_years is not None else ""
    )


def machines_shown(customer_id: int, *, day: date) -> list[MachineShown]:
    """Every machine of a customer, newest first: two queries."""
    named = families()
    return [machine_shown(card, named) for card in machines_of(customer_id, day=day)]


def consents_shown(customer_id: int) -> list[tuple[str, bool | None]]:
    """Each consent with its newest answer; None where it was never asked. A guardian's only where one was asked."""
    given = consents_of(customer_id)
    told = [(str(words), given.get(kind)) for kind, words in CONSENTS.items()]
    return [*told, (_("A guardian, for a child"), given["guardian"])] if "guardian" in given else told


def cases_of(viewer: Any, customer_id: int, *, limit: int = 8) -> list[Any]:
    """The customer's cases that this viewer may see, newest first."""
    return list(
        visible(viewer).filter(customer_id=customer_id).select_related("customer").order_by("-id")[:limit]
    )
