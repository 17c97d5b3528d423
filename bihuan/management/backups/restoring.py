"""Bringing a backup back. Everything is checked before and after; killed at any moment, either the installation
as it was stands, or the one brought back, never a part of each.

SQLite: the copy is finished beside, then written over the live database in one transaction by SQLite's own backup.
PostgreSQL: the schema `public` is put aside and filled anew in one transaction; what was put aside is dropped once
the rows were compared.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql

from bihuan.ground.vault import backups
from bihuan.ground.vault.backups import EMPTY_KEYS, Manifest, NotABackup, Table
from bihuan.management.backups import checking, digests
from bihuan.management.backups.copying import Say, copy_files
from bihuan.management.backups.dumping import KEYS, connect, program, run

ASIDE = "bihuan_put_aside"
HELD = f"SELECT count(*) FROM {KEYS} WHERE wrapped IS NOT NULL"


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a backup whose files were compared; CommandError with what is wrong."""
    try:
        manifest = backups.read(folder)
    except NotABackup as error:
        raise CommandError(str(error)) from error
    if manifest.vendor != connection.vendor:
        raise CommandError(
            f"This backup is of {manifest.vendor}; this installation runs on {connection.vendor}."
        )
    if faults := checking.faults_of_files(folder, manifest):
        raise CommandError(f"Nothing was changed: the backup is damaged. {checking.in_short(faults)}")
    return manifest


def bring_back(folder: Path, manifest: Manifest, *, keys: Path | None, say: Say) -> list[str]:
    """Put files and database of a checked backup in the place of ours. Sentences about what will not be readable."""
    say("The files ...")
    copy_files(folder / "files", settings.BIHUAN_DATA / "files")
    say("The database ...")
    connection.close()
    if manifest.vendor == "postgresql":
        missing = _bring_postgres(connection.settings_dict, folder, manifest, keys=keys)
    else:
        missing = _bring_sqlite(Path(connection.settings_dict["NAME"]), folder, manifest, keys=keys)
    return missing


def take_away_strange_files(folder: Path) -> int:
    """Remove files that the installation now in place does not know: those of what was there before."""
    wanted = {
        line.partition("  ")[2] for line in (folder / backups.FILE_SUMS).read_text("utf-8").splitlines()
    }
    held, removed = settings.BIHUAN_DATA / "files", 0
    for path in list(held.rglob("*")) if held.exists() else ():
        if path.is_file() and path.relative_to(held).as_posix() not in wanted:
            path.unlink()
            removed += 1
    return removed


# SQLite


