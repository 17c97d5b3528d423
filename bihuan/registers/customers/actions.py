"""Knowing customers: by the way they are reached, once each."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from bihuan.ground.vault.actions import SealedBy, blind, destroy_all, keys, keys_for, keys_under, new_key
from bihuan.registers.customers.errors import CustomerForgotten
from bihuan.registers.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerSession,
    CustomerSignIn,
    Machine,
    MachinePaper,
    Place,
    Serial,
)
from bihuan.registers.customers.notice import NOTICE_VERSION
from bihuan.registers.customers.rules import months_after, read_email, read_phone
from bihuan.registers.customers.told import AddressTold, MachineTold, Reach
from bihuan.registers.organisation.models import Node
from bihuan.registers.parts.queries import product


class Known(NamedTuple):
    """A customer with their key at hand; `fresh` when they were made a moment ago, so that nothing else is known."""

    customer: Customer
    hand: SealedBy
    fresh: bool


def reach_by(*, phone: str = "", email: str = "", handle: tuple[str, str] | None = None) -> list[Reach]:
    """What of this is a way to reach somebody, phone first. `handle` is who they are on a channel that shows neither:
    its kind (`Contact.HANDLES`) and their name there."""
    found: list[Reach] = []
    if phone and (read := read_phone(phone)):
        found.append(Reach(kind=Contact.MOBILE if read.mobile else Contact.LANDLINE, value=read.number))
    if email and (address := read_email(email)):
        found.append(Reach(kind=Contact.EMAIL, value=address))
    if handle and handle[0] in Contact.HANDLES and handle[1]:
        found.append(Reach(kind=handle[0], value=handle[1]))
    return found


def know_by(reaches: list[Reach], *, name: str, node: Node, now: datetime, language: str = "") -> Known:
    """The customer reached this way: the one we know, or a new one. A name is learned when we had none.

    Two calls at once know one customer: the unique blind index refuses the second, whose transaction is then
    run again by its caller (`IntegrityError`) and finds the first. The customer we know is held until the
    transaction ends, so that nobody forgets them while they tell us something.
    """
    blinds = [blind(reach.kind, reach.value) for reach in reaches]
    rows = Contact.objects.select_related("customer__key").select_for_update(of=("customer",), no_key=True)
    known = rows.filter(blind__in=blinds).first() if blinds else None
    if known is not None and known.customer.forgotten_at is None:
        if name.strip() and not known.customer.name_sealed:
            rename(known.customer, name)
        return Known(known.customer, keys(known.customer.key), fresh=False)
    return _new(reaches, blinds, name=name, node=node, now=now, language=language)


def _new(
    reaches: list[Reach], blinds: list[str], *, name: str, node: Node, now: datetime, language: str
) -> Known:
    key = new_key(now=now)
    hand = keys(key)
    customer = Customer.objects.create(
        key=key,
        node=node,
        name_sealed=hand.seal(key.id, name.strip()),
        name_blind=blind("name", name.strip()) if name.strip() else "",
        language=language,
        made_at=now,
    )
    if reaches:
        Contact.objects.bulk_create(
            Contact(customer=customer, kind=reach.kind, sealed=hand.seal(key.id, reach.value), blind=mark)
            for reach, mark in zip(reaches, blinds, strict=True)
        )
    return Known(customer, hand, fresh=True)


def hold(customer_id: int) -> Known:
    """The customer of this number, held like one found by `know_by`; refused when they were forgotten."""
    rows = Customer.objects.select_related("key").select_for_update(of=("self",), no_key=True)
    customer = rows.get(id=customer_id)
    if customer.forgotten_at is not None:
        raise CustomerForgotten
    return Known(customer, keys(customer.key), fresh=False)


def refuse_to_identify(*, node: Node, now: datetime) -> Known:
    """A caller who does not wish to say who they are: respected, and written down as such."""
    key = new_key(now=now)
    made = Customer.objects.create(key=key, node=node, refused_to_identify=True, made_at=now)
    return Known(made, keys(key), fresh=True)


def rename(customer: Customer, name: str) -> None:
    """Correct a customer's name."""
    hand = keys_for([customer.key_id])
    customer.name_sealed = hand.seal(customer.key_id, name.strip())
    customer.name_blind = blind("name", name.strip())
    Customer.objects.filter(id=customer.id).update(
        name_sealed=customer.name_sealed, name_blind=customer.name_blind
    )


