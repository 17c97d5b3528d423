"""Promises fall due while clocks and workers are killed, the clock steps and an hour is missing: nothing is missed,
nothing is told twice. The small trial of `bench/promises_crash.py`, on a database of its own: the one of these tests
is kept so carelessly that a killed process could spoil it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import template

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
@pytest.mark.one_database
def test_nothing_is_missed_and_nothing_doubled_however_many_processes_die(tmp_path: Path) -> None:
    template.copy_to(tmp_path)
    begin_with = ["--begin-with", str(tmp_path / "bihuan.sqlite3")]
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BIHUAN_DATA"}}
    told = subprocess.run(
        [sys.executable, "bench/promises_crash.py", "--quick", "--database", "sqlite", *begin_with],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "PASS  sqlite: missed" in told.stdout
    assert "PASS  sqlite: doubled" in told.stdout
