"""How often dispatchers choose somebody else than the best, why, and whether that goes better or worse.

Counted from the cases that the reader sees. A technician who takes a job up for grabs is no dispatcher's choice.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import visible
from bihuan.service.dispatch.deciding.models import Override, Suggestion
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.planning.models import Change
from bihuan.service.satisfaction.models import Survey

STAGES = (Override.POINT, Override.TECHNICIAN)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of dispatch: how many persons' choices, how many of them passed the best over, by which reason."""

    code: str
    choices: int
    overrides: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float | None:
        return _share(self.overrides, self.choices)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How cases went. `kept`: of `visits` first visits those that came in the agreed slot, never moved by us;
    `points`: the mean overall rating of `answers`."""

    visits: int
    kept: int
    answers: int
    points: float | None

    @property
    def kept_share(self) -> float | None:
        return _share(self.kept, self.visits)


@dataclass(frozen=True, kw_only=True)
class Proposals:
    """What became of whom the house proposed, one by one and by plans of days."""

    agreed: int
    refused: int
    overtaken: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def refused_share(self) -> float | None:
        return _share(self.refused, self.agreed + self.refused)


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Everything of one period."""

    stages: tuple[Stage, ...]
    followed: Outcome
    overridden: Outcome
    proposals: Proposals


def overrides_between(viewer: Viewer, first: date, last: date, *, now: datetime) -> Overrides:
    """The choices made from the first day to the last, both counted: twelve statements, however many cases."""
    viewer.must("figures.read")
    cases, during = visible(viewer), _during(first, last)
    passed_over = Override.objects.filter(during, stage=Override.TECHNICIAN, case=OuterRef("pk"))
    chosen = _chosen().filter(during, case=OuterRef("pk"))
    decided = cases.filter(Exists(chosen))
    return Overrides(
        stages=tuple(_stage(code, cases, during) for code in STAGES),
        followed=_outcome(decided.filter(~Exists(passed_over)), now=now),
        overridden=_outcome(decided.filter(Exists(passed_over)), now=now),
        proposals=_proposals(cases, during, _during(first, last, column="proposal__asked_at")),
    )


def _during(first: date, last: date, *, column: str = "made_at") -> Q:
    zone = get_default_timezone()
    begins = make_aware(datetime.combine(first, time()), zone)
    ends = make_aware(datetime.combine(last + timedelta(days=1), time()), zone)
    return Q((f"{column}__gte", begins), (f"{column}__lt", ends))


def _chosen() -> QuerySet[Assignment]:
    """Assignments that a dispatcher made."""
    by_people = Assignment.objects.filter(automatic=False).exclude(made_by=0)
    return by_people.exclude(made_by=F("technician__person_id"))


def _stage(code: str, cases: QuerySet[Case], during: Q) -> Stage:
    made: QuerySet[Any] = _chosen() if code == Override.TECHNICIAN else Offer.objects.filter(automatic=False)
    rows = Override.objects.filter(during, stage=code, case__in=cases.values("id"))
    reasons = _by_reason(rows)
    return Stage(
        code=code,
        choices=made.filter(during, case__in=cases.values("id")).count(),
        overrides=sum(count for _reason, count in reasons),
        reasons=reasons,
    )


def _by_reason(rows: QuerySet[Any]) -> tuple[tuple[str, int], ...]:
    counted = rows.order_by().values("reason").annotate(n=Count("id"))
    return tuple(sorted(((row["reason"], row["n"]) for row in counted), key=lambda one: (-one[1], one[0])))


def _outcome(cases: QuerySet[Case], *, now: datetime) -> Outcome:
    within = Q(arrived_at__isnull=False, arrived_at__lte=F("slot_until"), moved_by_us=0)
    visits = Visit.objects.filter(case__in=cases.values("id"), number=1, slot_until__lt=now)
    came = visits.aggregate(n=Count("id"), kept=Count("id", filter=within))
    answered = Survey.objects.filter(case__in=cases.values("id"), answered_at__isnull=False)
    told = answered.aggregate(n=Count("id"), points=Avg("overall"))
    points = round(float(told["points"]), 2) if told["points"] is not None else None
    return Outcome(visits=came["n"], kept=came["kept"], answers=told["n"], points=points)


def _proposals(cases: QuerySet[Case], during: Q, asked_during: Q) -> Proposals:
    one_by_one = Suggestion.objects.filter(during, case__in=cases.values("id"))
    planned = Change.objects.filter(asked_during, proposal__without=[], case__in=cases.values("id"))
    states, reasons = Counter[str](), Counter[str]()
    for rows in (one_by_one, planned):
        states.update(dict(rows.order_by().values_list("state").annotate(n=Count("id"))))
        reasons.update(dict(_by_reason(rows.filter(state="refused"))))
    return Proposals(
        agreed=states[Suggestion.APPLIED],
        refused=states[Suggestion.REFUSED],
        overtaken=states[Suggestion.OVERTAKEN] + states[Change.STALE],
        reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
    )


def _share(part: int, whole: int) -> float | None:
    """Per cent with one digit; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