def keep_place(customer: Customer, told: AddressTold, *, by: SealedBy, fresh: bool = False) -> Place:
    """The place a customer names: the one we know with the same door, or a new one.

    `fresh`: the customer was made a moment ago, so there is nothing to find.
    """
    known = Place.objects.filter(
        customer=customer, city=told.city, district=told.district, street=told.street
    )
    for place in () if fresh else known:
        if by.open(place.door_sealed) == told.door:
            return place
    return Place.objects.create(
        customer=customer,
        city=told.city,
        district=told.district,
        street=told.street,
        door_sealed=by.seal(customer.key_id, told.door),
        latitude=told.latitude,
        longitude=told.longitude,
    )


def keep_machine(
    customer: Customer, told: MachineTold, *, place: Place | None, now: datetime, fresh: bool = False
) -> Machine:
    """The machine a customer names: the one we know with that serial (or model), or a new one; facts are added,
    never wiped by an empty answer."""
    machine = None if fresh else _known_machine(customer, told)
    known = product(told.brand, told.model) if told.model else None
    if machine is None:
        machine = Machine(customer=customer, made_at=now)
    machine.place = place or machine.place
    machine.product = known or machine.product
    machine.category = told.category or (known.category.code if known else machine.category)
    machine.brand, machine.model = told.brand or machine.brand, told.model or machine.model
    if told.bought_on and told.bought_on != machine.bought_on:
        machine.checked_at = None  # the proof that a person saw says another day
        machine.bought_on = told.bought_on
    machine.about_years = told.about_years if told.about_years is not None else machine.about_years
    machine.bought_at = told.bought_at or machine.bought_at
    machine.extended_until = told.extended_until or machine.extended_until
    if machine.bought_on and known:
        machine.cover_until = months_after(machine.bought_on, known.warranty_months)
    machine.save()
    serials = [
        Serial(machine=machine, unit=unit, number=number.strip())
        for unit, number in told.serials.items()
        if number
    ]
    if serials:
        Serial.objects.bulk_create(
            serials, update_conflicts=True, unique_fields=("machine", "unit"), update_fields=("number",)
        )
    return machine


def _known_machine(customer: Customer, told: MachineTold) -> Machine | None:
    if told.machine_id is not None:
        return Machine.objects.filter(customer=customer, id=told.machine_id).first()
    numbers = [number.strip() for number in told.serials.values() if number]
    if numbers:
        serial = (
            Serial.objects.select_related("machine")
            .filter(number__in=numbers, machine__customer=customer)
            .first()
        )
        return serial.machine if serial else None
    if not told.model:
        return None
    return Machine.objects.filter(customer=customer, brand=told.brand, model__iexact=told.model).first()


def write_serials(machine: Machine, numbers: dict[str, str]) -> None:
    """What was read on the machine itself, unit → number; it counts more than what was told by phone."""
    for unit, number in numbers.items():
        Serial.objects.update_or_create(machine=machine, unit=unit, defaults={"number": number})


def note_consents(customer: Customer, given: dict[str, bool], *, how: str, now: datetime) -> None:
    """Keep what the customer agreed to or refused, kind by kind; the newest counts."""
    Consent.objects.bulk_create(
        Consent(customer=customer, kind=kind, given=yes, how=how, at=now, notice=NOTICE_VERSION)
        for kind, yes in given.items()
    )


def forget(customer: Customer, *, now: datetime) -> None:
    """Destroy the customer's key and every row they could be found by. Nothing about them can be read again."""
    with transaction.atomic():
        destroy_all([customer.key_id, *keys_under(customer.key_id)], now=now)
        CustomerSession.objects.filter(customer=customer).delete()
        blinds = Contact.objects.filter(customer=customer).values("blind")
        CustomerSignIn.objects.filter(Q(customer=customer) | Q(phone_blind__in=blinds)).delete()
        MachinePaper.objects.filter(machine__customer=customer).delete()
        Contact.objects.filter(customer=customer).delete()
        Serial.objects.filter(machine__customer=customer).delete()
        Place.objects.filter(customer=customer).update(door_sealed="", latitude=None, longitude=None)
        Customer.objects.filter(id=customer.id).update(name_sealed="", name_blind="", forgotten_at=now)
