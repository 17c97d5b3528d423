"""What is done with a knock of an SMS provider's: everything in it is kept, then acted on. Both may be done twice."""

from datetime import datetime
from hashlib import sha256

from bihuan.registers.channels.sms.incoming import RECEIPT, NotTold, Told, items_of, receipt_of
from bihuan.service.intake.arriving import keep
from bihuan.service.notices.receipts import hear_receipt, hear_stop


def take_told(provider: str, body: bytes, *, now: datetime) -> int:
    """Keep each thing that a knock tells; what cannot be taken apart is kept whole, for a person. Returns how many."""
    try:
        told = items_of(provider, body)
    except NotTold:
        keep("sms", body, once=f"{provider} whole {sha256(body).hexdigest()}", now=now)
        return 1
    for one in told:
        _take(one, now=now)
    return len(told)


def _take(one: Told, *, now: datetime) -> None:
    keep("sms", one.raw, once=one.once, now=now)
    if one.what == RECEIPT:
        hear_receipt(one.provider, receipt_of(one), now=now)
    else:
        hear_stop(one.raw, now=now)
