"""What the promises of one case must be, folded from what happened to it in the order it was written down. Pure.

This is the second reckoning: it shares no code with the actions that keep the rows (only clauses, patterns and the
clock), so that the two can be held against each other. Which clauses were started is a choice: the ones that were
really promised, or those of any other commitments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bihuan.ground.worktime.calendar import Calendar
from bihuan.service.cases.events import (
    CaseBroughtIn,
    CaseClosed,
    CaseGraded,
    CaseMerged,
    CaseOpened,
    CaseRested,
    CaseResumed,
    CaseSorted,
    CaseUnmerged,
    UrgencyChanged,
)
from bihuan.service.commitments.clause import Again, Clause
from bihuan.service.commitments.rules import Clock, Light, Stretch, clock_of, until, worked_seconds

DONE, DROPPED, MISSED, MERGED = "done", "dropped", "missed", "merged"
EXCHANGING = frozenset({UrgencyChanged.kind, CaseGraded.kind, CaseSorted.kind})
TOLD_OF_PROMISES = "promise."
BEGINNINGS = frozenset({CaseOpened.kind, CaseBroughtIn.kind})  # nothing was promised before


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One entry of a case's chain, read."""

    kind: str
    facts: Mapping[str, Any]
    happened_at: datetime
    recorded_at: datetime
    version: int = 1

    @property
    def is_late(self) -> bool:
        return self.happened_at < self.recorded_at


@dataclass(kw_only=True)
class Line:
    """One promise in the ledger. `key` is whatever whoever chose it knows it by; `fixed` its due time when that was
    agreed and not reckoned."""

    key: int
    profile: str
    version: int
    clause: Clause
    calendar: Calendar
    began_at: datetime
    fixed: datetime | None = None
    thing: int = 0
    ended_at: datetime | None = None
    ended_how: str = ""

    @property
    def open(self) -> bool:
        return self.ended_at is None

    def end(self, at: datetime, how: str) -> None:
        self.ended_at, self.ended_how = at, how

    def clock(self, rests: Iterable[Stretch]) -> Clock:
        """Its readings: of one that ended, as they stood when it did."""
        return clock_of(
            self.clause,
            self.calendar,
            began=self.began_at,
            rests=until(rests, self.ended_at),
            fixed_due=self.fixed,
        )


@dataclass(frozen=True, kw_only=True)
class Derived:
    """What a row must say. `broken_at` is the moment its time was over, whenever that was noticed."""

    began_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    state: str
    ended_at: datetime | None
    ended_how: str
    broken_at: datetime | None
    worked_seconds: int | None


class Choice(Protocol):
    """Which clauses an event starts, and which promises are exchanged when the case becomes another sort of case."""

    def starts(self, ledger: "Ledger", at: int, fact: Happened) -> Iterable[Line]: ...

    def exchanges(self, ledger: "Ledger", at: int, fact: Happened) -> Iterable[tuple[Line, Line | None]]: ...


