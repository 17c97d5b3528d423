"""Links short enough for an SMS: `/k/` and sixteen signs on the company's own domain, 96 bits that nobody guesses.

One is made for each way of a customer and found again, so that two messages about one thing carry the same.
"""

import secrets
from datetime import datetime

from django.conf import settings

from bihuan.ground.vault.actions import SealedBy, blind, fingerprint, keys
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.models import Customer
from bihuan.service.notices.models import Notice, ShortLink

LONGEST = 40  # signs of link and token together that carriers let pass
BYTES = 12


def link_for(channel: str, link: str, *, customer: Customer, hand: SealedBy, now: datetime) -> str:
    """The link as a channel carries it: short in an SMS where it would be too long, as it is elsewhere."""
    if channel != Notice.SMS or len(link) <= LONGEST or not link.startswith(f"{settings.BIHUAN_ADDRESS}/"):
        return link
    path = link.removeprefix(settings.BIHUAN_ADDRESS)
    return f"{settings.BIHUAN_ADDRESS}/k/{_token(path, customer=customer, hand=hand, now=now)}"


def _token(path: str, *, customer: Customer, hand: SealedBy, now: datetime) -> str:
    mark, key_id = blind("short-link", path), customer.key_id
    token = secrets.token_urlsafe(BYTES)
    made = ShortLink(
        token_print=fingerprint(token),
        customer=customer,
        path_blind=mark,
        path_sealed=hand.seal(key_id, path),
        token_sealed=hand.seal(key_id, token),
        made_at=now,
    )
    ShortLink.objects.bulk_create([made], ignore_conflicts=True)
    held = ShortLink.objects.get(customer=customer, path_blind=mark)
    return hand.open(held.token_sealed) or token


def path_of(token: str) -> str:
    """Where a short link leads, beginning with a slash; NotFound for one that we did not give out, or of a customer
    who was forgotten."""
    row = (
        ShortLink.objects.select_related("customer__key")
        .filter(token_print=fingerprint(token or " "), customer__forgotten_at__isnull=True)
        .first()
    )
    path = keys(row.customer.key).open(row.path_sealed) if row is not None else None
    if not path:
        raise NotFound
    return path
