"""A fresh database beside the live one, and the swap of the two: either the old one stands whole, or the new one.

SQLite: a file beside the live one, copied over it by SQLite's own online backup, which is one transaction for every
other connection. PostgreSQL: a schema beside the live one; both are renamed, and the old one dropped, in one
transaction. Triggers are never switched off: the old journal goes as a whole, with the database it lived in.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from django.db import DatabaseError, OperationalError, connection, transaction

NEXT, BEFORE = "bihuan_next", "bihuan_before"
PATIENCE_SECONDS = 60.0
TRIES = 5


class CannotSwap(Exception):
    """The live database was busy for too long; nothing was changed."""


@contextmanager
def fresh() -> Iterator[Mapping[str, str]]:
    """An empty place for a new database; gives the environment by which a process works in it. Gone afterwards."""
    clear()
    try:
        _make_schema()
        yield environment()
    finally:
        clear()


def environment() -> Mapping[str, str]:
    """By which a process of its own works in the fresh database."""
    if connection.vendor == "sqlite":
        return {**os.environ, "DATABASE_URL": f"sqlite://{quote(str(_file()))}"}
    return {**os.environ, "PGOPTIONS": f"-c search_path={NEXT}"}


def swap() -> None:
    """Put the fresh database in the place of the live one. CannotSwap when others hold the live one too long."""
    if connection.vendor == "sqlite":
        _copy_over(_file(), Path(connection.settings_dict["NAME"]))
    else:
        _swap_schemas()


def numbers_given() -> dict[str, int]:
    """The last number that each table gave out: a new company goes on from there, so that nothing which still
    remembers a row of the old one can mistake another for it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
        else:
            cursor.execute(
                "SELECT sequencename, last_value FROM pg_sequences "
                "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
            )
        return {name: int(number) for name, number in cursor.fetchall()}


def go_on_from(numbers: Mapping[str, int]) -> None:
    """In a fresh database: give out higher numbers than these."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, number in numbers.items():
            if connection.vendor == "sqlite":
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
                held = cursor.fetchone()
                if held is None:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, number])
                elif held[0] < number:
                    cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [number, name])
                continue
            cursor.execute("SELECT to_regclass(%s)", [f'"{name}"'])
            if cursor.fetchone()[0] is not None:
                cursor.execute(
                    "SELECT setval(%s::regclass, greatest(%s, nextval(%s::regclass)))",
                    [f'"{name}"', number, f'"{name}"'],
                )


def _file() -> Path:
    live = Path(connection.settings_dict["NAME"])
    return live.with_name(f".{live.stem}-next.sqlite3")


def clear() -> None:
    """Take away what an earlier attempt, or this one, left."""
    if connection.vendor == "sqlite":
        for tail in ("", "-wal", "-shm", "-journal"):
            _file().with_name(_file().name + tail).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")


def _make_schema() -> None:
    """A SQLite file makes itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {NEXT}")


def _copy_over(source: Path, live: Path) -> None:
    until = monotonic() + PATIENCE_SECONDS

    def wait_no_longer(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and monotonic() > until:
            raise CannotSwap

    with closing(sqlite3.connect(source)) as new, closing(sqlite3.connect(live, timeout=5.0)) as old:
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        old.execute("PRAGMA synchronous=FULL")
        new.backup(old, progress=wait_no_longer)


def _swap_schemas() -> None:
    for turn in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT current_schema()")
                live = connection.ops.quote_name(cursor.fetchone()[0])
                cursor.execute("SET LOCAL lock_timeout = '10s'")
                cursor.execute(f"ALTER SCHEMA {live} RENAME TO {BEFORE}")
                cursor.execute(f"ALTER SCHEMA {NEXT} RENAME TO {live}")
                cursor.execute(f"GRANT USAGE ON SCHEMA {live} TO PUBLIC")
                cursor.execute(f"DROP SCHEMA {BEFORE} CASCADE")
        except OperationalError as busy:  # a lock that did not come in time, or a deadlock that chose us
            if turn == TRIES - 1:
                raise CannotSwap from busy
            sleep(0.5 * (turn + 1))
        else:
            return


def is_whole() -> bool:
    """Whether the database answers and is sound: after a swap, and in its tests."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check" if connection.vendor == "sqlite" else "SELECT 'ok'")
            return bool(cursor.fetchone()[0] == "ok")
    except DatabaseError:
        return False
