"""Whose chat it is: a customer who signed in by their phone gets a code and types it into the chat.

Nothing leads from the chat to the customer but this code, so that nobody can be lured by a link into giving their
messages to a stranger. A code is good for ten minutes and once; a chat that guesses is not heard for a while.
"""

import secrets
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.errors import Refusal
from bihuan.registers.channels.models import BindingCode, Follower
from bihuan.registers.channels.wechat.followers import mark_of
from bihuan.registers.customers.actions import note_consents
from bihuan.registers.customers.models import Customer

LASTS = timedelta(minutes=10)
TRIES, REST_SECONDS = 5, 600
CONSENT = "wechat"


class BindingRefused(Refusal):
    """The same sentence whatever is wrong with a code."""

    def __init__(self) -> None:
        super().__init__(_("This code is not right or has ended. Ask for a new one on your own page."))


def new_code(customer: Customer, *, now: datetime) -> str:
    """A code of eight digits for this customer; the one before is worth nothing any more."""
    BindingCode.objects.filter(customer=customer, used_at__isnull=True).delete()
    code = f"{secrets.randbelow(10**8):08d}"
    BindingCode.objects.create(
        code_print=_print(code), customer=customer, made_at=now, expires_at=now + LASTS
    )
    return code


@transaction.atomic
def bind(openid: str, code: str, *, now: datetime) -> Customer:
    """Bind this chat to the customer whose code it names. The same code from the same chat once more changes nothing:
    WeChat delivers twice."""
    mark = mark_of(openid)
    rows = BindingCode.objects.select_related("customer").filter(
        code_print=_print(code), customer__forgotten_at__isnull=True
    )
    done = rows.filter(used_by=mark).first()
    if done is not None:
        return done.customer
    if not _may_try(mark):
        raise BindingRefused
    row = rows.filter(used_at__isnull=True, expires_at__gt=now).first()
    if row is None or not rows.filter(id=row.id, used_at__isnull=True).update(used_at=now, used_by=mark):
        raise BindingRefused
    Follower.objects.filter(blind=mark).update(customer=row.customer, bound_at=now, follows=True)
    note_consents(row.customer, {CONSENT: True}, how="wechat", now=now)
    return row.customer


@transaction.atomic
def unbind_chat(openid: str, *, now: datetime) -> bool:
    """The end of a binding, asked for in the chat. False when there was none."""
    row = Follower.objects.select_related("customer").filter(blind=mark_of(openid)).first()
    if row is None or row.customer is None:
        return False
    note_consents(row.customer, {CONSENT: False}, how="wechat", now=now)
    Follower.objects.filter(id=row.id).update(customer=None, bound_at=None)
    return True


@transaction.atomic
def unbind_customer(customer: Customer, *, how: str, now: datetime) -> int:
    """The end of every binding of a customer, asked for on their page. Returns how many ended."""
    ended = Follower.objects.filter(customer=customer).update(customer=None, bound_at=None)
    if ended:
        note_consents(customer, {CONSENT: False}, how=how, now=now)
    return ended


def drop_codes(now: datetime) -> int:
    """A sweep: codes that ended a day ago go. Returns how many."""
    gone, _each = BindingCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    return gone


def _may_try(mark: str) -> bool:
    key = f"wechat-code:{mark[:32]}"
    cache.add(key, 0, REST_SECONDS)
    try:
        return bool(cache.incr(key) <= TRIES)
    except ValueError:  # it ended between the two lines
        return True


def _print(code: str) -> str:
    return fingerprint(f"wechat-code:{code}")
