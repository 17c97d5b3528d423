"""Promises fall due while clocks and workers are killed, the clock steps and an hour is missing: nothing is missed,
nothing is told twice. A small trial; `bench/promises_crash.py` is the large one."""

import os
from pathlib import Path

import pytest
from django.db import connection

from bench.promises_crash import QUICK, trial
from bihuan.service.commitments.profiles_in_use import forget_cached


def address() -> str:
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={told['HOST']}"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_missed_and_nothing_doubled_however_many_processes_die(tmp_path: Path) -> None:
    try:
        told = trial(QUICK, {**os.environ, "DATABASE_URL": address()}, tmp_path)
    finally:
        forget_cached()
    assert told["troubles"] == {}
    wrong = {"missed": told["missed"], "doubled": told["doubled"]}
    assert {sort: {what: n for what, n in found.items() if n} for sort, found in wrong.items()} == {
        "missed": {},
        "doubled": {},
    }
    assert (told["promises"], told["faults"], told["seen"]["ended_by_themselves"]) == (QUICK.promises, 0, 0)
    assert told["seen"]["kills"] >= QUICK.kills
