"""Customers whose time is over are forgotten by themselves, in the night.

The term is data (`registers/customers/terms`) and runs from the last dealing: the last report, the last case that was
closed, the last machine, consent or sign-in. Whoever has open work, a call still to come, or a machine under cover is
kept: a claim may still be raised.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, localtime

from bihuan.ground.journal.running import take_turn
from bihuan.registers.access.history import note_by_itself
from bihuan.registers.customers.models import Consent, Customer, CustomerSession, Machine
from bihuan.registers.customers.terms import CUSTOMER, days_kept
from bihuan.service.cases.models import Case
from bihuan.service.intake.calls.models import RingBack
from bihuan.service.intake.models import Report
from bihuan.service.notices.forgetting import take_away
from bihuan.service.satisfaction.models import Callback

NAME = "terms"
HOURS = range(2, 5)  # of the installation's night
EVERY = timedelta(minutes=10)
AT_ONCE = 50


def forget_after_term(now: datetime) -> int:
    """A sweep: in the night, some customers a turn. Returns how many were forgotten."""
    if localtime(now).hour not in HOURS or not take_turn(NAME, every=EVERY, now=now):
        return 0
    return sum(_forgotten(one, now=now) for one in due(now).values_list("id", flat=True)[:AT_ONCE])


def due(now: datetime) -> QuerySet[Customer]:
    """Those with whom nothing was dealt for the whole term and of whom nothing is open, the oldest first."""
    since = now - timedelta(days=days_kept(CUSTOMER))
    mine = {"customer": OuterRef("id")}
    dealings = (
        Case.objects.filter(Q(open=True) | Q(closed_at__gt=since) | Q(opened_at__gt=since), **mine),
        Report.objects.filter(received_at__gt=since, **mine),
        Callback.objects.filter(open=True, case__customer=OuterRef("id")),
        RingBack.objects.filter(open=True, **mine),
        Machine.objects.filter(
            Q(made_at__gt=since) | Q(cover_until__gte=localdate(now)) | Q(extended_until__gte=localdate(now)),
            **mine,
        ),
        Consent.objects.filter(at__gt=since, **mine),
        CustomerSession.objects.filter(made_at__gt=since, **mine),
    )
    found = Customer.objects.filter(forgotten_at__isnull=True, made_at__lte=since)
    for rows in dealings:
        found = found.filter(~Exists(rows))
    return found.order_by("id")


@transaction.atomic
def _forgotten(customer_id: int, *, now: datetime) -> bool:
    """Held and asked once more: they may have written a moment ago."""
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None or not due(now).filter(id=customer_id).exists():
        return False
    take_away(customer, now=now)
    note_by_itself(register="customers", row=str(customer_id), deed="forgotten", now=now)
    return True
