"""`manage.py doctor`: what is still missing, as the page says it. Ends with 1 when something is broken."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from bihuan.ground.worktime import clock
from bihuan.web.managers.doctor_all import counted, examine
from bihuan.web.managers.doctor_finding import State

MARKS = {State.FINE: "ok     ", State.MISSING: "missing", State.BROKEN: "BROKEN "}


class Command(BaseCommand):
    help = "Say what is still missing or broken in this installation, and what to do about it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", default="en", help="zh-hans, zh-hant or en")
        parser.add_argument("--json", action="store_true", help="one JSON line")

    def handle(self, *args: Any, language: str, json: bool, **options: Any) -> None:
        with override(language):
            groups = examine(clock.now())
        found = counted(groups)
        if json:
            self.stdout.write(as_json([asdict(one) for group in groups for one in group.findings]))
        else:
            for group in groups:
                self.stdout.write(f"\n{group.title}")
                for one in group.findings:
                    self.stdout.write(f"  {MARKS[one.state]}  {one.title}: {one.said}")
            self.stdout.write(f"\n{found.broken} broken, {found.missing} missing.")
        if found.broken:
            sys.exit(1)


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)
