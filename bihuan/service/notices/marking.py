"""What becomes of a notice is written here: sent, put off, given up."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.registers.channels.channel import USUAL, Provider, provider
from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.service.notices.events import NoticeGivenUp, NoticeSent
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import ATTEMPTS, backoff

LEASE = timedelta(minutes=2)
OUTBOX = "outbox"


def named_provider(channel: str) -> str:
    """Who carries a channel, by name: as the installation says, else the channel's usual way, else the outbox."""
    named: dict[str, str] = settings.BIHUAN_PROVIDERS
    return named.get(channel) or USUAL.get(channel, OUTBOX)


def provider_for(channel: str) -> Provider:
    """The provider that carries a channel."""
    return provider(named_provider(channel))


def is_final(notice: Notice, error: Exception) -> bool:
    """Whether no further try on this channel is of use."""
    return isinstance(error, NeverSent) or notice.attempts >= ATTEMPTS


def trouble_of(error: Exception) -> str:
    """What went wrong in a word. An error that is no refusal may hold the message in its words: only its kind is
    kept."""
    return error.code if isinstance(error, NotSent) else type(error).__qualname__


def failed(notice: Notice, error: Exception, *, now: datetime, once: bool = False) -> None:
    """An attempt came to nothing: another one later, or none where none is of use (or `once`)."""
    trouble = trouble_of(error)
    if once or is_final(notice, error):
        give_up(notice, trouble, now=now)
        return
    wait = backoff(notice.attempts)
    if isinstance(error, NotSent) and error.again_after is not None:
        wait = max(wait, error.again_after)
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(
        next_at=now + wait, trouble=trouble[:120], failed_at=now
    )


@transaction.atomic
def sent(notice: Notice, *, by: str, reference: str, now: datetime) -> None:
    """Written down as sent, on the story of its case too where a customer was told."""
    done = {
        "state": Notice.SENT,
        "sent_at": now,
        "provider": by[:40],
        "reference": reference[:120],
        "trouble": "",
    }
    mine = Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(**done)
    if mine and notice.case is not None and notice.customer_id is not None:
        event = NoticeSent(
            subject_id=notice.case.id, notice_id=notice.id, about=notice.kind, channel=notice.channel
        )
        record(event, by=CLOCK, now=now, chain=notice.case.chain_id)


@transaction.atomic
def give_up(notice: Notice, trouble: str, *, now: datetime) -> None:
    """No further try. Somebody must ring where it was meant for a customer."""
    ended = Notice.objects.filter(id=notice.id, state=Notice.WAITING)
    if ended.update(state=Notice.GIVEN_UP, trouble=trouble[:120], failed_at=now):
        say_given_up(notice, now=now)


def say_given_up(notice: Notice, *, now: datetime) -> None:
    """Write down that a customer could not be told: somebody must ring. Runs in a transaction."""
    if notice.case is None or notice.customer_id is None:
        return
    event = NoticeGivenUp(
        subject_id=notice.case.id, notice_id=notice.id, about=notice.kind, channel=notice.channel
    )
    record(event, by=CLOCK, now=now, chain=notice.case.chain_id)
