"""What customers' scores say about each stage of the service, and about what may have moved them. Only reads.

A stage is one of the ratings: how fast, how well solved, how treated, all in all. A factor is what answers have in
common: the service point, the appliance, the kind of work, whether a promise was broken. Raw points are counted
on one scale at a time, see `satisfaction/scales.py`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.rules import Measured, weak_points
from bihuan.service.improvement.scope import Scope
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import RATINGS
from bihuan.service.satisfaction.scales import FIVE_POINTS, Derived, derived

EVERYTHING = "all"
FACTORS = ("node", "category", "kind", "promise")
BROKEN, HELD = "broken", "held"
SCALE = FIVE_POINTS


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """`stages`: each rating over all answers. `groups`: factor → key → rating → its figures. `faults`: where the
    reason lay, as callbacks found it, by appliance: (category, fault) → how often."""

    stages: Mapping[str, Derived]
    groups: Mapping[str, Mapping[str, Mapping[str, Derived]]]
    weak: tuple[Measured, ...]
    faults: Mapping[tuple[str, str], int]

    @property
    def n(self) -> int:
        return self.stages["overall"].n

    def faults_of(self, fault: str) -> int:
        """How many callbacks found the reason there: product, service or other."""
        return sum(count for (_, found), count in self.faults.items() if found == fault)


def analysis(scope: Scope, *, now: datetime, days: int) -> Analysis:
    """The answers of the last `days` days, and the callbacks finished in them: two statements."""
    since = now - timedelta(days=days)
    sums = _sums(answers_between(scope, since, now))
    groups = {
        factor: {key: _figures(cells) for key, cells in sorted(sums[factor].items())} for factor in FACTORS
    }
    stages = _figures(sums[EVERYTHING].get("", Counter()))
    measured = _measured({EVERYTHING: {"": stages}} | groups)
    return Analysis(
        stages=stages, groups=groups, weak=tuple(weak_points(measured)), faults=_faults(scope, since, now)
    )


def answers_between(scope: Scope, since: datetime, until: datetime) -> QuerySet[Any]:
    """The answers on our scale that came in from `since` up to and including `until`; `late`: a promise broke."""
    found: QuerySet[Any] = Survey.objects.filter(
        scope.of(), scale=SCALE.code, answered_at__gte=since, answered_at__lte=until
    ).annotate(late=Exists(Promise.objects.filter(case_id=OuterRef("case_id"), broken_at__isnull=False)))
    return found


type Cells = dict[str, dict[str, Counter[str]]]  # factor → key → counted name → sum


def _sums(answers: QuerySet[Any]) -> Cells:
    """Every factor's groups from one statement."""
    found: Cells = {factor: {} for factor in (EVERYTHING, *FACTORS)}
    for row in _counted(answers.order_by().values("node_id", "category", "kind", "late")):
        keys = {
            EVERYTHING: "",
            "node": str(row["node_id"]),
            "category": row["category"],
            "kind": row["kind"],
            "promise": BROKEN if row["late"] else HELD,
        }
        for factor, key in keys.items():
            cell = found[factor].setdefault(key, Counter())
            cell["n"] += row["n"]
            for stage in RATINGS:
                cell[stage] += row[f"sum_{stage}"] or 0
                cell[f"top_{stage}"] += row[f"top_{stage}"]
    return found


def _counted(rows: Any) -> Any:
    numbers: dict[str, Any] = {"n": Count("id")}
    for stage in RATINGS:
        numbers[f"sum_{stage}"] = Sum(stage)
        numbers[f"top_{stage}"] = Count("id", filter=Q(**{f"{stage}__gte": SCALE.best - 1}))
    return rows.annotate(**numbers)


def _figures(cell: Mapping[str, int]) -> dict[str, Derived]:
    return {
        stage: derived(
            SCALE, n=cell.get("n", 0), total=cell.get(stage, 0), satisfied=cell.get(f"top_{stage}", 0)
        )
        for stage in RATINGS
    }


def _measured(groups: Mapping[str, Mapping[str, Mapping[str, Derived]]]) -> list[Measured]:
    return [
        Measured(factor=factor, key=key, stage=stage, n=one.n, csat=one.csat, mean=one.mean)
        for factor, keys in groups.items()
        for key, stages in keys.items()
        if key or factor == EVERYTHING
        for stage, one in stages.items()
    ]


def _faults(scope: Scope, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    done = Callback.objects.filter(scope.of("case__"), done_at__gte=since, done_at__lte=until)
    rows = done.exclude(fault="").order_by().values("case__category", "fault").annotate(n=Count("id"))
    return {(row["case__category"], row["fault"]): row["n"] for row in rows}


def measure(scope: Scope, weak: str, stage: str, *, since: datetime, until: datetime) -> Derived:
    """One rating of one group, `factor:key:stage` or blank for all answers, in a stretch of time."""
    factor, _, key = weak.rpartition(":")[0].partition(":")
    answers = answers_between(scope, since, until)
    if factor == "promise":
        answers = answers.filter(late=key == BROKEN)
    elif factor == "node":
        answers = answers.filter(node_id=int(key) if key.isdecimal() else 0)
    elif factor in FACTORS:
        answers = answers.filter(**{factor: key})
    told = answers.aggregate(
        n=Count("id"), total=Sum(stage), top=Count("id", filter=Q(**{f"{stage}__gte": SCALE.best - 1}))
    )
    return derived(SCALE, n=told["n"], total=told["total"] or 0, satisfied=told["top"])
