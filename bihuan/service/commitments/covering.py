"""Who gets which clause of a profile, and who gets none: gaps, inversions and clauses that nobody ever gets. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice, product
from typing import Any

from bihuan.service.commitments.clause import SCOPES, Clause, Commitments, Profile, Traits
from bihuan.service.commitments.findings import ENDINGS, Finding, Known, overlap, same_stop, start_together
from bihuan.service.commitments.pattern import Pattern

MOST = 20_000  # combinations of traits that are looked at for one metric
SOLVE = "solve"
_OTHER = "·"  # a value that no scope names

type Cell = dict[str, str]


def uncovered(profile: Profile, *, beside: Commitments, known: Known, today: date) -> Iterator[Finding]:
    """Gaps (of a base profile), inversions and dead clauses, if the profile were in force beside the others."""
    force = Commitments(profiles=(profile, *beside.profiles), paces=beside.paces)
    day = max(today, profile.valid.begins or today)
    for metric in dict.fromkeys(clause.metric for clause in profile.clocks()):
        grid = Grid(force, metric, known, day)
        if profile.sort == "base":
            yield from _gaps(grid, known)
        yield from _inversions(grid, profile, known)
        yield from _dead(grid, profile, today)
    if profile.sort == "base" and not any(clause.metric == SOLVE for clause in profile.clocks()):
        yield Finding(code="no_solve")
    yield from _slower_beside(profile, force, known)


class Grid:
    """One metric: every combination of the traits that its clauses tell apart, and the clause that each gets."""

    def __init__(self, force: Commitments, metric: str, known: Known, day: date) -> None:
        mine = [
            replace(profile, clauses=tuple(one for one in profile.clocks() if one.metric == metric))
            for profile in force.profiles
        ]
        self.metric, self.day = metric, day
        self.force = Commitments(profiles=tuple(mine), paces=force.paces)
        self.clauses = [clause for _, clause in self.force.clauses()]
        self.traits = _told_apart(self.clauses, known)
        starts = tuple(pattern for clause in self.clauses for pattern in clause.starts)
        cells = (dict(zip(self.traits, values, strict=True)) for values in product(*self.traits.values()))
        self.cells: list[tuple[Cell, Clause | None]] = []
        for cell in islice(cells, MOST):
            held = self.force.of_metric(metric, starts, as_one_each(cell), on=day)
            self.cells.append((cell, held[1] if held else None))

    def by(self, trait: str) -> Iterator[dict[str, Clause | None]]:
        """For each combination of the other traits, what every value of this one gets."""
        rows: dict[tuple[str, ...], dict[str, Clause | None]] = {}
        for cell, clause in self.cells:
            rest = tuple(value for name, value in cell.items() if name != trait)
            rows.setdefault(rest, {})[cell[trait]] = clause
        yield from rows.values()


def as_one_each(cell: Mapping[str, str]) -> Traits:
    return {trait: frozenset({value}) for trait, value in cell.items()}


def _told_apart(clauses: list[Clause], known: Known) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for trait in SCOPES:
        named = {value for clause in clauses for value in clause.scope.get(trait, ())}
        if named:
            all_of_them = known.values.get(trait, ())
            found[trait] = [*all_of_them, *sorted(named - set(all_of_them))] + [_OTHER] * (not all_of_them)
    return found


def _gaps(grid: Grid, known: Known) -> Iterator[Finding]:
    """What a milder case has and a more pressing or harder one has not; kinds of work left out."""
    for trait in ("urgency", "grade"):
        if trait in grid.traits:
            ordered = known.values[trait] if trait == "urgency" else tuple(reversed(known.values[trait]))
            lacking = {value for row in grid.by(trait) for value in _lacking(row, ordered)}
            if lacking:
                told = tuple((trait, value) for value in ordered if value in lacking)
                yield Finding(code="gap", clause=grid.metric, traits=told)
    if "work" in grid.traits:
        works = [work for work in known.values["work"] if _comes_up(grid, work, known)]
        had = {cell["work"] for cell, clause in grid.cells if clause is not None}
        lacking_works = [work for work in works if work not in had]
        if lacking_works and (grid.metric == SOLVE or 2 * (len(works) - len(lacking_works)) >= len(works)):
            none = tuple(("work", work) for work in lacking_works)
            yield Finding(code="gap", clause=grid.metric, traits=none)


def _lacking(row: Mapping[str, Clause | None], ordered: tuple[str, ...]) -> Iterator[str]:
    for at, value in enumerate(ordered):
        if row.get(value) is None and any(row.get(milder) is not None for milder in ordered[at + 1 :]):
            yield value


def _comes_up(grid: Grid, work: str, known: Known) -> bool:
    """Whether such work may have this metric at all: what only a visit stops is nothing for advice."""
    stops = {p.kind for clause in grid.clauses for p in clause.stops} - ENDINGS
    only_visits = bool(stops) and all(kind.startswith(("dispatch.", "fieldwork.")) for kind in stops)
    return not only_visits or work in known.visited


def _inversions(grid: Grid, profile: Profile, known: Known) -> Iterator[Finding]:
    if "urgency" not in grid.traits:
        return
    ordered = known.values["urgency"]
    ours = {id(clause) for clause in profile.clocks()}
    for row in grid.by("urgency"):
        for at, value in enumerate(ordered):
            for milder in ordered[at + 1 :]:
                slow, fast = row.get(value), row.get(milder)
                if slow is None or fast is None or not (slow.seconds and fast.seconds):
                    continue
                if grid.force.span_of(slow) > grid.force.span_of(fast) and ours & {id(slow), id(fast)}:
                    yield Finding(
                        code="inversion", clause=slow.id, other=fast.id, traits=(("urgency", value),)
                    )


def _slower_beside(profile: Profile, force: Commitments, known: Known) -> Iterator[Finding]:
    """A pressing case that waits longer for the same thing under another name."""
    ordered = known.values["urgency"]
    for slow, fast in product(profile.clocks(), repeat=2):
        pressing = slow.scope.get("urgency", frozenset()) & set(ordered)
        if slow.metric == fast.metric or not pressing or not (slow.seconds and fast.seconds):
            continue
        milder = ordered[max(map(ordered.index, pressing)) + 1 :]
        others = replace(slow, scope={k: v for k, v in slow.scope.items() if k != "urgency"})
        if (
            fast.scope.get("urgency", frozenset(ordered)) & set(milder)
            and start_together(slow, fast)
            and same_stop(slow, fast)
            and overlap(others, fast)
            and force.span_of(slow) > force.span_of(fast)
        ):
            most = next(value for value in ordered if value in pressing)
            yield Finding(code="inversion", clause=slow.id, other=fast.id, traits=(("urgency", most),))


def _dead(grid: Grid, profile: Profile, today: date) -> Iterator[Finding]:
    for clause in profile.clocks():
        if clause.metric != grid.metric or (clause.valid.ends is not None and clause.valid.ends < today):
            continue
        day = max(today, clause.valid.begins or today)
        if not any(_gets(grid, cell, clause, day) for cell, _ in grid.cells):
            yield Finding(code="dead", clause=clause.id)


def _gets(grid: Grid, cell: Cell, clause: Clause, day: date) -> bool:
    """Whether such a case gets this clause by one of the events that start it."""
    traits = as_one_each(cell)
    if not clause.holds_for(traits):
        return False
    return any(
        clause is one
        for pattern in clause.starts
        for _, one in grid.force.started_by(pattern.kind, traits, on=day, facts=_facts(pattern))
    )


def _facts(pattern: Pattern) -> dict[str, Any]:
    """The facts of an event that just meets a pattern."""
    known = {"yes": True, "no": False}
    return {
        one.field: int(one.value) if one.sign == ">=" else known.get(one.value, one.value)
        for one in pattern.conditions
    }


def matrix(
    profile: Profile, *, force: Commitments, known: Known, day: date
) -> dict[str, dict[str, list[Clause]]]:
    """Of each metric, the clauses that cases of each urgency get by this profile alone; `force` knows the pace of
    calendars. What begins only under a condition (the third chase) stands beside what begins without."""
    alone = Commitments(profiles=(profile,), paces=force.paces)
    found: dict[str, dict[str, list[Clause]]] = {}
    for metric in dict.fromkeys(clause.metric for clause in profile.clocks()):
        grid = Grid(alone, metric, known, max(day, profile.valid.begins or day))
        rows: dict[str, list[Clause]] = {urgency: [] for urgency in known.values["urgency"]}
        for cell, clause in grid.cells:
            for urgency in [cell["urgency"]] if "urgency" in cell else rows:
                if clause is not None and not any(clause is one for one in rows.get(urgency, ())):
                    rows.setdefault(urgency, []).append(clause)
        for clause in grid.clauses:
            if all(pattern.conditions for pattern in clause.starts):
                _put_beside(clause, rows)
        found[metric] = rows
    return found


def _put_beside(clause: Clause, rows: dict[str, list[Clause]]) -> None:
    for urgency, held in rows.items():
        traits = {**as_one_each({"urgency": urgency}), **_its_own(clause)}
        if clause.holds_for(traits) and not any(clause is one for one in held):
            held.append(clause)


def _its_own(clause: Clause) -> Traits:
    return {trait: values for trait, values in clause.scope.items() if trait != "urgency"}
