"""`manage.py restore FOLDER`: bring a backup back, or with `--drill` try it without touching anything.

What is there is backed up first, and only replaced when `--replace` says so. The installation's secrets must be in
their place before (the file `secrets` of the data folder, or `BIHUAN_SECRET_*`).
"""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from bihuan.ground.journal.queries import all_faults
from bihuan.ground.journal.running import clocks_alive
from bihuan.ground.vault import backups
from bihuan.ground.vault.backups import KEYS_FILE
from bihuan.ground.worktime import clock
from bihuan.management.backups import nightly
from bihuan.management.backups.copying import back_up
from bihuan.management.backups.restoring import bring_back, drill, manifest_of, take_away_strange_files
from bihuan.registers.organisation.models import Node
from bihuan.shipped import load_shipped

RUNNING = timedelta(seconds=20)  # a clock that said so within this time runs still


class Command(BaseCommand):
    help = "Bring a backup back, or try it (--drill)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", help="a backup; else the newest of the folder of backups")
        parser.add_argument("--keys", help="the file of keys, where it lies elsewhere than in the backup")
        parser.add_argument("--without-keys", action="store_true", help="bring back what can be without keys")
        parser.add_argument("--replace", action="store_true", help="what is there is backed up and replaced")
        parser.add_argument("--though-running", action="store_true", help="do not ask whether Bihuan runs")
        parser.add_argument("--drill", action="store_true", help="only try it, in a scratch place")

    def handle(self, *args: Any, **told: Any) -> None:
        now = clock.now()
        folder = Path(told["folder"]).resolve() if told["folder"] else newest()
        manifest = manifest_of(folder)
        keys = keys_file(folder, told["keys"], without=told["without_keys"])
        self.stdout.write(f"{folder}, made {manifest.made_at:%Y-%m-%d %H:%M} by version {manifest.version}:")
        for line in backups.in_words(manifest)["en"]:
            self.stdout.write(f"  {line}")
        if manifest.secrets_mark != backups.secrets_mark():
            self._other_secrets(drill=told["drill"], without=keys is None)
        if told["drill"]:
            missing = drill(folder, manifest, keys=keys)
            self.stdout.write("The drill went well: every row and every file is what was backed up.")
        else:
            refuse_while_running(now, though=told["though_running"])
            self._keep_what_is_there(now, replace=told["replace"])
            missing = bring_back(folder, manifest, keys=keys, say=self.stdout.write)
            self._afterwards(folder, now=now)
        for sentence in missing:
            self.stdout.write(sentence)

    def _other_secrets(self, *, drill: bool, without: bool) -> None:
        sentence = "The secrets of this installation are not those of the backup: its keys open nothing here."
        if not drill and not without:
            raise CommandError(
                f"{sentence} Put the right `secrets` into the data folder, or say --without-keys."
            )
        self.stdout.write(sentence)

    def _keep_what_is_there(self, now: datetime, *, replace: bool) -> None:
        if not is_founded():
            return
        if not replace:
            raise CommandError(
                "There is a company in this database. With --replace it is backed up and then replaced."
            )
        aside = settings.BIHUAN_BACKUPS / f"before-restore-{nightly.name(now)}"
        back_up(aside, now=now, say=lambda sentence: None)
        self.stdout.write(f"What was there is kept in {aside}.")

    def _afterwards(self, folder: Path, *, now: datetime) -> None:
        self.stdout.write("What is newer in this version ...")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        load_shipped(now=now)
        removed = take_away_strange_files(folder)
        if removed:
            self.stdout.write(f"{removed} files of what was there before were removed.")
        self.stdout.write("The chains of the journal ...")
        if faults := list(all_faults()):
            raise CommandError(f"Brought back, but the journal does not verify: {faults[0]}")
        self.stdout.write("Brought back: every row and every file was compared, every chain verifies.")
        self.stdout.write("The search index is made anew while Bihuan runs, or at once by `rebuild_search`.")


def newest() -> Path:
    """The newest finished backup; CommandError where there is none."""
    for one in backups.known(settings.BIHUAN_BACKUPS):
        if one.manifest is not None:
            return one.folder
    raise CommandError(f"There is no backup in {settings.BIHUAN_BACKUPS}; name its folder.")


def keys_file(folder: Path, told: str | None, *, without: bool) -> Path | None:
    """Where the keys are; None when the backup is brought back without them, which must be said."""
    path = Path(told) if told else folder / KEYS_FILE
    if without:
        return None
    if not path.is_file():
        raise CommandError(f"{path} is not there. Name the file with --keys, or say --without-keys.")
    return path


def refuse_while_running(now: datetime, *, though: bool) -> None:
    try:
        running = [] if though else list(clocks_alive(now, within=RUNNING))
    except DatabaseError:  # an empty database
        running = []
    if running:
        raise CommandError("Bihuan runs on this database. Stop it first (or say --though-running).")


def is_founded() -> bool:
    """Whether there is a company in this database."""
    try:
        return Node.objects.exists()
    except DatabaseError:
        connection.close()
        return False
