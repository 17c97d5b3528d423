"""The clauses that any commitments would have started for a case. Pure.

What the case is (its urgency, its grade) is followed through its story; the rest is as its row says.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bihuan.ground.worktime.calendar import Calendar
from bihuan.service.cases.events import CaseGraded, CaseOpened, UrgencyChanged
from bihuan.service.commitments.clause import Again, Clause, Commitments, Held, Profile
from bihuan.service.commitments.ledger import Happened, Ledger, Line
from bihuan.service.commitments.rules import fixed_due

FOLLOWED = {CaseOpened.kind: "urgency", UrgencyChanged.kind: "urgency", CaseGraded.kind: "grade"}


@dataclass
class AsIf:
    """What these commitments would have promised a case with such traits. `zone`: where its days are counted;
    `started`: what `by_start` made of the commitments."""

    commitments: Commitments
    calendar_of: Callable[[str], Calendar]
    traits: dict[str, frozenset[str]]
    zone: tzinfo
    started: Mapping[str, Commitments]
    made: int = 0

    def starts(self, ledger: Ledger, at: int, fact: Happened) -> list[Line]:
        if (trait := FOLLOWED.get(fact.kind)) and (value := fact.facts.get(trait)):
            self.traits[trait] = frozenset({str(value)})
        commitments = self.started.get(fact.kind)
        if commitments is None:
            return []
        day = fact.happened_at.astimezone(self.zone).date()
        held = commitments.started_by(fact.kind, self.traits, on=day, facts=fact.facts)
        return [
            self._line(one, fact.happened_at, fact) for one in held if not self._stands(ledger, one[1], fact)
        ]

    def _stands(self, ledger: Ledger, clause: Clause, fact: Happened) -> bool:
        """Whether an open promise of the same metric keeps this one from being made."""
        twins = ledger.open_lines(clause.metric)
        if not twins or clause.again == Again.REPLACES:
            return False
        return clause.again == Again.STAYS or any(
            one.began_at == fact.happened_at and clause.is_about(fact.facts, one.thing) for one in twins
        )

    def exchanges(self, ledger: Ledger, at: int, fact: Happened) -> Iterable[tuple[Line, Line | None]]:
        day = fact.happened_at.astimezone(self.zone).date()
        for line in ledger.open_lines():
            due = line.clock(ledger.rests).due_at
            if due is not None and due < fact.happened_at:
                continue
            held = self.commitments.of_metric(line.clause.metric, line.clause.starts, self.traits, on=day)
            if held is None:
                yield line, None
            elif held[1].id != line.clause.id and not held[1].due_from:
                following = self._following(ledger, line, held, fact)
                if following is not None:
                    yield line, following

    def _following(self, ledger: Ledger, old: Line, held: Held, fact: Happened) -> Line | None:
        """What takes an open promise's place; None when the old one is the stricter all the same."""
        span_of = self.commitments.span_of
        if span_of(held[1]) >= span_of(old.clause):
            return self._line(held, old.began_at, fact)
        new = self._line(held, fact.happened_at, fact)
        due, would = old.clock(ledger.rests).due_at, new.clock(ledger.rests).due_at
        return None if due and would and due <= would else new

    def _line(self, held: tuple[Profile, Clause], began: datetime, fact: Happened) -> Line:
        profile, clause = held
        self.made += 1
        return Line(
            key=self.made,
            profile=profile.name,
            version=profile.version,
            clause=clause,
            calendar=self.calendar_of(clause.calendar),
            began_at=began,
            fixed=fixed_due(dict(fact.facts), clause.due_from) if clause.due_from else None,
        )


def by_start(commitments: Commitments) -> dict[str, Commitments]:
    """Kind of event → the same commitments with only the clauses that such an event may start: reckoning many cases,
    nobody looks at the others."""
    clocks = [clause for profile in commitments.profiles for clause in profile.clocks()]
    kinds = {pattern.kind for clause in clocks for pattern in clause.starts}
    return {kind: _only(commitments, kind) for kind in kinds}


def _only(commitments: Commitments, kind: str) -> Commitments:
    def starts(clause: Clause) -> bool:
        return any(pattern.kind == kind for pattern in clause.starts)

    profiles = (
        replace(profile, clauses=tuple(clause for clause in profile.clauses if starts(clause)))
        for profile in commitments.profiles
    )
    return replace(commitments, profiles=tuple(profiles))
