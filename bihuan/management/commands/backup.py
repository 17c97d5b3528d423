"""`manage.py backup [FOLDER]`: the database without its keys, the files, and apart from both: the keys.

Keep `keys.bak` in another place than the rest, and no longer than 30 days: then a customer who was forgotten is
forgotten in every backup as well. The installation's secrets are never copied; keep them in a safe of their own.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bihuan.ground.worktime import clock
from bihuan.management.backups import nightly
from bihuan.management.backups.copying import back_up


class Command(BaseCommand):
    help = "Copy database and files to a folder, and the customers' keys to a file apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", help="a folder that does not exist yet (else one is named)")
        parser.add_argument(
            "--tidy", action="store_true", help="afterwards remove what is too old to be kept"
        )

    def handle(self, *args: Any, folder: str | None, tidy: bool = False, **options: Any) -> None:
        now = clock.now()
        there = Path(folder).resolve() if folder else settings.BIHUAN_BACKUPS / nightly.name(now)
        say = self.stdout.write if options["verbosity"] else lambda sentence: None
        try:
            told = back_up(there, now=now, say=say)
        finally:  # also where a full disk kept this one from being made
            if tidy:
                nightly.tidy(settings.BIHUAN_BACKUPS, now=now)
        for line in (str(there), f"Keys, to be kept elsewhere: {there / 'keys.bak'}"):
            say(line)
        say(f"{len(told.tables)} tables, {told.files} files; what each holds stands in manifest.json.")
