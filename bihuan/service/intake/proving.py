"""Whether a channel works: what we send ourselves by it, from end to end, must come in again.

A probe carries a token that only this installation can make. Whoever takes it in notes the moment; a channel by which
none came through for too long has fallen silent, and somebody is told.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.ground.vault.actions import signature
from bihuan.service.intake.events import ChannelFellSilent, ChannelHeardAgain
from bihuan.service.intake.models import ChannelWatch

EVERY = timedelta(minutes=15)
SILENT_AFTER = 2 * EVERY + timedelta(minutes=5)  # two in a row that did not come through
VALID = timedelta(hours=1)
MARK = "probe"


def probe_token(channel: str, *, now: datetime) -> str:
    """What a probe of this channel carries: ASCII, no spaces, good for an hour."""
    at = int(now.timestamp())
    return f"{MARK}.{channel}.{at}.{_sign(channel, at)}"


def is_own(token: str, channel: str, *, now: datetime) -> bool:
    """Whether this is a probe that we sent by this channel within the hour."""
    parts = token.split(".")
    if len(parts) != 4 or parts[:2] != [MARK, channel] or not (parts[2].isascii() and parts[2].isdecimal()):
        return False
    at = int(parts[2][:12])
    fresh = abs(now.timestamp() - at) <= VALID.total_seconds()
    return fresh and hmac.compare_digest(parts[3].encode(), _sign(channel, at).encode())


def _sign(channel: str, at: int) -> str:
    return signature("channel-probe", channel, at)[:22]  # 132 bits


@transaction.atomic
def note_knock(channel: str, *, trouble: str, now: datetime) -> None:
    """A probe was sent; `trouble` says in a word why it could not even be handed over."""
    row, _new = ChannelWatch.objects.get_or_create(channel=channel)
    ChannelWatch.objects.filter(id=row.id).update(knocked_at=now, trouble=trouble[:40])


@transaction.atomic
def prove(channel: str, *, now: datetime) -> None:
    """A probe came through. A channel that was silent is so no more."""
    row, _new = ChannelWatch.objects.get_or_create(channel=channel)
    was_silent = ChannelWatch.objects.filter(id=row.id, silent_since__isnull=False).update(silent_since=None)
    ChannelWatch.objects.filter(id=row.id).update(proven_at=now, trouble="")
    if was_silent:
        record(ChannelHeardAgain(subject_id=row.id, channel=channel), by=CLOCK, now=now)


def find_silent(now: datetime) -> int:
    """A sweep: channels that are tried but by which nothing came through for too long; each is told of once. Returns
    how many fell silent."""
    tried = ChannelWatch.objects.filter(silent_since__isnull=True, knocked_at__gte=now - SILENT_AFTER)
    found = 0
    for row in tried:
        if now - (row.proven_at or row.knocked_at or now) > SILENT_AFTER or _never_worked(row, now):
            found += _fell_silent(row, now)
    return found


def _never_worked(row: ChannelWatch, now: datetime) -> bool:
    """Tried, and not even handed over: there is nothing to wait for."""
    return row.proven_at is None and bool(row.trouble)


def _fell_silent(row: ChannelWatch, now: datetime) -> int:
    with transaction.atomic():
        mine = ChannelWatch.objects.filter(id=row.id, silent_since__isnull=True).update(silent_since=now)
        if mine:
            record(ChannelFellSilent(subject_id=row.id, channel=row.channel), by=CLOCK, now=now)
    return mine


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How a channel stands: when it was last tried, and last proven to work."""

    channel: str
    knocked_at: datetime | None
    proven_at: datetime | None
    silent_since: datetime | None
    trouble: str


def proofs() -> dict[str, Proof]:
    """By channel."""
    return {
        row.channel: Proof(
            channel=row.channel,
            knocked_at=row.knocked_at,
            proven_at=row.proven_at,
            silent_since=row.silent_since,
            trouble=row.trouble,
        )
        for row in ChannelWatch.objects.all()
    }
