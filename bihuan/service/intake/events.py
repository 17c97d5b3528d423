"""What happens when words arrive."""

from dataclasses import dataclass

from bihuan.ground.journal.event import Event


@dataclass(frozen=True, kw_only=True)
class ReportReceived(Event):
    """Subject: the report."""

    kind = "report.received"
    channel: str
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class ReportUnderstood(Event):
    """What arrived can become a case or join one. What this wakes may fail without losing the report."""

    kind = "report.understood"
    node_id: int


@dataclass(frozen=True, kw_only=True)
class ReportQuarantined(Event):
    """The report was kept, but no case could be opened; a person must look. Subject: the report."""

    kind = "report.quarantined"
    reason: str
