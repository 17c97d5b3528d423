"""What is known of many customers at once: one picture in memory, in which the lines of a file are placed one after
the other before anything is written. Ten statements for a whole batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bihuan.ground.vault.actions import SealedBy, blind, keys
from bihuan.registers.customers.models import Contact, Customer, Machine, Place, Serial
from bihuan.registers.customers.told import AddressTold, MachineTold, Reach
from bihuan.registers.parts.models import Product


@dataclass(frozen=True, kw_only=True)
class HouseholdTold:
    """One line of a file: somebody, how they are reached, where they live, a machine of theirs. What is not told
    stays empty."""

    name: str = ""
    reaches: tuple[Reach, ...] = ()
    address: AddressTold | None = None
    machine: MachineTold | None = None
    cover_until: date | None = None
    tier: str = ""
    language: str = ""


@dataclass(eq=False, kw_only=True)
class Spot:
    """A place; `row` is missing while it is only told."""

    told: AddressTold
    row: Place | None = None


@dataclass(eq=False, kw_only=True)
class Thing:
    """A machine with its serials; a new one is not saved yet."""

    row: Machine
    home: "Home"
    serials: dict[str, str] = field(default_factory=dict)
    spot: Spot | None = None

    @property
    def new(self) -> bool:
        return self.row.pk is None


@dataclass(eq=False, kw_only=True)
class Home:
    """A customer with everything that was read of them. `contacts`: blind index → row, None while it is new."""

    name: str
    row: Customer | None = None
    tier: str = ""
    language: str = ""
    contacts: dict[str, Contact | None] = field(default_factory=dict)
    reaches: dict[str, Reach] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)


@dataclass(kw_only=True)
class Picture:
    """Everybody whom the lines of a batch may mean."""

    hand: SealedBy
    by_blind: dict[str, Home]
    by_serial: dict[str, list[Thing]]
    products: dict[tuple[str, str], Product]

    def homes_of(self, marks: Iterable[str]) -> list[Home]:
        """The customers reached by any of these, each once, in their order."""
        found: list[Home] = []
        for mark in marks:
            home = self.by_blind.get(mark)
            if home is not None and home not in found:
                found.append(home)
        return found

    def product(self, brand: str, model: str) -> Product | None:
        return self.products.get((brand, model.strip().lower())) if model else None


def picture_of(tolds: Sequence[HouseholdTold]) -> Picture:
    """Read whatever these lines may be about."""
    marks = {mark_of(reach) for told in tolds for reach in told.reaches}
    numbers = {
        number.strip()
        for told in tolds
        if told.machine
        for number in told.machine.serials.values()
        if number.strip()
    }
    ids = set(Contact.objects.filter(blind__in=marks).values_list("customer_id", flat=True))
    if numbers:
        owners = Serial.objects.filter(number__in=numbers).values_list("machine__customer_id", flat=True)
        ids |= set(owners)
    homes, hand = _homes(ids)
    picture = Picture(hand=hand, by_blind={}, by_serial={}, products=_products(tolds))
    _contacts(homes, picture)
    if any(told.address for told in tolds) and homes:
        _places(homes, hand)
    if any(told.machine for told in tolds) and homes:
        _machines(homes, picture)
    return picture


def mark_of(reach: Reach) -> str:
    return blind(reach.kind, reach.value)


def _homes(ids: set[int]) -> tuple[dict[int, Home], SealedBy]:
    if not ids:
        return {}, keys()
    rows = list(Customer.objects.select_related("key").filter(id__in=ids, forgotten_at__isnull=True))
    hand = keys(*(row.key for row in rows))
    homes = {
        row.id: Home(row=row, name=hand.open(row.name_sealed) or "", tier=row.tier, language=row.language)
        for row in rows
    }
    return homes, hand


def _contacts(homes: dict[int, Home], picture: Picture) -> None:
    if not homes:
        return
    for row in Contact.objects.filter(customer_id__in=homes).order_by("id"):
        home = homes[row.customer_id]
        home.contacts[row.blind] = row
        home.reaches[row.blind] = Reach(kind=row.kind, value=picture.hand.open(row.sealed) or "")
        picture.by_blind[row.blind] = home


def _places(homes: dict[int, Home], hand: SealedBy) -> None:
    for row in Place.objects.filter(customer_id__in=homes).order_by("id"):
        told = AddressTold(
            city=row.city,
            district=row.district,
            street=row.street,
            door=hand.open(row.door_sealed) or "",
        )
        homes[row.customer_id].spots.append(Spot(told=told, row=row))


def _machines(homes: dict[int, Home], picture: Picture) -> None:
    things: dict[int, Thing] = {}
    for row in Machine.objects.filter(customer_id__in=homes).order_by("id"):
        thing = Thing(row=row, home=homes[row.customer_id])
        things[row.id] = thing
        thing.home.things.append(thing)
    for serial in Serial.objects.filter(machine__customer_id__in=homes).order_by("id"):
        thing = things[serial.machine_id]
        thing.serials[serial.unit] = serial.number
        picture.by_serial.setdefault(serial.number, []).append(thing)


def _products(tolds: Sequence[HouseholdTold]) -> dict[tuple[str, str], Product]:
    brands = {told.machine.brand for told in tolds if told.machine and told.machine.model}
    if not brands:
        return {}
    rows = Product.objects.select_related("category").filter(brand__in=brands)
    return {(row.brand, row.model.lower()): row for row in rows}
