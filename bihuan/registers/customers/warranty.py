"""The electronic warranty card (电子保修卡) of a machine: what it says to its owner, and what anybody who holds it may
check. The public address is derived from the installation's key; nothing on it says whose the machine is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from bihuan.ground.vault.actions import signature
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.models import Machine as Machine
from bihuan.registers.customers.models import Serial
from bihuan.registers.customers.queries import MachineCard, machine_cards
from bihuan.registers.parts.models import WarrantyTerm
from bihuan.registers.parts.queries import warranty_terms


@dataclass(frozen=True, kw_only=True)
class WarrantyCard:
    """One card. `number` is for people to read out; `months` is what the catalogue gives the model (None: it is not
    in the catalogue); `terms`: components whose months differ; `checked`: a person saw the proof of purchase."""

    number: str
    machine: MachineCard
    months: int | None
    terms: Sequence[WarrantyTerm]
    checked: bool
    address: str


def card_of(machine: Machine, *, day: date) -> WarrantyCard:
    """The card of a machine as it stands on a day."""
    shown = machine_cards([machine], day=day)[0]
    return WarrantyCard(
        number=f"W{machine.id:08d}",
        machine=shown,
        months=machine.product.warranty_months if machine.product else None,
        terms=warranty_terms(category_code=shown.category, brand=shown.brand, model=shown.model),
        checked=machine.checked_at is not None,
        address=f"{settings.BIHUAN_ADDRESS}/w/{token_of(machine.id)}",
    )


def token_of(machine_id: int) -> str:
    """The public token of a machine's card: its number and a proof of 256 bits that it is ours."""
    return f"{machine_id:x}.{signature('warranty-card', machine_id)}"


def machine_by_card(token: str) -> Machine:
    """The machine of a card; NotFound for a token that we did not make, and once its owner was forgotten."""
    head, dot, _proof = token.partition(".")
    number = int(head, 16) if dot and 0 < len(head) < 16 and _is_hex(head) else 0
    if not constant_time_compare(token_of(number), token):
        raise NotFound
    found = _machines().filter(id=number).first()
    if found is None:
        raise NotFound
    return found


def machines_with_serial(number: str) -> list[Machine]:
    """Every machine of this serial; more than one when several people reported it as theirs."""
    held = {row.machine_id for row in Serial.objects.filter(number=number.strip())}
    return list(_machines().filter(id__in=held).order_by("id"))


def the_one(machines: Sequence[Machine]) -> Machine | None:
    """The machine whose card counts among those of one serial: the one whose proof of purchase was seen, else the only
    one that has a day of purchase; None while that cannot be told."""
    for one in machines:
        if one.checked_at is not None:
            return one
    dated = [one for one in machines if one.bought_on is not None]
    return dated[0] if len(dated) == 1 else machines[0] if len(machines) == 1 else None


def _machines() -> QuerySet[Machine]:
    return Machine.objects.select_related("product", "customer").filter(customer__forgotten_at__isnull=True)


def _is_hex(text: str) -> bool:
    return all(sign in "0123456789abcdef" for sign in text)
