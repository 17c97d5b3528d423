"""Removing the demo company and founding one's own in its place: either the demo is whole, or the own company is.

The new database is built beside the live one by a process of its own, then swapped in (`fresh`). Sessions go with the
old rows. The demo's sealed files are taken away afterwards; where that is cut short, the next start finishes it.
"""

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from time import time

from django.conf import settings
from django.db import connection

from bihuan.ground.vault import backups, private
from bihuan.management import fresh
from bihuan.management.demo.models import Filling
from bihuan.web.managers.founding import Founding, FoundingRefused, faults

type Say = Callable[[str], None]


class CannotBeginAnew(Exception):
    """The demo stays as it is; the text is a sentence that says why."""


def begin_anew(founding: Founding, *, say: Say, now: datetime) -> None:
    """Build the company beside the demo, and put it in its place. Raises CannotBeginAnew or FoundingRefused, and
    leaves the demo whole then."""
    if not Filling.objects.exists():
        raise CannotBeginAnew("This is not the demo company: only that can be removed.")
    if wrong := faults(founding):
        raise FoundingRefused(" ".join(wrong.values()), fields=wrong)
    with _alone():
        with fresh.fresh() as environment:
            say("1/4 Building the new database beside the demo ...")
            _build(founding, environment)
            if not Filling.objects.exists():
                raise CannotBeginAnew("Somebody else removed the demo meanwhile.")
            say("2/4 Putting it in the place of the demo ...")
            _note_swap()
            try:
                fresh.swap()
            except fresh.CannotSwap:
                _marker().unlink(missing_ok=True)
                raise CannotBeginAnew(
                    "The database was busy for too long; the demo is untouched. Stop the product and try again."
                ) from None
            connection.close()
            (Path(settings.BIHUAN_DATA) / backups.LAST).unlink(missing_ok=True)  # it tells of the demo
        say("3/4 Taking the demo's files away ...")
        finish_removal()
        say("4/4 Letting the running processes begin anew ...")
        wish_restart()


def finish_removal() -> int:
    """Take away the sealed files of a demo company whose database is gone. Returns how many.

    What the own company has kept since is younger than the swap, and stays. Harmless when there is nothing to finish.
    """
    try:
        swapped_at = float(json.loads(_marker().read_text("utf-8"))["at"])
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError):
        _marker().unlink(missing_ok=True)
        return 0
    gone = 0
    if not Filling.objects.exists():  # else the swap did not come to pass, and the files are the demo's own
        folder: Path = settings.BIHUAN_DATA / "files"
        for path in folder.rglob("*") if folder.exists() else ():
            if path.is_file() and path.stat().st_mtime < swapped_at:
                path.unlink(missing_ok=True)
                gone += 1
    _marker().unlink(missing_ok=True)
    return gone


def wish_restart() -> None:
    """Ask the supervisor to let its processes begin anew; nobody may be there to hear it."""
    _restart_file().write_text(str(time()), "utf-8")


class RestartWish:
    """Whether a restart was wished for since this was made, or since it was last asked."""

    def __init__(self) -> None:
        self._known = self._stamp()

    def is_new(self) -> bool:
        was, self._known = self._known, self._stamp()
        return self._known != was

    @staticmethod
    def _stamp() -> int:
        try:
            return _restart_file().stat().st_mtime_ns
        except FileNotFoundError:
            return 0


def _build(founding: Founding, environment: Mapping[str, str]) -> None:
    """In a process of its own: its settings lead it into the fresh database."""
    told = json.dumps({"founding": asdict(founding), "numbers": fresh.numbers_given()})
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "start_company", "--into-fresh"]
    done = subprocess.run(command, input=told, env=environment, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise CannotBeginAnew(f"The new database could not be built: {said[-1]}")


@contextmanager
def _alone() -> Iterator[None]:
    """One removal at a time; the kernel lets go of the lock when its process dies."""
    with (Path(settings.BIHUAN_DATA) / "beginning-anew.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotBeginAnew("The demo is being removed already.") from None
        yield


def _note_swap() -> None:
    """From here on a swap may have come to pass: whoever starts next looks."""
    private.replace(_marker(), json.dumps({"at": time()}))


def _marker() -> Path:
    return Path(settings.BIHUAN_DATA) / "demo-removed.json"


def _restart_file() -> Path:
    return Path(settings.BIHUAN_DATA) / "begin-anew"
