"""Handing notices to the providers. The rows are the truth; the task engine only makes it quick.

A claim counts the attempt before the provider is called, so that two workers never send the same attempt; a
worker that dies is followed by the next attempt after `LEASE`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.tasks import task

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.ground.vault.actions import keys_of
from bihuan.ground.worktime import clock
from bihuan.ground.worktime.calendar import next_open
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.channels.channel import Provider, provider
from bihuan.registers.channels.message import NotSent, OutgoingMessage
from bihuan.service.dispatch.policy import CONTACT_HOURS
from bihuan.service.notices.events import NoticeGivenUp, NoticeSent
from bihuan.service.notices.models import Notice
from bihuan.service.notices.rules import ATTEMPTS, DIRECT, HOUR, backoff

LEASE = timedelta(minutes=2)
BATCH = 200
OUTBOX = "bihuan.registers.channels.outbox.provider.OUTBOX"


def provider_for(channel: str) -> Provider:
    """The provider that the settings name for sms, mail or push; the outbox where they name none."""
    named: dict[str, str] = getattr(settings, "BIHUAN_PROVIDERS", {})
    return provider(named.get(channel, OUTBOX))


def hourly_cap() -> int:
    """How many messages one address gets in an hour at most."""
    return int(getattr(settings, "BIHUAN_NOTICES_AN_HOUR", 20))


def hand_on(notices: Iterable[Notice]) -> None:
    """Ask the engine to send these as soon as this transaction is through."""
    waiting = [[one.id, one.attempts] for one in notices]
    if waiting:
        send_soon.enqueue(waiting)


@task()
def send_soon(waiting: list[list[int]]) -> None:
    """Called by the engine, as often as it likes: one attempt is made once."""
    for notice_id, attempts in waiting:
        send_one(notice_id, attempts=attempts, now=clock.now())


def wake_due(now: datetime) -> int:
    """A sweep: hand on what is due by now, whatever became of its task. Returns how many."""
    with transaction.atomic():
        due = list(Notice.objects.filter(state=Notice.WAITING, next_at__lte=now).order_by("next_at")[:BATCH])
        Notice.objects.filter(id__in=[one.id for one in due], state=Notice.WAITING).update(
            next_at=now + LEASE
        )
        hand_on(due)
    return len(due)


def send_due(now: datetime) -> int:
    """Send what is due by now, here and at once. Returns how many went out."""
    due = Notice.objects.filter(state=Notice.WAITING, next_at__lte=now).order_by("next_at", "id")
    return sum(send_one(one.id, attempts=one.attempts, now=now) for one in due[:BATCH])


def send_one(notice_id: int, *, attempts: int, now: datetime) -> bool:
    """One attempt; False when another worker made it, it has to wait, or the provider refused."""
    notice = Notice.objects.select_related("case").filter(id=notice_id).first()
    if notice is None or _at_night(notice, now) or _too_many(notice, now):
        return False
    mine = Notice.objects.filter(id=notice_id, state=Notice.WAITING, attempts=attempts)
    if not mine.update(attempts=attempts + 1, next_at=now + LEASE):
        return False
    notice.attempts = attempts + 1
    message = _opened(notice)
    if message is None:
        _give_up(notice, "forgotten", now=now)
        return False
    try:
        by = provider_for(notice.channel)
        reference = by.send(message).reference
    except NotSent as refused:
        _put_off(notice, type(refused).__name__, now=now)
        return False
    except Exception as error:  # a provider may fail in ways of its own; its words may hold the message
        _put_off(notice, type(error).__qualname__, now=now)
        return False
    _sent(notice, by=by.name, reference=reference, now=now)
    return True


def _opened(notice: Notice) -> OutgoingMessage | None:
    """The message in clear; None when its customer was forgotten meanwhile."""
    hand = keys_of([notice.words_sealed])
    words = hand.open(notice.words_sealed)
    if words is None:
        return None
    return OutgoingMessage(
        id=notice.id,
        kind=notice.channel,
        receiver=hand.open(notice.receiver_sealed) or "",
        subject=hand.open(notice.subject_sealed) or "",
        words=words,
    )


def after_quiet_hours(now: datetime) -> datetime:
    """Now by day; in the evening and at night the next morning."""
    return next_open(calendar_for(CONTACT_HOURS), now) or now


def _at_night(notice: Notice, now: datetime) -> bool:
    """Whether its time has slipped into the quiet hours, since a provider or we ourselves were away: then it waits
    for the morning, and no attempt is counted. What answers the customer directly goes out at any hour."""
    if notice.customer_id is None or notice.kind in DIRECT:
        return False
    morning = after_quiet_hours(now)
    if morning <= now:
        return False
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(next_at=morning)
    return True


def _too_many(notice: Notice, now: datetime) -> bool:
    """Whether this address had its share of the hour; then the notice waits, and no attempt is counted."""
    recent = Notice.objects.filter(
        receiver=notice.receiver, channel=notice.channel, sent_at__gt=now - HOUR, sent_at__lte=now
    ).order_by("sent_at")
    times = list(recent.values_list("sent_at", flat=True)[: hourly_cap() + 1])
    if len(times) < hourly_cap() or times[0] is None:
        return False
    again = times[0] + HOUR
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(next_at=again, trouble="hourly_cap")
    return True


@transaction.atomic
def _sent(notice: Notice, *, by: str, reference: str, now: datetime) -> None:
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


def _put_off(notice: Notice, trouble: str, *, now: datetime) -> None:
    if notice.attempts >= ATTEMPTS:
        _give_up(notice, trouble, now=now)
        return
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(
        next_at=now + backoff(notice.attempts), trouble=trouble[:120]
    )


@transaction.atomic
def _give_up(notice: Notice, trouble: str, *, now: datetime) -> None:
    ended = Notice.objects.filter(id=notice.id, state=Notice.WAITING)
    if ended.update(state=Notice.GIVEN_UP, trouble=trouble[:120]):
        say_given_up(notice, now=now)


def say_given_up(notice: Notice, *, now: datetime) -> None:
    """Write down that a customer could not be told: somebody must ring. Runs in a transaction."""
    if notice.case is None or notice.customer_id is None:
        return
    event = NoticeGivenUp(
        subject_id=notice.case.id, notice_id=notice.id, about=notice.kind, channel=notice.channel
    )
    record(event, by=CLOCK, now=now, chain=notice.case.chain_id)
