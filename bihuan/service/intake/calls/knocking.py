"""The telephone system at the door: who it is, what it says, and what it is told in return to speak to the caller."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from bihuan.ground.vault.actions import Forgotten
from bihuan.registers.channels.hotline.account import Account
from bihuan.registers.channels.hotline.signing import is_genuine, is_path_secret
from bihuan.registers.channels.hotline.telling import told_in
from bihuan.registers.channels.message import Unreadable
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.calls.hearing import CHANNEL, hear_call
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.calls.queries import Estimate, estimate_of


class Forged(Exception):
    """It does not come from our telephone system, or that is not set up: nothing was kept."""


def knock(raw: bytes, *, timestamp: str, signature: str, by: Account, now: datetime) -> dict[str, Any]:
    """A signed event. Kept when this returns; Forged, or any other error, means that nothing was."""
    if not is_genuine(by.secret, timestamp=timestamp, signature=signature, body=raw, now=now):
        raise Forged
    return take_in(raw, now=now)


def knock_by_path(raw: bytes, *, secret: str, by: Account, now: datetime) -> dict[str, Any]:
    """An event of a telephone system that can only call an address, which holds the secret."""
    if not is_path_secret(by.path_secret, secret):
        raise Forged
    return take_in(raw, now=now)


def take_in(raw: bytes, *, now: datetime) -> dict[str, Any]:
    """What cannot be read is kept for a person, and answered like the rest."""
    try:
        told = told_in(raw)
        if told.sort == "probe":
            raise Unreadable("probe")
        call = hear_call(raw, told, now=now)
    except Unreadable:
        keep(CHANNEL, raw, once=f"bytes:{sha256(raw).hexdigest()}", now=now)
        return {"ok": True}
    except Forgotten:
        return {"ok": True}
    return answer(call, estimate_of(call, now))


def answer(call: Call, estimate: Estimate | None) -> dict[str, Any]:
    """What may be spoken to the caller: the place in the queue and how long it takes, in both languages."""
    told: dict[str, Any] = {"ok": True, "state": call.state, "language": call.language or "zh-hans"}
    if estimate is None:
        return told
    return told | {
        "position": estimate.position,
        "wait_seconds": estimate.seconds,
        "wait_minutes": estimate.minutes,
        "stable": estimate.minutes is not None,
        "say_zh": _chinese(estimate),
        "say_en": _english(estimate),
    }


def _chinese(estimate: Estimate) -> str:
    place = f"您排在第{estimate.position}位"
    if estimate.minutes is None:
        return f"{place}，来电较多，暂时无法估计等待时间；按8可预约回电。"
    return f"{place}，预计等待{estimate.minutes}分钟；按8可预约回电。"


def _english(estimate: Estimate) -> str:
    place = f"You are number {estimate.position} in the queue"
    if estimate.minutes is None:
        return (
            f"{place}. Many people are calling, so we cannot say how long it takes; press 8 to be rung back."
        )
    minutes = "1 minute" if estimate.minutes == 1 else f"{estimate.minutes} minutes"
    return f"{place}; it takes about {minutes}. Press 8 to be rung back."
