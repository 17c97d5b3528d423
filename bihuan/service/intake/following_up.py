"""Where words belong that come in a conversation: who wrote them, and the report that they go on with.

In a chat nobody repeats a number. What the same person writes within a day of their last report is more about that;
the case decides nothing by itself, a person reads it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bihuan.registers.channels.wechat.followers import customer_of_chat
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import Told

CONVERSES = frozenset({"wechat", "sms"})  # channels on which the sender is proven by whoever carries them
GOES_ON = timedelta(hours=24)


def followed(told: Told, *, now: datetime) -> Told:
    """The same with its customer, where a chat was bound to one, and with the report that it goes on with."""
    if told.channel not in CONVERSES or told.joins is not None:
        return told
    bound = customer_of_chat(told.handle[1]) if told.handle and told.handle[0] == "wechat" else None
    customer_id = bound or _known(told)
    if customer_id is None:
        return told
    before = _last_of(customer_id, now=now)
    return replace(told, customer_id=bound, joins=None if before is None else before.joins_id or before.id)


def _known(told: Told) -> int | None:
    """The customer whom this number or chat is known to be."""
    known = known_by(reach_by(phone=told.phone, handle=told.handle))
    return known.id if known is not None and known.forgotten_at is None else None


def _last_of(customer_id: int, *, now: datetime) -> Report | None:
    """Their newest report of the last day that opened a case or joined one."""
    rows = Report.objects.filter(customer_id=customer_id, received_at__gt=now - GOES_ON)
    return rows.filter(state__in=(Report.OPENED, Report.JOINED)).order_by("-id").first()
