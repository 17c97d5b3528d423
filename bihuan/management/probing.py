"""Knocking at our own doors: now and then a probe is sent by each channel that is set up, from end to end.

It goes the way that a customer's message goes, from outside, and proves the channel when it arrives and is read. It
never holds up a sweep: it has a thread of its own, and a few seconds for each door.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from json import dumps
from threading import Thread
from time import time
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection

from bihuan.ground.journal.running import note_turn, take_turn
from bihuan.registers.access.actions import forget_token, make_token
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.hotline.account import account as telephone
from bihuan.registers.channels.hotline.signing import signed
from bihuan.registers.channels.mail.account import account as mailbox
from bihuan.registers.channels.message import NotSent
from bihuan.registers.channels.outward import NoAnswer, answer_of
from bihuan.registers.channels.sms.account import callback_key
from bihuan.registers.channels.smtp.provider import is_both_ways, send_probe
from bihuan.registers.channels.wechat.account import callback_account
from bihuan.registers.channels.wechat.playing import knock_of, message_xml
from bihuan.service.intake.proving import EVERY, note_knock, probe_token

NAME = "probes"
TIMEOUT_SECONDS = 8.0


class NotKnocked(Exception):
    """The probe could not be handed over; its one argument says why in a word."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """One channel's way in: whether it is there at all, and how a probe with this token is sent by it."""

    channel: str
    is_set_up: Callable[[], bool]
    knock: Callable[[str, datetime], None]


def always() -> bool:
    return True


def knock_at_form(token: str, now: datetime) -> None:
    """The form on the web, filled in and sent as a browser does."""
    told = {"words": "Probe", "phone": "13800000000", "consent_service": "on", "key": token}
    posted("/report/", urlencode(told).encode(), "application/x-www-form-urlencoded", wanted=(302, 303))


def knock_at_api(token: str, now: datetime) -> None:
    """The API, as an app calls it; its right to do so ends within the minute."""
    clear = make_token(role=Role.CUSTOMER, now=now, channel="app", expires_at=now + timedelta(minutes=1))
    body = dumps({"words": "Probe", "phone": "13800000000"}).encode()
    headers = {"Authorization": f"Bearer {clear}", "Idempotency-Key": token}
    try:
        posted("/api/v1/reports", body, "application/json", wanted=(201,), headers=headers)
    finally:
        forget_token(clear)


def knock_at_chat(token: str, now: datetime) -> None:
    """The first line of a chat, sent as a browser with scripts off does."""
    told = {"words": "Probe", "key": token}
    posted("/chat", urlencode(told).encode(), "application/x-www-form-urlencoded", wanted=(204,))


def knock_at_mailbox(token: str, now: datetime) -> None:
    """A mail to ourselves, which the mailbox must give back."""
    try:
        send_probe(mailbox().address, token)
    except NotSent as refused:
        raise NotKnocked(refused.code) from refused


def knock_at_wechat(token: str, now: datetime) -> None:
    """A message as WeChat hands it over, signed with our own token."""
    held = callback_account()
    if held is None:
        raise NotKnocked("account_missing")
    at = int(time())
    told: dict[str, str | int] = {"MsgType": "text", "Content": token, "MsgId": secrets.randbits(62)}
    xml = message_xml(told, sender="probe", account=held, at=at)
    query, body = knock_of(xml, account=held, at=at, nonce=secrets.token_hex(8))
    posted(f"/in/wechat/?{urlencode(query)}", body, "text/xml")


def knock_at_sms(token: str, now: datetime) -> None:
    """An answer as a provider of SMS tells it."""
    told = [{"phone_number": "13800000000", "content": token, "sequence_id": secrets.token_hex(8)}]
    posted(f"/in/sms/aliyun/{callback_key()}", dumps(told).encode(), "application/json")


def knock_at_hotline(token: str, now: datetime) -> None:
    """An event that the telephone system signs."""
    raw, timestamp = dumps({"event": "probe", "token": token}).encode(), str(int(now.timestamp()))
    mark = signed(telephone().secret, timestamp=timestamp, body=raw)
    headers = {"X-Bihuan-Timestamp": timestamp, "X-Bihuan-Signature": mark}
    posted("/in/hotline/", raw, "application/json", headers=headers)


def posted(
    path: str,
    body: bytes,
    media: str,
    *,
    wanted: Iterable[int] = (200,),
    headers: dict[str, str] | None = None,
) -> bytes:
    """What our own public address answers to this; NotKnocked for anything but the statuses that are wanted."""
    parts = urlsplit(f"{settings.BIHUAN_ADDRESS}{path}")
    told = {
        "Content-Type": media,
        "Content-Length": str(len(body)),
        "Accept-Language": "en",
        **(headers or {}),
    }
    told |= {"Host": parts.netloc, "Origin": settings.BIHUAN_ADDRESS}
    try:
        answer = answer_of(
            parts, private=True, method="POST", headers=told, body=body, timeout=TIMEOUT_SECONDS, limit=4096
        )
    except NoAnswer as nothing:
        raise NotKnocked("timeout" if nothing.args[0] == "timeout" else "unreachable") from nothing
    if answer.status not in wanted:
        raise NotKnocked("refused")
    return answer.body


DOORS: tuple[Door, ...] = (
    Door(channel="web", is_set_up=always, knock=knock_at_form),
    Door(channel="app", is_set_up=always, knock=knock_at_api),
    Door(channel="chat", is_set_up=always, knock=knock_at_chat),
    Door(channel="wechat", is_set_up=lambda: callback_account() is not None, knock=knock_at_wechat),
    Door(channel="sms", is_set_up=lambda: bool(callback_key()), knock=knock_at_sms),
    Door(channel="hotline", is_set_up=lambda: bool(telephone().secret), knock=knock_at_hotline),
    Door(channel="mail", is_set_up=is_both_ways, knock=knock_at_mailbox),
)


class Probes:
    """Sends them in turn; of several clocks one at a time."""

    def __init__(self, doors: Iterable[Door] = DOORS) -> None:
        self.doors = tuple(doors)
        self.thread: Thread | None = None

    def send(self, *, now: datetime) -> bool:
        """After a round of the clock: knock everywhere when it is time to. Whether that has begun."""
        if self.thread is not None and self.thread.is_alive():
            return False
        if not take_turn(NAME, every=EVERY, now=now):
            return False
        self.thread = Thread(target=partial(self._knock_all, now), name=NAME, daemon=True)
        self.thread.start()
        return True

    def _knock_all(self, now: datetime) -> None:
        try:
            trouble = [one.channel for one in self.doors if one.is_set_up() and not knock(one, now=now)]
            note_turn(NAME, took_ms=0, progress="", trouble=" ".join(trouble))
        finally:
            connection.close()


def knock(door: Door, *, now: datetime) -> bool:
    """Send one probe and note it. Whether it was handed over."""
    trouble = ""
    try:
        door.knock(probe_token(door.channel, now=now), now)
    except NotKnocked as failed:
        trouble = str(failed.args[0])
    except Exception as error:  # a door that breaks is a door that does not work
        trouble = type(error).__name__
    note_knock(door.channel, trouble=trouble, now=now)
    return not trouble
