"""How a notice becomes a row: sealed, once, and handed on when its time has come."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bihuan.ground.vault.actions import SealedBy
from bihuan.service.notices.marking import say_given_up
from bihuan.service.notices.models import Notice
from bihuan.service.notices.sending import hand_on

FILLED = frozenset(
    {Notice.SMS, Notice.RING, Notice.PUSH, Notice.WECHAT, Notice.MAIL}
)  # channels whose providers fill texts themselves


@transaction.atomic
def keep_notice(
    made: Notice,
    hand: SealedBy,
    key_id: int,
    *,
    address: str,
    subject: str,
    words: str,
    now: datetime,
    fill: Mapping[str, str] | None = None,
) -> Notice | None:
    """Store it unless its event was told already (None then), and hand it on when its time has come."""
    made.receiver_sealed = hand.seal(key_id, address)
    made.subject_sealed = hand.seal(key_id, subject)
    made.words_sealed = hand.seal(key_id, words)
    if fill and made.channel in FILLED:
        made.fill_sealed = hand.seal(key_id, json.dumps(dict(fill), ensure_ascii=False))
    Notice.objects.bulk_create([made], ignore_conflicts=True)
    kept = Notice.objects.get(about=made.about, receiver=made.receiver, channel=made.channel)
    if kept.words_sealed != made.words_sealed:  # sealed anew each time, so equal only when it is this one
        return None
    made.id = kept.id
    if kept.state == Notice.WAITING and kept.next_at <= now:
        hand_on([kept])
    if kept.state == Notice.GIVEN_UP:
        say_given_up(made, now=now)
    return kept
