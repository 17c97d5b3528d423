"""Which running promises will break by tomorrow evening if nothing moves: the forecast, asked of the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.worktime.calendar import moment_after
from bihuan.ground.worktime.due import worked_without_rests
from bihuan.service.commitments.forecasting import (
    NOTHING_KNOWN,
    PARTS,
    Chance,
    Curve,
    chance,
    curve_of,
    used_share,
)
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import calendar_in_force, calendar_of_promise

LOOKED_BACK = timedelta(days=90)
WORKING_HOURS = timedelta(hours=8)
EVENING = time(20)
OFFICE = "cn-office"
FRESH_SECONDS = 300.0  # what became of three months of promises hardly changes in less
MOST = 5000  # promises looked ahead at, the soonest first


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A running promise that is due before the horizon, and how it will fare."""

    id: int
    node_id: int
    holder: int | None
    due_at: datetime
    chance: Chance


_kept: tuple[float, Mapping[str, Curve]] = (float("-inf"), {})


def horizon(now: datetime) -> datetime:
    """Tomorrow evening, or the end of the next eight office hours when that is later."""
    tomorrow = localtime(now).date() + timedelta(days=1)
    evening = datetime.combine(tomorrow, EVENING, get_default_timezone())
    worked = moment_after(calendar_in_force(OFFICE), now, WORKING_HOURS)
    return max(evening, worked or evening)


def ahead(rows: QuerySet[Any], *, now: datetime) -> list[Ahead]:
    """Those of these promises that are due before the horizon, the most pressing first. One statement, and now and
    then two for what became of earlier promises."""
    held = curves(now)
    running = rows.filter(state=Promise.RUNNING, due_at__gt=now, due_at__lte=horizon(now))
    told = running.order_by("due_at", "id").values_list(
        "id", "case__node_id", "holder", "due_at", "about", "calendar", "calendar_version", "allowed_seconds"
    )
    found = []
    for number, node, holder, due_at, about, code, version, allowed in told[:MOST]:
        left = worked_without_rests(calendar_of_promise(code, version), now, due_at)
        used = used_share(allowed_seconds=allowed, seconds_left=left)
        fares = chance(held.get(about, NOTHING_KNOWN), used)
        found.append(Ahead(id=number, node_id=node, holder=holder, due_at=due_at, chance=fares))
    return sorted(found, key=lambda one: (one.chance.pressing, one.due_at, one.id))


def curves(now: datetime) -> Mapping[str, Curve]:
    """Metric → what became of its promises in the last ninety days, of the whole house; kept for five minutes."""
    global _kept
    if monotonic() - _kept[0] > FRESH_SECONDS:
        _kept = (monotonic(), _curves(now))
    return _kept[1]


def forget_curves() -> None:
    global _kept
    _kept = (float("-inf"), {})


def _curves(now: datetime) -> Mapping[str, Curve]:
    since = now - LOOKED_BACK
    known = Promise.objects.filter(
        quiet=False, state__in=(Promise.KEPT, Promise.BROKEN), allowed_seconds__gt=0
    )
    share = Coalesce(F("worked_seconds"), F("allowed_seconds") + 0) * PARTS / F("allowed_seconds")
    ended = known.filter(ended_at__gte=since, ended_at__lte=now).annotate(
        part=ExpressionWrapper(share, output_field=BigIntegerField())
    )
    counts = ended.order_by().values_list("about", "part", "state").annotate(count=Count("id"))
    told: dict[str, list[tuple[int, bool, int]]] = {}
    for about, part, state, count in counts:
        told.setdefault(about, []).append((part, state == Promise.KEPT, count))
    owed = known.filter(open=True, state=Promise.BROKEN, due_at__gte=since, due_at__lte=now)
    for about, count in owed.order_by().values_list("about").annotate(count=Count("id")):
        told.setdefault(about, []).append((PARTS, False, count))
    return {about: curve_of(ended) for about, ended in told.items()}
