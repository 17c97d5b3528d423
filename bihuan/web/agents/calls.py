"""When a call was taken and its greeting said, as the page beside the call notes it.

Until a telephone system tells it, the call counts as taken when its page is opened, and as greeted when the agent
ticks the greeting. The first moment travels in the form, signed, for one agent and one form; the second as
milliseconds after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

SALT = "a call at the desk"
LONGEST = timedelta(hours=4)  # a page that stood open longer tells nothing of a call
STEP = timedelta(milliseconds=1)
FIELDS = ("key", "call", "greeted_after")


@dataclass(frozen=True, kw_only=True)
class Call:
    """The two moments; `greeted_at` is None where nobody noted it."""

    connected_at: datetime
    greeted_at: datetime | None


def taken(*, key: str, person_id: int | None, now: datetime) -> str:
    """The moment at which the page was opened, to be put into its form."""
    return signing.dumps([key, person_id, int(now.timestamp() * 1000)], salt=SALT)


def call_of(sent: Mapping[str, str], *, person_id: int | None, now: datetime) -> Call | None:
    """The call that a form tells of; None when it says nothing, was changed by hand, or is older than four hours."""
    connected = _connected(sent.get("call", ""), key=sent.get("key", ""), person_id=person_id)
    if connected is None or not connected <= now <= connected + LONGEST:
        return None
    return Call(
        connected_at=connected, greeted_at=_greeted(sent.get("greeted_after", ""), connected, now=now)
    )


def since(sent: Mapping[str, str], *, person_id: int | None, now: datetime) -> int:
    """Milliseconds for which the call of a form has lasted, for a page that is shown again; 0 for a new one."""
    call = call_of(sent, person_id=person_id, now=now)
    return 0 if call is None else int((now - call.connected_at) / STEP)


def _connected(signed: str, *, key: str, person_id: int | None) -> datetime | None:
    try:
        of_form, of_person, at = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
    return datetime.fromtimestamp(at / 1000, UTC) if (of_form, of_person) == (key, person_id) else None


def _greeted(after: str, connected: datetime, *, now: datetime) -> datetime | None:
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        return None
    greeted = connected + int(after) * STEP
    return greeted if greeted <= now else None
