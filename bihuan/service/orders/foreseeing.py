"""What taking orders would do, without taking them: for the dry run of a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.service.orders.actions import (
    CHANGED,
    NEW,
    SAME,
    kind_of_order,
    order_faults,
    tidied,
)
from bihuan.service.orders.models import Order, Platform
from bihuan.service.orders.rules import Fault, changed, content_of, refusal_of
from bihuan.service.orders.told import OrderTold


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What would become of one order: new, same or changed, or why it would be refused."""

    became: str = ""
    order_id: int | None = None
    fields: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def foresee(platform: Platform, tolds: Sequence[OrderTold], *, now: datetime) -> list[Foreseen]:
    """One answer an order, in their order; two statements whatever their number."""
    tidy = [tidied(told) for told in tolds]
    rows = Order.objects.filter(platform=platform, number__in={told.number for told in tidy})
    here = {row.number: row for row in rows.select_related("case", "report__customer")}
    hand = keys_for(row.report.customer.key_id for row in here.values() if row.report is not None)
    return [_one(platform, told, here.get(told.number), hand, now=now) for told in tidy]


def _one(
    platform: Platform, told: OrderTold, order: Order | None, hand: SealedBy, *, now: datetime
) -> Foreseen:
    if faults := order_faults(platform, told, now=now):
        return Foreseen(faults=tuple(faults))
    if order is None:
        if told.cancelled:
            return Foreseen(faults=(Fault("number", "number_unknown"),))
        return Foreseen(became=NEW)
    if told.cancelled:
        return Foreseen(
            became=SAME if order.cancelled_at else CHANGED, order_id=order.id, fields=("cancelled",)
        )
    before: dict[str, Any] = json.loads(hand.open(order.told_sealed) or "{}")
    fields = changed(before, content_of(told))
    if not fields:
        return Foreseen(became=SAME, order_id=order.id)
    if refused := refusal_of(
        fields, ended=order.is_over, other_kind=kind_of_order(platform, told.kind) != order.kind
    ):
        field = {"other_kind": "kind", "other_machine": "machine"}.get(refused, "number")
        return Foreseen(order_id=order.id, faults=(Fault(field, refused),))
    return Foreseen(became=CHANGED, order_id=order.id, fields=fields)
