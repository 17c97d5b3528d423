"""The dry run: what bringing in each row would do. Changes nothing but its own notes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction

from bihuan.ground.vault.actions import blind
from bihuan.service.imports.models import Import, ImportKey, ImportLine
from bihuan.service.imports.staging import all_there, read_rows, rows_of
from bihuan.service.imports.step import Step, counted, look_line, move
from bihuan.service.imports.target import Finding, Line, State

SHOWN = 20  # rows kept of each state that needs no person


def one_batch(step: Step) -> bool:
    """Look at the next batch; False when it was the last."""
    run = step.run
    rows = rows_of(run, run.cursor, step.by)
    if not rows:
        _end(step)
        return False
    reading = read_rows(rows, target=step.target, mapping=run.mapping)
    lines, prints = _repeating(step, reading.lines)
    found = step.target.look(lines, viewer=step.viewer, now=step.now) if lines else []
    refused = [Finding(number=at, state=State.REFUSED, troubles=why) for at, why in reading.refused.items()]
    findings = sorted([*found, *refused], key=lambda one: one.number)
    with transaction.atomic():
        move(
            step,
            cursor=run.cursor + 1,
            done=run.done + len(rows),
            looked=counted(run.looked, (one.state for one in findings)),
        )
        ImportKey.objects.bulk_create(prints, ignore_conflicts=True)
        ImportLine.objects.bulk_create([look_line(step, one) for one in _shown(run.looked, findings)])
    return True


def _repeating(step: Step, lines: Sequence[Line]) -> tuple[list[Line], list[ImportKey]]:
    """The lines with the earlier row of the file that each repeats, word for word or not, and the keys that are new."""
    prints = {line.number: key_print(step, line) for line in lines}
    wholes = {line.number: _whole_print(step, line) for line in lines}
    wanted = {told for told in (*prints.values(), *wholes.values()) if told}
    held = ImportKey.objects.filter(run=step.run, print__in=wanted) if wanted else ImportKey.objects.none()
    first: dict[str, int] = dict(held.values_list("print", "number"))
    found, new = [], []
    for line in lines:
        told, whole = prints[line.number], wholes[line.number]
        earlier = first.get(told) if told else None
        again = earlier not in (None, line.number)
        found.append(replace(line, repeats=earlier, differs=whole not in first) if again else line)
        for print_ in (told, whole) if told else ():
            if print_ not in first:
                first[print_] = line.number
                new.append(ImportKey(run=step.run, print=print_, number=line.number))
    return found, new


def key_print(step: Step, line: Line) -> str:
    """The keyed hash of what a line is about; empty when nothing makes it the same as another."""
    key = step.target.key(line.values)
    return blind("imports.key", f"{step.run.id}\x00{key}")[:32] if key else ""


def _whole_print(step: Step, line: Line) -> str:
    """The keyed hash of all that a line tells."""
    told = "\x00".join(f"{code}={value}" for code, value in sorted(line.values.items()))
    return blind("imports.line", f"{step.run.id}\x00{told}")[:32]


def _shown(before: dict[str, int], findings: Iterable[Finding]) -> list[Finding]:
    """Of what a person has to see every row, of the rest the first ones."""
    seen = dict(before)
    shown = []
    for one in findings:
        seen[one.state] = seen.get(one.state, 0) + 1
        always = one.state in (State.REFUSED, State.DUPLICATE) or one.troubles
        if always or seen[one.state] <= SHOWN:
            shown.append(one)
    return shown


def _end(step: Step) -> None:
    run = step.run
    with transaction.atomic():
        all_there(run)
        move(step, cursor=0, state=Import.LOOKED, done=run.rows)
        ImportKey.objects.filter(run=run).delete()
