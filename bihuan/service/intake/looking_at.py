"""What a person sees of messages that became nothing yet: those in quarantine, and those that wait to be read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.history import note_change
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.channels.channel import READERS, reader
from bihuan.registers.channels.message import IncomingMessage
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import OPEN

SHOWN = 20_000  # characters of a message that a page shows
NOTHING = IncomingMessage(words="")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A message opened for a person: what its reader makes of it (`words` empty where it makes nothing), and its
    bytes as text. Both are None where its key was destroyed."""

    message: RawMessage
    read: IncomingMessage | None
    text: str | None


def messages_open(viewer: Viewer) -> QuerySet[RawMessage]:
    """Messages that no report came of yet. Who may decide about them sees them all: nobody knows yet whose they are.
    Calls and wishes to be rung stand on pages of their own, with a clock, and end there."""
    viewer.must("message.decide")
    rows = RawMessage.objects.filter(state__in=OPEN)
    for told_by in (RingBack, Call):
        rows = rows.exclude(Exists(told_by.objects.filter(message=OuterRef("pk"))), state=RawMessage.WAITING)
    return rows


def message_open(viewer: Viewer, message_id: int) -> Looked:
    """One of them, opened; NotFound when it is settled."""
    message = messages_open(viewer).select_related("key").filter(id=message_id).first()
    if message is None:
        raise NotFound
    raw = bytes_of(message)
    if raw is None:
        return Looked(message=message, read=None, text=None)
    return Looked(message=message, read=_read(message, raw), text=raw.decode("utf-8", "replace")[:SHOWN])


def message_bytes(viewer: Viewer, message_id: int, *, now: datetime) -> bytes:
    """The very bytes of one of them, of which the journal keeps who took them; NotFound when it is settled or its
    content gone."""
    message = messages_open(viewer).filter(id=message_id).first()
    raw = bytes_of(message) if message is not None else None
    if raw is None:
        raise NotFound
    note_change(
        viewer, register="messages", row=str(message_id), deed="taken_out", before={}, after={}, now=now
    )
    return raw


def _read(message: RawMessage, raw: bytes) -> IncomingMessage:
    if message.channel not in READERS:
        return NOTHING
    try:
        return reader(message.channel).read(raw)
    except Exception:  # unreadable, or poison as before: a person looks at its bytes instead
        return NOTHING
