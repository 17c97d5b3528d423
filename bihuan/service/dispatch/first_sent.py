"""When somebody was first asked to do a case: a service point, or a technician at once."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Min

from bihuan.service.dispatch.models import Assignment, Offer


def first_sent(case_ids: Collection[int]) -> dict[int, datetime]:
    """case id → the first offer or assignment; two statements however many. Cases that nobody was asked about are
    left out."""
    found: dict[int, datetime] = {}
    for model in (Offer, Assignment):
        rows = model._default_manager.filter(case_id__in=case_ids).values("case_id")
        for row in rows.annotate(first=Min("made_at")):
            at = row["first"]
            found[row["case_id"]] = min(found.get(row["case_id"], at), at)
    return found
