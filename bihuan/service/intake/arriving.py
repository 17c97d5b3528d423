"""The first thing done with whatever arrives: keep its very bytes. Whoever sent it is answered only after.

Nothing is read here, so nothing that is written wrongly can be lost. The bytes, the entry in the journal and the work
that they owe are one transaction; a file is on the disk before.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Actor
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import fingerprint, keys, keys_for, new_key
from bihuan.service.intake.events import MessageArrived
from bihuan.service.intake.models import RawMessage

IN_THE_ROW = 32 * 1024  # bytes; what is larger lies in a file
CHANNEL = Actor(kind="channel")


class Kept(NamedTuple):
    """The message as its row has it; `fresh` is false when the same came before."""

    message: RawMessage
    fresh: bool


def keep(channel: str, raw: bytes, *, once: str, now: datetime, received_at: datetime | None = None) -> Kept:
    """Keep what came in by a channel. `once` is the channel's own key for it: the same again is kept once, and finds
    the first. When this returns, it is durable; every error means that nothing was kept and the sender must try again.
    """
    mark = _mark(channel, once)
    if known := RawMessage.objects.filter(once_print=mark).first():
        return Kept(known, fresh=False)
    with transaction.atomic():
        message, name = _draft(channel, raw, mark=mark, now=now, received_at=received_at or now)
        if _insert(message):
            arrived = MessageArrived(subject_id=message.id, channel=channel)
            record(arrived, by=CHANNEL, now=now, happened_at=message.received_at)
            return Kept(message, fresh=True)
        transaction.set_rollback(True)  # a twin came first: neither key nor file of ours is wanted
    if name:
        files.drop(name)
    return Kept(RawMessage.objects.get(once_print=mark), fresh=False)


def _mark(channel: str, once: str) -> str:
    return fingerprint(json.dumps(["message", channel, once]))


def known_before(channel: str, onces: Iterable[str]) -> set[str]:
    """Those of these keys of a channel under which something was kept already: one statement."""
    marks = {_mark(channel, once): once for once in onces}
    rows = RawMessage.objects.filter(once_print__in=marks).values_list("once_print", flat=True)
    return {marks[mark] for mark in rows if mark is not None}


def _draft(
    channel: str, raw: bytes, *, mark: str, now: datetime, received_at: datetime
) -> tuple[RawMessage, str]:
    key = new_key(now=now)
    hand = keys(key)
    message = RawMessage(
        channel=channel,
        key=key,
        size=len(raw),
        once_print=mark,
        state=RawMessage.WAITING,
        received_at=received_at,
    )
    if len(raw) <= IN_THE_ROW:
        message.body_sealed = hand.seal(key.id, raw.decode("latin-1"))
        return message, ""
    kept = files.keep(raw, key_id=key.id, by=hand)
    message.kept_as, message.digest = kept.name, kept.digest
    return message, kept.name


def _insert(message: RawMessage) -> bool:
    """Whether the row is new. Of many at once exactly one is: the others wait for it, then find it."""
    RawMessage.objects.bulk_create([message], ignore_conflicts=True)
    number, key_id = RawMessage.objects.values_list("id", "key_id").get(once_print=message.once_print)
    message.id = number
    return key_id == message.key_id


def bytes_of(message: RawMessage) -> bytes | None:
    """The very bytes that came in; None when their key was destroyed, or their file is gone."""
    hand = keys_for([message.key_id])
    if message.kept_as:
        return files.fetch(message.kept_as, by=hand)
    clear = hand.open(message.body_sealed)
    return None if clear is None else clear.encode("latin-1")
