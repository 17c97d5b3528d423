"""What may be found doubtful about a profile, and what a profile may speak of, as plain values. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bihuan.service.commitments.clause import Clause, Span

STAFF_CHANNELS = frozenset({"page", "sms"})  # by which the staff are told
ENDINGS = frozenset({"case.done", "case.closed"})


class Severity(StrEnum):
    ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One doubt. `clause` and `other` name clauses (`other` with its profile before it, where it is another's);
    `what` is a word of the text that the sentence names; `traits` the cases that it is about."""

    code: str
    severity: Severity = Severity.WARNING
    clause: str = ""
    other: str = ""
    what: str = ""
    traits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a profile may speak of. `values`: of each trait, urgencies from the most pressing, grades from the
    mildest; `visited`: the kinds of work for which somebody comes; `events`: kinds with the fields they have."""

    values: Mapping[str, tuple[str, ...]]
    visited: frozenset[str] = frozenset()
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calendars: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    compensations: frozenset[str] = frozenset()


def error(code: str, clause: str = "", *, other: str = "", what: str = "") -> Finding:
    return Finding(code=code, severity=Severity.ERROR, clause=clause, other=other, what=what)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity == Severity.ERROR]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.severity == Severity.WARNING]


def overlap(one: Clause, other: Clause) -> bool:
    """Whether some case has both, on some day."""
    traits = all(one.scope[trait] & other.scope[trait] for trait in one.scope.keys() & other.scope.keys())
    return traits and _days_meet(one.valid, other.valid)


def _days_meet(one: Span, other: Span) -> bool:
    begins = max(filter(None, (one.begins, other.begins)), default=None)
    ends = min(filter(None, (one.ends, other.ends)), default=None)
    return begins is None or ends is None or begins <= ends


def start_together(one: Clause, other: Clause) -> bool:
    """Whether one event may start both."""
    return bool({pattern.kind for pattern in one.starts} & {pattern.kind for pattern in other.starts})


def same_stop(one: Clause, other: Clause) -> bool:
    """Whether something besides the end of a case stops both."""
    return bool(({p.kind for p in one.stops} & {p.kind for p in other.stops}) - ENDINGS)
