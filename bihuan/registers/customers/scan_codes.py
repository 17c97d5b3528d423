"""Square codes that are printed and scanned: made once for what they lead to, found by what stands in the address."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.models import ScanCode as ScanCode

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another
LENGTH = 10  # 49 bits
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class LeadsTo:
    """What a code says to whoever scans it; all of it may be empty."""

    purpose: str = ScanCode.POSTER
    category: str = ""
    brand: str = ""
    model: str = ""
    node_id: int | None = None
    serial: str = ""


@transaction.atomic
def codes_for(wanted: Sequence[LeadsTo], *, now: datetime) -> list[ScanCode]:
    """A code for each, in the same order; what has one already keeps it."""
    prints = [_print(one) for one in wanted]
    known = _known(prints)
    new = {mark: one for mark, one in zip(prints, wanted, strict=True) if mark not in known}
    ScanCode.objects.bulk_create(
        (
            ScanCode(
                code=_new_code(),
                same=mark,
                purpose=one.purpose,
                category=one.category,
                brand=one.brand,
                model=one.model,
                node_id=one.node_id,
                serial=one.serial,
                made_at=now,
            )
            for mark, one in new.items()
        ),
        ignore_conflicts=True,  # somebody prints the same at this moment
        batch_size=BATCH,
    )
    known |= _known(list(new))
    return [known[mark] for mark in prints]


def _known(prints: Sequence[str]) -> dict[str, ScanCode]:
    found: dict[str, ScanCode] = {}
    for begin in range(0, len(prints), BATCH):
        rows: Iterable[ScanCode] = ScanCode.objects.filter(same__in=prints[begin : begin + BATCH])
        found |= {row.same: row for row in rows}
    return found


def _print(one: LeadsTo) -> str:
    parts = (one.purpose, one.category, one.brand, one.model, str(one.node_id or ""), one.serial)
    return fingerprint("scan-code\x00" + "\x00".join(parts))


def _new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def scanned(code: str) -> ScanCode:
    """What this code leads to, whatever the case it was typed in; NotFound for a code we never printed."""
    tidy = code.strip().upper()
    if len(tidy) != LENGTH or any(sign not in SIGNS for sign in tidy):
        raise NotFound
    row = ScanCode.objects.select_related("node").filter(code=tidy).first()
    if row is None:
        raise NotFound
    return row


def address_of(row: ScanCode) -> str:
    """What stands in the square: a machine's own page for one with a serial or a sticker, else the report form."""
    if row.purpose == ScanCode.STICKER:
        return f"{settings.BIHUAN_ADDRESS}/m/{row.code}"
    return f"{settings.BIHUAN_ADDRESS}/report/?p={row.code}"
