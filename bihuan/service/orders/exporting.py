"""States of orders taken along as a file, for platforms that are told by no webhook: each state in one file."""

from datetime import datetime

from django.db import transaction

from bihuan.registers.access.viewer import Viewer
from bihuan.service.orders.models import StateTold
from bihuan.service.orders.queries import orders_seen

EXPORTED = 20_000  # rows of one file at most; the next file holds the rest


@transaction.atomic
def take_export(viewer: Viewer, platform_code: str, *, now: datetime) -> list[StateTold]:
    """The states that no file has held yet, oldest first, marked as taken along by this one."""
    viewer.must("case.export")
    rows = StateTold.objects.filter(
        order__in=orders_seen(viewer), order__platform__code=platform_code, exported_at__isnull=True
    )
    ids = list(rows.order_by("id").values_list("id", flat=True)[:EXPORTED])
    StateTold.objects.filter(id__in=ids, exported_at__isnull=True).update(exported_at=now)
    found = StateTold.objects.filter(id__in=ids, exported_at=now)
    return list(found.select_related("order__platform", "order__case").order_by("id"))


def taken_at(viewer: Viewer, platform_code: str, at: datetime) -> list[StateTold]:
    """The states of a file that was taken along before, once more."""
    viewer.must("case.export")
    rows = StateTold.objects.filter(
        order__in=orders_seen(viewer), order__platform__code=platform_code, exported_at=at
    )
    return list(rows.select_related("order__platform", "order__case").order_by("id")[:EXPORTED])
