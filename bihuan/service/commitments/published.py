"""What is promised to the public now: the profiles in force, their public clauses, and the peak seasons to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bihuan.service.commitments.clause import ALWAYS_VALID, Clause, Commitments, Profile, Sort
from bihuan.service.commitments.models import ProfileVersion
from bihuan.service.commitments.profiles_in_use import commitments_in_force, profile_at


@dataclass(frozen=True, kw_only=True)
class InForce:
    """A profile, and since when it holds."""

    profile: Profile
    since: datetime


@dataclass(frozen=True, kw_only=True)
class PublicClause:
    profile: str
    clause: Clause

    @property
    def name(self) -> str:
        """By which figures know it."""
        return f"{self.profile}/{self.clause.id}"


@dataclass(frozen=True, kw_only=True)
class Peak:
    """A busy season with its days, whether it has begun or not, and what is promised in it."""

    profile: Profile
    begun: bool
    clauses: list[PublicClause]


def profiles_published() -> list[InForce]:
    """Every profile in force: the base first, then overlays, peaks and the law."""
    order = {"base": 0, "overlay": 1, "peak": 2, "law": 3}
    rows = ProfileVersion.objects.filter(active=True).values_list(
        "name", "version", "activated_at", "made_at"
    )
    found = [
        InForce(profile=profile_at(name, version), since=activated or made)
        for name, version, activated, made in rows
    ]
    return sorted(found, key=lambda one: (order.get(one.profile.sort, 9), one.profile.name))


def public_clauses(sort: Sort, *, on: date) -> list[PublicClause]:
    """The public clauses of a sort that hold from this day on, without peaks; of several clocks for the same metric and
    the same cases only the strictest, for no other is ever made."""
    force = commitments_in_force()
    found = [
        PublicClause(profile=profile.name, clause=clause)
        for profile in force.profiles
        if profile.sort != "peak"
        for clause in profile.clauses
        if clause.sort == sort and clause.public and not _over(clause, on)
    ]
    return _strictest(found, force) if sort == Sort.CLOCK else found


def peaks(*, on: date) -> list[Peak]:
    """The seasons that are named and not over, the next one first."""
    found = [
        Peak(
            profile=profile,
            begun=profile.valid.holds_on(on),
            clauses=[
                PublicClause(profile=profile.name, clause=clause)
                for clause in profile.clocks()
                if clause.public and not _over(clause, on)
            ],
        )
        for profile in commitments_in_force().profiles
        if profile.sort == "peak" and profile.valid.ends is not None and profile.valid.ends >= on
    ]
    return sorted(found, key=lambda one: one.profile.valid.begins or on)


def _over(clause: Clause, on: date) -> bool:
    return clause.valid.ends is not None and clause.valid.ends < on


def _strictest(found: Iterable[PublicClause], force: Commitments) -> list[PublicClause]:
    kept: dict[object, PublicClause] = {}
    for one in found:
        scope = frozenset(one.clause.scope.items())
        key = (one.clause.metric, scope, one.clause.valid if one.clause.valid != ALWAYS_VALID else None)
        had = kept.get(key)
        if had is None or force.span_of(one.clause) < force.span_of(had.clause):
            kept[key] = one
    return list(kept.values())
