"""`manage.py closing [--day D]`: what each channel received on a day, and what became of it. Ends with 1 when they
differ anywhere."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.service.improvement.daily_closing import ENDS, closing


class Command(BaseCommand):
    help = (
        f"A line a channel for the day (yesterday unless --day): channel received {' '.join(ENDS)} difference. "
        "Exit status 1 when a difference is not 0."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=_day, default=None, help="the day received, as 2026-11-23")

    def handle(self, *args: Any, day: date | None, **options: Any) -> None:
        lines = closing(day or localdate(clock.now()) - timedelta(days=1))
        for line in lines:
            counts = [line.received, *(line.ends[end] for end in ENDS), line.difference]
            self.stdout.write(" ".join([line.channel, *map(str, counts)]))
        if any(line.difference for line in lines):
            sys.exit(1)


def _day(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as fault:
        raise ArgumentTypeError(f"{told!r} is not a day; write it as 2026-11-23.") from fault
