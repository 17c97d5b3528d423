"""The demo's three hundred customers with their homes, machines and consents."""

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from bihuan.ground.vault.actions import SealedBy, blind, keys, new_keys
from bihuan.management.demo.company import Founded
from bihuan.management.demo.names import DemoCustomer, DemoMachine, customers
from bihuan.registers.customers.models import Consent, Contact, Customer, Machine, Place, Serial
from bihuan.registers.customers.rules import months_after, read_phone
from bihuan.registers.organisation.models import Node
from bihuan.registers.parts.models import Product

COUNT = 300
KNOWN_FOR = timedelta(days=366)


def demo_customers(*, now: datetime) -> list[DemoCustomer]:
    """The same people for the same day of founding."""
    return customers(COUNT, today=localdate(now))


def found_customers(founded: Founded, *, now: datetime) -> None:
    """All of them at once, by the rows that taking a report would make one by one."""
    told, since = demo_customers(now=now), now - KNOWN_FOR
    made_keys = new_keys(len(told), now=since)
    hand = keys(*made_keys)
    rows = Customer.objects.bulk_create(
        _customer(one, key.id, hand, node=founded.head, since=since)
        for one, key in zip(told, made_keys, strict=True)
    )
    both = list(zip(rows, told, strict=True))
    Contact.objects.bulk_create(_contact(row, one, hand) for row, one in both)
    places = Place.objects.bulk_create(_place(row, one, hand) for row, one in both)
    Consent.objects.bulk_create(
        Consent(customer=row, kind=kind, given=given, how="hotline", at=since)
        for row, one in both
        for kind, given in (("service", True), ("recording", one.recording), ("marketing", one.marketing))
    )
    _machines(
        [(row, place, one) for (row, one), place in zip(both, places, strict=True)], founded, since=since
    )


def _customer(one: DemoCustomer, key_id: int, hand: SealedBy, *, node: Node, since: datetime) -> Customer:
    return Customer(
        key_id=key_id,
        node=node,
        name_sealed=hand.seal(key_id, one.name),
        name_blind=blind("name", one.name),
        made_at=since,
    )


def _contact(row: Customer, one: DemoCustomer, hand: SealedBy) -> Contact:
    read = read_phone(one.phone)
    assert read is not None, "the demo's phones are sound"
    return Contact(
        customer=row,
        kind=Contact.MOBILE,
        sealed=hand.seal(row.key_id, read.number),
        blind=blind(Contact.MOBILE, read.number),
    )


def _place(row: Customer, one: DemoCustomer, hand: SealedBy) -> Place:
    return Place(
        customer=row,
        city=one.home.city,
        district=one.home.district,
        street=one.home.street,
        door_sealed=hand.seal(row.key_id, one.home.detail),
        latitude=one.home.latitude,
        longitude=one.home.longitude,
    )


def _machines(
    homes: list[tuple[Customer, Place, DemoCustomer]], founded: Founded, *, since: datetime
) -> None:
    products = {(row.brand, row.model): row for row in Product.objects.all()}
    told = [(row, place, machine) for row, place, one in homes for machine in one.machines]
    made = Machine.objects.bulk_create(
        _machine(row, place, machine, products[founded.brands[machine.brand], machine.model], since=since)
        for row, place, machine in told
    )
    Serial.objects.bulk_create(
        Serial(machine=row, unit=unit, number=number)
        for row, (_, _, machine) in zip(made, told, strict=True)
        for unit, number in serials_of(machine).items()
    )


def _machine(
    row: Customer, place: Place, machine: DemoMachine, product: Product, *, since: datetime
) -> Machine:
    return Machine(
        customer=row,
        place=place,
        product=product,
        category=machine.family,
        brand=product.brand,
        model=machine.model,
        bought_on=machine.bought_on,
        bought_at=machine.shop,
        cover_until=months_after(machine.bought_on, product.warranty_months),
        extended_until=machine.extended_until,
        made_at=since,
    )


def serials_of(machine: DemoMachine) -> dict[str, str]:
    """unit → number, as the register keeps them."""
    units = ("indoor", "outdoor") if len(machine.serials) == 2 else ("whole",)
    return dict(zip(units, machine.serials, strict=True))
