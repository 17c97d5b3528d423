"""A digest of every table and file, by which a restored copy is compared with what was backed up."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bihuan.ground.vault.backups import Table
from bihuan.management.backups.dumping import INDEX, REBUILT

CHUNK = 1 << 20
FETCHED = 2_000  # rows at a time
# So that a value reads alike whatever the server's settings are.
ALIKE = (
    "SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET extra_float_digits = 1; SET bytea_output = 'hex'"
)


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def of_sqlite(database: sqlite3.Connection) -> dict[str, Table]:
    """Each table of an SQLite database; what is rebuilt by itself is left out."""
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    kept = [name for (name,) in names.fetchall() if name not in REBUILT and not name.startswith(INDEX)]
    return {name: _sqlite_table(database, name) for name in kept}


def _sqlite_table(database: sqlite3.Connection, name: str) -> Table:
    found, rows = hashlib.sha256(), 0
    columns = database.execute(f'PRAGMA table_info("{name}")').fetchall()
    key = [column[1] for column in sorted(columns, key=lambda one: one[5]) if column[5]] or ["rowid"]
    names = sorted(column[1] for column in columns)  # a migrated table may hold them in another order
    told = database.execute(f'SELECT {_listed(names)} FROM "{name}" ORDER BY {_listed(key)}')
    while batch := told.fetchmany(FETCHED):
        rows += len(batch)
        for row in batch:
            found.update(repr(row).encode())
    return Table(rows, found.hexdigest())


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def of_postgres(database: psycopg.Connection[Any], *, schema: str = "public") -> dict[str, Table]:
    """Each table of a PostgreSQL database, as this transaction sees it."""
    database.execute(ALIKE)
    names = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", (schema,)
    ).fetchall()
    return {name: _postgres_table(database, schema, name) for (name,) in names if name not in REBUILT}


def _postgres_table(database: psycopg.Connection[Any], schema: str, name: str) -> Table:
    found, rows = hashlib.sha256(), 0
    for line in _lines(database, schema, name):
        rows += 1
        found.update(line)
    return Table(rows, found.hexdigest())


def _lines(database: psycopg.Connection[Any], schema: str, name: str) -> Iterator[bytes]:
    table = sql.Identifier(schema, name)
    columns = database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s "
        "ORDER BY column_name",
        (schema, name),
    ).fetchall()
    told = sql.SQL(", ").join(sql.Identifier(column) for (column,) in columns)
    key = _key(database, schema, name) or [column for (column,) in columns]
    order = sql.SQL(", ").join(sql.Identifier(column) for column in key)
    asked = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(told, table, order)
    with database.cursor() as cursor, cursor.copy(asked) as copy:
        for line in copy:
            yield bytes(line)


def _key(database: psycopg.Connection[Any], schema: str, name: str) -> list[str]:
    found = database.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
        "AND a.attnum = ANY(i.indkey) WHERE i.indisprimary "
        "AND i.indrelid = format('%%I.%%I', %s::text, %s::text)::regclass",
        (schema, name),
    ).fetchall()
    return [column for (column,) in found]
