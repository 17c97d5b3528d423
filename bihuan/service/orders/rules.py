"""What an order must say, what it is asked to be done by when, and what the same number with other words means."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from bihuan.registers.customers.rules import read_phone
from bihuan.service.intake.told import WAYS
from bihuan.service.orders.told import OrderTold

LONGEST = {"number": 60, "kind": 60, "words": 20_000, "name": 120, "invoice": 60, "proof": 500}
FARTHEST = timedelta(days=400)  # a promised day beyond is a slip of the keyboard
OLDEST = date(2000, 1, 1)

ATTEMPTS = 10
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=4)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a field of an order."""

    field: str
    code: str
    params: tuple[tuple[str, str], ...] = ()


def kind_for(word: str, *, own: Mapping[str, str], usual: Mapping[str, Collection[str]], default: str) -> str:
    """Our kind of work for a platform's word: its own mapping first, then the words of the trade (or our code), then
    the platform's default; empty when nothing says."""
    told = plain(word)
    by_own = {plain(one): kind for one, kind in own.items()}
    if told in by_own:
        return by_own[told]
    for kind, words in usual.items():
        if told and told in {plain(one) for one in (kind, *words)}:
            return kind
    return default


def plain(word: str) -> str:
    """A word as it is compared: half-width, lower case, without spaces and signs."""
    return re.sub(r"[^\w]+", "", unicodedata.normalize("NFKC", word).lower()).replace("_", "")


def private_phone(told: str) -> str:
    """A buyer's number as platforms write it ("13800001111-1234", "13800001111转1234"), in the form that is read
    here: the extension after a dash. Anything else stays as it is."""
    bare = unicodedata.normalize("NFKC", told).strip()
    found = re.fullmatch(r"(\+?[\d\s]{7,20}?)\s*(?:-|转|分机|ext\.?|[,;#x*])\s*(\d{1,6})", bare, re.I)
    if found is None or (read_phone(bare) is not None and "-" not in bare):
        return bare
    number = re.sub(r"\s", "", found[1])
    return f"{number}-{found[2]}" if read_phone(number) is not None else bare


def faults_of(told: OrderTold, *, kind: str, known: Collection[str], today: date) -> list[Fault]:
    """Everything that keeps an order from being taken, all at once."""
    found = [
        Fault(name, "too_long", (("most", str(most)),))
        for name, most in LONGEST.items()
        if len(getattr(told, name)) > most
    ]
    if not told.number.strip():
        found.append(Fault("number", "number_missing"))
    elif not told.number.isprintable():
        found.append(Fault("number", "number_unreadable"))
    if told.cancelled:
        return found
    if kind not in known:
        found.append(Fault("kind", "kind_unknown", (("told", told.kind[:40]),)))
    if not told.phone:
        found.append(Fault("phone", "phone_missing"))
    elif read_phone(told.phone) is None:
        found.append(Fault("phone", "no_phone"))
    if told.way and told.way not in WAYS:
        found.append(Fault("way", "unknown", (("value", told.way[:40]),)))
    if told.proof and urlsplit(told.proof).scheme not in {"https", "http"}:
        found.append(Fault("proof", "no_address"))
    if told.promised_on is not None and not today - FARTHEST <= told.promised_on <= today + FARTHEST:
        found.append(Fault("promised_on", "day_far"))
    if told.ordered_at is not None and not OLDEST <= told.ordered_at.date() <= today + timedelta(days=1):
        found.append(Fault("ordered_at", "day_far"))
    return found


def promised_by(
    *, told: date | None, ordered_at: datetime | None, received_at: datetime, days: int, zone: tzinfo
) -> datetime | None:
    """The last second by which the platform has promised the work: the day it told, else so many days after the
    order; None where neither is so."""
    if told is None and not days:
        return None
    day = told or (ordered_at or received_at).astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def content_of(told: OrderTold) -> dict[str, Any]:
    """What an order says, as plain values that JSON holds, the files by their sizes and names."""
    said = {name: value for name, value in asdict(told).items() if name != "files"}
    said["files"] = [[one.name, len(one.content)] for one in told.files]
    return {name: _plain(value) for name, value in said.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that say something else than before. What is not told any more stays as it was told."""
    return tuple(
        name
        for name, value in after.items()
        if name != "number" and _said(value) and value != before.get(name)
    )


def _said(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_said(one) for one in value.values())
    return value not in ("", None, [], (), False)


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What an order says by now: what was told last, field by field."""
    return {name: value if _said(value) else before.get(name, value) for name, value in after.items()}


def refusal_of(fields: Collection[str], *, ended: bool, other_kind: bool) -> str:
    """Why the same number with other words is refused, as a code; empty when it is an update.

    An order whose work has ended is what it was; the kind of work and the machine make it what it is.
    """
    if ended:
        return "ended"
    if other_kind:
        return "other_kind"
    return "other_machine" if "machine" in fields else ""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: half a minute, then three times longer each, at most four hours."""
    longer: int = 3 ** min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * longer, LONGEST_WAIT)
