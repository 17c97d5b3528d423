"""How often the pages for customers are opened: a count a day and page, and nothing about who."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import F, Sum

from bihuan.registers.customers.models import Opened


@transaction.atomic
def add_opened(counted: Mapping[tuple[date, str], int]) -> None:
    """Add these counts, (day, page) → how many."""
    for (day, page), count in sorted(counted.items()):
        Opened.objects.get_or_create(day=day, page=page)
        Opened.objects.filter(day=day, page=page).update(count=F("count") + count)


def opened_between(first: date, last: date) -> dict[str, int]:
    """page → how often it was opened from the first day to the last, both counted."""
    rows = Opened.objects.filter(day__gte=first, day__lte=last).values("page")
    return {row["page"]: int(row["total"] or 0) for row in rows.annotate(total=Sum("count"))}
