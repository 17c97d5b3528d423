"""A form that looks as if no person had sent it is kept all the same, and waits for a person who decides."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from bihuan.registers.channels.message import IncomingMessage
from bihuan.registers.channels.set_aside import HIDDEN_FIELD, written
from bihuan.service.intake.arriving import CHANNEL, keep
from bihuan.service.intake.settling import quarantine


@transaction.atomic
def set_aside(channel: str, page: str, message: IncomingMessage, *, key: str, now: datetime) -> None:
    """Keep what was typed on a page whose hidden field was filled in. The same form sent again with the same words is
    kept once; with other words it is kept besides."""
    raw = written(page, message)
    once = f"set-aside:{page}:{key}:{sha256(raw).hexdigest()}"
    quarantine(keep(channel, raw, once=once, now=now).message, HIDDEN_FIELD, by=CHANNEL, now=now)
