"""The clauses that were really started for a case, as its chain tells. Pure.

The journal says which promises were made and which were given up; their rows say under which clause. What made each
of them is found again: the newest fact of the same moment that starts its clause, or that exchanged it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bihuan.ground.worktime.calendar import Calendar
from bihuan.service.cases.events import CaseBroughtIn, CaseOpened
from bihuan.service.commitments.clause import Again, Clause
from bihuan.service.commitments.events import PromisesMade, PromisesVoided
from bihuan.service.commitments.ledger import EXCHANGING, TOLD_OF_PROMISES, Happened, Ledger, Line
from bihuan.service.commitments.rules import fixed_due

AT_ANY_HOUR = 1.0


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """What a promise's row keeps of the time when it was made. `pace`: the share of a week its calendar is open."""

    id: int
    profile: str
    version: int
    clause: Clause
    calendar: Calendar
    pace: float

    @property
    def span(self) -> float:
        return self.clause.seconds / (self.pace or AT_ANY_HOUR)


@dataclass
class AsMade:
    """What was made and exchanged, by the place in the chain of the fact that did it."""

    made: dict[int, list[Frozen]] = field(default_factory=dict)
    voided: dict[int, set[int]] = field(default_factory=dict)
    frozen: Mapping[int, Frozen] = field(default_factory=dict)

    def starts(self, ledger: Ledger, at: int, fact: Happened) -> Iterable[Line]:
        exchanged = self._given_up(ledger, at)
        for one in self.made.get(at, ()):
            started = one.clause.starts_with(fact.kind, fact.facts) and one.clause.again == Again.REPLACES
            if one.clause.metric in exchanged and not started:
                continue
            due_from = one.clause.due_from
            yield _line(one, fact.happened_at, fixed_due(dict(fact.facts), due_from) if due_from else None)

    def exchanges(self, ledger: Ledger, at: int, fact: Happened) -> Iterable[tuple[Line, Line | None]]:
        begun = {one.key for one in ledger.lines}
        following = {one.clause.metric: one for one in self.made.get(at, ()) if one.id not in begun}
        for metric, old in self._given_up(ledger, at).items():
            new = following.get(metric)
            if new is None:
                yield old, None
            else:
                milder = new.span >= self.frozen[old.key].span
                yield old, _line(new, old.began_at if milder else fact.happened_at, None)

    def _given_up(self, ledger: Ledger, at: int) -> dict[str, Line]:
        """The open promises that the case's becoming another sort of case did away with, by metric."""
        ids = self.voided.get(at, set())
        return {one.clause.metric: one for one in ledger.open_lines() if one.key in ids}


def _line(one: Frozen, began: datetime, fixed: datetime | None) -> Line:
    return Line(
        key=one.id,
        profile=one.profile,
        version=one.version,
        clause=one.clause,
        calendar=one.calendar,
        began_at=began,
        fixed=fixed.astimezone(UTC) if fixed else None,
    )


def as_made(facts: Sequence[Happened], frozen: Mapping[int, Frozen]) -> AsMade:
    """Every promise of these rows put at the fact that made it. One that nothing made is left out."""
    choice = AsMade(frozen=frozen)
    for at, told in enumerate(facts):
        if told.kind == PromisesMade.kind:
            for promise_id in told.facts["promises"]:
                one = frozen.get(int(promise_id))
                cause = _cause(facts, at, one.clause) if one else None
                if one is not None and cause is not None:
                    choice.made.setdefault(cause, []).append(one)
        elif told.kind == PromisesVoided.kind:
            cause = _cause(facts, at, None)
            if cause is not None:
                choice.voided.setdefault(cause, set()).update(int(one) for one in told.facts["promises"])
    return choice


def _as_start(fact: Happened) -> str:
    """The kind of event that this is to clauses: a case that was brought in is promised what an opened one is."""
    return CaseOpened.kind if fact.kind == CaseBroughtIn.kind else fact.kind


def _cause(facts: Sequence[Happened], at: int, clause: Clause | None) -> int | None:
    """Where the fact stands that made a promise of this clause, or (without one) that exchanged promises."""
    for before in range(at - 1, -1, -1):
        fact = facts[before]
        if fact.recorded_at != facts[at].recorded_at:
            return None
        if fact.kind.startswith(TOLD_OF_PROMISES):
            continue
        if fact.kind in EXCHANGING or (
            clause is not None and clause.starts_with(_as_start(fact), fact.facts)
        ):
            return before
    return None
