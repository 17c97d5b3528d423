"""What the providers tell afterwards: that a message arrived or did not, and that somebody wants no more of them."""

from datetime import datetime

from django.db import transaction

from bihuan.registers.channels.message import Unreadable
from bihuan.registers.channels.sms.incoming import Receipt
from bihuan.registers.channels.sms.reader import OPT_OUT, READER
from bihuan.registers.customers.actions import note_consents, reach_by
from bihuan.registers.customers.queries import consents_of, known_by
from bihuan.service.notices.falling import fell_on
from bihuan.service.notices.marking import say_given_up
from bihuan.service.notices.models import Notice

NOT_ARRIVED = "not_arrived"


@transaction.atomic
def hear_receipt(provider: str, told: Receipt, *, now: datetime) -> bool:
    """Write down what became of an SMS. One that did not arrive goes by the next channel, or somebody must ring. False
    for one that we did not send, or of which we know already."""
    if not told.reference:
        return False
    rows = Notice.objects.select_related("case").filter(
        channel=Notice.SMS, provider=provider, reference=told.reference, state=Notice.SENT
    )
    if told.arrived:
        return bool(rows.filter(arrived_at__isnull=True).update(arrived_at=now))
    notice = rows.first()
    if notice is None:
        return False
    trouble = f"{NOT_ARRIVED} {told.code}".strip()
    if fell_on(notice, trouble, now=now, state=Notice.SENT):
        return True
    if rows.filter(id=notice.id).update(state=Notice.GIVEN_UP, trouble=trouble[:120], failed_at=now):
        say_given_up(notice, now=now)
    return True


@transaction.atomic
def hear_stop(raw: bytes, *, now: datetime) -> bool:
    """Somebody answered 退订: nothing but what they asked for is sent to them any more. False for all other words and
    for numbers that we do not know."""
    try:
        read = READER.read(raw)
    except Unreadable:
        return False
    known = known_by(reach_by(phone=read.phone)) if read.automatic == OPT_OUT else None
    if known is None or known.forgotten_at is not None:
        return False
    if consents_of(known.id).get("marketing") is not False:
        note_consents(known, {"marketing": False}, how="sms", now=now)
    return True
