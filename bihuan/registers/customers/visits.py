"""How often the pages for customers are opened: a count a day and page, and nothing about who."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import F, Sum

from bihuan.registers.customers.models import Visits


@transaction.atomic
def add_visits(counted: Mapping[tuple[date, str], int]) -> None:
    """Add these counts, (day, page) → how many."""
    for (day, page), count in sorted(counted.items()):
        Visits.objects.get_or_create(day=day, page=page)
        Visits.objects.filter(day=day, page=page).update(count=F("count") + count)


def visits_between(first: date, last: date) -> dict[str, int]:
    """page → how often it was opened from the first day to the last, both counted."""
    rows = Visits.objects.filter(day__gte=first, day__lte=last).values("page")
    return {row["page"]: int(row["total"] or 0) for row in rows.annotate(total=Sum("count"))}