@dataclass
class Ledger:
    """The lines and the rests so far."""

    lines: list[Line] = field(default_factory=list)
    rests: list[Stretch] = field(default_factory=list)

    def open_lines(self, metric: str = "") -> list[Line]:
        return [one for one in self.lines if one.open and metric in ("", one.clause.metric)]

    def hear(self, at: int, fact: Happened, choice: Choice) -> None:
        """Take in the `at`-th fact: clocks end, begin, rest, and are exchanged, in this order."""
        if fact.kind.startswith(TOLD_OF_PROMISES):
            return
        if fact.kind not in BEGINNINGS:
            self._end(fact)
        for line in choice.starts(self, at, fact):
            if line.clause.again == Again.REPLACES:
                for twin in self.open_lines(line.clause.metric):
                    twin.end(fact.happened_at, DROPPED)
            line.thing = int(fact.facts.get(line.clause.same, 0)) if line.clause.same else 0
            self._begin(line, fact)
        if fact.kind == CaseRested.kind and not self._resting():
            self.rests.append(Stretch(fact.happened_at, None, str(fact.facts["reason"])))
        elif fact.kind == CaseBroughtIn.kind and fact.facts["hold_reason"]:
            self.rests.append(Stretch(fact.happened_at, None, str(fact.facts["hold_reason"])))
        elif fact.kind == CaseResumed.kind:
            self.rests = [
                one if one.ended_at else Stretch(one.began_at, fact.happened_at, one.reason)
                for one in self.rests
            ]
        elif fact.kind in EXCHANGING:
            for old, new in list(choice.exchanges(self, at, fact)):
                old.end(fact.happened_at, DROPPED)
                if new is not None:
                    self._begin(new, fact)

    def _begin(self, line: Line, fact: Happened) -> None:
        if line.clause.kept_when_live and fact.kind == CaseOpened.kind and fact.facts.get("live"):
            line.end(fact.happened_at, DONE)
        self.lines.append(line)

    def _go_on(self) -> None:
        """The case was no twin after all: what its merging ended runs on as if it had not."""
        for line in self.lines:
            if line.ended_how == MERGED:
                line.ended_at, line.ended_how = None, ""

    def _resting(self) -> bool:
        return any(one.ended_at is None for one in self.rests)

    def _end(self, fact: Happened) -> None:
        if fact.kind == CaseUnmerged.kind:
            self._go_on()
            return
        for line in self.lines:
            if line.began_at > fact.happened_at or not (line.open or fact.is_late):
                continue
            how = _said(line, fact)
            if (how and line.open) or (how == DONE and _earlier(line, fact)):
                line.end(fact.happened_at, how)


def _earlier(line: Line, fact: Happened) -> bool:
    """Whether a late fact tells that what was promised had happened before the moment that was written down."""
    done = line.ended_at if line.ended_how == DONE else None
    return fact.is_late and done is not None and fact.happened_at < done


def _said(line: Line, fact: Happened) -> str:
    clause, same = line.clause, line.clause.is_about(fact.facts, line.thing)

    def fits(patterns: Iterable[Any]) -> bool:
        return same and any(one.fits(fact.kind, fact.facts) for one in patterns)

    if fact.kind == CaseMerged.kind:
        return MERGED
    closed = fact.kind == CaseClosed.kind
    withdrawn = closed and fact.facts.get("how") == "withdrawn"
    if fits(clause.voids):
        return DROPPED
    if fits(clause.breaks):
        return MISSED
    if fits(clause.stops):
        return DROPPED if withdrawn else DONE
    return DROPPED if closed and (withdrawn or not clause.outlives) else ""


def fold(facts: Sequence[Happened], choice: Choice) -> Ledger:
    """The whole story of one case, fact by fact in the order they were written down."""
    ledger = Ledger()
    for at, fact in enumerate(facts):
        ledger.hear(at, fact, choice)
    return ledger


def derived(line: Line, rests: Sequence[Stretch], *, now: datetime) -> Derived:
    """What the row of this promise must say at a moment."""
    clock = line.clock(rests)
    due, ended = clock.due_at, line.ended_at
    at = now if ended is None else ended
    over = line.ended_how == MISSED or (due is not None and due < at)
    if over:
        state = Light.BROKEN
    elif ended is None:
        state = Light.RUNNING
    else:
        state = Light.KEPT if line.ended_how == DONE else Light.VOID
    worked = None
    if ended is not None:
        stood = until(rests, ended)
        worked = worked_seconds(line.clause, line.calendar, began=line.began_at, ended=ended, rests=stood)
    return Derived(
        began_at=line.began_at,
        due_at=due,
        warn_at=clock.warn_at,
        state=str(state),
        ended_at=ended,
        ended_how=line.ended_how,
        broken_at=min(due or at, at) if over else None,
        worked_seconds=worked,
    )
