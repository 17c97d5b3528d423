"""What is different between two profiles, clause by clause. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bihuan.service.commitments.clause import Clause, Commitments, Profile, Sort


class Change(StrEnum):
    """Seen from the first profile towards the second."""

    ADDED, GONE = "added", "gone"
    STRICTER, LOOSER, CHANGED, SAME = "stricter", "looser", "changed", "same"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One clause of either or both; `aspects` names what besides its time is not the same."""

    change: Change
    old: Clause | None = None
    new: Clause | None = None
    aspects: tuple[str, ...] = ()

    @property
    def clause(self) -> Clause:
        found = self.new or self.old
        assert found is not None
        return found


def differences(old: Profile, new: Profile, *, force: Commitments) -> list[Difference]:
    """Each clause of both profiles once, in the order of the new one, what is gone last. Clauses meet by their id,
    else by their metric and scope. `force` knows how fast calendars run."""
    left = {clause.id: clause for clause in old.clauses}
    pairs: list[tuple[Clause, Clause | None]] = []
    for clause in new.clauses:
        pairs.append((clause, left.pop(clause.id, None)))
    found: list[Difference] = []
    for clause, twin in pairs:
        known = twin or _like(clause, left)
        if known is None:
            found.append(Difference(change=Change.ADDED, new=clause))
        else:
            left.pop(known.id, None)
            found.append(_judged(known, clause, old, new, force))
    return [*found, *(Difference(change=Change.GONE, old=clause) for clause in left.values())]


def _like(clause: Clause, left: dict[str, Clause]) -> Clause | None:
    """The clause of another name that is about the same thing for the same cases."""
    return next(
        (
            one
            for one in left.values()
            if (one.metric, one.sort) == (clause.metric, clause.sort)
            and clause.sort != Sort.CONDUCT
            and dict(one.scope) == dict(clause.scope)
        ),
        None,
    )


def _judged(one: Clause, other: Clause, old: Profile, new: Profile, force: Commitments) -> Difference:
    aspects = tuple(_aspects(one, other, old, new))
    change = _weighed(one, other, force)
    if change is Change.SAME and aspects:
        change = Change.CHANGED
    return Difference(change=change, old=one, new=other, aspects=aspects)


def _weighed(one: Clause, other: Clause, force: Commitments) -> Change:
    """Whether the other asks more, by its time, its target, and when its clock rests; SAME when by none of these."""
    if one.sort != other.sort or bool(one.seconds) != bool(other.seconds):
        return Change.CHANGED
    if (spans := (force.span_of(one), force.span_of(other)))[0] != spans[1]:
        return Change.STRICTER if spans[1] < spans[0] else Change.LOOSER
    if one.target != other.target:
        return Change.STRICTER if other.target > one.target else Change.LOOSER
    if one.sort == Sort.CLOCK and one.rests != other.rests:
        if other.rests < one.rests:
            return Change.STRICTER
        return Change.LOOSER if other.rests > one.rests else Change.CHANGED
    return Change.SAME


def _aspects(one: Clause, other: Clause, old: Profile, new: Profile) -> Iterator[str]:
    """What is not the same, in the order in which a page shows it. The source and the title are no difference."""
    for name in ("scope", "calendar", "starts", "stops", "voids", "breaks", "again", "rests", "warn_at"):
        if getattr(one, name) != getattr(other, name):
            yield name
    if set(one.notify) != set(other.notify):
        yield "notify"
    if old.rungs_of(one) != new.rungs_of(other):
        yield "ladder"
    for name in ("public", "kept_when_live", "outlives", "same", "compensate", "valid", "placeholder"):
        if getattr(one, name) != getattr(other, name):
            yield name
    if (one.text, one.criterion, one.evidence) != (other.text, other.criterion, other.evidence):
        yield "text"
    if (one.of, one.statistic, one.every) != (other.of, other.statistic, other.every):
        yield "statistic"
