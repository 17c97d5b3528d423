"""What a telephone system tells of a call, one event at a time, as JSON or as a form.

Systems name things differently, so each field answers to several names; what is not understood is left out, and
what names no call or no event is `Unreadable`. No field of a caller is ever printed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from bihuan.registers.channels.message import Unreadable

SORTS = (
    "ringing",
    "key",
    "notice",
    "queued",
    "ring_back",
    "answered",
    "transfer",
    "transferred",
    "recording",
    "ended",
    "probe",
)
NAMED = {  # how telephone systems call them → what they are here
    "ring": "ringing",
    "incoming": "ringing",
    "start": "ringing",
    "dtmf": "key",
    "ivr": "key",
    "queue": "queued",
    "enqueue": "queued",
    "callback": "ring_back",
    "callback_requested": "ring_back",
    "answer": "answered",
    "connected": "answered",
    "bridge": "answered",
    "transfer_asked": "transfer",
    "record": "recording",
    "recorded": "recording",
    "hangup": "ended",
    "end": "ended",
    "completed": "ended",
    "recording_notice": "notice",
}
FIELDS = {  # what we ask for → the names under which it may come
    "sort": ("event", "type", "state", "status"),
    "call": ("call", "call_id", "callid", "uniqueid", "uuid", "call_uuid"),
    "at": ("at", "time", "timestamp", "event_time"),
    "number": ("from", "caller", "caller_id", "callerid", "number", "ani"),
    "agent": ("agent", "login", "extension", "ext"),
    "keys": ("keys", "digits", "key", "dtmf"),
    "to": ("to", "target", "transfer_to", "department"),
    "ready": ("ready", "customer_ready"),
    "recording": ("url", "recording", "recording_url", "record_url"),
    "cause": ("cause", "reason"),
    "language": ("language", "lang"),
    "token": ("token", "probe"),
}
LARGEST = 16 * 1024  # bytes of one event
LONGEST = 300
_ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True, kw_only=True)
class CallTold:
    """One event of one call. `at` is None where the telephone system does not say when."""

    sort: str
    call: str = field(repr=False)
    at: datetime | None = None
    number: str = field(default="", repr=False)
    agent: str = ""
    keys: str = ""
    to: str = ""
    ready: bool | None = None
    recording: str = field(default="", repr=False)
    cause: str = ""
    language: str = ""
    token: str = field(default="", repr=False)


def told_in(raw: bytes) -> CallTold:
    """The event in these bytes; Unreadable when there is none."""
    if len(raw) > LARGEST:
        raise Unreadable("too_large")
    said = _pairs(raw)
    held = {name: _first(said, names) for name, names in FIELDS.items()}
    sort = held["sort"].lower().replace("-", "_")
    sort = NAMED.get(sort, sort)
    if sort not in SORTS:
        raise Unreadable("no_event")
    if not held["call"] and sort != "probe":
        raise Unreadable("no_call")
    return CallTold(
        sort=sort,
        call=held["call"][:120],
        at=_moment(held["at"]),
        number=held["number"][:40],
        agent=held["agent"][:80],
        keys=re.sub(r"[^0-9*#]", "", held["keys"])[:20],
        to=held["to"][:80],
        ready=_truth(held["ready"]),
        recording=held["recording"],
        cause=held["cause"][:40],
        language=held["language"][:10].lower(),
        token=held["token"][:120],
    )


def _pairs(raw: bytes) -> Mapping[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not_text") from None
    if "\x00" in text:
        raise Unreadable("not_text")
    if not text.lstrip().startswith("{"):
        return _form(text)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("broken_json") from None
    return {str(name): value for name, value in said.items()} if isinstance(said, dict) else {}


def _form(text: str) -> Mapping[str, Any]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Unreadable("broken_form") from None


def _first(said: Mapping[str, Any], names: tuple[str, ...]) -> str:
    folded = {name.lower(): value for name, value in said.items()}
    for name in names:
        value = folded.get(name)
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, str | int | float) and str(value).strip():
            whole = (
                str(value).replace("\x00", "").encode(errors="replace").decode()
            )  # JSON may hold half a character
            return whole.strip()[:LONGEST]
    return ""


def _truth(told: str) -> bool | None:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(told.lower())


def _moment(told: str) -> datetime | None:
    """Epoch seconds or milliseconds, or ISO 8601 with its zone; None for anything else."""
    try:
        if re.fullmatch(r"[0-9]{9,13}(\.[0-9]{1,6})?", told):
            number = float(told)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        return datetime.fromisoformat(told).astimezone(UTC) if _ZONED.search(told) else None
    except (ValueError, OverflowError, OSError):
        return None