def _bring_sqlite(live: Path, folder: Path, manifest: Manifest, *, keys: Path | None) -> list[str]:
    with tempfile.TemporaryDirectory(dir=live.parent, prefix=".restoring-") as beside:
        whole, missing = sqlite_beside(Path(beside), folder, manifest, keys=keys)
        with closing(sqlite3.connect(whole)) as source, closing(sqlite3.connect(live, timeout=60)) as target:
            source.backup(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        live.chmod(0o600)
    return missing


def sqlite_beside(
    there: Path, folder: Path, manifest: Manifest, *, keys: Path | None
) -> tuple[Path, list[str]]:
    """The whole database of a backup as a file in `there`, its rows compared; CommandError where they differ."""
    whole = there / "whole.sqlite3"
    shutil.copy2(folder / manifest.database, whole)
    whole.chmod(0o600)
    with closing(sqlite3.connect(whole)) as database:
        for each in _keys(folder, keys):
            _apply_keys(database, each)
        try:
            found = digests.of_sqlite(database)
            held = database.execute(HELD).fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise CommandError(f"Nothing was changed: {manifest.database} is damaged ({error}).") from error
    return whole, _compared(found, manifest, held=held)


def _keys(folder: Path, keys: Path | None) -> list[Path]:
    """What fills the table of keys: the keys, if they are at hand, then an empty row for each that is missing."""
    return [*([keys] if keys is not None else []), folder / EMPTY_KEYS]


def _apply_keys(database: sqlite3.Connection, keys: Path) -> None:
    try:
        database.executescript(keys.read_text("utf-8"))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise CommandError(f"Nothing was changed: {keys} cannot be read ({error}).") from error


def _compared(found: Mapping[str, Table], manifest: Manifest, *, held: int) -> list[str]:
    """What is known to be missing of the keys; CommandError when any other row is not what was backed up."""
    others = {name: table for name, table in found.items() if name != KEYS}
    if faults := checking.faults_of_tables(others, manifest.tables):
        raise CommandError(f"Nothing was changed: the backup is damaged. {checking.in_short(faults)}")
    if found[KEYS] == manifest.keys:
        return []
    if held == 0:
        return [
            "Without the keys nobody's personal data can be read; cases, counts and the journal are whole."
        ]
    return [
        (
            f"{held} keys were brought back, of {manifest.keys.rows} at the time of the backup: "
            "what was sealed with the others cannot be read."
        )
    ]


# PostgreSQL


def _bring_postgres(
    told: Mapping[str, Any], folder: Path, manifest: Manifest, *, keys: Path | None
) -> list[str]:
    fill_postgres(told, folder, manifest, keys=keys)
    try:
        missing = _compare_postgres(told, manifest)
    except CommandError:
        _put_back(told)
        raise
    with connect(told, autocommit=True) as database:
        database.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(ASIDE)))
    return missing


def _compare_postgres(told: Mapping[str, Any], manifest: Manifest) -> list[str]:
    with connect(told) as reading:
        row = reading.execute(HELD).fetchone()
        return _compared(digests.of_postgres(reading), manifest, held=row[0] if row else 0)


def fill_postgres(told: Mapping[str, Any], folder: Path, manifest: Manifest, *, keys: Path | None) -> None:
    """Put `public` aside and fill it anew from a backup, in one transaction; keys before what refers to them."""
    restore = [program("pg_restore"), "--no-owner", "--no-privileges"]
    dump = str(folder / manifest.database)
    with tempfile.TemporaryDirectory(prefix="restoring-") as beside:
        steps = [Path(beside) / f"{number}.sql" for number in range(3)]
        steps[0].write_text(
            f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE; ALTER SCHEMA public RENAME TO {ASIDE}; CREATE SCHEMA public;"
        )
        run([*restore, "--section=pre-data", "--section=data", f"--file={steps[1]}", dump], told)
        run([*restore, "--section=post-data", f"--file={steps[2]}", dump], told)
        files = [steps[0], steps[1], *_keys(folder, keys), steps[2]]
        said = [f"--file={one}" for one in files]
        run(
            [
                program("psql"),
                "--quiet",
                "--single-transaction",
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                *said,
            ],
            told,
        )


def _put_back(told: Mapping[str, Any]) -> None:
    with connect(told) as database:
        database.execute("DROP SCHEMA public CASCADE")
        database.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(ASIDE)))


# A drill


def drill(folder: Path, manifest: Manifest, *, keys: Path | None) -> list[str]:
    """Bring a backup back into a scratch place, compare every row, and throw it away. As `bring_back`."""
    if manifest.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="drill-") as beside:
            return sqlite_beside(Path(beside), folder, manifest, keys=keys)[1]
    with _scratch(connection.settings_dict) as told:
        fill_postgres(told, folder, manifest, keys=keys)
        return _compare_postgres(told, manifest)


@contextmanager
def _scratch(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A database of its own on the same server, for as long as the drill takes."""
    name = f"bihuan_drill_{datetime.now().strftime('%H%M%S%f')}"  # noqa: DTZ005 (only to be another one)
    database = sql.Identifier(name)
    with connect(told, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(database))
    try:
        yield {**told, "NAME": name}
    finally:
        with connect(told, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {}").format(database))
