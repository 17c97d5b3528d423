"""A backup every night, made once however many clocks run; and what is too old is taken away."""

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from bihuan.ground.vault.backups import KEYS_FILE, Known, known

FROM_HOUR, UNTIL_HOUR = 2, 6  # by the installation's clock
KEPT = 14  # backups that nights made


def name(now: datetime) -> str:
    """The folder of a backup made now, e.g. 2026-11-22-0230-07."""
    return timezone.localtime(now).strftime("%Y-%m-%d-%H%M-%S")


def make_tonights(now: datetime) -> None:
    """A sweep: between two and six, once a night, in a process of its own. A mark in the folder says that it began."""
    folder, local = settings.BIHUAN_BACKUPS, timezone.localtime(now)
    if not settings.BIHUAN_NIGHTLY_BACKUP or not FROM_HOUR <= local.hour < UNTIL_HOUR:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        (folder / f".night-{local:%Y-%m-%d}").touch(exist_ok=False)
    except FileExistsError:
        return
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    subprocess.Popen(
        [sys.executable, manage, "backup", "--tidy", "--verbosity=0"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def tidy(folder: Path, *, now: datetime) -> None:
    """Take away nightly backups beyond the newest `KEPT`, keys older than anybody may keep, and unfinished copies
    of yesterday."""
    found = known(folder)
    for one in found:
        if one.keys_too_old(now):
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
