"""The daily closing of a channel, like that of a cash desk: what came in equals what it became.

What came in is counted from the journal, which nobody can change; what became of it from the rows as they stand now.
Where the two differ, something is lost or doubled, and the difference is shown.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, Min
from django.utils.timezone import get_default_timezone

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import fact_of
from bihuan.service.cases.models import Case
from bihuan.service.intake.events import MessageArrived, ReportReceived
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.told import CHANNELS

ENDS = ("cases", "answered", "duplicates", "spam", "quarantined", "waiting", "automatic", "probes")
WHERE = {  # where a message that is no report stands → its column
    RawMessage.ANSWERED: "answered",
    RawMessage.DUPLICATE: "duplicates",
    RawMessage.SPAM: "spam",
    RawMessage.QUARANTINED: "quarantined",
    RawMessage.WAITING: "waiting",
    RawMessage.AUTOMATIC: "automatic",
    RawMessage.PROBE: "probes",
}
OF_REPORT = {
    Report.ANSWERED: "answered",
    Report.QUARANTINED: "quarantined",
    Report.PROBE: "probes",
}
AROUND = timedelta(days=2)  # rows are numbered about in the order in which they came


@dataclass(frozen=True, kw_only=True)
class ChannelDay:
    """What one channel received on a day, and where each of it stands now. All are counts."""

    channel: str
    received: int
    ends: Counter[str]

    @property
    def difference(self) -> int:
        """Received less all that is accounted for: above zero something is missing, below zero doubled."""
        return self.received - sum(self.ends[end] for end in ENDS)


def closing(day: date) -> list[ChannelDay]:
    """The closing of each channel for a day of the installation's zone. A message is counted once, on the day it was
    received, whatever becomes of it later."""
    zone = get_default_timezone()
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + timedelta(days=1), time(), zone)
    received = _received(begins, ends)
    found = _stand(begins, ends)
    named = [*CHANNELS, *sorted((received.keys() | found.keys()) - set(CHANNELS))]
    return [
        ChannelDay(channel=channel, received=received[channel], ends=found.get(channel, Counter()))
        for channel in named
    ]


def _received(begins: datetime, ends: datetime) -> Counter[str]:
    """By channel, what the journal says came in: messages as they arrived, reports that were handed over at once."""
    near = (begins - AROUND, ends + AROUND)
    messages = RawMessage.objects.filter(received_at__range=near).aggregate(Min("id"), Max("id"))
    reports = Report.objects.filter(raw__received_at__range=near).aggregate(Min("id"), Max("id"))
    counts: Counter[str] = Counter()
    for kind, about in ((MessageArrived.kind, messages), (ReportReceived.kind, reports)):
        if about["id__min"] is None:
            continue
        entries = Entry.objects.filter(
            kind=kind, subject_id__range=(about["id__min"], about["id__max"]), happened_at__gte=begins
        ).filter(happened_at__lt=ends)
        for entry in entries.iterator():
            event = fact_of(entry).event
            if isinstance(event, MessageArrived) or (isinstance(event, ReportReceived) and not event.arrived):
                counts[event.channel] += 1
    return counts


def _stand(begins: datetime, ends: datetime) -> dict[str, Counter[str]]:
    """By channel, where what was received stands now."""
    of_day = Report.objects.filter(raw__received_at__gte=begins, raw__received_at__lt=ends)
    with_case = set(
        Case.objects.filter(chain_id__in=of_day.values("chain_id")).values_list("chain_id", flat=True)
    )
    reports = {raw: (state, chain) for raw, state, chain in of_day.values_list("raw_id", "state", "chain_id")}
    rows: Iterable[tuple[int, str, str]] = (
        RawMessage.objects.filter(received_at__gte=begins, received_at__lt=ends)
        .exclude(state=RawMessage.BROUGHT_IN)
        .values_list("id", "channel", "state")
    )
    found: dict[str, Counter[str]] = {}
    for number, channel, state in rows:
        report_state, chain = reports.get(number, ("", None))
        end = end_of(state, report_state=report_state, has_case=chain in with_case)
        found.setdefault(channel, Counter())[end] += 1
    return found


def end_of(state: str, *, report_state: str, has_case: bool) -> str:
    """The column of a message, the first that fits in the order of `ENDS`; "" when nothing accounts for it."""
    ends = {WHERE.get(state, ""), OF_REPORT.get(report_state, "")}
    if has_case and report_state != Report.PROBE and state != RawMessage.DUPLICATE:  # of a merged case
        ends.add("cases")
    return next((end for end in ENDS if end in ends), "")
