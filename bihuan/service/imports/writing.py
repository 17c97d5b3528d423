"""Writing what the dry run found, a batch in one transaction with its cursor."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction

from bihuan.ground.journal.actions import record
from bihuan.registers.access.errors import Refusal
from bihuan.service.imports.errors import refusal_words
from bihuan.service.imports.events import WorkbookBroughtIn
from bihuan.service.imports.models import Import, ImportLine
from bihuan.service.imports.staging import all_there, read_rows, rows_of
from bihuan.service.imports.step import Step, counted, move, written_line
from bihuan.service.imports.target import Choice, Line, State, Take, Trouble, Written


def one_batch(step: Step) -> bool:
    """Write the next batch; False when it was the last."""
    run = step.run
    rows = rows_of(run, run.cursor, step.by)
    if not rows:
        _end(step)
        return False
    reading = read_rows(rows, target=step.target, mapping=run.mapping)
    refused = [Written(number=at, state=State.REFUSED, troubles=why) for at, why in reading.refused.items()]
    with transaction.atomic():
        held = Import.objects.select_for_update().get(id=run.id)
        run.written = held.written
        written = _written(step, reading.lines) if reading.lines else []
        became = sorted([*written, *refused], key=lambda one: one.number)
        move(
            step,
            cursor=run.cursor + 1,
            done=run.done + len(rows),
            written=counted(run.written, (one.state for one in became)),
        )
        ImportLine.objects.bulk_create([written_line(step, one) for one in became])
    return True


def _written(step: Step, lines: Sequence[Line]) -> list[Written]:
    """The whole batch at once; when that fails, line by line, and the one that fails is refused."""
    choices = _choices(step, lines)
    try:
        with transaction.atomic():
            return step.target.write(lines, choices, run_id=step.run.id, viewer=step.viewer, now=step.now)
    except OperationalError:
        raise
    except Exception:  # whatever a line breaks must not break the others
        return [_one(step, line, choices) for line in lines]


def _one(step: Step, line: Line, choices: dict[int, Choice]) -> Written:
    try:
        with transaction.atomic():
            (written,) = step.target.write(
                [line], choices, run_id=step.run.id, viewer=step.viewer, now=step.now
            )
            return written
    except OperationalError:
        raise
    except (Refusal, ValidationError) as error:
        trouble = Trouble(code="refused", params={"sentence": refusal_words(error)})
    except Exception:  # said on its row; the engine goes on
        trouble = Trouble(code="broke")
    return Written(number=line.number, state=State.REFUSED, troubles=(trouble,))


def _choices(step: Step, lines: Sequence[Line]) -> dict[int, Choice]:
    """What a person chose, or the import's own choice, for every line."""
    usual = Choice(take=Take(step.run.take))
    numbers = [line.number for line in lines]
    chosen = ImportLine.objects.filter(
        run=step.run, phase=ImportLine.LOOK, number__gte=numbers[0], number__lte=numbers[-1]
    ).exclude(take="")
    own = {one.number: Choice(take=Take(one.take), row_id=one.take_id) for one in chosen}
    return {number: own.get(number, usual) for number in numbers}


def _end(step: Step) -> None:
    run = step.run
    with transaction.atomic():
        all_there(run)
        move(step, cursor=run.cursor, state=Import.DONE, finished_at=step.now, done=run.rows)
        told = {state: run.written.get(state, 0) for state in ("new", "changed", "refused")}
        event = WorkbookBroughtIn(subject_id=run.id, target=run.kind, **told)
        record(event, by=step.viewer.actor, now=step.now)
