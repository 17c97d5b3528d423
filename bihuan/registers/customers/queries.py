"""Asking about customers. What is returned is masked unless the caller says that it may be full."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from bihuan.ground.vault.actions import SealedBy, blind, keys_for
from bihuan.registers.access.masking import Contact as Shown
from bihuan.registers.access.masking import masked_address, masked_email, masked_name, masked_phone
from bihuan.registers.customers.models import Consent, Contact, Customer, Machine, Place, Serial
from bihuan.registers.customers.rules import Cover, cover_on
from bihuan.registers.customers.told import Reach


@dataclass(frozen=True, kw_only=True)
class MachineCard:
    """A machine as a person reads it."""

    id: int
    category: str
    brand: str
    model: str
    serials: dict[str, str]
    bought_on: date | None
    about_years: int | None
    bought_at: str
    cover: Cover
    cover_until: date | None
    extended_until: date | None


def customer(customer_id: int) -> Customer:
    return Customer.objects.select_related("key").get(id=customer_id)


def known_by(reaches: Iterable[Reach]) -> Customer | None:
    """The customer reached this way, if we know one."""
    marks = [blind(reach.kind, reach.value) for reach in reaches]
    found = Contact.objects.filter(blind__in=marks).select_related("customer__key").first() if marks else None
    return found.customer if found else None


def named(name: str, limit: int = 20) -> list[Customer]:
    """Customers of exactly this name (names are found by blind index, so not by a part)."""
    return (
        list(Customer.objects.filter(name_blind=blind("name", name.strip()))[:limit]) if name.strip() else []
    )


def with_serial(number: str) -> Machine | None:
    found = Serial.objects.select_related("machine__customer").filter(number=number.strip()).first()
    return found.machine if found else None


def shown(customers: Iterable[Customer], *, full: frozenset[int] = frozenset()) -> dict[int, Shown]:
    """How these customers look: masked, but for the numbers in `full`. Three queries however many they are."""
    rows = list(customers)
    hand = keys_for(row.key_id for row in rows)
    ids = [row.id for row in rows]
    reach: dict[int, dict[str, str]] = {}
    for contact in Contact.objects.filter(customer_id__in=ids).order_by("id"):
        clear = hand.open(contact.sealed)
        if clear:
            reach.setdefault(contact.customer_id, {}).setdefault(contact.kind, clear)
    places: dict[int, Place] = {
        place.customer_id: place for place in Place.objects.filter(customer_id__in=ids).order_by("id")
    }
    return {
        row.id: _shown(row, reach.get(row.id, {}), places.get(row.id), hand, full=row.id in full)
        for row in rows
    }


def _shown(row: Customer, reach: dict[str, str], place: Place | None, hand: SealedBy, *, full: bool) -> Shown:
    name = hand.open(row.name_sealed) or ""
    phone = reach.get(Contact.MOBILE) or reach.get(Contact.LANDLINE) or ""
    if full:
        return Shown(
            name=name, phone=phone or reach.get(Contact.EMAIL, ""), address=address_of(place, hand), full=True
        )
    email = reach.get(Contact.EMAIL, "")
    return Shown(
        name=masked_name(name),
        phone=masked_phone(phone) if phone else (masked_email(email) if email else ""),
        address=masked_address(city=place.city, district=place.district, street=place.street)
        if place
        else "",
        full=False,
    )


def address_of(place: Place | None, hand: SealedBy) -> str:
    """City to door in one line; what was forgotten is left out."""
    if place is None:
        return ""
    return "".join((place.city, place.district, place.street, hand.open(place.door_sealed) or ""))


def reach_of(customer_id: int, hand: SealedBy) -> dict[str, str]:
    """kind → number or address, in clear: for sending, never for showing."""
    return {row.kind: hand.open(row.sealed) or "" for row in Contact.objects.filter(customer_id=customer_id)}


def machine_cards(machines: Iterable[Machine], *, day: date) -> list[MachineCard]:
    """These machines with their serials and the cover they have on a day."""
    rows = list(machines)
    serials: dict[int, dict[str, str]] = {}
    for serial in Serial.objects.filter(machine_id__in=[row.id for row in rows]):
        serials.setdefault(serial.machine_id, {})[serial.unit] = serial.number
    return [
        MachineCard(
            id=row.id,
            category=row.category,
            brand=row.brand,
            model=row.model,
            serials=serials.get(row.id, {}),
            bought_on=row.bought_on,
            about_years=row.about_years,
            bought_at=row.bought_at,
            cover=cover_on(
                day, bought_on=row.bought_on, cover_until=row.cover_until, extended_until=row.extended_until
            ),
            cover_until=row.cover_until,
            extended_until=row.extended_until,
        )
        for row in rows
    ]


def machines_of(customer_id: int, *, day: date) -> list[MachineCard]:
    return machine_cards(Machine.objects.filter(customer_id=customer_id).order_by("-id"), day=day)


def consents_of(customer_id: int) -> dict[str, bool]:
    """The newest answer for each kind of consent."""
    return {row.kind: row.given for row in Consent.objects.filter(customer_id=customer_id).order_by("id")}


def everyone() -> QuerySet[Customer]:
    """Every customer who was not forgotten, with the key at hand."""
    return Customer.objects.filter(forgotten_at__isnull=True).select_related("key")


def machines_count() -> int:
    """How many machines there are of customers who were not forgotten."""
    return Machine.objects.filter(customer__forgotten_at__isnull=True).count()
