"""`manage.py upgrade`: from the version before to this one, with the data: looked at, backed up, changed, looked at.

May be stopped at any moment and run again: each migration is one transaction, or one that goes on where it stopped.
"""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bihuan.ground.journal import triggers as journal_triggers
from bihuan.ground.journal.queries import all_faults
from bihuan.ground.worktime import clock
from bihuan.management.backups import nightly
from bihuan.management.backups.copying import back_up, version
from bihuan.management.commands.restore import refuse_while_running
from bihuan.registers.staff import triggers as staff_triggers
from bihuan.shipped import load_shipped

ROOM = 2  # times the size of the database and its files that must be free on the disk


class Command(BaseCommand):
    help = "Bring the database of the version before up to this one; everything is backed up first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-backup", action="store_true", help="there is one already")
        parser.add_argument("--though-running", action="store_true", help="do not ask whether Bihuan runs")

    def handle(self, *args: Any, no_backup: bool, though_running: bool, **options: Any) -> None:
        now = clock.now()
        waiting = unapplied()
        self.stdout.write(f"This is version {version()}; {len(waiting)} migrations wait.")
        for name in waiting:
            self.stdout.write(f"  {name}")
        refuse_while_running(now, though=though_running)
        before = rows_of_tables()
        if not no_backup and before:
            self._back_up(nightly.name(now))
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        load_shipped(now=now)
        self._look(before)

    def _back_up(self, stamp: str) -> None:
        refuse_without_room()
        there = settings.BIHUAN_BACKUPS / f"before-upgrade-{stamp}"
        back_up(there, now=clock.now(), say=lambda sentence: None)
        self.stdout.write(
            f"Backed up to {there}. The way back: install the version before, then\n"
            f"  python manage.py restore {there} --replace"
        )

    def _look(self, before: dict[str, int]) -> None:
        missing = [*journal_triggers.missing(connection), *staff_triggers.missing(connection)]
        if missing:
            raise CommandError(f"A guard of the database is missing: {', '.join(missing)}.")
        if fault := next(iter(all_faults()), None):
            raise CommandError(f"The journal does not verify: {fault}")
        after = rows_of_tables()
        for name, rows in sorted(before.items()):
            if after.get(name, 0) < rows:
                self.stdout.write(f"  {name}: {rows} rows before, {after.get(name, 'gone')} now")
        told = sum(after.values())
        self.stdout.write(
            f"Up to date: {told} rows, every chain verifies. What is new stands in CHANGELOG.md."
        )


def unapplied() -> list[str]:
    """The migrations that wait, `app.name`, in the order they will be applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def rows_of_tables() -> dict[str, int]:
    """How many rows each table of ours has; nothing in an empty database."""
    with connection.cursor() as cursor:
        here = set(connection.introspection.table_names(cursor))
        tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} & here
        found = {}
        for name in sorted(tables):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            found[name] = cursor.fetchone()[0]
    return found


def refuse_without_room() -> None:
    """CommandError when the disk has no room for the backup and what the migrations copy."""
    held = settings.BIHUAN_DATA / "files"
    size = sum(path.stat().st_size for path in held.rglob("*") if path.is_file()) if held.exists() else 0
    if connection.vendor == "sqlite":
        size += Path(connection.settings_dict["NAME"]).stat().st_size
    settings.BIHUAN_BACKUPS.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(settings.BIHUAN_BACKUPS).free
    if free < ROOM * size:
        raise CommandError(
            f"The disk has {free >> 20} MiB free; {ROOM * size >> 20} MiB are asked for first."
        )
