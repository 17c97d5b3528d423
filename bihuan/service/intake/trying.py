"""What was tried by phone before anyone went: kept with the report, so that it travels with the case."""

from django.db import transaction

from bihuan.service.intake.models import Report


@transaction.atomic
def note_tried(report_id: int, *, step: str, answer: str) -> dict[str, str] | None:
    """Keep what came of one step; returns all that was tried by now, or None when that step had its answer."""
    report = Report.objects.select_for_update(of=("self",)).get(id=report_id)
    tried = dict(report.tried)
    if step in tried:
        return None
    tried[step] = answer
    Report.objects.filter(id=report_id).update(tried=tried)
    return tried
