"""A profile (承诺方案), its clauses and its ladders, as plain values. Pure.

A clause is a clock (one case, one due time), a rate (what many cases together must reach) or conduct (what is
promised in words). Only clocks make promises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from bihuan.ground.process.card import Said
from bihuan.service.commitments.pattern import Pattern

SCOPES = ("work", "urgency", "channel", "category", "region", "tier", "grade")
REST_REASONS = frozenset({"customer", "parts", "supplier", "force_majeure"})
NOTHING_SAID = Said(zh="", en="")

type Traits = Mapping[str, frozenset[str]]
"""What a case is, trait by trait; a trait may hold several values (a city and its district)."""


class Sort(StrEnum):
    CLOCK, RATE, CONDUCT = "clock", "rate", "conduct"


class Again(StrEnum):
    """What happens when a clause starts while its promise is still open: the open one stays, another is made
    beside it, or the newer one replaces it."""

    STAYS, NEW, REPLACES = "stays", "new", "replaces"


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days on which something holds, both included; None is open."""

    begins: date | None = None
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)


ALWAYS_VALID = Span()


@dataclass(frozen=True, kw_only=True)
class RungRule:
    """One step of a ladder (升级): who is told, how long after the promise was broken (or began), how often again.

    `who`: roles, or owner, technician, service_point, owner_supervisor. `hours`: the calendar of those who are
    told; `at_once` and urgent cases do not wait for it.
    """

    level: int
    who: tuple[str, ...]
    after_seconds: int = 0
    since: str = "broken"  # or "began"
    channels: tuple[str, ...] = ("page",)
    repeat_seconds: int = 0
    times: int = 1
    hours: str = "cn-office"
    at_once: bool = False


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One rule. Times in seconds on `calendar`; `due_from` names a field of the starting event that holds the due
    time itself (epoch seconds). `kept_when_live`: whoever opened the case was speaking with the customer.
    `outlives`: its clock runs on when the case has ended. `same`: a field of the starting event; only events that say
    the same there end its clock. `placeholder`: what is still to be filled in (XX).

    A rate measures `of` (a metric): its `statistic` of the seconds on its own `calendar` must be within `seconds`, or,
    for "rate", the share within them must reach `target`. Without seconds `target` is the figure itself.
    """

    id: str
    metric: str
    title: Said
    sort: Sort = Sort.CLOCK
    starts: tuple[Pattern, ...] = ()
    stops: tuple[Pattern, ...] = ()
    voids: tuple[Pattern, ...] = ()
    breaks: tuple[Pattern, ...] = ()
    again: Again = Again.STAYS
    same: str = ""
    seconds: int = 0
    calendar: str = "24x7"
    due_from: str = ""
    warn_at: tuple[float, ...] = (0.75,)
    rests: frozenset[str] = REST_REASONS
    public: bool = False
    kept_when_live: bool = False
    outlives: bool = False
    notify: tuple[str, ...] = ("owner", "supervisor")
    ladder: str = ""
    compensate: str = ""
    source: str = ""
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    valid: Span = ALWAYS_VALID
    placeholder: str = ""
    of: str = ""
    statistic: str = "max"
    target: float = 0.0
    every: str = ""
    text: Said = NOTHING_SAID
    criterion: Said = NOTHING_SAID
    evidence: Said = NOTHING_SAID

    def holds_for(self, traits: Traits) -> bool:
        return all(traits.get(trait, frozenset()) & values for trait, values in self.scope.items())

    def is_about(self, facts: Mapping[str, Any], thing: int) -> bool:
        """Whether an event is about the very thing that began a clock of this clause."""
        return not self.same or facts.get(self.same, thing) == thing

    def patterns(self) -> tuple[Pattern, ...]:
        return (*self.starts, *self.stops, *self.voids, *self.breaks)

    def specific(self) -> int:
        """How many things narrow it down: its traits, and being valid for a time only."""
        return len(self.scope) + (self.valid != ALWAYS_VALID)

    def starts_with(self, kind: str, facts: Mapping[str, Any]) -> Pattern | None:
        """The pattern by which an event starts it; the narrowest when several do."""
        fitting = [pattern for pattern in self.starts if pattern.fits(kind, facts)]
        return max(fitting, key=lambda pattern: len(pattern.conditions), default=None)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`sort`: base (one is in force), overlay (beside it), peak (for a dated season) or law (always in force)."""

    name: str
    version: int
    title: Said
    clauses: tuple[Clause, ...]
    sort: str = "base"
    ladders: Mapping[str, tuple[RungRule, ...]] = field(default_factory=dict)
    valid: Span = ALWAYS_VALID
    source: str = ""
    degrees: str = "four"  # in whose words it counts urgency: a scheme of cases.rules.LABELS

    def clause(self, clause_id: str) -> Clause:
        return next(clause for clause in self.clauses if clause.id == clause_id)

    def clocks(self) -> list[Clause]:
        return [clause for clause in self.clauses if clause.sort == Sort.CLOCK]

    def listens_to(self) -> frozenset[str]:
        """Every kind of event that starts, stops, voids or breaks one of its clocks."""
        return frozenset(pattern.kind for pattern in self.patterns())

    def patterns(self) -> Iterable[Pattern]:
        """Everything that its clocks listen to."""
        return (pattern for clause in self.clauses for pattern in clause.patterns())

    def rungs_of(self, clause: Clause) -> tuple[RungRule, ...]:
        return self.ladders.get(clause.ladder, ())

    def placeholders(self) -> list[Clause]:
        """The clauses in which something is still to be filled in."""
        return [clause for clause in self.clauses if clause.placeholder]


