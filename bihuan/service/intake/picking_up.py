"""Fetching what a customer sent into a chat. The message was kept and answered before; the picture, voice or film lies
with WeChat for three days, so it is fetched at once, again when that fails, and then joined to its report.

Asked for outside of every transaction. A file that nobody can fetch any more leaves the message as it is, and says so.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import task

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.worktime import clock
from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.message import NeverSent, NotSent, Unreadable
from bihuan.registers.channels.models import WantedFile
from bihuan.registers.channels.wechat.account import DEMO, account
from bihuan.registers.channels.wechat.media import Fetched, fetch_media, fetch_picture
from bihuan.registers.channels.wecom_kf.media import fetch_kf_media
from bihuan.service.intake.adding import add_files
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.told import FileTold

LIES = timedelta(days=3)  # how long WeChat keeps it
LEASE = timedelta(minutes=2)
SOON, LATER = timedelta(seconds=20), timedelta(minutes=10)
WAITED = timedelta(days=30)  # how long a fetched file waits for a report
BATCH = 50


def want_file(channel: str, message_id: int, *, said: Mapping[str, str], now: datetime) -> bool:
    """Write down that this message speaks of a file; once, however often it is delivered. False when of none."""
    if not (said.get("MediaId") or said.get("PicUrl")):
        return False
    row, fresh = WantedFile.objects.get_or_create(
        message=message_id, defaults={"channel": channel, "next_at": now, "made_at": now}
    )
    if fresh:
        pick_up_soon.enqueue([row.id])
    return True


@task()
def pick_up_soon(ids: list[int]) -> None:
    """Called by the engine, as often as it likes."""
    for wanted_id in ids:
        pick_up(wanted_id, now=clock.now())


def wake_wanted(now: datetime) -> int:
    """A sweep: hand on what is due to be fetched or joined. Returns how many."""
    due = WantedFile.objects.filter(
        state__in=(WantedFile.WAITING, WantedFile.FETCHED), next_at__lte=now
    ).order_by("next_at")
    with transaction.atomic():
        ids = list(due.values_list("id", flat=True)[:BATCH])
        if ids:
            pick_up_soon.enqueue(ids)
            WantedFile.objects.filter(id__in=ids).update(next_at=now + LEASE)
    return len(ids)


def pick_up(wanted_id: int, *, now: datetime) -> bool:
    """One try to fetch a file, then to join it to its report. True when it is there."""
    row = WantedFile.objects.filter(id=wanted_id).first()
    if row is None or row.state in (WantedFile.JOINED, WantedFile.LOST):
        return False
    if row.state == WantedFile.WAITING and not _fetched(row, now=now):
        return False
    return _joined(row, now=now)


def _fetched(row: WantedFile, *, now: datetime) -> bool:
    mine = WantedFile.objects.filter(id=row.id, state=WantedFile.WAITING, attempts=row.attempts)
    if not mine.update(attempts=row.attempts + 1, next_at=now + LEASE):
        return False
    message = RawMessage.objects.select_related("key").get(id=row.message)
    try:
        found = _asked(message)
    except NotSent as refused:
        ended = isinstance(refused, NeverSent) or now - row.made_at > LIES
        wait = min(SOON * 3**row.attempts, timedelta(hours=2))
        WantedFile.objects.filter(id=row.id).update(
            state=WantedFile.LOST if ended else WantedFile.WAITING,
            trouble=refused.code[:60],
            next_at=now + max(wait, refused.again_after or SOON),
        )
        return False
    kept = files.keep(found.content, key_id=message.key_id, by=keys_for([message.key_id]))
    row.state, row.kept_as, row.media = WantedFile.FETCHED, kept.name, f"{found.media}"[:80]
    row.save(update_fields=["state", "kept_as", "media"])
    return True


def _asked(message: RawMessage) -> Fetched:
    """The file, from the house that has it."""
    raw = bytes_of(message)
    if raw is None:
        raise NeverSent("gone")
    try:
        told = reader(message.channel).read(raw).told
    except Unreadable as fault:
        raise NeverSent(fault.code) from fault
    if told.get("kf_media"):
        return fetch_kf_media(told["kf_media"])
    held = account()
    if held.app_id != DEMO and told.get("media_id"):
        return fetch_media(held, told["media_id"])
    return fetch_picture(told.get("picture", ""))


@transaction.atomic
def _joined(row: WantedFile, *, now: datetime) -> bool:
    """Put a fetched file beside the report of its message. While there is none yet, it waits."""
    mine = WantedFile.objects.filter(id=row.id, state=WantedFile.FETCHED)
    report = Report.objects.select_related("customer__key").filter(raw_id=row.message).first()
    if report is None:
        over = now - row.made_at > WAITED
        mine.update(next_at=now + LATER, state=WantedFile.LOST if over else WantedFile.FETCHED)
        return False
    if not mine.update(state=WantedFile.JOINED):
        return False
    content = files.fetch(row.kept_as, by=keys_for([files.key_of(row.kept_as)]))
    if content is None or report.customer.forgotten_at is not None:
        return False
    name = f"wechat-{row.message}.{Fetched(media=row.media, content=b'').ending}"
    add_files(report, [FileTold(name=name, media=row.media or "application/octet-stream", content=content)])
    transaction.on_commit(lambda: files.drop(row.kept_as))
    return True
