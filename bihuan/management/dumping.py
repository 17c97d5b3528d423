"""A copy of a PostgreSQL database by its own `pg_dump`: everything without the keys, and the keys apart."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

KEYS, REBUILT = "vault_key", ("django_session",)


def dump(settings: Mapping[str, Any], there: Path) -> None:
    """Write `bihuan.dump` and `keys.bak` (mode 0600) into a folder; CommandError with a sentence when it fails.

    The keys are copied last: every row of the dump finds its key.
    """
    without = [f"--exclude-table-data={table}" for table in (KEYS, *REBUILT)]
    asked: dict[str, list[str]] = {
        "bihuan.dump": ["--format=custom", "--no-owner", "--no-privileges", *without],
        "keys.bak": ["--data-only", f"--table={KEYS}", "--inserts", "--on-conflict-do-nothing"],
    }
    for name, options in asked.items():
        file = there / name
        file.touch(mode=0o600)
        _run([pg_dump(), *options, f"--file={file}"], settings)


def pg_dump() -> str:
    """Where the program is; a clear sentence when it is not here."""
    found = shutil.which("pg_dump")
    if found is None:
        raise CommandError(
            "pg_dump is not installed here. Install PostgreSQL's client programs of the server's version, "
            "or run the commands of docs/operations/backup.md on the server."
        )
    return found


def _run(command: Sequence[str], settings: Mapping[str, Any]) -> None:
    done = subprocess.run(
        command, env=environment(settings), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise CommandError(f"pg_dump did not finish: {said[0]}")


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
