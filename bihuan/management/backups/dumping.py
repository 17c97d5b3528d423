"""A copy of a PostgreSQL database by its own `pg_dump`: everything without the keys, and the keys apart."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import CommandError
from psycopg.conninfo import make_conninfo

KEYS = "vault_key"
REBUILT = ("django_session", "searching_words", "searching_building")
INDEX = "searching_found"  # of SQLite, with tables of its own beneath
DUMP = "bihuan.dump"


def dump(settings: Mapping[str, Any], there: Path, *, snapshot: str) -> None:
    """Write `bihuan.dump` and `keys.bak` (mode 0600) into a folder; CommandError with a sentence when it fails.

    Both are what the transaction that exported `snapshot` sees: every row of the dump finds its key.
    """
    without = [f"--exclude-table-data={table}" for table in (KEYS, *REBUILT)]
    asked: dict[str, list[str]] = {
        DUMP: ["--format=custom", "--no-owner", "--no-privileges", *without],
        "keys.bak": ["--data-only", f"--table={KEYS}", "--inserts", "--on-conflict-do-nothing"],
    }
    for name, options in asked.items():
        file = there / name
        file.touch(mode=0o600)
        run([program("pg_dump"), *options, f"--snapshot={snapshot}", f"--file={file}"], settings)


def program(name: str) -> str:
    """Where one of PostgreSQL's programs is; a clear sentence when it is not here."""
    found = shutil.which(name)
    if found is None:
        raise CommandError(
            f"{name} is not installed here. Install PostgreSQL's client programs of the server's version, "
            "or run the commands of docs/operations/backup.md on the server."
        )
    return found


def run(command: Sequence[str], settings: Mapping[str, Any], *, told: bytes | None = None) -> bytes:
    """Run one of the programs on this database, with `told` to read. What it printed; CommandError when it failed."""
    done = subprocess.run(
        command,
        env=environment(settings),
        input=told,
        stdin=subprocess.DEVNULL if told is None else None,
        capture_output=True,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        wrong = next((line for line in said if "error" in line.lower()), said[-1])
        raise CommandError(f"{Path(command[0]).name} did not finish: {wrong}")
    return done.stdout


def environment(settings: Mapping[str, Any]) -> dict[str, str]:
    """How PostgreSQL's programs find this database; the password travels here, never on the command line."""
    told = {
        "PGHOST": settings.get("HOST"),
        "PGPORT": settings.get("PORT"),
        "PGUSER": settings.get("USER"),
        "PGPASSWORD": settings.get("PASSWORD"),
        "PGDATABASE": settings.get("NAME"),
    }
    return {**os.environ, **{name: str(value) for name, value in told.items() if value}}


def connect(settings: Mapping[str, Any], *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A connection of its own, beside Django's."""
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    told = {name: str(settings[key]) for name, key in names.items() if settings.get(key)}
    return psycopg.connect(make_conninfo("", **told), autocommit=autocommit)
