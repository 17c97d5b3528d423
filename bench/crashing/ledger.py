"""What the senders of the crash trial were told, and what the rows say of it afterwards."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock
from typing import Any

REPORTED, SAID = re.compile(r"编号(\d{7})"), re.compile(r"续(\d{7}-\d)")


def words_of(number: int) -> str:
    """What the customer of this number says; nobody else says it."""
    return f"编号{number:07d} 机器突然坏了"


def more_of(number: int, line: int) -> str:
    """What the customer of this number says after that in a chat; `line` from 1 to 9."""
    return f"续{number:07d}-{line} 还是不行"


def phone_of(number: int) -> str:
    return f"139{number:08d}"


@dataclass
class Ledger:
    """`accepted` are the numbers of reports with their channel, `lines` what was kept of chats besides. The counts
    are by channel: `sent` how often anything was sent, `again` what was sent once more after it had been accepted,
    `at_once` what was sent fifty times at the same moment, `hung_up` answers nobody waited for."""

    accepted: dict[int, str] = field(default_factory=dict)
    lines: set[str] = field(default_factory=set)
    sent: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    at_once: Counter[str] = field(default_factory=Counter)
    hung_up: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    last: int = 0
    room: Event = field(default_factory=Event)  # senders wait while too much is not read yet

    def next_number(self) -> int:
        with self.lock:
            self.last += 1
            return self.last

    def count(self, what: Counter[str], channel: str, times: int = 1) -> None:
        with self.lock:
            what[channel] += times

    def accept(self, number: int, channel: str) -> None:
        with self.lock:
            self.accepted[number] = channel

    def keep_line(self, number: int, line: int) -> None:
        with self.lock:
            self.lines.add(f"{number:07d}-{line}")


def prove(ledger: Ledger) -> dict[str, Any]:
    """Which of what was accepted is there once, never, or more than once; and whether the closing comes out even."""
    reports, lines = _seen()
    lost = [number for number in ledger.accepted if str(number).zfill(7) not in reports]
    twice = Counter(channel for channel, count in reports.values() for _ in range(count - 1))
    differences = _differences()
    channels = sorted({*ledger.sent, *differences})
    lost_by = Counter(ledger.accepted[number] for number in lost)
    accepted = Counter(ledger.accepted.values())
    return {
        "accepted": len(ledger.accepted),
        "reports": sum(count for _channel, count in reports.values()),
        "lost": len(lost),
        "doubled": twice.total(),
        "lines": len(ledger.lines),
        "lines_lost": len(ledger.lines - lines.keys()),
        "lines_doubled": lines.total() - len(lines),
        "difference": sum(abs(each) for each in differences.values()),
        "examples": [f"{ledger.accepted[number]} {number}" for number in lost[:5]],
        "channels": {
            channel: {
                "accepted": accepted[channel],
                "sent": ledger.sent[channel],
                "hung_up": ledger.hung_up[channel],
                "again": ledger.again[channel],
                "at_once": ledger.at_once[channel],
                "given_up": ledger.given_up[channel],
                "lost": lost_by[channel],
                "doubled": twice[channel],
                "difference": differences.get(channel, 0),
            }
            for channel in channels
        },
    } | _left_over()


def _seen() -> tuple[dict[str, tuple[str, int]], Counter[str]]:
    """number → its channel and how often it was reported; each line of a chat and how often a report holds it."""
    from bihuan.ground.vault.actions import keys
    from bihuan.service.intake.models import Report
    from bihuan.service.intake.queries import words_of as opened

    reports: dict[str, tuple[str, int]] = {}
    lines: Counter[str] = Counter()
    for report in Report.objects.select_related("customer__key").iterator(chunk_size=1000):
        said = opened(report, keys(report.customer.key)).words
        lines.update(SAID.findall(said))
        for number in REPORTED.findall(said):
            reports[number] = (report.channel, reports.get(number, ("", 0))[1] + 1)
    return reports, lines


def _differences() -> dict[str, int]:
    """By channel, what does not come out even in the closing of yesterday and today."""
    from django.utils.timezone import localdate

    from bihuan.ground.worktime import clock
    from bihuan.service.improvement.daily_closing import closing

    today, found = localdate(clock.now()), dict[str, int]()
    for day in (today - timedelta(days=1), today):
        for line in closing(day):
            if line.received or line.difference:
                found[line.channel] = found.get(line.channel, 0) + abs(line.difference)
    return found


def _left_over() -> dict[str, Any]:
    """What a person would have to look at."""
    from bihuan.service.intake.models import RawMessage, Report

    messages = RawMessage.objects.filter(state=RawMessage.QUARANTINED).values_list("channel", "reason")
    of_reports = Report.objects.filter(state=Report.QUARANTINED).values_list("channel", "trouble")
    found = Counter(f"{channel}: {reason}" for channel, reason in messages)
    return {
        "quarantined": dict(
            found + Counter(f"{each}: {' '.join(why.split())[:160]}" for each, why in of_reports)
        )
    }
