"""What is too old among the backups goes, also what a power cut left and when tonight's could not be made."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bihuan.ground.vault.backups import KEYS_FILE
from bihuan.ground.worktime import clock
from bihuan.management.backups import nightly
from bihuan.management.commands import backup


def a_half(folder: Path, name: str, *, touched: datetime) -> Path:
    half = folder / f"{name}.part"
    half.mkdir(parents=True)
    (half / KEYS_FILE).write_text("a key")
    os.utime(half, (touched.timestamp(), touched.timestamp()))
    return half


def test_a_copy_that_was_cut_off_is_taken_away_with_its_keys_and_one_under_way_is_not(tmp_path: Path) -> None:
    now = clock.now()
    old = a_half(tmp_path, "2026-11-20-0200-00", touched=now - timedelta(days=2))
    fresh = a_half(tmp_path, "before-upgrade-1", touched=now - timedelta(minutes=5))
    nightly.tidy(tmp_path, now=now)
    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.django_db
def test_what_is_too_old_goes_also_when_no_new_one_can_be_made(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **told: Any) -> None:
        raise CommandError("No space left.")

    settings.BIHUAN_BACKUPS = tmp_path
    old = a_half(tmp_path, "2026-11-20-0200-00", touched=clock.now() - timedelta(days=2))
    monkeypatch.setattr(backup, "back_up", full)
    with pytest.raises(CommandError):
        call_command("backup", "--tidy", verbosity=0)
    assert not old.exists()
