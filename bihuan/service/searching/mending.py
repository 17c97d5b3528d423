"""Correcting what is known of a customer, so that the words by which their cases are found follow."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bihuan.registers.customers import mending, registering
from bihuan.registers.customers.actions import rename
from bihuan.registers.customers.models import Customer, Machine
from bihuan.registers.customers.registering import Paper
from bihuan.registers.customers.told import MachineTold
from bihuan.service.searching.indexing import mark_stale


@transaction.atomic
def mend_customer(customer: Customer, *, name: str = "", phone: str = "", email: str = "") -> None:
    """Change what is given; what is left empty stays as it was. Refused where another customer has the number."""
    mending.mend(customer, name=name, phone=phone, email=email)
    mark_stale([customer.id])


@transaction.atomic
def register_machine(
    customer: Customer, told: MachineTold, *, papers: Sequence[Paper] = (), now: datetime
) -> Machine:
    """Write a machine into its owner's register, as `registering.register_machine` does."""
    machine = registering.register_machine(customer, told, papers=papers, now=now)
    mark_stale([customer.id])
    return machine


@transaction.atomic
def rename_customer(customer: Customer, name: str) -> None:
    """Correct a customer's name."""
    rename(customer, name)
    mark_stale([customer.id])
