"""Words of danger that raised no alarm are counted, so that somebody can see when a rule silences too much."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Sum

from bihuan.registers.knowledge.danger import Silenced
from bihuan.registers.knowledge.models import SilencedDay


def count_silenced(silenced: Iterable[Silenced], *, day: date) -> None:
    """Add these to the counts of a day. Nothing is written for none."""
    for hazard, why in sorted({(one.hazard, one.why) for one in silenced}):
        row = SilencedDay(day=day, hazard=hazard, why=why)
        SilencedDay.objects.bulk_create([row], ignore_conflicts=True)
        SilencedDay.objects.filter(day=day, hazard=hazard, why=why).update(count=F("count") + 1)


def silenced_since(day: date) -> list[tuple[str, str, int]]:
    """Hazard, why and how often since this day, the most frequent first."""
    rows = SilencedDay.objects.filter(day__gte=day).values_list("hazard", "why").annotate(times=Sum("count"))
    return [(hazard, why, int(times)) for hazard, why, times in rows.order_by("-times", "hazard", "why")]
