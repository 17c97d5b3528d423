"""Drives that were observed: from where a technician was to where a visit is, from setting off to arriving.

Only the visits' own times and places are read, no positions, so nobody's consent is needed and nothing of it is kept.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.timezone import localtime

from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Trip
from bihuan.service.dispatch.models import Visit

LOOKED_BACK = timedelta(days=90)
MOST = 20_000  # visits: the newest of them


def trips(*, now: datetime) -> list[Trip]:
    """The drives of the last three months between visits of one technician on one day."""
    rows = (
        Visit.objects.filter(arrived_at__gte=now - LOOKED_BACK, arrived_at__lte=now, set_off_at__isnull=False)
        .select_related("case__place")
        .order_by("-arrived_at", "-id")[:MOST]
    )
    by_technician = sorted(rows, key=lambda row: (row.technician_id, row.set_off_at, row.id))
    return list(_between(by_technician))


def _between(rows: Iterable[Visit]) -> Iterable[Trip]:
    for before, after in pairwise(rows):
        origin, destination = _point(before), _point(after)
        if origin is None or destination is None or before.technician_id != after.technician_id:
            continue
        ended, set_off, arrived = before.ended_at, after.set_off_at, after.arrived_at
        if ended is None or set_off is None or arrived is None:
            continue
        departed = localtime(set_off)
        if ended <= set_off < arrived and localtime(ended).date() == departed.date():
            seconds = round((arrived - set_off).total_seconds())
            yield Trip(origin=origin, destination=destination, departed=departed, seconds=seconds)


def _point(row: Visit) -> Point | None:
    place = row.case.place
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return Point(place.latitude, place.longitude)