type Held = tuple[Profile, Clause]


@dataclass(frozen=True, kw_only=True)
class Commitments:
    """All that is in force at a time: one base profile, its overlays, dated peaks, and the law.

    `paces`: the share of a week that each calendar is open, so that allowances on two calendars compare.
    """

    profiles: tuple[Profile, ...]
    paces: Mapping[str, float] = field(default_factory=dict)

    def clauses(self) -> Iterable[Held]:
        return ((profile, clause) for profile in self.profiles for clause in profile.clauses)

    def base(self) -> Profile:
        return next(profile for profile in self.profiles if profile.sort == "base")

    def listens_to(self) -> frozenset[str]:
        return frozenset().union(*(profile.listens_to() for profile in self.profiles))

    def traits_asked(self) -> frozenset[str]:
        """The traits that any scope names."""
        return frozenset(trait for _, clause in self.clauses() for trait in clause.scope)

    def started_by(
        self, kind: str, traits: Traits, *, on: date, facts: Mapping[str, Any] | None = None
    ) -> list[Held]:
        """The clauses that this event starts for such a case, one a metric: the most specific, ties to the
        strictest, and never looser than the law."""
        told = facts or {}
        found: dict[str, list[tuple[int, Held]]] = {}
        for profile, clause in self._holding(traits, on):
            pattern = clause.starts_with(kind, told)
            if pattern is not None:
                weight = clause.specific() + len(pattern.conditions)
                found.setdefault(clause.metric, []).append((weight, (profile, clause)))
        return [self._chosen(candidates) for candidates in found.values()]

    def of_metric(self, metric: str, starts: tuple[Pattern, ...], traits: Traits, *, on: date) -> Held | None:
        """The clause that such a case has for a metric, of those that one of these very patterns begins."""
        found = [
            (clause.specific(), (profile, clause))
            for profile, clause in self._holding(traits, on)
            if clause.metric == metric and set(starts) & set(clause.starts)
        ]
        return self._chosen(found) if found else None

    def _holding(self, traits: Traits, on: date) -> Iterable[Held]:
        for profile, clause in self.clauses():
            if clause.sort == Sort.CLOCK and clause.valid.holds_on(on) and clause.holds_for(traits):
                yield profile, clause

    def _chosen(self, candidates: list[tuple[int, Held]]) -> Held:
        law = [held for _, held in candidates if held[0].sort == "law"]
        agreed = [one for one in candidates if one[1][0].sort != "law"]
        if not agreed:
            return min(law, key=self._span)
        _, best = min(agreed, key=lambda one: (-one[0], self._span(one[1])))
        strictest = min(law, key=self._span, default=best)
        return strictest if self._span(strictest) < self._span(best) else best

    def _span(self, held: Held) -> float:
        return self.span_of(held[1])

    def span_of(self, clause: Clause) -> float:
        """Its allowance as it runs on the wall on average, in seconds: for comparing, never for a due time."""
        return clause.seconds / (self.paces.get(clause.calendar) or 1.0)
