"""The very messages that reports were read from: for whoever has to see what really stood there."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.registers.access.errors import NotFound
from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.message import Unreadable
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.models import RawMessage, Report

CHANNEL = "mail"
SHOWN = 60_000  # characters of an original that a page shows


@dataclass(frozen=True, kw_only=True)
class Original:
    """One mail of a case. `text` is the whole of it as plain text, `authentication` what our mail server found out;
    both are None where its key was destroyed."""

    id: int
    received_at: datetime
    size: int
    text: str | None
    authentication: str | None


def mails_of(chain_id: int) -> list[Original]:
    """The mails that belong to a case, the oldest first."""
    rows = RawMessage.objects.filter(id__in=_belonging(chain_id)).order_by("id")
    return [_opened(row) for row in rows]


def mail_bytes(chain_id: int, message_id: int) -> bytes:
    """The bytes of one of them; NotFound for others, and where its key was destroyed."""
    row = RawMessage.objects.filter(id__in=_belonging(chain_id)).filter(id=message_id).first()
    raw = bytes_of(row) if row is not None else None
    if raw is None:
        raise NotFound
    return raw


def _belonging(chain_id: int) -> list[int]:
    reports = Report.objects.filter(chain_id=chain_id, raw__channel=CHANNEL, raw__size__gt=0)
    return list(reports.values_list("raw_id", flat=True))


def _opened(row: RawMessage) -> Original:
    raw = bytes_of(row)
    return Original(
        id=row.id,
        received_at=row.received_at,
        size=row.size,
        text=None if raw is None else raw.decode("utf-8", "replace")[:SHOWN],
        authentication=None if raw is None else _authentication(raw),
    )


def _authentication(raw: bytes) -> str:
    try:
        return reader(CHANNEL).read(raw).told.get("authentication", "")
    except Unreadable:
        return ""
