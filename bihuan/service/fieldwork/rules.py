"""What must be so on site: prices, consent, tests, pictures. Values in, values out."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.registers.customers.rules import Cover
from bihuan.service.fieldwork.pictures import is_sound_png

FREE_UNDER_COVER = frozenset({"labour", "visit", "inspection", "part"})
NOT_COVERED = ("misuse", "opened_by_others", "force_majeure", "no_voucher")
REPAIR_HOLDS = timedelta(days=30)  # a repaired fault that comes back in this time is mended at no charge
MOST_OF_ONE = 99
OLD_PARTS = ("kept", "taken", "none")
WHOLE = "whole"  # the point to test where no symptom was named
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIGNATURE = 200 * 1024
GAS_FAMILIES = frozenset({"gas_cooker", "water_heater"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line of the price list that somebody wants to charge. Money in fen."""

    price_id: int
    item: str
    unit_fen: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Charged:
    """The same line with what it comes to, and why it may come to nothing."""

    price_id: int
    quantity: int
    unit_fen: int
    charged_fen: int
    free_because: str


def free_because(item: str, *, cover: Cover, not_covered_because: str, repeat: bool) -> str:
    """Why nothing is charged for an item: `repeat`, `in` or `extended` cover; empty when it is charged."""
    if item not in FREE_UNDER_COVER:
        return ""
    if repeat:
        return "repeat"
    if not_covered_because or cover not in (Cover.IN, Cover.EXTENDED):
        return ""
    return cover.value


def charge(
    wanted: Sequence[Wanted], *, cover: Cover, not_covered_because: str = "", repeat: bool = False
) -> list[Charged]:
    """Each line as it will be charged: the listed price times the quantity, or nothing with its reason."""
    found = []
    for line in wanted:
        why = free_because(line.item, cover=cover, not_covered_because=not_covered_because, repeat=repeat)
        found.append(
            Charged(
                price_id=line.price_id,
                quantity=line.quantity,
                unit_fen=line.unit_fen,
                charged_fen=0 if why else line.unit_fen * line.quantity,
                free_because=why,
            )
        )
    return found


def total(lines: Sequence[Charged]) -> int:
    """The sum in fen."""
    return sum(line.charged_fen for line in lines)


def is_repeat(*, earlier_done: datetime | None, now: datetime) -> bool:
    """Whether our repair of the same fault is still under its own warranty."""
    return earlier_done is not None and earlier_done <= now <= earlier_done + REPAIR_HOLDS


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What stands in a visit's rows when it is to be signed. `quote` is the state of the newest one, or empty."""

    kind: str
    safety_open: int
    diagnosed: bool
    points_open: int
    points_failed: int
    quote: str
    parts_unquoted: int
    parts_unshown: int


def lacking(outcome: str, done: Progress) -> list[str]:
    """The codes of what is still missing before this outcome may be signed."""
    found: list[str] = []
    if done.quote == "offered" and outcome != "declined":
        found.append("quote_unanswered")
    if done.quote == "refused" and outcome == "finished":
        found.append("quote_refused")
    if done.parts_unquoted:
        found.append("parts_unquoted")
    if outcome in {"finished", "no_fault"}:
        found += _lacking_for_work(done)
    if outcome == "exchange_advised" and not done.diagnosed:
        found.append("diagnosis")
    return found


def _lacking_for_work(done: Progress) -> list[str]:
    found = []
    if done.safety_open:
        found.append("safety")
    if done.kind == "repair" and not done.diagnosed:
        found.append("diagnosis")
    if done.points_failed:
        found.append("points_failed")
    elif done.points_open:
        found.append("points_open")
    if done.parts_unshown:
        found.append("parts_unshown")
    return found


def points_to_test(symptoms: Collection[str]) -> list[str]:
    """Every complained point, each once; the machine as a whole where none was named."""
    return list(dict.fromkeys(symptoms)) or [WHOLE]


def all_pass(points: Collection[str], tried: Mapping[str, bool]) -> bool:
    """Whether every point was tried and works."""
    return all(tried.get(point, False) for point in points)


def energies(runs_on: Collection[str], *, category: str) -> frozenset[str]:
    """What danger the appliance works with: as the catalogue says, else by its family; electric when unknown."""
    if runs_on:
        return frozenset(runs_on)
    return frozenset({"gas", "electric"}) if category in GAS_FAMILIES else frozenset({"electric"})


def media_of(content: bytes) -> str:
    """What picture these bytes are, by what they begin with; empty for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def read_signature(told: str) -> bytes | None:
    """The PNG of a data URL; None when it is none, is too large or is not a sound picture."""
    head, _, body = told.partition(",")
    if head != "data:image/png;base64" or len(body) > LARGEST_SIGNATURE * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) <= LARGEST_SIGNATURE and is_sound_png(content) else None


def arrival_faults(happened_at: datetime, *, now: datetime, opened_at: datetime) -> str:
    """Why a time of arrival cannot be: `future`, `before_case`, or empty."""
    if happened_at > now + timedelta(minutes=5):
        return "future"
    return "before_case" if happened_at < opened_at else ""
