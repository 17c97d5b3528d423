"""A database with all its tables and what ships, to be copied: migrating takes longer than most of what is tried on it.

The first worker of a run keeps its own before the first test. The others begin with a copy, and so does, on SQLite,
every installation that a test makes.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

OF_THE_RUN = "BIHUAN_TESTS_RUN"  # the folder of the process that the run began with; its workers are given it
NAME = "template.sqlite3"
DATABASE = "bihuan_kept_for_tests"  # on PostgreSQL


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """One worker of the run after the other."""
    with (_folder() / "template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_kept() -> bool:
    """Whether a worker before this one has made it. On PostgreSQL the file says no more than that."""
    return _kept().exists()


def begin_with_a_copy() -> bool:
    """Put it where this worker's test database is to be. True where Django has nothing to create any more."""
    wanted = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql":
        wanted["TEMPLATE"] = DATABASE
        return False
    for tail in ("-wal", "-shm"):
        Path(f"{wanted['NAME']}{tail}").unlink(missing_ok=True)
    shutil.copy2(_kept(), wanted["NAME"])
    return True


def take(*, for_workers: bool) -> None:
    """Keep the test database as it is now. On PostgreSQL only other workers have any use for it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(_kept())) as copy:
            connection.connection.backup(copy)
    elif for_workers:
        _leave()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}"')
            cursor.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{connection.settings_dict["NAME"]}"')
        _kept().touch()


def let_go() -> None:
    """The worker that kept it has ended; who begins later makes one anew."""
    if connection.vendor == "postgresql" and is_kept():
        with one_at_a_time(), connection._nodb_cursor() as cursor:
            _kept().unlink()
            cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}"')


def copy_to(folder: Path) -> None:
    """Put the database into this data folder."""
    shutil.copy2(_kept(), folder / "bihuan.sqlite3")


def _leave() -> None:
    """Nobody may be connected to a database that is copied."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _folder() -> Path:
    return Path(os.environ[OF_THE_RUN])


def _kept() -> Path:
    return _folder() / NAME
