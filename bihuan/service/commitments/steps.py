"""The steps of a promise's ladder as a page or `explain` shows them: taken, ahead, or not needed any more."""

from dataclasses import dataclass
from datetime import datetime

from bihuan.service.commitments.models import Rung
from bihuan.service.commitments.reckoning import rung_of


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: who is told and when. `turn` counts its repeats from 1; at most one of the last two is set."""

    level: int
    turn: int
    who: tuple[str, ...]
    due_at: datetime
    told_at: datetime | None
    dropped_at: datetime | None


def steps_of(case_id: int) -> dict[int, list[Step]]:
    """The steps of a case's promises that have a time, by promise, in the order of their levels. One statement."""
    found: dict[int, list[Step]] = {}
    rows = Rung.objects.filter(promise__case_id=case_id).select_related("promise")
    for row in rows.order_by("promise_id", "level", "turn"):
        rule = rung_of(row.promise, row.level)
        step = Step(
            level=row.level,
            turn=row.turn,
            who=rule.who if rule is not None else (),
            due_at=row.due_at,
            told_at=row.told_at,
            dropped_at=row.dropped_at,
        )
        found.setdefault(row.promise_id, []).append(step)
    return found
