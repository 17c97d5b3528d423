"""Taking a whole import back, the last row first; what was touched or used since stays and is told."""

from django.db import OperationalError, transaction

from bihuan.ground.journal.actions import record
from bihuan.service.imports.events import WorkbookTakenBack
from bihuan.service.imports.models import Import, ImportLine
from bihuan.service.imports.step import Step, move, written_of
from bihuan.service.imports.target import BATCH, Kept, Trouble, Written


def one_batch(step: Step) -> bool:
    """Take the next batch of rows back; False when it was the last."""
    run = step.run
    lines = list(
        ImportLine.objects.filter(
            run=run, phase=ImportLine.WRITE, made=True, undone=False, number__lt=run.cursor
        ).order_by("-number")[: getattr(step.target, "at_once", BATCH)]
    )
    if not lines:
        _end(step)
        return False
    written = [written_of(line, step.by) for line in lines]
    with transaction.atomic():
        held = Import.objects.select_for_update().get(id=run.id)
        kept = _undone(step, written)
        _note(lines, kept)
        stays = len({one.number for one in kept})
        told = {
            "taken_back": held.undone.get("taken_back", 0) + len(lines) - stays,
            "kept": held.undone.get("kept", 0) + stays,
        }
        move(step, cursor=lines[-1].number, done=run.done + len(lines), undone=told)
    return True


def _undone(step: Step, written: list[Written]) -> list[Kept]:
    """The whole batch at once; when that fails, row by row, and the one that fails stays."""
    try:
        with transaction.atomic():
            return step.target.undo(written, viewer=step.viewer, now=step.now)
    except OperationalError:
        raise
    except Exception:  # whatever keeps one row must not keep the others
        return [kept for one in written for kept in _one(step, one)]


def _one(step: Step, one: Written) -> list[Kept]:
    try:
        with transaction.atomic():
            return step.target.undo([one], viewer=step.viewer, now=step.now)
    except OperationalError:
        raise
    except Exception:  # said on its row
        first = one.made[0]
        return [Kept(number=one.number, kind=first.kind, id=first.id, trouble=Trouble(code="not_undone"))]


def _note(lines: list[ImportLine], kept: list[Kept]) -> None:
    """Which rows are taken back, and why the others stay."""
    why: dict[int, list[str]] = {}
    for one in kept:
        codes = why.setdefault(one.number, [])
        if one.trouble.code not in codes:
            codes.append(one.trouble.code)
    gone = [line.id for line in lines if line.number not in why]
    ImportLine.objects.filter(id__in=gone).update(undone=True)
    for line in lines:
        if line.number in why:
            ImportLine.objects.filter(id=line.id).update(kept=why[line.number])


def _end(step: Step) -> None:
    run = step.run
    with transaction.atomic():
        move(step, cursor=0, state=Import.UNDONE, undone_at=step.now)
        event = WorkbookTakenBack(
            subject_id=run.id,
            target=run.kind,
            taken_back=run.undone.get("taken_back", 0),
            kept=run.undone.get("kept", 0),
        )
        record(event, by=step.viewer.actor, now=step.now)
