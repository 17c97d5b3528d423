"""A backup every night, made once however many clocks run; and what is too old is taken away."""

import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from bihuan.ground.vault.backups import KEYS_FILE, Known, known, take_asking
from bihuan.web.managers.backups import is_nightly

FROM_HOUR, UNTIL_HOUR = 2, 6  # by the installation's clock
KEPT = 14  # backups that nights made
CUT_OFF = timedelta(days=1)  # a copy that nobody touched for so long will not be finished


def name(now: datetime) -> str:
    """The folder of a backup made now, e.g. 2026-11-22-0230-07."""
    return timezone.localtime(now).strftime("%Y-%m-%d-%H%M-%S")


def make_due(now: datetime) -> None:
    """A sweep: what was asked for on the page, and between two and six one a night; each in a process of its own."""
    if take_asking():
        begin(tidy=False)
    if FROM_HOUR <= timezone.localtime(now).hour < UNTIL_HOUR and is_nightly() and _takes_tonight(now):
        begin(tidy=True)


def _takes_tonight(now: datetime) -> bool:
    """Whether this clock makes tonight's: the first to leave the mark of the night does."""
    folder, local = settings.BIHUAN_BACKUPS, timezone.localtime(now)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        (folder / f".night-{local:%Y-%m-%d}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def begin(*, tidy: bool) -> None:
    """Start a backup in a process of its own, which outlives this one; `tidy`: it takes away what is too old."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "backup", "--verbosity=0"]
    subprocess.Popen(
        [*command, "--tidy"] if tidy else command, stdin=subprocess.DEVNULL, start_new_session=True
    )


def tidy(folder: Path, *, now: datetime) -> None:
    """Take away nightly backups beyond the newest `KEPT`, keys older than anybody may keep, and copies that were cut
    off in the middle: their keys have no manifest that says how old they are."""
    found = known(folder)
    for one in found:
        if one.unfinished and one.folder.stat().st_mtime < (now - CUT_OFF).timestamp():
            shutil.rmtree(one.folder, ignore_errors=True)
        elif one.keys_too_old(now):
            (one.folder / KEYS_FILE).unlink(missing_ok=True)
    nights = [one for one in found if _of_a_night(one)]
    for one in nights[KEPT:]:
        shutil.rmtree(one.folder)
    for mark in sorted(folder.glob(".night-*"))[:-2]:
        mark.unlink(missing_ok=True)


def _of_a_night(one: Known) -> bool:
    """Whether a backup was named by `name`; what a person named is never taken away."""
    try:
        datetime.strptime(one.folder.name, "%Y-%m-%d-%H%M-%S")  # noqa: DTZ007 (only its form matters)
    except ValueError:
        return False
    return not one.unfinished
