"""Carrying imports on, batch by batch. The rows are the truth; the task engine only makes it quick.

Every batch is one transaction that also moves the cursor: a power cut leaves whole batches, and whoever comes next
(the task, the clock's sweep, the person's page) goes on where the cursor stands. Of two at one batch one counts.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import OperationalError
from django.tasks import task
from django.utils import translation

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys_for
from bihuan.ground.worktime import clock
from bihuan.registers.access.queries import person, viewer_of_id
from bihuan.service.imports import looking, undoing, writing
from bihuan.service.imports.allowed import may_bring_in
from bihuan.service.imports.book import Book, NoBook
from bihuan.service.imports.models import Import
from bihuan.service.imports.staging import stage
from bihuan.service.imports.step import MovedOn, Step
from bihuan.service.imports.targets import target

SLICE_SECONDS = 4.0
AT_ONCE_SECONDS = 1.0
SHORT_FILE = 400_000  # bytes; such a file is read while its sender waits
LEASE = timedelta(minutes=2)
STAGING_LEASE = timedelta(minutes=10)
log = logging.getLogger(__name__)

STEPS: dict[str, Callable[[Step], bool]] = {
    Import.LOOKING: looking.one_batch,
    Import.WRITING: writing.one_batch,
    Import.UNDOING: undoing.one_batch,
}


@task()
def carry_on_soon(import_id: int) -> None:
    """Called by the engine, as often as it likes; a long import lets other tasks through between its slices."""
    if carry_on(import_id, now=clock.now(), seconds=SLICE_SECONDS):
        carry_on_soon.enqueue(import_id)


def set_going(import_id: int, *, now: datetime) -> None:
    """Carry an import on for a second while its sender waits, when its file is short, and hand on what is left."""
    run = Import.objects.filter(id=import_id).first()
    if run is None or run.state not in Import.MOVING:
        return
    short = run.staged or run.size <= SHORT_FILE
    if not short or carry_on(import_id, now=now, seconds=AT_ONCE_SECONDS):
        carry_on_soon.enqueue(import_id)


def carry_on_imports(now: datetime) -> int:
    """A sweep: hand on the imports that should be moving and stand still, whatever became of their task."""
    still = Import.objects.filter(state__in=Import.MOVING, trouble="", moved_at__lt=now - LEASE)
    found = [
        run.id
        for run in still.order_by("id")[:20]
        if run.staged or run.state != Import.LOOKING or run.moved_at < now - STAGING_LEASE
    ]
    for import_id in found:
        carry_on_soon.enqueue(import_id)
    return len(found)


def carry_on(import_id: int, *, now: datetime, seconds: float) -> bool:
    """Take so many seconds' worth of batches, at least one. Returns whether there is more to do."""
    run = Import.objects.filter(id=import_id, state__in=Import.MOVING, trouble="").first()
    if run is None:
        return False
    reader = person(run.by_id)
    ends = monotonic() + seconds
    with translation.override(reader.language or "zh-hans"):
        try:
            return _until(run, now=now, ends=ends)
        except MovedOn:
            return False
        except OperationalError:  # a database that is busy or away: the sweep comes again
            log.warning("Import %s waits for the database.", import_id)
            return False
        except Exception as error:  # one file that cannot be gone on with keeps no other from being so
            log.warning("Import %s stands still: %s.", import_id, type(error).__qualname__)
            Import.objects.filter(id=import_id, state__in=Import.MOVING).update(trouble="broke", moved_at=now)
            return False


def _until(run: Import, *, now: datetime, ends: float) -> bool:
    wanted = target(run.kind)
    viewer = viewer_of_id(run.by_id)
    if wanted is None or not may_bring_in(viewer, run.kind):
        Import.objects.filter(id=run.id).update(trouble="not_allowed", moved_at=now)
        return False
    by = keys_for([run.key_id])
    step = Step(run=run, target=wanted, viewer=viewer, by=by, now=now)
    if run.state == Import.LOOKING and not run.staged and not _staged(step):
        return False
    begun_in = run.state
    while STEPS[begun_in](step):
        run.refresh_from_db()
        if run.state != begun_in:
            return False
        if monotonic() >= ends and run.done < run.rows:  # what only has to be ended is ended
            return True
    return False


def _staged(step: Step) -> bool:
    """Read the file into batches; False when somebody else is at it, or it cannot be read after all."""
    run = step.run
    unread = Import.objects.filter(id=run.id, state=run.state, staged=False)
    later = max(step.now, run.moved_at + timedelta(microseconds=1))
    if not unread.filter(moved_at=run.moved_at).update(moved_at=later):
        return False
    mine = unread.filter(moved_at=later)
    clear = files.fetch(run.file, by=step.by)
    try:
        if clear is None:
            raise NoBook("damaged")
        rows = stage(run, Book(clear), step.by, mine=mine, most=getattr(step.target, "at_once", 0))
    except NoBook as why:
        mine.update(state=Import.UPLOADED, trouble=why.code, moved_at=step.now)
        return False
    if not mine.update(staged=True, rows=rows):
        return False
    run.refresh_from_db()
    return True


def finish(import_id: int, *, now: datetime) -> None:
    """Carry an import on to the end of what it is at: for commands and tests."""
    while carry_on(import_id, now=now, seconds=60):
        pass
