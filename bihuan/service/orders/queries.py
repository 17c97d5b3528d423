"""Asking about orders of platforms. Whoever asks sees the orders of the cases that they may see."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from bihuan.ground.vault.actions import SealedBy, keys_for, keys_of
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.queries import visible
from bihuan.service.orders.models import Order, Platform, StateTold


def orders_seen(viewer: Viewer) -> QuerySet[Order]:
    """The orders this viewer may see: a platform's program its own platform's; staff those of their cases, and, who
    sees the whole company, those whose report still waits for a person too."""
    rows = Order.objects.select_related("platform", "case", "report")
    if viewer.platform:
        return rows.filter(platform__code=viewer.platform)
    if not viewer.is_staff or not viewer.may("case.read"):
        return rows.none()
    if viewer.nodes is None and not viewer.only_own_visits:
        return rows
    return rows.filter(case__in=visible(viewer))


def order_of(viewer: Viewer, platform_code: str, number: str) -> Order:
    """One order by its platform's number; NotFound whether it is absent or not theirs."""
    found = orders_seen(viewer).filter(platform__code=platform_code, number=number.strip()[:60]).first()
    if found is None:
        raise NotFound
    return found


def order_by_id(viewer: Viewer, order_id: int) -> Order:
    found = orders_seen(viewer).select_related("report__customer__key").filter(id=order_id).first()
    if found is None:
        raise NotFound
    return found


def orders_listed(
    viewer: Viewer, *, platform: str = "", state: str = "", search: str = ""
) -> QuerySet[Order]:
    """The list; `state` is open, ended, waiting (for a person) or cancelled."""
    rows = orders_seen(viewer)
    if platform:
        rows = rows.filter(platform__code=platform)
    if search:
        rows = rows.filter(Q(number__icontains=search) | Q(case__number__icontains=search))
    match state:
        case "open":
            return rows.filter(case__open=True)
        case "ended":
            return rows.filter(case__open=False)
        case "waiting":
            return rows.filter(case__isnull=True)
        case "cancelled":
            return rows.filter(cancelled_at__isnull=False)
    return rows


def told_of(order: Order) -> dict[str, Any]:
    """What the order says; empty when its customer was forgotten."""
    if not order.told_sealed:
        return {}
    hand: SealedBy = keys_of([order.told_sealed])
    found: dict[str, Any] = json.loads(hand.open(order.told_sealed) or "{}")
    return found


def states_of(order_id: int) -> list[StateTold]:
    """What the platform is told of an order, newest first."""
    return list(StateTold.objects.filter(order_id=order_id).order_by("-id"))


def states_after(viewer: Viewer, *, after: int, size: int) -> list[StateTold]:
    """The states of the orders this viewer may see, from a number on: for platforms that ask instead of being told."""
    rows = StateTold.objects.filter(order__in=orders_seen(viewer), id__gt=after)
    return list(rows.select_related("order__platform", "order__case").order_by("id")[:size])


@dataclass(frozen=True, kw_only=True)
class PlatformFigures:
    """How one platform's orders stand."""

    platform: Platform
    orders: int
    under_way: int
    to_tell: int
    given_up: int
    to_export: int


def figures(viewer: Viewer) -> list[PlatformFigures]:
    """One line a platform, by name; three statements whatever their number."""
    seen = orders_seen(viewer)
    counted: dict[int, dict[str, Any]] = {
        row["platform_id"]: dict(row)
        for row in seen.order_by()
        .values("platform_id")
        .annotate(orders=Count("id"), under_way=Count("id", filter=Q(case__open=True)))
    }
    states: dict[int, dict[str, Any]] = {
        row["order__platform_id"]: dict(row)
        for row in StateTold.objects.filter(order__in=seen)
        .order_by()
        .values("order__platform_id")
        .annotate(
            to_tell=Count("id", filter=Q(standing=StateTold.WAITING)),
            given_up=Count("id", filter=Q(standing=StateTold.GIVEN_UP)),
            to_export=Count("id", filter=Q(exported_at__isnull=True)),
        )
    }
    return [
        PlatformFigures(
            platform=one,
            orders=counted.get(one.id, {}).get("orders", 0),
            under_way=counted.get(one.id, {}).get("under_way", 0),
            to_tell=states.get(one.id, {}).get("to_tell", 0),
            given_up=states.get(one.id, {}).get("given_up", 0),
            to_export=states.get(one.id, {}).get("to_export", 0),
        )
        for one in Platform.objects.order_by("name")
        if one.retired_at is None or one.id in counted
    ]


def addresses_told() -> list[str]:
    """Where platforms are told of their orders."""
    rows = list(Platform.objects.exclude(webhook_sealed="").filter(retired_at__isnull=True))
    hand = keys_for([one.key_id for one in rows])
    return [address for one in rows if (address := hand.open(one.webhook_sealed))]
