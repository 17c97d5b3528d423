"""Making the search index anew, with progress. Bihuan may run meanwhile, and everything is found all the while."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bihuan.service.searching.building import Progress, begin_anew, build, read_stale


class Command(BaseCommand):
    help = (
        "Index every case again, the newest first. It may be stopped at any moment: --resume goes on where it stopped, "
        "and so does the clock."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resume", action="store_true", help="only what is missing or changed since")

    def handle(self, *args: Any, resume: bool, **options: Any) -> None:
        if not resume:
            begin_anew()
        told = -1
        while (at := build()) is not None:
            told = self._say(at, told)
        while read_stale():
            continue
        self.stdout.write("Every case can be found.")

    def _say(self, at: Progress, told: int) -> int:
        percent = 100 * at.made // max(at.wanted, 1)
        if percent // 5 > told // 5:
            self.stdout.write(f"{at.made} of {at.wanted} cases")
        return percent
