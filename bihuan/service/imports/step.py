"""What one batch of an import is given, and how its rows are kept: sealed, beside the cursor that moves with them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.access.viewer import Viewer
from bihuan.service.imports.models import Import, ImportLine
from bihuan.service.imports.target import Candidate, Finding, Made, Target, Trouble, Written


class MovedOn(Exception):
    """Somebody else was at this batch, or the import was stopped: what was begun is rolled back."""


@dataclass(frozen=True, kw_only=True)
class Step:
    run: Import
    target: Target
    viewer: Viewer
    by: SealedBy
    now: datetime


def move(step: Step, *, cursor: int, **more: Any) -> None:
    """Move the cursor from where this batch found it; MovedOn when it is not there any more. Runs in the transaction
    of the batch."""
    run = step.run
    mine = Import.objects.filter(id=run.id, state=run.state, cursor=run.cursor, moved_at=run.moved_at)
    if not mine.update(cursor=cursor, moved_at=step.now, **more):
        raise MovedOn


def counted(before: Mapping[str, int], states: Iterable[str]) -> dict[str, int]:
    """The counts with these added."""
    return dict(Counter(before) + Counter(str(state) for state in states))


def look_line(step: Step, found: Finding) -> ImportLine:
    """A finding as a row: its codes in clear, what may quote the file sealed."""
    told = {
        "params": [dict(one.params) for one in found.troubles],
        "candidates": [[one.id, one.label] for one in found.candidates],
        "changes": list(found.changes),
        "row_id": found.row_id,
    }
    return ImportLine(
        run=step.run,
        phase=ImportLine.LOOK,
        number=found.number,
        state=found.state,
        codes=[[one.code, one.field] for one in found.troubles],
        sealed=_sealed(step, told),
    )


def written_line(step: Step, written: Written) -> ImportLine:
    """What became of a row: what it made and what was there before are sealed."""
    told = {
        "params": [dict(one.params) for one in written.troubles],
        "made": [asdict(one) for one in written.made],
    }
    return ImportLine(
        run=step.run,
        phase=ImportLine.WRITE,
        number=written.number,
        state=written.state,
        codes=[[one.code, one.field] for one in written.troubles],
        sealed=_sealed(step, told) if written.made or written.troubles else "",
        made=bool(written.made),
    )


def _sealed(step: Step, told: Any) -> str:
    return step.by.seal(step.run.key_id, json.dumps(told, ensure_ascii=False, default=str))


def opened(line: ImportLine, by: SealedBy) -> dict[str, Any]:
    """What a line keeps sealed; empty when it was forgotten."""
    clear = by.open(line.sealed)
    found: dict[str, Any] = json.loads(clear) if clear else {}
    return found


def troubles_of(line: ImportLine, by: SealedBy) -> tuple[Trouble, ...]:
    params: Sequence[dict[str, Any]] = opened(line, by).get("params", [])
    return tuple(
        Trouble(code=code, field=field, params=params[at] if at < len(params) else {})
        for at, (code, field) in enumerate(line.codes)
    )


def candidates_of(line: ImportLine, by: SealedBy) -> tuple[Candidate, ...]:
    return tuple(Candidate(id=one, label=label) for one, label in opened(line, by).get("candidates", []))


def written_of(line: ImportLine, by: SealedBy) -> Written:
    made = tuple(Made(**one) for one in opened(line, by).get("made", []))
    return Written(number=line.number, state=line.state, made=made)  # type: ignore[arg-type]  # a StrEnum's value
