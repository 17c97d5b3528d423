"""Making a backup: the database without its keys, the files, and apart from both the keys. Whole or not at all."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from bihuan.ground.vault import backups, private
from bihuan.ground.vault.backups import EMPTY_KEYS, KEYS_FILE, Manifest, Table
from bihuan.management.backups import digests
from bihuan.management.backups.dumping import DUMP, INDEX, KEYS, REBUILT, connect, dump, program

SQLITE = "bihuan.sqlite3"

type Say = Callable[[str], None]


def back_up(there: Path, *, now: datetime, say: Say) -> Manifest:
    """Copy everything into a folder that does not exist yet; CommandError with a sentence when it cannot be done.

    It grows under another name and gets its own when all is there, so that half a backup never looks like one.
    """
    if connection.vendor == "postgresql":
        program("pg_dump")  # refuses before anything is made
    if there.exists():
        raise CommandError(f"{there} is there already; name a new folder.")
    draft = there.with_name(there.name + backups.UNFINISHED)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        manifest = _copy(draft, now=now, say=say)
        manifest.write(draft)
        draft.rename(there)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    backups.note_last(there, at=now)
    return manifest


def _copy(draft: Path, *, now: datetime, say: Say) -> Manifest:
    say("The database ...")
    if connection.vendor == "postgresql":
        database, tables = DUMP, _copy_postgres(draft)
    else:
        database, tables = SQLITE, _copy_sqlite(draft)
    say("The files ...")
    sums, size = copy_files(settings.BIHUAN_DATA / "files", draft / "files")
    (draft / backups.FILE_SUMS).write_text(sums, "utf-8")
    return Manifest(
        made_at=now,
        version=version(),
        vendor=connection.vendor,
        database=database,
        tables={name: table for name, table in tables.items() if name != KEYS},
        keys=tables[KEYS],
        migrations=_migrations(),
        files=sums.count("\n"),
        bytes=size,
        file_sums=backups.of_lines(sums),
        secrets_mark=backups.secrets_mark(),
    )


def version() -> str:
    """The version of this code."""
    try:
        return installed("bihuan")
    except PackageNotFoundError:  # run from its sources
        lines = (settings.BASE_DIR / "pyproject.toml").read_text("utf-8").splitlines()
        return next((line.split('"')[1] for line in lines if line.startswith("version = ")), "")


def _migrations() -> dict[str, str]:
    """The last migration that was applied to each app."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


def _copy_postgres(draft: Path) -> dict[str, Table]:
    told = connection.settings_dict
    with connect(told) as reading:
        reading.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = reading.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        dump(told, draft, snapshot=row[0])
        rows = reading.execute(f"SELECT id, made_at::text, destroyed_at::text FROM {KEYS} ORDER BY id")
        private.write(draft / EMPTY_KEYS, _empty_keys(f"public.{KEYS}", rows))
        return digests.of_postgres(reading)


def _copy_sqlite(draft: Path) -> dict[str, Table]:
    copy = draft / SQLITE
    copy_database(copy)
    database = sqlite3.connect(copy)
    try:
        tables = digests.of_sqlite(database)
        rows = database.execute(f"SELECT id, made_at, destroyed_at FROM {KEYS} ORDER BY id")
        private.write(draft / EMPTY_KEYS, _empty_keys(KEYS, rows))
    finally:
        database.close()
    private.write(draft / KEYS_FILE, take_keys_out(copy))
    return tables


def _empty_keys(table: str, rows: Iterable[tuple[int, str, str | None]]) -> str:
    """SQL that makes a row for each key, without the key: for restoring when the keys are gone."""
    lines = [
        f"INSERT INTO {table} (id, wrapped, made_at, destroyed_at) "
        f"SELECT {number}, NULL, '{made}', {f"'{destroyed}'" if destroyed else 'NULL'} "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE id = {number});"
        for number, made, destroyed in rows
    ]
    return "".join(f"{line}\n" for line in lines)


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
            f"SELECT {', '.join(f'quote({name})' for name in columns)} FROM {KEYS} ORDER BY rowid"
        ).fetchall()
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA secure_delete=ON")
        database.execute("PRAGMA foreign_keys=OFF")
        _empty(database)
        database.execute("VACUUM")
    finally:
        database.close()
    lines = [
        f"INSERT OR REPLACE INTO {KEYS} ({', '.join(columns)}) VALUES ({', '.join(row)});" for row in rows
    ]
    return "\n".join(["BEGIN;", *lines, "COMMIT;", ""])


def _empty(database: sqlite3.Connection) -> None:
    """Take out the keys and what is rebuilt by itself, where the copy has it: it may be of an earlier version."""
    there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    triggers = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'searching_words'"
    ).fetchall()
    for name, _sql in triggers:  # a row at a time they would take long
        database.execute(f"DROP TRIGGER {name}")
    for table in (KEYS, *REBUILT):
        if table in there:
            database.execute(f"DELETE FROM {table}")
    if INDEX in there:
        database.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('delete-all')")
    for _name, made_by in triggers:
        database.execute(made_by)


def copy_files(held: Path, there: Path) -> tuple[str, int]:
    """Copy the sealed files, which never change once written: their digests, a line each, and their bytes in all.

    Copied after the database: every row of the copy finds its file, unless its customer was forgotten meanwhile.
    """
    lines, size = [], 0
    for path in sorted(held.rglob("*")) if held.exists() else ():
        if not path.is_file() or path.name.endswith(".part"):
            continue
        name = path.relative_to(held)
        target = there / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copy2(path, target)
        except FileNotFoundError:  # forgotten this moment
            continue
        lines.append(f"{digests.of_file(target)}  {name.as_posix()}\n")
        size += target.stat().st_size
    return "".join(lines), size
