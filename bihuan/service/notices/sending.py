"""Handing notices to the providers. The rows are the truth; the task engine only makes it quick.

A claim counts the attempt before the provider is called, so that two workers never send the same attempt; a
worker that dies is followed by the next attempt after `LEASE`.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.tasks import task

from bihuan.ground.vault.actions import keys_of
from bihuan.ground.worktime import clock
from bihuan.ground.worktime.calendar import next_open
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.channels.message import OutgoingMessage
from bihuan.service.dispatch.policy import CONTACT_HOURS
from bihuan.service.intake.replying import reply_token
from bihuan.service.notices.bundling import speak
from bihuan.service.notices.capping import held_back
from bihuan.service.notices.falling import fell_on
from bihuan.service.notices.habits import peace_ends
from bihuan.service.notices.marking import (
    LEASE,
    failed,
    give_up,
    is_final,
    provider_for,
    sent,
    trouble_of,
)
from bihuan.service.notices.models import Notice
from bihuan.service.notices.reaching import allowed, learned
from bihuan.service.notices.rules import is_direct

BATCH = 200


def hand_on(notices: Iterable[Notice]) -> None:
    """Ask the engine to send these as soon as this transaction is through."""
    waiting = [[one.id, one.attempts] for one in notices]
    if waiting:
        send_soon.enqueue(waiting)


@task()
def send_soon(waiting: list[list[int]]) -> None:
    """Called by the engine, as often as it likes: one attempt is made once. What waits for one group goes together."""
    handed: dict[int, int] = {one: attempts for one, attempts in waiting}  # noqa: C416 (lists, not pairs)
    for group_id, ids in _by_group(handed).items():
        speak(group_id, handed={one: handed.pop(one) for one in ids}, now=clock.now())
    for notice_id, attempts in handed.items():
        send_one(notice_id, attempts=attempts, now=clock.now())


def _by_group(handed: Iterable[int]) -> dict[int, list[int]]:
    """Those of these notices that go to chat groups, by group."""
    found: dict[int, list[int]] = {}
    rows = Notice.objects.filter(id__in=list(handed), group__isnull=False)
    for notice_id, group_id in rows.values_list("id", "group_id"):
        found.setdefault(group_id or 0, []).append(notice_id)
    return found


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
    rows = list(due[:BATCH])
    groups = {one.group_id for one in rows if one.group_id is not None}
    spoken = sum(speak(group_id, handed={}, now=now) for group_id in sorted(groups))
    alone = [one for one in rows if one.group_id is None]
    return spoken + sum(send_one(one.id, attempts=one.attempts, now=now) for one in alone)


def send_one(notice_id: int, *, attempts: int, now: datetime) -> bool:
    """One attempt; False when another worker made it, it has to wait, or the provider refused."""
    notice = Notice.objects.select_related("case", "person").filter(id=notice_id).first()
    if notice is not None and notice.group_id is not None:
        return bool(speak(notice.group_id, handed={notice_id: attempts}, now=now))
    if notice is None or _at_night(notice, now) or _in_peace(notice, now) or held_back(notice, now):
        return False
    mine = Notice.objects.filter(id=notice_id, state=Notice.WAITING, attempts=attempts)
    if not mine.update(attempts=attempts + 1, next_at=now + LEASE):
        return False
    notice.attempts = attempts + 1
    message = _opened(notice)
    if message is None:
        give_up(notice, "forgotten", now=now)
        return False
    try:
        by = provider_for(notice.channel)
        reference = by.send(allowed(notice, message, now=now)).reference
    except Exception as error:  # a provider may fail in ways of its own
        learned(notice, message.receiver, error)
        if not (is_final(notice, error) and fell_on(notice, trouble_of(error), now=now)):
            failed(notice, error, now=now)
        return False
    sent(notice, by=by.name, reference=reference, now=now)
    return True


def _opened(notice: Notice) -> OutgoingMessage | None:
    """The message in clear; None when its customer was forgotten meanwhile."""
    hand = keys_of([notice.words_sealed])
    words = hand.open(notice.words_sealed)
    if words is None:
        return None
    fill: dict[str, str] = json.loads(hand.open(notice.fill_sealed) or "{}")
    return OutgoingMessage(
        id=notice.id,
        kind=notice.channel,
        receiver=hand.open(notice.receiver_sealed) or "",
        subject=hand.open(notice.subject_sealed) or "",
        words=words,
        link=fill.pop("link", ""),
        template=f"{'customer' if notice.customer_id else 'staff'}.{notice.kind}",
        language=notice.language,
        fill=fill,
        thread=_thread(notice),
    )


def _thread(notice: Notice) -> str:
    """By what an answer by mail finds the case; only its customer is given that."""
    if notice.channel != Notice.MAIL or notice.customer_id is None or notice.case is None:
        return ""
    return reply_token(notice.case.report)


def after_quiet_hours(now: datetime) -> datetime:
    """Now by day; in the evening and at night the next morning."""
    return next_open(calendar_for(CONTACT_HOURS), now) or now


def _came_by(notice: Notice) -> str:
    return notice.case.channel if notice.case is not None else ""


def _at_night(notice: Notice, now: datetime) -> bool:
    """Whether its time has slipped into the quiet hours, since a provider or we ourselves were away: then it waits
    for the morning, and no attempt is counted. What answers the customer directly goes out at any hour."""
    if notice.customer_id is None or is_direct(notice.kind, came_by=_came_by(notice)):
        return False
    morning = after_quiet_hours(now)
    if morning <= now:
        return False
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(next_at=morning)
    return True


def _in_peace(notice: Notice, now: datetime) -> bool:
    """Whether a colleague's quiet hours have begun meanwhile: then it waits for their end, uncounted."""
    if notice.person is None or notice.presses:
        return False
    later = peace_ends(notice.person, now=now)
    if later <= now:
        return False
    Notice.objects.filter(id=notice.id, state=Notice.WAITING).update(next_at=later)
    return True
