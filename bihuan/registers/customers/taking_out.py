"""Taking back what a file brought in: customers, contacts, places and machines that nothing hangs on since.

A customer who goes loses the key, so that nothing about them can be read in any backup of the data either. What is
used or was changed by somebody stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from django.db import models, transaction
from django.db.models import ProtectedError

from bihuan.ground.vault.actions import destroy_all
from bihuan.registers.customers.bringing_in import FACTS
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

TOLD = ("name_sealed", "name_blind", "tier", "language")


def facts_of(machine: Machine) -> dict[str, Any]:
    """What is known of a machine, as JSON can hold it."""
    return {name: _plain(getattr(machine, name)) for name in FACTS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def owners_of(
    customers: Iterable[int], contacts: Iterable[int], places: Iterable[int], machines: Iterable[int]
) -> set[int]:
    """Whose rows these are: numbers of customers, contacts, places and machines in, of customers out."""
    found = set(customers)
    parts: tuple[tuple[type[models.Model], Iterable[int]], ...] = (
        (Contact, contacts),
        (Place, places),
        (Machine, machines),
    )
    for model, ids in parts:
        if wanted := list(ids):
            rows = model._default_manager.filter(pk__in=wanted)
            found |= set(rows.values_list("customer_id", flat=True))
    return found


def take_out_machines(after: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Remove these machines (number → the facts as they were brought in). Returns those that stay: used or changed
    since, or with an invoice or label that their owner sent."""
    shown = MachinePaper.objects.filter(machine_id__in=list(after)).values("machine_id")
    rows = Machine.objects.filter(id__in=list(after), checked_at__isnull=True).exclude(id__in=shown)
    untouched = [row.id for row in rows if facts_of(row) == dict(after[row.id])]
    return set(after) - _removed(Machine, untouched) - _gone(Machine, after)


def take_out_contacts(ids: Iterable[int]) -> set[int]:
    """Remove these ways to reach somebody; whoever signed in by one is signed out. Returns those that stay."""
    wanted = set(ids)
    rows = Contact.objects.filter(id__in=wanted)
    owners = list(rows.values_list("customer_id", flat=True))
    CustomerSession.objects.filter(customer_id__in=owners).delete()
    CustomerSignIn.objects.filter(customer_id__in=owners).delete()
    rows.delete()
    return set()


def take_out_places(ids: Iterable[int]) -> set[int]:
    """Remove these places. Returns those that stay because a case or a report happened there."""
    wanted = set(ids)
    return wanted - _removed(Place, sorted(wanted)) - _gone(Place, wanted)


def take_out_serials(numbers: Mapping[int, Sequence[str]]) -> None:
    """Remove these units' serials from machines (machine → units)."""
    for machine_id, units in numbers.items():
        Serial.objects.filter(machine_id=machine_id, unit__in=list(units)).delete()


def put_back_machines(
    before: Mapping[int, Mapping[str, Any]], after: Mapping[int, Mapping[str, Any]]
) -> set[int]:
    """Give these machines back the facts they had. Returns those that were changed once more since and stay."""
    stay: set[int] = set()
    changed: list[Machine] = []
    for row in Machine.objects.filter(id__in=list(before)):
        now = facts_of(row)
        if any(now[name] != value for name, value in after[row.id].items()):
            stay.add(row.id)
            continue
        for name, value in before[row.id].items():
            setattr(row, name, date.fromisoformat(value) if value and name in _DAYS else value)
        changed.append(row)
    if changed:
        Machine.objects.bulk_update(changed, list(FACTS))
    return stay


_DAYS = frozenset({"bought_on", "cover_until", "extended_until"})


def put_back_customers(
    before: Mapping[int, Mapping[str, Any]], after: Mapping[int, Mapping[str, Any]]
) -> set[int]:
    """Give these customers back the name, tier and language they had. Returns those that were changed since."""
    stay: set[int] = set()
    changed: list[Customer] = []
    for row in Customer.objects.filter(id__in=list(before), forgotten_at__isnull=True):
        if any(getattr(row, name) != value for name, value in after[row.id].items() if name != "name_sealed"):
            stay.add(row.id)
            continue
        for name, value in before[row.id].items():
            setattr(row, name, value)
        changed.append(row)
    if changed:
        Customer.objects.bulk_update(changed, list(TOLD))
    return stay


def take_out_customers(after: Mapping[int, Mapping[str, Any]], *, now: datetime) -> set[int]:
    """Remove these customers (number → what was brought in) and destroy their keys. Returns those that stay: with a
    report or a case, renamed since, with another machine, place or number than the file's, or when they have signed in
    or agreed to something themselves."""
    rows = list(Customer.objects.filter(id__in=list(after), forgotten_at__isnull=True))
    ids = [row.id for row in rows]
    more = _with_more(ids, after)
    untouched = [row for row in rows if row.id not in more and row.name_blind == after[row.id]["name_blind"]]
    keys = {row.id: row.key_id for row in untouched}
    removed = _removed(Customer, list(keys))
    destroy_all((keys[one] for one in removed), now=now)
    return {row.id for row in rows} - removed


def _with_more(ids: Sequence[int], after: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Those to whom somebody added something since."""
    found: set[int] = set()
    parts: tuple[tuple[str, type[models.Model]], ...] = (
        ("contacts", Contact),
        ("places", Place),
        ("machines", Machine),
    )
    for name, model in parts:
        counts: dict[int, int] = {}
        for owner in model._default_manager.filter(customer_id__in=ids).values_list("customer_id", flat=True):
            counts[owner] = counts.get(owner, 0) + 1
        found |= {owner for owner, count in counts.items() if count > after[owner].get(name, 0)}
    for theirs in (Consent, CustomerSession):  # no file brings these in
        found |= set(theirs.objects.filter(customer_id__in=ids).values_list("customer_id", flat=True))
    return found


def _removed(model: type[models.Model], ids: Sequence[int]) -> set[int]:
    """Delete these rows; those that something hangs on are left. Returns what is gone."""
    wanted = set(ids)
    while wanted:
        try:
            with transaction.atomic():
                model._default_manager.filter(pk__in=wanted).delete()
        except ProtectedError as held:
            blocked = _owners(model, held.protected_objects) & wanted
            if not blocked:
                return set()
            wanted -= blocked
        else:
            return wanted
    return set()


def _owners(model: type[models.Model], holding: Iterable[models.Model]) -> set[int]:
    """The rows of a table that these rows hang on, directly or through the machines and places of a customer."""
    found: set[int] = set()
    for row in holding:
        for column in row._meta.concrete_fields:
            value = getattr(row, column.attname)
            if not column.is_relation or value is None:
                continue
            if column.related_model is model:
                found.add(int(value))
            elif model is Customer and column.related_model in (Machine, Place):
                owner = cast("Machine | Place", getattr(row, column.name))
                found.add(owner.customer_id)
    return found


def _gone(model: type[models.Model], ids: Iterable[int]) -> set[int]:
    wanted = set(ids)
    return wanted - set(model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
