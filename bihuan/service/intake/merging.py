"""Where a report is counted in the daily closing when its case turned out to be another one's twin."""

from bihuan.service.intake.models import RawMessage, Report


def count_as_duplicate(report: Report, *, of: Report) -> None:
    """What it was read from is a duplicate from now on, of what the other was read from."""
    mine = RawMessage.objects.filter(id=report.raw_id, state=RawMessage.REPORT)
    mine.update(state=RawMessage.DUPLICATE, reason=MERGED, same_as_id=of.raw_id)


def count_as_report(report: Report) -> None:
    """It is a report of its own again."""
    mine = RawMessage.objects.filter(id=report.raw_id, state=RawMessage.DUPLICATE, reason=MERGED)
    mine.update(state=RawMessage.REPORT, reason="", same_as_id=None)


MERGED = "merged"
