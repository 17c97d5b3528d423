"""Reckon the promises a second time, from the journal, and say whether the rows agree."""

import json
import sys
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bihuan.ground.worktime import clock
from bihuan.service.commitments.replaying import replay_all


class Command(BaseCommand):
    help = (
        "Derive every open promise and those of the last 40 days from the journal and compare them with their rows. "
        "Prints one JSON line; ends with 1 when something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="every promise there ever was")

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        found = replay_all(now=clock.now(), everything=options["all"])
        told = {
            "checked": found.checked,
            "differences": found.different,
            "withdrawn_pairs": found.withdrawn,
            "seconds": round(monotonic() - began, 2),
        }
        self.stdout.write(json.dumps(told))
        if found.different:
            sys.exit(1)
