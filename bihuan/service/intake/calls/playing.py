"""The telephone system of the demo: what a real one would send is made, signed and taken in by the same door.

Where no secret is set up, the demo makes one of its own for itself; nobody outside knows it.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bihuan.ground.vault.actions import signature
from bihuan.registers.access.queries import person
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.hotline.account import Account, account
from bihuan.registers.channels.hotline.signing import signed
from bihuan.registers.channels.hotline.telling import told_in
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.calls.knocking import answer, knock
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.calls.queries import called, estimate_of
from bihuan.service.intake.calls.transferring import waits_for_somebody


def play(event: str, *, call: str, now: datetime, **said: Any) -> dict[str, Any]:
    """The telephone system tells of an event; its answer, as it would be spoken."""
    told = {"event": event, "call": call, "at": f"{now.timestamp():.3f}", **said}
    raw = json.dumps(told, ensure_ascii=False).encode()
    by, timestamp = played_account(), str(int(now.timestamp()))
    return knock(
        raw, timestamp=timestamp, signature=signed(by.secret, timestamp=timestamp, body=raw), by=by, now=now
    )


def played_account() -> Account:
    """The account that is set up, or with a secret of the demo's own."""
    held = account()
    return held if held.secret else replace(held, secret=signature("played-hotline"))


def play_answer(call: Call, *, viewer: Viewer, now: datetime) -> None:
    """This agent lifts the receiver, of which the telephone system tells."""
    raw = bytes_of(call.message)
    if raw is not None:
        play("answered", call=told_in(raw).call, now=now, agent=person(viewer.person_id or 0).login)


def play_end(call: Call, *, now: datetime) -> None:
    """The receiver is put down, of which the telephone system tells."""
    raw = bytes_of(call.message)
    if raw is not None:
        play("ended", call=told_in(raw).call, now=now, cause="agent")


def play_key(name: str, key: str, *, now: datetime) -> None:
    """The caller presses a key. Whoever is to be rung back hears so, and the line is put down."""
    play("key", call=name, now=now, keys=key)
    held = called(name)
    if held is not None and _to_ring(held):
        play("ended", call=name, now=now, cause="ring_back")


def _to_ring(call: Call) -> bool:
    """Whether the caller asked to be rung, and will be: their number is known."""
    return RingBack.objects.filter(call=call, cause=RingBack.KEY, open=True).exists()


def stands(name: str, *, now: datetime) -> dict[str, Any] | None:
    """How the call of this name stands, as its caller hears it; None for one that was never made."""
    call = called(name)
    if call is None:
        return None
    put_through = waits_for_somebody(call) is not None
    return answer(call, estimate_of(call, now)) | {
        "keys": call.keys,
        "put_through": put_through,
        "to_ring": _to_ring(call),
    }
