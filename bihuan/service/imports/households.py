"""What the files of customers, machines and cases have alike: somebody, how they are reached, where they live, a
machine of theirs. Each row is placed in the picture that the register of customers has of what is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bihuan.ground import divisions
from bihuan.registers.access.masking import masked_name, masked_phone
from bihuan.registers.customers.bringing_in import Meet, Placed, place_line, reach_values
from bihuan.registers.customers.households import Home, HouseholdTold, Picture
from bihuan.registers.customers.models import Contact
from bihuan.registers.customers.told import AddressTold, MachineTold, Reach
from bihuan.registers.organisation.queries import served_cities
from bihuan.registers.parts.queries import categories_listed
from bihuan.service.imports import reading
from bihuan.service.imports.household_fields import BRAND, CATEGORY, MODEL, OUTDOOR, SERIAL
from bihuan.service.imports.target import Candidate, Choice, Line, State, Take, Trouble

WORDS: dict[str, Promise] = {
    "other_name": _("This phone belongs to %(known)s here; the file calls its owner %(told)s."),
    "two_customers": _("The two numbers of this row belong to two customers here."),
    "phone_taken": _("Its phones belong to other customers, and a phone is one customer."),
    "contact_elsewhere": _("Another customer is reached by one of these numbers; it stays with them."),
    "serial_elsewhere": _("Another customer has a machine with this serial number too."),
    "unreachable": _("There is neither a phone nor an e-mail address."),
    "address_unsure": _("The district is not certain from this address: it was kept whole."),
    "address_unread": _("No city or district was found in this address: it was kept whole."),
    "category_unknown": _("“%(told)s” is no product family of the catalogue; the family was left empty."),
    "no_email": _("%(field)s is no e-mail address."),
    "day_ahead": _("%(field)s lies in the future."),
}


def phone_key(values: Mapping[str, Any]) -> str:
    """The first number of a row."""
    numbers = values.get("phone") or values.get("second_phone") or ()
    return str(numbers[0]) if numbers else ""


MOST_STREETS = 5_000
_streets: dict[tuple[str, ...], dict[str, divisions.Division]] = {}
"""Served cities → how addresses began, from province to street, and where that is. Nothing nearer to a door."""


class Reckoning:
    """What is asked once for many rows: the families of the catalogue, the cities that are served."""

    def __init__(self) -> None:
        self.near: Sequence[str] = served_cities()
        self.streets = _streets.setdefault(tuple(self.near), {})
        self.lengths = tuple(sorted({len(one) for one in self.streets}, reverse=True))
        self.families: dict[str, str] = {}
        for row in categories_listed():
            for word in (row.code, row.name_zh, row.name_en):
                self.families[reading.plain(word)] = row.code

    def told(self, values: Mapping[str, Any], troubles: list[Trouble]) -> HouseholdTold:
        """One row as what somebody tells; what to know about it is put among the troubles."""
        numbers = (*values.get("phone", ()), *values.get("second_phone", ()))
        reaches = [_reach(number) for number in numbers]
        mail = values.get("email")
        return HouseholdTold(
            name=values.get("name", ""),
            reaches=reach_values(*reaches, Reach(kind=Contact.EMAIL, value=mail) if mail else None),
            address=self.address(values, troubles),
            machine=self._machine(values, troubles),
            cover_until=values.get("cover_until"),
        )

    def address(self, values: Mapping[str, Any], troubles: list[Trouble]) -> AddressTold | None:
        """City to door: from their own columns, or found in the text."""
        split = [values.get(name, "") for name in ("city", "district", "street")]
        text, door = values.get("address", ""), values.get("door", "")
        if not any(split):
            return self._found(text, door, troubles) if text or door else None
        named = divisions.find("".join(split), near=self.near)
        if named is not None and named.sure:
            parts = (named.city, named.district or split[1], named.street or split[2])
        else:
            parts = (split[0], split[1], split[2])
        return AddressTold(
            city=parts[0], district=parts[1], street=parts[2], door=door or _below(text, parts)
        )

    def _found(self, text: str, door: str, troubles: list[Trouble]) -> AddressTold:
        if known := self._by_beginning(text):
            place, rest = known
            told = " ".join(part for part in (rest, door) if part)
            return AddressTold(city=place.city, district=place.district, street=place.street, door=told)
        found = divisions.find(text, near=self.near) if text else None
        if found is None:
            troubles.append(Trouble(code="address_unread", field="address"))
            return AddressTold(door=" ".join(part for part in (text, door) if part))
        if not found.sure:
            troubles.append(Trouble(code="address_unsure", field="address"))
            return AddressTold(city=found.city, district=found.district, street=found.street, door=text)
        rest = text[found.span[1] :].strip(" ,，、")
        if found.span[0] == 0 and found.street and text[: found.span[1]].endswith(found.street):
            self._remember(text[: found.span[1]], found)
        return AddressTold(
            city=found.city,
            district=found.district,
            street=found.street,
            door=" ".join(part for part in (rest, door) if part),
        )

    def _by_beginning(self, text: str) -> tuple[divisions.Division, str] | None:
        """The street in which an address lies that begins as another one did, and what follows."""
        for length in self.lengths:
            place = self.streets.get(text[:length])
            if place is not None and len(text) > length:
                return place, text[length:].strip(" ,，、")
        return None

    def _remember(self, beginning: str, found: divisions.Found) -> None:
        if len(self.streets) >= MOST_STREETS:
            self.streets.clear()
        self.streets[beginning] = divisions.Division(found.province, found.city, found.district, found.street)
        self.lengths = tuple(sorted({*self.lengths, len(beginning)}, reverse=True))

    def _machine(self, values: Mapping[str, Any], troubles: list[Trouble]) -> MachineTold | None:
        if not any(field.code in values for field in (CATEGORY, BRAND, MODEL, SERIAL, OUTDOOR)):
            return None
        word = values.get("category", "")
        family = self.family(word)
        if word and not family:
            troubles.append(Trouble(code="category_unknown", field="category", params={"told": word}))
        outdoor = values.get("outdoor_serial", "")
        unit = "indoor" if outdoor else "whole"
        serials = {unit: values.get("serial", ""), "outdoor": outdoor}
        return MachineTold(
            category=family,
            brand=values.get("brand", ""),
            model=values.get("model", ""),
            serials={unit: number for unit, number in serials.items() if number},
            bought_on=values.get("bought_on"),
            bought_at=values.get("bought_at", ""),
            extended_until=values.get("extended_until"),
        )

    def family(self, word: str) -> str:
        """The code of a product family by its name, or by a longer name that ends in it (立式冰箱)."""
        told = reading.plain(word)
        if told in self.families:
            return self.families[told]
        longer = (code for name, code in self.families.items() if len(name) > 1 and told.endswith(name))
        return next(longer, "")


def _below(text: str, parts: tuple[str, str, str]) -> str:
    """What of an address stands below the divisions that have columns of their own."""
    for part in parts:
        if part and part in text:
            text = text.split(part, 1)[1]
    return text.strip(" ,，、")


def _reach(number: str) -> Reach:
    mobile = number.startswith("+861") and len(number) == 14
    return Reach(kind=Contact.MOBILE if mobile else Contact.LANDLINE, value=number)


def place_all(
    lines: Sequence[Line],
    choices: Mapping[int, Choice] | None,
    picture: Picture,
    tolds: Sequence[HouseholdTold],
    *,
    asks: bool,
    now: datetime,
) -> list[Placed | None]:
    """Each line at its place in the picture; None for one that a person leaves as it is. Without `choices` this is
    the dry run, in which a line that a person has to decide about stays undecided. Where it never `asks`, the name
    that we know holds and the rest of the line is taken."""
    found: list[Placed | None] = []
    for line, told in zip(lines, tolds, strict=True):
        placed = place_line(told, picture, now=now, meet=Meet.ASK if asks else Meet.OURS)
        if placed.asked and choices is not None:
            choice = choices.get(line.number, Choice(take=Take.OURS))
            if choice.take == Take.OURS:
                found.append(None)
                continue
            meet = Meet.NEW if choice.take == Take.NEW else Meet.THEIRS
            placed = place_line(told, picture, now=now, meet=meet, into=choice.row_id)
        found.append(placed)
    return found


def state_of(placed: Placed) -> State:
    if placed.asked:
        return State.DUPLICATE
    if placed.home is None:
        return State.REFUSED
    return State.NEW if placed.new else State.CHANGED if placed.changes else State.SAME


def trouble_of(placed: Placed) -> tuple[Trouble, ...]:
    if not placed.why:
        return ()
    known = placed.asked[0] if placed.asked else placed.home
    names = {"known": masked_name(known.name) if known else "", "told": masked_name(placed.told.name)}
    return (Trouble(code=placed.why, params=names if placed.why == "other_name" else {}),)


def candidates_of(homes: Iterable[Home]) -> tuple[Candidate, ...]:
    return tuple(Candidate(id=home.row.id, label=_label(home)) for home in homes if home.row is not None)


def _label(home: Home) -> str:
    phones = [masked_phone(one.value) for one in home.reaches.values() if one.kind != Contact.EMAIL]
    return " ".join((masked_name(home.name), *phones[:2]))
