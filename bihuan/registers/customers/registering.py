"""A customer's own register of machines: adding one with its serials and papers, and whose serial it is already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.actions import keep_machine
from bihuan.registers.customers.models import Customer, Machine, MachinePaper, Serial
from bihuan.registers.customers.told import MachineTold


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A picture that was sent: `kind` is label or invoice, `media` what its first bytes say."""

    kind: str
    media: str
    content: bytes


def tidy_serial(number: str) -> str:
    """A serial as it is kept: full-width signs made plain, spaces taken out, in capitals."""
    return "".join(number.translate(_HALF).split()).upper()


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def taken_by_others(customer: Customer, serials: Mapping[str, str]) -> list[str]:
    """Which of these serials stand on a machine of somebody else: a person has to look whose it is."""
    numbers = [number for number in serials.values() if number]
    rows = Serial.objects.filter(number__in=numbers, machine__customer__forgotten_at__isnull=True)
    return sorted(set(rows.exclude(machine__customer=customer).values_list("number", flat=True)))


@transaction.atomic
def register_machine(
    customer: Customer, told: MachineTold, *, papers: Sequence[Paper] = (), now: datetime
) -> Machine:
    """Write a machine into its owner's register; one they have by that serial or model is completed. The caller has
    made sure that no serial is somebody else's."""
    Customer.objects.select_for_update(no_key=True).get(id=customer.id)
    machine = keep_machine(customer, told, place=None, now=now)
    hand = keys(customer.key)
    for paper in papers:
        kept = files.keep(paper.content, key_id=customer.key_id, by=hand)
        if MachinePaper.objects.filter(machine=machine, digest=kept.digest).exists():
            files.drop(kept.name)
            continue
        MachinePaper.objects.create(
            machine=machine,
            kind=paper.kind,
            media=paper.media,
            digest=kept.digest,
            kept_as=kept.name,
            size=kept.size,
            at=now,
        )
    return machine


def machine_of(customer: Customer, machine_id: int) -> Machine:
    """A machine of this customer; NotFound for everybody else's."""
    found = Machine.objects.select_related("product", "place", "customer__key").filter(
        id=machine_id, customer=customer
    )
    for one in found:
        return one
    raise NotFound


def machines_held(customer_id: int) -> list[Machine]:
    """Every machine of a customer, the newest first."""
    return list(
        Machine.objects.filter(customer_id=customer_id).select_related("product", "place").order_by("-id")
    )


def papers_of(machine_ids: Sequence[int]) -> list[MachinePaper]:
    return list(MachinePaper.objects.filter(machine_id__in=machine_ids).order_by("id"))


def paper_of(customer: Customer, paper_id: int) -> tuple[MachinePaper, bytes]:
    """One paper of this customer with its bytes; NotFound for everybody else's, and when it cannot be read."""
    row = MachinePaper.objects.filter(id=paper_id, machine__customer=customer).first()
    content = files.fetch(row.kept_as, by=keys(customer.key)) if row is not None else None
    if row is None or content is None:
        raise NotFound
    return row, content


def mark_checked(machine: Machine, *, now: datetime) -> None:
    """A person saw the proof of purchase."""
    Machine.objects.filter(id=machine.id, checked_at__isnull=True).update(checked_at=now)


def set_progress_days(customer: Customer, days: int | None) -> None:
    """How often a customer hears of their cases while nothing changes; 0 never, None as the house does it."""
    Customer.objects.filter(id=customer.id).update(progress_days=days)
    customer.progress_days = days
