"""A message that one channel does not carry goes by the next: never silently, and never twice by one."""

import json
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault.actions import SealedBy, keys
from bihuan.registers.customers.models import Customer
from bihuan.service.notices.models import Notice
from bihuan.service.notices.reaching import way_for
from bihuan.service.notices.rules import kind_on
from bihuan.service.notices.short_links import link_for
from bihuan.service.notices.texts import dressed, filled
from bihuan.service.notices.wordings import parts_of

ONLY_HERE = frozenset({"sign_in_code"})  # what proves that somebody holds this very number


@transaction.atomic
def fell_on(notice: Notice, trouble: str, *, now: datetime, state: str = Notice.WAITING) -> bool:
    """Let the next channel carry it; the old row says why and where it went. False when there is none: then somebody
    must ring. `state` is what the row must still be in, so that this happens once."""
    if notice.customer_id is None or notice.kind in ONLY_HERE:
        return False
    customer = Customer.objects.select_related("key").get(id=notice.customer_id)
    if customer.forgotten_at is not None:
        return False
    hand = keys(customer.key)
    tried = Notice.objects.filter(about=notice.about, receiver=notice.receiver).values_list(
        "channel", flat=True
    )
    channel, address = way_for(
        customer, hand, kind=notice.kind, language=notice.language, now=now, without=frozenset(tried)
    )
    if channel == Notice.CALL:
        return False
    mine = Notice.objects.filter(id=notice.id, state=state)
    if not mine.update(state=Notice.GIVEN_UP, trouble=trouble[:120], failed_at=now, fell_to=channel):
        return False
    _write(notice, customer, hand, channel=channel, address=address, now=now)
    return True


def _write(
    before: Notice, customer: Customer, hand: SealedBy, *, channel: str, address: str, now: datetime
) -> None:
    """The same message for another channel, dressed anew. A sweep hands it on within seconds."""
    fill: dict[str, str] = json.loads(hand.open(before.fill_sealed) or "{}")
    link = link_for(channel, fill.pop("link", ""), customer=customer, hand=hand, now=now)
    kind = kind_on(before.kind, channel)
    text = filled(parts_of("customer", kind, language=before.language), fill=fill, link=link)
    words = dressed(text.words, channel, language=before.language)
    seal, key_id = hand.seal, customer.key_id
    made = Notice(
        about=before.about,
        receiver=before.receiver,
        channel=channel,
        kind=kind,
        case_id=before.case_id,
        customer=customer,
        language=before.language,
        receiver_sealed=seal(key_id, address),
        subject_sealed=seal(key_id, text.subject),
        words_sealed=seal(key_id, words),
        fill_sealed=seal(key_id, json.dumps({**fill, "link": link}, ensure_ascii=False)),
        next_at=now,
        made_at=now,
    )
    Notice.objects.bulk_create([made], ignore_conflicts=True)
