"""`manage.py backup FOLDER`: the database without its keys, the files, and apart from both: the keys.

Keep `keys.bak` in another place than the rest, and no longer than 30 days: then a customer who was forgotten is
forgotten in every backup as well. The installation's secrets are never copied; keep them in a safe of their own.
"""

import os
import shutil
import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bihuan.management.dumping import KEYS, REBUILT, dump, pg_dump


class Command(BaseCommand):
    help = "Copy database and files to a folder, and the customers' keys to a file apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", help="a folder that does not exist yet")

    def handle(self, *args: Any, folder: str, **options: Any) -> None:
        if connection.vendor == "postgresql":
            pg_dump()  # refuses before anything is made
        there = Path(folder).resolve()
        if there.exists():
            raise CommandError(f"{there} is there already; name a new folder.")
        there.mkdir(parents=True, mode=0o700)
        try:
            copy_all(there)
        except CommandError:
            shutil.rmtree(there)  # half a backup is none
            raise
        held: Path = settings.BIHUAN_DATA / "files"
        if held.exists():
            shutil.copytree(held, there / "files", ignore=shutil.ignore_patterns("*.part"))
        self.stdout.write(f"Database and files: {there}\nKeys, to be kept elsewhere: {there / 'keys.bak'}")


def copy_all(there: Path) -> None:
    """The database without its keys, and the keys, in whatever way this database is copied."""
    if connection.vendor == "postgresql":
        dump(connection.settings_dict, there)
        return
    copy = there / "bihuan.sqlite3"
    copy_database(copy)
    write_private(there / "keys.bak", take_keys_out(copy))


def copy_database(copy: Path) -> None:
    """A consistent copy while others write, by SQLite's own backup."""
    connection.ensure_connection()
    target = sqlite3.connect(copy)
    try:
        connection.connection.backup(target)
    finally:
        target.close()
    copy.chmod(0o600)


def take_keys_out(copy: Path) -> str:
    """Empty the table of keys in a copy, for good, and return its rows as SQL that puts them back."""
    database = sqlite3.connect(copy, isolation_level=None)
    try:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({KEYS})")]
        rows = database.execute(
            f"SELECT {', '.join(f'quote({name})' for name in columns)} FROM {KEYS}"
        ).fetchall()
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA secure_delete=ON")
        database.execute("PRAGMA foreign_keys=OFF")
        for table in (KEYS, *REBUILT):
            database.execute(f"DELETE FROM {table}")
        database.execute("VACUUM")
    finally:
        database.close()
    lines = [
        f"INSERT OR REPLACE INTO {KEYS} ({', '.join(columns)}) VALUES ({', '.join(row)});" for row in rows
    ]
    return "\n".join(["BEGIN;", *lines, "COMMIT;", ""])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
