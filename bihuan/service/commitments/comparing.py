"""What the rows of promises say held against what the journal says. Reads only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from bihuan.service.cases.models import Case
from bihuan.service.commitments.as_made import Frozen, as_made
from bihuan.service.commitments.chains import TOLD_ALREADY, stories_of
from bihuan.service.commitments.events import BreachWithdrawn, PromisesMade
from bihuan.service.commitments.ledger import Derived, Happened, derived, fold
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import pace_of
from bihuan.service.commitments.reckoning import calendar_of, clause_of
from bihuan.service.commitments.rules import Stretch

COMPARED = tuple(one.name for one in fields(Derived))
NOT_MADE = "began_at"  # the column under which a promise is reported that no entry made


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One promise and its two reckonings. `derived` is None when no entry of its case's chain made it."""

    row: Promise
    derived: Derived | None
    differing: tuple[str, ...]

    def both(self, column: str) -> tuple[str, str]:
        """What is stored and what is derived, as text."""
        return spelled(getattr(self.row, column)), spelled(getattr(self.derived, column, None))


@dataclass(frozen=True, kw_only=True)
class Round:
    """What came of comparing some cases. `withdrawn`: breaches that a late fact took back."""

    compared: tuple[Compared, ...]
    withdrawn: int

    def different(self) -> list[Compared]:
        return [one for one in self.compared if one.differing]


def compare(case_ids: Iterable[int], *, now: datetime) -> Round:
    """Derive every promise of these cases from the journal again. Three statements, however many cases."""
    chains = dict(Case.objects.filter(id__in=list(case_ids)).values_list("id", "chain_id"))
    rows: dict[int, list[Promise]] = {}
    for row in Promise.objects.filter(case_id__in=chains).order_by("case_id", "id"):
        rows.setdefault(row.case_id, []).append(row)
    kinds = {pattern.kind for held in rows.values() for row in held for pattern in clause_of(row).patterns()}
    stories = stories_of(chains.values(), kinds | TOLD_ALREADY)
    compared: list[Compared] = []
    withdrawn = 0
    for case_id, held in rows.items():
        story = stories.get(chains[case_id], [])
        older = _of_older_rules(story)
        compared += _compared([row for row in held if row.id not in older], story, now=now)
        withdrawn += sum(told.kind == BreachWithdrawn.kind for told in story)
    return Round(compared=tuple(compared), withdrawn=withdrawn)


def _of_older_rules(story: Sequence[Happened]) -> set[int]:
    """The promises that were made before the ledger."""
    made = (told for told in story if told.kind == PromisesMade.kind and told.version < PromisesMade.version)
    return {int(one) for told in made for one in told.facts["promises"]}


def _compared(rows: Sequence[Promise], story: Sequence[Happened], *, now: datetime) -> Iterator[Compared]:
    ledger = fold(story, as_made(story, {row.id: _frozen(row) for row in rows}))
    lines = {line.key: line for line in ledger.lines}
    for row in rows:
        line = lines.get(row.id)
        must = derived(line, ledger.rests, now=now) if line is not None else None
        yield Compared(row=row, derived=must, differing=tuple(_differing(row, must, ledger.rests)))


def _frozen(row: Promise) -> Frozen:
    calendar = calendar_of(row)
    return Frozen(
        id=row.id,
        profile=row.profile,
        version=row.profile_version,
        clause=clause_of(row),
        calendar=calendar,
        pace=pace_of(calendar),
    )


def _differing(row: Promise, must: Derived | None, rests: Sequence[Stretch]) -> Iterator[str]:
    if must is None:
        yield NOT_MADE
        return
    unnoticed = row.open and row.state == Promise.RUNNING and must.state == Promise.BROKEN
    stood_still = row.due_at is None and row.ended_at is not None and _at_an_edge(row.ended_at, rests)
    unseen = {"state", "broken_at"} if unnoticed else set()  # a sweep will say so
    if stood_still:  # it ended in the very second in which a rest began or ended: both readings are right
        unseen |= {"due_at", "warn_at"}
    if row.worked_seconds is None:
        unseen.add("worked_seconds")
    for column in COMPARED:
        if column not in unseen and _plain(getattr(row, column)) != _plain(getattr(must, column)):
            yield column


def _at_an_edge(ended: datetime, rests: Sequence[Stretch]) -> bool:
    return any(ended in (one.began_at, one.ended_at) for one in rests)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def spelled(value: Any) -> str:
    """A stored or derived value as a finding keeps it: moments in UTC."""
    if value is None:
        return ""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
