"""What came in and belongs to nobody is not kept for ever: what people put aside as spam or closed without a report,
and what machines wrote. After its term the bytes and their key are destroyed; the row stays, the closing stays even.

Calls and chats of people we never came to know have terms of their own (`calls/`, `chats/`).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.running import take_turn
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import destroy_all
from bihuan.registers.customers.terms import NOBODYS, days_kept
from bihuan.service.intake.events import MessageErased
from bihuan.service.intake.models import RawMessage, Report

NAME = "messages of nobody"
HOURS = range(2, 5)  # of the installation's night
EVERY = timedelta(minutes=10)
AT_ONCE = 500
ENDED = (RawMessage.SPAM, RawMessage.AUTOMATIC, RawMessage.ANSWERED, RawMessage.DUPLICATE, RawMessage.PROBE)
ELSEWHERE = ("hotline", "chat")


def erase_nobodys(now: datetime) -> int:
    """A sweep: in the night, some messages a turn. Returns how many were erased."""
    if localtime(now).hour not in HOURS or not take_turn(NAME, every=EVERY, now=now):
        return 0
    return erase(list(due(now)[:AT_ONCE]), now=now)


def due(now: datetime) -> QuerySet[RawMessage]:
    """Messages whose term is over and that no report was made of, with a key that lies under no customer's."""
    since = now - timedelta(days=days_kept(NOBODYS))
    rows = RawMessage.objects.filter(state__in=ENDED, received_at__lt=since, settled_at__lt=since)
    rows = rows.filter(key__under__isnull=True, key__destroyed_at__isnull=True).exclude(channel__in=ELSEWHERE)
    return rows.filter(~Exists(Report.objects.filter(raw=OuterRef("id")))).order_by("received_at", "id")


def erase(messages: list[RawMessage], *, now: datetime) -> int:
    """Destroy these messages' keys and bytes, and write down that it was done."""
    if not messages:
        return 0
    with transaction.atomic():
        destroy_all([one.key_id for one in messages], now=now)
        RawMessage.objects.filter(id__in=[one.id for one in messages]).update(
            body_sealed="", why_sealed="", kept_as="", digest=""
        )
        with writing():
            for one in messages:
                told = MessageErased(subject_id=one.id, channel=one.channel, state=one.state)
                record(told, by=CLOCK, now=now)
    for one in messages:
        if one.kept_as:
            files.drop_of(one.key_id)
    return len(messages)
