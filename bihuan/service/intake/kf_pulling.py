"""Pulling what customers wrote by 微信客服: WeCom only says that there is something, the messages must be asked for.

Each is kept before the cursor moves on, so that a process that dies in between asks for it again and keeps it once.
Asked for outside of every transaction, by one at a time.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.tasks import task

from bihuan.ground.worktime import clock
from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.models import PulledTo
from bihuan.registers.channels.wechat.followers import hear_at_desk
from bihuan.registers.channels.wecom_kf.account import Account, kf_account
from bihuan.registers.channels.wecom_kf.pulling import Pulled, bytes_of_message, pull
from bihuan.registers.channels.wecom_kf.reader import HANDLE, media_of
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.picking_up import want_file

NAME = "wecom_kf"
EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
ROUNDS = 20


@task()
def pull_soon(hint: str) -> None:
    """Called by the engine, as often as it likes."""
    pull_messages(hint=hint, now=clock.now())


def wake_pull(now: datetime) -> int:
    """A sweep: ask every minute, whatever became of a knock. Returns 1 when it is time to."""
    if kf_account() is None:
        return 0
    row, _new = PulledTo.objects.get_or_create(name=NAME)
    if row.pulled_at is not None and now - row.pulled_at < EVERY:
        return 0
    pull_soon.enqueue("")
    return 1


def trouble_of_pulling() -> str:
    """What went wrong at the last try, in a word; empty for nothing."""
    return PulledTo.objects.filter(name=NAME).values_list("trouble", flat=True).first() or ""


def pull_messages(*, hint: str = "", now: datetime) -> int:
    """Ask for all that is new and keep it. Returns how many messages were new."""
    account = kf_account()
    if account is None or not _taken(now):
        return 0
    trouble, fresh = "", 0
    try:
        fresh = _all(account, hint=hint, now=now)
    except NotSent as refused:
        trouble = refused.code[:60]
    finally:
        PulledTo.objects.filter(name=NAME).update(taken_until=None, pulled_at=now, trouble=trouble)
    return fresh


def _all(account: Account, *, hint: str, now: datetime) -> int:
    fresh = 0
    for _round in range(ROUNDS):
        cursor = PulledTo.objects.get(name=NAME).cursor
        found = pull(account, cursor=cursor, hint=hint)
        fresh += _kept(found, now=now)
        PulledTo.objects.filter(name=NAME).update(cursor=found.cursor[:300])
        if not found.more:
            break
    return fresh


def _kept(found: Pulled, *, now: datetime) -> int:
    fresh = 0
    for one in found.messages:
        kept = keep("wechat", bytes_of_message(one), once=f"kf {one['msgid']}"[:200], now=now)
        fresh += kept.fresh
        want_file("wechat", kept.message.id, said={"MediaId": media_of(one)}, now=now)
        _heard(one, now=now)
    return fresh


def _heard(told: Mapping[str, Any], *, now: datetime) -> None:
    """A message of a customer opens the window for our answers; when they wrote it is WeCom's to say."""
    who, desk, sent = told.get("external_userid"), told.get("open_kfid"), told.get("send_time")
    if not (who and desk and isinstance(sent, int)) or told.get("msgtype") == "event":
        return
    at = datetime.fromtimestamp(max(0, min(sent, int(now.timestamp()))), UTC)
    hear_at_desk(f"{HANDLE}{who}"[:128], str(desk)[:64], at=at)


def _taken(now: datetime) -> bool:
    """Whether it is ours to ask: nobody else does just now, or whoever did has died."""
    PulledTo.objects.get_or_create(name=NAME)
    free = PulledTo.objects.filter(Q(taken_until__isnull=True) | Q(taken_until__lt=now), name=NAME)
    return bool(free.update(taken_until=now + LEASE))
