"""How promises were kept in a stretch of time, on both clocks. Only reads.

A promise belongs to the moment at which it was decided: when it was fulfilled or was not asked for any more, and when
it was missed, at its due time (or when we gave it up before). So one that is open and overdue counts as missed in the
month in which it was due, whether a sweep has announced it or not; a promise whose clock rests is in no month yet.
What is counted never changes its month by being made good late; a fact told late may, as it changes what happened.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from django.db.models import F, Func, IntegerField, Q, QuerySet

from bihuan.registers.organisation.models import Node
from bihuan.service.commitments.clause import Clause, Sort
from bihuan.service.commitments.measuring import DAY_AND_NIGHT, Figure, Judged, judge, times_of
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.reckoning import worked_of
from bihuan.service.commitments.rules import Stretch

WHICH = ("kept", "missed", "owed", "proven_late", "dropped", "decided")
CASE_FIELDS = {
    "work": ("kind",),
    "urgency": ("urgency",),
    "channel": ("channel",),
    "category": ("category",),
    "grade": ("grade",),
    "region": ("city", "district"),
    "tier": ("customer__tier",),
}


class Cut(Protocol):
    """What a reader's figures are cut to: nodes that they may see, a category, a kind of work."""

    def of(self, prefix: str = "", *, by_node: bool = False) -> Q: ...


class Uncut:
    """Everything: for what is told to the public, as a share and a number."""

    def of(self, prefix: str = "", *, by_node: bool = False) -> Q:
        return Q(node_id__in=Node.objects.values("id")) if by_node else Q()


EVERYWHERE = Uncut()


@dataclass(frozen=True, kw_only=True)
class Period:
    """A stretch of time, `since` included, `until` not. `now` cuts what is overdue."""

    since: datetime
    until: datetime
    now: datetime

    def holds(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})

    @property
    def overdue(self) -> Q:
        """Due in it, past by now, and not announced by a sweep yet."""
        return self.holds("due_at") & Q(state=Promise.RUNNING, due_at__lt=self.now)


class Elapsed(Func):
    """Whole seconds from the first moment to the second, worked out by the database."""

    output_field = IntegerField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        template = "(unixepoch(%(expressions)s))"  # the joiner closes and opens the call
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - unixepoch(", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> tuple[str, Any]:
        template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)))::bigint"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **more)


@dataclass
class _Tally:
    """Sums on the way to a figure."""

    counts: Counter[str] = field(default_factory=Counter)
    working: list[int] = field(default_factory=list)
    wall: list[int] = field(default_factory=list)
    through: list[int] = field(default_factory=list)
    so_far: list[int] = field(default_factory=list)
    through_so_far: list[int] = field(default_factory=list)

    def took(self, calendar: str, working: int | None, wall: int, *, owed: bool = False) -> None:
        through = working if calendar == DAY_AND_NIGHT and working is not None else wall
        self.through.append(through)
        self.wall.append(wall)
        if working is not None:
            self.working.append(working)
        if owed:
            self.so_far.append(wall if working is None else working)
            self.through_so_far.append(through)

    def figure(self, metric: str) -> Figure:
        return Figure(
            metric=metric,
            **self.counts,
            working=times_of(self.working),
            wall=times_of(self.wall),
            so_far=times_of(self.so_far),
            through=times_of(self.through),
            through_so_far=times_of(self.through_so_far),
        )


def figures_of(
    period: Period,
    cut: Cut = EVERYWHERE,
    *,
    by: Literal["about", "clause"] = "about",
    also: Q | None = None,
) -> Mapping[str, Figure]:
    """Each metric of which promises were decided in the period: five statements, however much there is. By clause the
    names are `profile/clause`. `also`: a further condition on the promises."""
    rows = Promise.objects.filter(also or Q()).order_by()
    found: defaultdict[str, _Tally] = defaultdict(_Tally)
    _ended(rows, period, cut, by, found)
    _owed(rows, period, cut, by, found)
    return {name: found[name].figure(name) for name in sorted(found)}


