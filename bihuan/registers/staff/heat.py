"""Keeping and asking the heat: hot days by city, and what the law leaves of work outdoors on them."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bihuan.registers.organisation.keeping import keep_row, run_out
from bihuan.registers.staff.models import HeatLimit, HotDay
from bihuan.registers.staff.rules import Heat, Limit, limit_at

LIMIT = frozenset(
    {
        "from_celsius",
        "outdoor_minutes",
        "rest_from",
        "rest_until",
        "valid_from",
        "valid_until",
        "source",
        "checked_by",
    }
)
HOT_DAY = frozenset({"city", "day", "celsius", "source"})
SOURCE = "防暑降温措施管理办法 (2012) 第八条"  # known from second hand: nobody compared it with the text yet
SINCE = date(2012, 6, 29)
SHIPPED = (  # degrees, minutes outdoors a day, rest
    (37, 360, time(12), time(15)),
    (40, 0, None, None),
)


def load_limits() -> None:
    """The limits that ship; where a house keeps any of its own they stay as they are."""
    if HeatLimit.objects.exists():
        return
    HeatLimit.objects.bulk_create(
        HeatLimit(
            from_celsius=celsius,
            outdoor_minutes=minutes,
            rest_from=rest_from,
            rest_until=rest_until,
            valid_from=SINCE,
            source=SOURCE,
        )
        for celsius, minutes, rest_from, rest_until in SHIPPED
    )


def heat_of(city: str, *, since: date, until: date) -> dict[date, Heat]:
    """The days of a city, both inclusive, on which heat limits work outdoors. One statement on a cool week."""
    rows = HotDay.objects.filter(Q(city=city) | Q(city=""), day__gte=since, day__lte=until)
    hottest: dict[date, int] = {}
    for day, celsius in rows.values_list("day", "celsius"):
        hottest[day] = max(celsius, hottest.get(day, 0))
    if not hottest:
        return {}
    limits = [_limit(row) for row in HeatLimit.objects.all()]
    found = {}
    for day, celsius in hottest.items():
        limit = limit_at(celsius, day, limits)
        if limit is not None:
            found[day] = Heat(celsius=celsius, limit=limit)
    return found


def _limit(row: HeatLimit) -> Limit:
    return Limit(**{name: getattr(row, name) for name in LIMIT})


def limits_listed(search: str = "") -> QuerySet[HeatLimit]:
    return HeatLimit.objects.filter(Q(source__icontains=search) | Q(checked_by__icontains=search))


def hot_days_listed(search: str = "") -> QuerySet[HotDay]:
    return HotDay.objects.filter(Q(city__icontains=search) | Q(source__icontains=search))


@transaction.atomic
def keep_limit(limit_id: int | None, **told: Any) -> HeatLimit:
    """A new limit for a step ends the open one before it the day before it begins."""
    begins, until = told.get("valid_from"), told.get("valid_until")
    if begins is not None and until is not None and until < begins:
        raise ValidationError({"valid_until": _("The last day lies before the first.")})
    if (told.get("rest_from") is None) != (told.get("rest_until") is None):
        raise ValidationError({"rest_until": _("Rest has a beginning and an end, or neither.")})
    kept = keep_row(HeatLimit, limit_id, told, fields=LIMIT)
    same = HeatLimit.objects.filter(from_celsius=kept.from_celsius, valid_until__isnull=True)
    same.filter(valid_from__lt=kept.valid_from).exclude(id=kept.id).update(
        valid_until=kept.valid_from - timedelta(days=1)
    )
    return kept


def end_limit(limit_id: int, *, now: datetime) -> None:
    run_out(HeatLimit, limit_id, now=now)


def keep_hot_day(hot_day_id: int | None, **told: Any) -> HotDay:
    """What a person read in a forecast or an official warning."""
    if not 0 <= told.get("celsius", 0) <= 60:
        raise ValidationError({"celsius": _("A temperature between 0 and 60 degrees.")})
    return keep_row(HotDay, hot_day_id, told, fields=HOT_DAY)


def drop_hot_day(hot_day_id: int) -> None:
    HotDay.objects.filter(id=hot_day_id).delete()
