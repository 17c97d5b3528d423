"""An installation's SQLite database with all its tables and what ships, to be copied: migrating takes longer than most
of what is tried on it. Taken from the run's own test database before the first test."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

NAME = "template.sqlite3"


def take() -> None:
    """Copy the test database as it is now, through SQLite; nothing on PostgreSQL."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(_kept())) as copy:
            connection.connection.backup(copy)


def copy_to(folder: Path) -> None:
    """Put the database into this data folder."""
    shutil.copy2(_kept(), folder / "bihuan.sqlite3")


def _kept() -> Path:
    return Path(settings.BIHUAN_DATA) / NAME
