"""What a visitor of the demo reads on the customer's phone: messages into a chat, SMS to a number. Only where the demo
company lives; elsewhere nobody reads anything here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from bihuan.ground.vault.actions import keys_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.signing_in import is_demo
from bihuan.registers.channels.models import Follower
from bihuan.registers.channels.wechat.followers import KIND, mark_of
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.models import Contact
from bihuan.registers.customers.queries import known_by
from bihuan.service.notices.models import Notice
from bihuan.service.notices.words import KINDS

NEWEST = 30


@dataclass(frozen=True, kw_only=True)
class Played:
    """One message as the customer reads it; `manner` says how it went into a chat."""

    at: datetime
    words: str
    title: str
    manner: str


def in_chat(openid: str) -> list[Played]:
    """What was written into this chat, the oldest first."""
    _only_in_demo()
    mark = mark_of(openid)
    owners = {
        *Contact.objects.filter(kind=KIND, blind=mark).values_list("customer_id", flat=True),
        *Follower.objects.filter(blind=mark, customer__isnull=False).values_list("customer_id", flat=True),
    }
    return _read(Notice.objects.filter(channel=Notice.WECHAT, customer_id__in=owners), to=openid)


def on_phone(number: str) -> list[Played]:
    """The SMS to this number (E.164), the oldest first."""
    _only_in_demo()
    known = known_by(reach_by(phone=number))
    return (
        [] if known is None else _read(Notice.objects.filter(channel=Notice.SMS, customer=known), to=number)
    )


def recent_phones(limit: int = 5) -> list[str]:
    """Numbers that were written to last, in clear: those of made-up people."""
    _only_in_demo()
    rows = Notice.objects.filter(channel=Notice.SMS, customer__isnull=False).order_by("-id")[: limit * 8]
    held = list(rows.values_list("receiver_sealed", flat=True))
    hand = keys_of(held)
    return list(dict.fromkeys(one for sealed in held if (one := hand.open(sealed))))[:limit]


def _read(rows: QuerySet[Notice], *, to: str) -> list[Played]:
    newest: Iterable[Notice] = reversed(
        rows.exclude(state=Notice.GIVEN_UP).order_by("-made_at", "-id")[:NEWEST]
    )
    found = list(newest)
    hand = keys_of(text for row in found for text in (row.words_sealed, row.receiver_sealed))
    return [
        Played(
            at=row.sent_at or row.made_at,
            words=hand.open(row.words_sealed) or "",
            title=str(KINDS.get(row.kind, "")),
            manner=row.manner,
        )
        for row in found
        if hand.open(row.receiver_sealed) == to
    ]


def _only_in_demo() -> None:
    if not (settings.BIHUAN_DEMO and is_demo()):
        raise NotFound
