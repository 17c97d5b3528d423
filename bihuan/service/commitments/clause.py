"""A profile and its clauses, read from TOML into plain values. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bihuan.ground.process.card import Said

SCOPES = frozenset({"work", "urgency", "channel", "category"})


@dataclass(frozen=True, kw_only=True)
class Clause:
    """The rule of one promise: which event starts its clock, which stops it, how long, on which calendar.

    `due_from` names a field of the starting event that holds the due time itself (epoch seconds) instead of a
    length. `kept_when_live`: whoever opened the case was speaking with the customer, so it is kept from the start.
    `scope` maps a trait of the case to the values it holds for; empty = every case.
    """

    id: str
    metric: str
    title: Said
    starts: frozenset[str]
    stops: frozenset[str]
    seconds: int
    calendar: str
    due_from: str = ""
    warn_at: float = 0.75
    rests: bool = True
    public: bool = False
    kept_when_live: bool = False
    source: str = ""
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holds_for(self, traits: Mapping[str, str]) -> bool:
        return all(traits.get(trait, "") in values for trait, values in self.scope.items())


@dataclass(frozen=True, kw_only=True)
class Profile:
    name: str
    version: int
    title: Said
    clauses: tuple[Clause, ...]

    def clause(self, clause_id: str) -> Clause:
        return next(clause for clause in self.clauses if clause.id == clause_id)

    def listens_to(self) -> frozenset[str]:
        """Every kind of event that starts or stops one of its clocks."""
        return frozenset(kind for clause in self.clauses for kind in clause.starts | clause.stops)

    def started_by(self, kind: str, traits: Mapping[str, str]) -> list[Clause]:
        """The clauses that this event starts for such a case: per metric the most specific, ties to the strictest."""
        chosen: dict[str, Clause] = {}
        for clause in self.clauses:
            if kind in clause.starts and clause.holds_for(traits):
                held = chosen.get(clause.metric)
                if held is None or _weight(clause) < _weight(held):
                    chosen[clause.metric] = clause
        return list(chosen.values())


class ProfileRefused(ValueError):
    """The text is no sound profile; the message says what is wrong."""


def _weight(clause: Clause) -> tuple[int, int]:
    return (-len(clause.scope), clause.seconds)


def read_profile(text: str) -> Profile:
    """The profile that this TOML text describes; refused with every fault it has."""
    told = tomllib.loads(text)
    clauses = tuple(_clause(name, body) for name, body in told.get("clauses", {}).items())
    found = list(_faults(clauses))
    if found:
        raise ProfileRefused("\n".join(found))
    title = Said(zh=told["title_zh"], en=told["title_en"])
    return Profile(name=told["name"], version=told["version"], title=title, clauses=clauses)


def _clause(name: str, body: Mapping[str, object]) -> Clause:
    told = dict(body)
    title = Said(zh=str(told.pop("title_zh", "")), en=str(told.pop("title_en", "")))
    scope = told.pop("scope", {})
    assert isinstance(scope, dict)
    lists = {key: frozenset(_list(told.pop(key, []))) for key in ("starts", "stops")}
    return Clause(
        id=name,
        metric=str(told.pop("metric", name)),
        title=title,
        starts=lists["starts"],
        stops=lists["stops"],
        seconds=int(str(told.pop("seconds", 0))),
        scope={trait: frozenset(_list(values)) for trait, values in scope.items()},
        **told,  # type: ignore[arg-type]  # an unknown word is a TypeError, which names it
    )


def _list(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _faults(clauses: Iterable[Clause]) -> Iterable[str]:
    for clause in clauses:
        if not (clause.title.zh and clause.title.en):
            yield f"The clause {clause.id!r} has no title in both languages."
        if not clause.starts or not clause.stops:
            yield f"The clause {clause.id!r} needs an event that starts it and one that stops it."
        if bool(clause.seconds) == bool(clause.due_from):
            yield f"The clause {clause.id!r} needs either seconds or due_from."
        if unknown := set(clause.scope) - SCOPES:
            yield f"The clause {clause.id!r} has the unknown scope {sorted(unknown)}."
        if not 0 < clause.warn_at < 1:
            yield f"The clause {clause.id!r}: warn_at lies between 0 and 1."
