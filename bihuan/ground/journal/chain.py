"""The proof that a story was not altered: each entry's hash covers its content and the entry before. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Link:
    """What the hash of one entry covers."""

    chain: int
    seq: int
    previous: str
    kind: str
    version: int
    body: str
    happened_at: datetime
    recorded_at: datetime


def canonical(facts: dict[str, Any]) -> str:
    """One text for one meaning: UTF-8, sorted keys, no spaces. Floats are refused: they have no one text."""
    _refuse_floats(facts)
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(link: Link) -> str:
    """SHA-256 over the length-prefixed parts, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in (
        str(link.chain),
        str(link.seq),
        link.previous,
        link.kind,
        str(link.version),
        moment(link.happened_at),
        moment(link.recorded_at),
        link.body,
    ):
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def moment(when: datetime) -> str:
    """A time as the hash sees it: UTC, microseconds, whatever zone it was handed in."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def faults(links: Iterable[tuple[Link, str]], *, length: int, last: str) -> list[str]:
    """Everything wrong with a chain, in words; empty when nothing was altered, removed or moved."""
    found: list[str] = []
    previous, seq = "", 0
    for link, stored in links:
        seq += 1
        if link.seq != seq:
            found.append(f"Chain {link.chain}: entry {seq} is missing; {link.seq} follows instead.")
            seq = link.seq
        if link.previous != previous:
            found.append(f"Chain {link.chain}: entry {link.seq} does not follow the entry before it.")
        if hash_of(link) != stored:
            found.append(f"Chain {link.chain}: entry {link.seq} was altered.")
        previous = stored
    if (seq, previous) != (length, last):
        found.append(f"The chain ends at entry {seq}; its head says {length}.")
    return found


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A journal entry holds no floats; use whole numbers of a smaller unit.")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)
