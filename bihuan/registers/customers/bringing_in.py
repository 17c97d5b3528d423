"""Many customers at once, with their places and machines, as a file tells them.

The lines are placed one after the other in a picture of what is known (`place_line`), which writes nothing; then all
of them are written together (`write_lines`). So looking and writing decide alike, and a line finds what an earlier
one of its batch has made. A phone is one customer, whatever name it comes with; two people of one name are two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bihuan.ground.vault.actions import SealedBy, blind, keys, new_keys
from bihuan.registers.customers.households import Home, HouseholdTold, Picture, Spot, Thing, mark_of
from bihuan.registers.customers.models import Contact, Customer, Machine, Place, Serial
from bihuan.registers.customers.rules import is_same_name, months_after
from bihuan.registers.customers.told import AddressTold, MachineTold, Reach
from bihuan.registers.organisation.models import Node

FACTS = (
    "category",
    "brand",
    "model",
    "bought_on",
    "about_years",
    "bought_at",
    "cover_until",
    "extended_until",
)
"""What is known of a machine besides its serials: never personal."""


class Meet(StrEnum):
    """What to do when a phone is known under another name, or two phones lead to two customers."""

    ASK = "ask"  # leave it to a person
    THEIRS = "theirs"  # the file's name is right
    OURS = "ours"  # the name that we know is right; whatever else is new is added
    NEW = "new"  # somebody else: reached by what nobody else is reached by


@dataclass(kw_only=True)
class Placed:
    """Where one line stands in the picture, and what it would change. `why` is a code: other_name, two_customers,
    phone_taken, contact_elsewhere, serial_elsewhere, unreachable, or empty."""

    told: HouseholdTold
    home: Home | None = None
    spot: Spot | None = None
    thing: Thing | None = None
    new: bool = False
    asked: tuple[Home, ...] = ()
    why: str = ""
    changes: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)  # of the customer: attribute → what it held
    before_machine: dict[str, Any] = field(default_factory=dict)
    fresh_contacts: list[str] = field(default_factory=list)
    fresh_spot: bool = False
    fresh_thing: bool = False
    fresh_serials: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return self.home is None and not self.asked


def place_line(
    told: HouseholdTold, picture: Picture, *, now: datetime, meet: Meet = Meet.ASK, into: int | None = None
) -> Placed:
    """Find the customer of a line in the picture, or put a new one there. With `Meet.ASK` a line that a person has to
    decide about comes back with `asked` and has changed nothing. `into`: the customer it goes to."""
    placed = Placed(told=told)
    marks = [mark_of(reach) for reach in told.reaches]
    homes = picture.homes_of(marks)
    if meet == Meet.NEW:
        homes = []
        marks = [mark for mark in marks if mark not in picture.by_blind]
        if not marks:
            placed.why = "phone_taken"
            return placed
    if len(homes) > 1 and meet == Meet.ASK:
        placed.asked, placed.why = tuple(homes), "two_customers"
        return placed
    home = _chosen(homes, into)
    differs = home is not None and bool(told.name and home.name) and not is_same_name(home.name, told.name)
    if home is not None and differs and meet == Meet.ASK:
        placed.asked, placed.why = (home,), "other_name"
        return placed
    if home is None and not marks:
        placed.why = "unreachable"
        return placed
    if home is None:
        home = Home(name=told.name, tier=told.tier, language=told.language)
        placed.new = True
    placed.home = home
    if differs and meet == Meet.OURS:
        placed.why = "other_name"
    _add_contacts(placed, home, picture, marks)
    if not placed.new:
        _tell_more(placed, home, rename=meet == Meet.THEIRS and differs)
    if told.address is not None:
        _add_spot(placed, home, told.address)
    if told.machine is not None:
        _add_thing(placed, home, told.machine, picture, now=now)
    return placed


def _chosen(homes: Sequence[Home], into: int | None) -> Home | None:
    wanted = (one for one in homes if into is not None and one.row is not None and one.row.id == into)
    return next(wanted, homes[0] if homes else None)


def _add_contacts(placed: Placed, home: Home, picture: Picture, marks: Sequence[str]) -> None:
    by_mark = {mark_of(reach): reach for reach in placed.told.reaches}
    for mark in marks:
        holder = picture.by_blind.get(mark)
        if holder is home:
            continue
        if holder is not None:
            placed.why = placed.why or "contact_elsewhere"
            continue
        home.contacts[mark], home.reaches[mark] = None, by_mark[mark]
        picture.by_blind[mark] = home
        placed.fresh_contacts.append(mark)
    if placed.fresh_contacts and not placed.new:
        placed.changes.append("phone")


def _tell_more(placed: Placed, home: Home, *, rename: bool) -> None:
    told = placed.told
    if told.name and (rename or not home.name):
        row = home.row
        placed.before |= {
            "name_sealed": row.name_sealed if row else "",
            "name_blind": row.name_blind if row else "",
        }
        home.name = told.name
        placed.changes.append("name")
    for attribute in ("tier", "language"):
        value = getattr(told, attribute)
        if value and value != getattr(home, attribute):
            placed.before[attribute] = getattr(home, attribute)
            setattr(home, attribute, value)
            placed.changes.append(attribute)


def _add_spot(placed: Placed, home: Home, told: AddressTold) -> None:
    plain = replace(told, latitude=None, longitude=None)
    placed.spot = next((spot for spot in home.spots if spot.told == plain), None)
    if placed.spot is None:
        placed.spot = Spot(told=plain)
        home.spots.append(placed.spot)
        placed.fresh_spot = True
        if not placed.new:
            placed.changes.append("address")


def _add_thing(placed: Placed, home: Home, told: MachineTold, picture: Picture, *, now: datetime) -> None:
    known = picture.product(told.brand, told.model)
    thing, elsewhere = _known_thing(home, told, picture)
    if elsewhere:
        placed.why = placed.why or "serial_elsewhere"
    facts = _facts_of(placed.told, told, product_category=known.category.code if known else "")
    bought_on = facts.get("bought_on") or (thing.row.bought_on if thing else None)
    if known is not None and isinstance(bought_on, date) and "cover_until" not in facts:
        facts["cover_until"] = months_after(bought_on, known.warranty_months)
    if thing is None:
        thing = Thing(row=Machine(made_at=now), home=home)
        home.things.append(thing)
        placed.fresh_thing = True
        placed.changes += [] if placed.new else ["machine"]
    elif changed := {name: value for name, value in facts.items() if getattr(thing.row, name) != value}:
        placed.before_machine |= {name: getattr(thing.row, name) for name in changed}
        placed.changes += sorted(changed)
    for name, value in facts.items():
        setattr(thing.row, name, value)
    if known is not None and thing.row.product_id != known.id:
        thing.row.product = known
    if placed.spot is not None and placed.fresh_thing:
        thing.spot = placed.spot
    for unit, number in told.serials.items():
        if number.strip() and thing.serials.get(unit) is None:
            thing.serials[unit] = placed.fresh_serials[unit] = number.strip()
            picture.by_serial.setdefault(number.strip(), []).append(thing)
    if placed.fresh_serials and not placed.fresh_thing:
        placed.changes.append("serial")
    placed.thing = thing


def _known_thing(home: Home, told: MachineTold, picture: Picture) -> tuple[Thing | None, bool]:
    """The machine that is meant, and whether somebody else has one with this serial."""
    numbers = [number.strip() for number in told.serials.values() if number.strip()]
    with_it = [thing for number in numbers for thing in picture.by_serial.get(number, ())]
    mine = next((thing for thing in with_it if thing.home is home), None)
    if mine is not None or numbers:
        return mine, mine is None and bool(with_it)
    same = (thing for thing in home.things if _is_alike(thing.row, told))
    return next(same, None), False


def _is_alike(row: Machine, told: MachineTold) -> bool:
    """Whether a machine told without a serial may be this one: the same brand and model, or without a model the same
    family bought on the same day, as far as both are known."""
    if row.brand != told.brand and row.brand and told.brand:
        return False
    if told.model:
        return row.model.lower() == told.model.lower() and row.brand == told.brand
    if not (told.category or told.brand) or (told.category and row.category != told.category):
        return False
    return row.bought_on is None or told.bought_on in (None, row.bought_on)


def _facts_of(line: HouseholdTold, told: MachineTold, *, product_category: str) -> dict[str, Any]:
    """What was told of a machine, without what was not."""
    facts: dict[str, Any] = {
        "category": told.category or product_category,
        "brand": told.brand,
        "model": told.model,
        "bought_on": told.bought_on,
        "about_years": told.about_years,
        "bought_at": told.bought_at,
        "cover_until": line.cover_until,
        "extended_until": told.extended_until,
    }
    return {name: value for name, value in facts.items() if value not in ("", None)}


def write_lines(placed: Sequence[Placed], picture: Picture, *, node: Node, now: datetime) -> SealedBy:
    """Write what these lines have put into the picture: afterwards every row in it has its number. Returns the keys
    of everybody in it. Runs inside the caller's transaction; IntegrityError when somebody has just made a customer
    with one of these numbers."""
    hand = _write_homes([one for one in placed if one.new], picture.hand, node=node, now=now)
    changed = {id(one.home): one.home for one in placed if one.before and not one.new}
    _change_homes([home for home in changed.values() if home is not None], hand)
    _write_contacts(placed, hand)
    _write_spots(placed, hand)
    _write_things(placed)
    return hand


def _write_homes(made: Sequence[Placed], hand: SealedBy, *, node: Node, now: datetime) -> SealedBy:
    """The new customers, each with a key. Returns the keys of everybody in the picture."""
    fresh = new_keys(len(made), now=now)
    hand = hand.with_more(keys(*fresh))
    rows = []
    for one, key in zip(made, fresh, strict=True):
        home = one.home
        assert home is not None
        home.row = Customer(
            key=key,
            node=node,
            name_sealed=hand.seal(key.id, home.name),
            name_blind=blind("name", home.name) if home.name else "",
            language=home.language,
            tier=home.tier,
            made_at=now,
        )
        rows.append(home.row)
    if rows:
        Customer.objects.bulk_create(rows)
    return hand


def _change_homes(homes: Sequence[Home], hand: SealedBy) -> None:
    rows = []
    for home in homes:
        row = home.row
        assert row is not None
        row.name_sealed = hand.seal(row.key_id, home.name)
        row.name_blind = blind("name", home.name) if home.name else ""
        row.tier, row.language = home.tier, home.language
        rows.append(row)
    if rows:
        Customer.objects.bulk_update(rows, ["name_sealed", "name_blind", "tier", "language"])


def _write_contacts(placed: Sequence[Placed], hand: SealedBy) -> None:
    rows = []
    for one in placed:
        for mark in one.fresh_contacts:
            assert one.home is not None and one.home.row is not None
            customer, reach = one.home.row, one.home.reaches[mark]
            row = Contact(
                customer=customer, kind=reach.kind, sealed=hand.seal(customer.key_id, reach.value), blind=mark
            )
            one.home.contacts[mark] = row
            rows.append(row)
    if rows:
        Contact.objects.bulk_create(rows)


def _write_spots(placed: Sequence[Placed], hand: SealedBy) -> None:
    rows = []
    for one in placed:
        if not one.fresh_spot or one.spot is None or one.home is None or one.home.row is None:
            continue
        told, customer = one.spot.told, one.home.row
        one.spot.row = Place(
            customer=customer,
            city=told.city,
            district=told.district,
            street=told.street,
            door_sealed=hand.seal(customer.key_id, told.door),
        )
        rows.append(one.spot.row)
    if rows:
        Place.objects.bulk_create(rows)


def _write_things(placed: Sequence[Placed]) -> None:
    fresh = [one.thing for one in placed if one.fresh_thing and one.thing is not None]
    told = {id(one.thing): one.thing for one in placed if one.before_machine and one.thing is not None}
    changed = [thing for thing in told.values() if not thing.new]
    for thing in fresh:
        assert thing.home.row is not None
        thing.row.customer = thing.home.row
        thing.row.place = thing.spot.row if thing.spot else None
    if fresh:
        Machine.objects.bulk_create([thing.row for thing in fresh])
    if changed:
        Machine.objects.bulk_update([thing.row for thing in changed], [*FACTS, "product"])
    serials = [
        Serial(machine=one.thing.row, unit=unit, number=number)
        for one in placed
        if one.thing is not None
        for unit, number in one.fresh_serials.items()
    ]
    if serials:
        Serial.objects.bulk_create(serials)


def reach_values(*reaches: Reach | None) -> tuple[Reach, ...]:
    """These ways to reach somebody, each once."""
    return tuple(dict.fromkeys(reach for reach in reaches if reach is not None))