def _ended(rows: QuerySet[Promise], period: Period, cut: Cut, by: str, found: Mapping[str, _Tally]) -> None:
    """Kept, not asked for any more, and missed but not owed any more: two statements."""
    ended = rows.filter(cut.of("case__"), period.holds("ended_at"), state__in=(Promise.KEPT, Promise.VOID))
    late = rows.filter(cut.of("case__", by_node=True), period.holds("broken_at"), open=False)
    told = (
        "profile",
        by,
        "state",
        "ended_how",
        "breach_withdrawn_at",
        "calendar",
        "worked_seconds",
        "seconds",
    )
    for query in (ended, late):
        timed = query.annotate(seconds=Elapsed(F("ended_at"), F("began_at"))).values_list(*told)
        for profile, name, state, how, withdrawn, calendar, working, wall in timed.iterator(chunk_size=5000):
            tally = found[_named(profile, name, by)]
            tally.counts[_COUNTED[state]] += 1
            tally.counts["proven_late"] += state == Promise.KEPT and withdrawn is not None
            if how == Promise.DONE:
                tally.took(calendar, working, wall)


def _named(profile: str, name: str, by: str) -> str:
    return name if by == "about" else f"{profile}/{name}"


_COUNTED = {Promise.KEPT: "kept", Promise.VOID: "dropped", Promise.BROKEN: "missed"}


def _owed(rows: QuerySet[Promise], period: Period, cut: Cut, by: str, found: Mapping[str, _Tally]) -> None:
    """Missed and still open: they took at least the time so far. Three statements."""
    announced = rows.filter(cut.of("case__", by_node=True), period.holds("broken_at"), open=True)
    waiting = rows.filter(cut.of("case__"), period.overdue)
    owed = [*announced, *waiting]
    rests = _rests(owed)
    for promise in owed:
        tally = found[_named(promise.profile, getattr(promise, by), by)]
        tally.counts.update(missed=1, owed=1)
        working = worked_of(promise, period.now, rests.get(promise.case_id, ()))
        wall = int((period.now - promise.began_at).total_seconds())
        tally.took(promise.calendar, working, wall, owed=True)


def _rests(owed: Iterable[Promise]) -> Mapping[int, list[Stretch]]:
    found: defaultdict[int, list[Stretch]] = defaultdict(list)
    cases = {one.case_id for one in owed}
    rows = Rest.objects.filter(case_id__in=cases).order_by("began_at", "id")
    for case_id, began, ended, reason in rows.values_list("case_id", "began_at", "ended_at", "reason"):
        found[case_id].append(Stretch(began, ended, reason))
    return found


def judged(
    clauses: Iterable[Clause], figures: Mapping[str, Figure], period: Period, cut: Cut = EVERYWHERE
) -> list[Judged]:
    """Each rate clause about a metric of promises, against these figures of the period by metric. A clause with a
    scope of its own costs five statements more."""
    told = []
    for clause in clauses:
        if clause.sort != Sort.RATE:
            continue
        asked = figures
        if clause.scope:
            asked = figures_of(period, cut, also=Q(about=clause.of) & in_scope(clause))
        told.append(judge(clause, asked.get(clause.of, Figure(metric=clause.of))))
    return told


def in_scope(clause: Clause) -> Q:
    """The promises of the cases that a clause's scope names."""
    found = Q()
    for trait, values in clause.scope.items():
        one = Q()
        for column in CASE_FIELDS[trait]:
            one |= Q(**{f"case__{column}__in": sorted(values)})
        found &= one
    return found


def behind(metric: str, which: str, period: Period, cut: Cut) -> QuerySet[Promise]:
    """The promises that a figure was counted from, of every metric where none is named; page by (-began_at, -id)."""
    rows = Promise.objects.filter(about=metric) if metric else Promise.objects.all()
    kept = cut.of("case__") & period.holds("ended_at") & Q(state=Promise.KEPT)
    missed = cut.of("case__", by_node=True) & period.holds("broken_at")
    match which:
        case "kept":
            return rows.filter(kept)
        case "proven_late":
            return rows.filter(kept, breach_withdrawn_at__isnull=False)
        case "dropped":
            return rows.filter(cut.of("case__"), period.holds("ended_at"), state=Promise.VOID)
    waiting = Q(id__in=list(rows.filter(cut.of("case__"), period.overdue).values_list("id", flat=True)))
    match which:
        case "missed":
            return rows.filter(missed | waiting)
        case "owed":
            return rows.filter(missed & Q(open=True) | waiting)
    return rows.filter(kept | missed | waiting)
