"""Forgetting a customer in the whole house. It stands on the top floor of service because every room below holds
something of a customer: sealed words, files, links, numbers of other systems.

The key is destroyed and every way to find the person goes; rows, counts and chains stay as they were.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys, keys_under
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.wechat.followers import forget_chats
from bihuan.registers.customers import queries as customers
from bihuan.registers.customers.actions import forget, reach_by
from bihuan.registers.customers.models import Contact, Customer, Machine
from bihuan.registers.customers.queries import reach_of
from bihuan.service.cases.handing_over import forget_words
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.rules import read_number
from bihuan.service.intake.models import Attachment, Report
from bihuan.service.notices.models import Notice
from bihuan.service.orders.actions import forget_of
from bihuan.service.satisfaction.models import Callback


@dataclass(frozen=True, kw_only=True)
class Held:
    """How much is kept about one customer."""

    contacts: int
    machines: int
    reports: int
    cases: int
    open_cases: int
    notes: int
    notices: int
    files: int


def find(viewer: Viewer, who: str) -> Customer:
    """The customer of this phone number, e-mail address or case number; NotFound when there is none."""
    viewer.must("customer.forget")
    known = customers.known_by(reach_by(phone=who, email=who))
    if known is not None:
        return known
    case = Case.objects.select_related("customer__key").filter(number=read_number(who) or "-").first()
    if case is None or case.customer.forgotten_at is not None:
        raise NotFound
    return case.customer


def held_about(customer: Customer) -> Held:
    """What would become unreadable."""
    cases = Case.objects.filter(customer=customer)
    return Held(
        contacts=Contact.objects.filter(customer=customer).count(),
        machines=Machine.objects.filter(customer=customer).count(),
        reports=Report.objects.filter(customer=customer).count(),
        cases=cases.count(),
        open_cases=cases.filter(open=True).count(),
        notes=Note.objects.filter(case__customer=customer).count(),
        notices=Notice.objects.filter(customer=customer).count(),
        files=files.count_of(customer.key_id),
    )


@transaction.atomic
def forget_customer(viewer: Viewer, customer_id: int, *, now: datetime) -> None:
    """Destroy the key; take away links, outside numbers and files. Refused while work is open: somebody
    could not be reached then. Cannot be undone; who did it and when is kept."""
    viewer.must("customer.forget")
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None or customer.forgotten_at is not None:
        raise NotFound
    if Case.objects.filter(customer=customer, open=True).exists():
        raise Refusal(_("This customer has open cases. Conclude or cancel them first."))
    if Callback.objects.filter(case__customer=customer, open=True).exists():
        raise Refusal(_("Somebody still has to ring this customer. Finish the callback first."))
    take_away(customer, now=now)
    note_change(
        viewer, register="customers", row=str(customer_id), deed="forgotten", before={}, after={}, now=now
    )


def take_away(customer: Customer, *, now: datetime) -> None:
    """The key and every way to find the person, within the caller's transaction; the caller notes who wished it."""
    _forget_hand_overs(customer, now=now)
    forget_chats(customer, now=now)
    forget(customer, now=now)
    Case.objects.filter(customer=customer).exclude(outside_number="").update(outside_number="")
    for report in Report.objects.filter(customer=customer):
        report.link_seed, report.link_print = "", f"forgotten-{report.id}"
        report.outside_number = ""
        report.save(update_fields=["link_seed", "link_print", "outside_number"])
    Attachment.objects.filter(report__customer=customer).update(name_sealed="", digest="")
    forget_of(customer.id)
    gone = [customer.key_id, *keys_under(customer.key_id)]
    transaction.on_commit(lambda: _clear_disk(gone))


def _forget_hand_overs(customer: Customer, *, now: datetime) -> None:
    """What shifts wrote to each other about this customer, while the name can still be read."""
    hand = keys(customer.key)
    cases = dict(Case.objects.filter(customer=customer).values_list("id", "number"))
    name = (hand.open(customer.name_sealed) or "").strip()
    reaches = [one.removeprefix("+86") for one in reach_of(customer.id, hand).values()]
    told = [one for one in (name, *reaches, *cases.values()) if len(one) > 1]
    forget_words(cases, told, now=now)


def _clear_disk(key_ids: Iterable[int]) -> None:
    """Files cannot be read any more; their bytes go too, and SQLite's log of old pages."""
    for key_id in key_ids:
        files.drop_of(key_id)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
