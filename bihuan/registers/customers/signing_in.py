"""Letting customers in by a code to their phone. A browser holds a secret of its own from the moment it asks, so that
a code is worth something only where it was asked for; what is kept of all of it are keyed hashes."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import blind, fingerprint
from bihuan.registers.access.errors import Refusal
from bihuan.registers.customers.models import Contact, Customer, CustomerSignIn
from bihuan.registers.customers.models import CustomerSession as CustomerSession

CODE_LASTS = timedelta(minutes=10)
TRIES = 5
REMEMBERED = timedelta(days=30)
NOT_REMEMBERED = timedelta(hours=12)
KEPT_AFTER = timedelta(days=1)  # how long what has ended is kept, for counting tries


class CodeRefused(Refusal):
    """The same sentence whatever is wrong: the code, its age, the browser, or that nobody has this number."""

    def __init__(self) -> None:
        super().__init__(_("This code is not right or has ended. Ask for a new one."))


def ask_in(phone: str, *, now: datetime, heard: bool = False) -> tuple[int, str]:
    """A browser asks to be let in by this number (E.164). Whether anybody has it is not looked at here. Returns the
    number of the row and the secret that the browser keeps. `heard`: the number has had its share of codes, so that
    nothing is sent though all looks the same."""
    clear = secrets.token_urlsafe(32)
    made = CustomerSignIn.objects.create(
        asked_print=fingerprint(clear),
        phone_blind=blind(Contact.MOBILE, phone),
        made_at=now,
        expires_at=now + CODE_LASTS,
        heard_at=now if heard else None,
    )
    return made.id, clear


def unheard(now: datetime, *, older_than: timedelta = timedelta()) -> list[int]:
    """The rows that the house has not acted on yet and that still count."""
    waiting = CustomerSignIn.objects.filter(
        heard_at__isnull=True, made_at__lte=now - older_than, expires_at__gt=now
    )
    return list(waiting.order_by("id").values_list("id", flat=True)[:200])


@transaction.atomic
def code_for(asked_id: int, *, now: datetime) -> tuple[Customer, str] | None:
    """Act on one row, once: a six-digit code for the customer who has this mobile number. None when nobody has it, it
    has ended, or another worker was faster."""
    mine = CustomerSignIn.objects.filter(id=asked_id, heard_at__isnull=True, expires_at__gt=now)
    if not mine.update(heard_at=now):
        return None
    row = CustomerSignIn.objects.get(id=asked_id)
    contact = (
        Contact.objects.select_related("customer__key")
        .filter(blind=row.phone_blind, customer__forgotten_at__isnull=True)
        .first()
    )
    if contact is None:
        return None
    code = f"{secrets.randbelow(10**6):06d}"
    CustomerSignIn.objects.filter(id=asked_id).update(
        customer=contact.customer, code_print=_code_print(asked_id, code)
    )
    return contact.customer, code


def use_code(asked: str, code: str, *, now: datetime) -> Customer:
    """The customer, when the browser that asked names the code that was sent. Each try is counted before it is looked
    at, so that many at once are no more than five."""
    print_ = fingerprint(asked or " ")
    fresh = CustomerSignIn.objects.filter(asked_print=print_, used_at__isnull=True, expires_at__gt=now)
    if not fresh.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        raise CodeRefused
    row = CustomerSignIn.objects.select_related("customer__key").get(asked_print=print_)
    right = constant_time_compare(_code_print(row.id, code), row.code_print)
    if not right or row.customer is None or row.customer.forgotten_at is not None:
        raise CodeRefused
    if not fresh.update(used_at=now):
        raise CodeRefused
    return row.customer


def _code_print(asked_id: int, code: str) -> str:
    return fingerprint(f"customer-code:{asked_id}:{code}")


def open_session(customer: Customer, *, remember: bool, now: datetime) -> str:
    """Sign a customer in; returns the secret for the browser's cookie, never used before."""
    clear = secrets.token_urlsafe(32)
    CustomerSession.objects.create(
        customer=customer,
        fingerprint=fingerprint(clear),
        remembered=remember,
        made_at=now,
        expires_at=now + (REMEMBERED if remember else NOT_REMEMBERED),
    )
    return clear


def session_of(clear: str, *, now: datetime) -> CustomerSession | None:
    """The session with this secret, while it lasts, was not ended, and its customer is known."""
    if not clear:
        return None
    rows = CustomerSession.objects.select_related("customer__key").filter(
        fingerprint=fingerprint(clear),
        revoked_at__isnull=True,
        expires_at__gt=now,
        customer__forgotten_at__isnull=True,
    )
    return rows.first()


def end_session(session: CustomerSession, *, now: datetime) -> None:
    CustomerSession.objects.filter(id=session.id, revoked_at__isnull=True).update(revoked_at=now)


def end_sessions_of(customer_id: int, *, now: datetime) -> int:
    """Sign a customer out everywhere, at once; codes on their way are worth nothing either. Returns how many sessions
    ended."""
    CustomerSignIn.objects.filter(customer_id=customer_id, used_at__isnull=True).update(used_at=now)
    return CustomerSession.objects.filter(customer_id=customer_id, revoked_at__isnull=True).update(
        revoked_at=now
    )


def sessions_of(customer_id: int, *, now: datetime) -> int:
    """In how many browsers a customer is signed in."""
    return CustomerSession.objects.filter(
        customer_id=customer_id, revoked_at__isnull=True, expires_at__gt=now
    ).count()


def drop_ended(now: datetime) -> int:
    """A sweep: rows that ended more than a day ago go. Returns how many went."""
    until = now - KEPT_AFTER
    asked, _each = CustomerSignIn.objects.filter(expires_at__lt=until).delete()
    ended = Q(expires_at__lt=until) | Q(revoked_at__lt=until)
    sessions, _each = CustomerSession.objects.filter(ended).delete()
    return asked + sessions
