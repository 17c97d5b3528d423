"""What happens to orders of platforms. The subject is the case of the order."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class OrderPromised(Event):
    """The platform has promised its buyer the work by this moment, in epoch seconds. A later one takes its place."""

    kind = "order.promised"
    order_id: int
    promised_by: int


@dataclass(frozen=True, kw_only=True)
class OrderChanged(Event):
    """The platform tells the same order otherwise: which fields (codes)."""

    kind = "order.changed"
    order_id: int
    edition: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """The platform takes its order back; what becomes of the case its own moves tell."""

    kind = "order.cancelled"
    order_id: int
