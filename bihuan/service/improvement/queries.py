"""Figures for the people who answer for the work. Only reads; a page of figures costs a handful of statements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.utils.timezone import get_default_timezone, localdate

from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.counting import ALL
from bihuan.service.improvement.models import DayFigure, Happened
from bihuan.service.improvement.rules import (
    AGES,
    TREND_DAYS,
    WHEN,
    Window,
    day_window,
    mean,
    opened_between,
    rate,
    windows,
)
from bihuan.service.improvement.scope import Scope
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import RATINGS

OPEN_UNFINISHED = Q(open=True, done_at__isnull=True)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One figure now, at this time of day yesterday, and a week ago."""

    today: int
    yesterday: int
    last_week: int


def within(column: str, window: Window) -> Q:
    return Q(**{f"{column}__gte": window.since, f"{column}__lt": window.until})


def figures_now(scope: Scope, *, now: datetime) -> dict[str, Compared]:
    """The trade's figures of today, each against yesterday and last week: three statements."""
    spans = windows(now, get_default_timezone())
    counts = _events(scope, spans)
    finished = _finished_since(scope, spans, now=now)
    counts["done"] = {when: finished[f"done_{when}"] for when in WHEN}
    unfinished = _unfinished(scope, spans, finished)
    compared = {name: Compared(**by_when) for name, by_when in (counts | unfinished).items()}
    return compared | {"unfinished": _summed([compared[age] for age, *_ in AGES])}


def _summed(parts: Sequence[Compared]) -> Compared:
    return Compared(**{when: sum(getattr(part, when) for part in parts) for when in WHEN})


def _events(scope: Scope, spans: Mapping[str, Window]) -> dict[str, dict[str, int]]:
    """What happened in each of the three stretches, one row a figure: one statement."""
    parts = [
        _row("opened", Case.objects.filter(scope.of()), "opened_at", spans),
        _row("complaints", Case.objects.filter(scope.of(), kind="complaint"), "opened_at", spans),
        _row("escalated", Callback.objects.filter(scope.of("case__"), solved=False), "done_at", spans),
        _row("broken", Promise.objects.filter(scope.of("case__", by_node=True)), "broken_at", spans),
        _row("chased", _chases(scope, spans["last_week"].since), "at", spans),
    ]
    first, *others = parts
    rows = {row["figure"]: {when: row[when] for when in WHEN} for row in first.union(*others, all=True)}
    escalated = rows.pop("escalated")
    rows["complaints"] = {when: rows["complaints"][when] + escalated[when] for when in WHEN}
    return rows


def _chases(scope: Scope, since: datetime) -> QuerySet[Happened]:
    return Happened.objects.filter(scope.of(), what=Happened.CHASED, at__gte=since)


def _row(figure: str, rows: QuerySet[Any], column: str, spans: Mapping[str, Window]) -> QuerySet[Any]:
    """One row that counts these rows in each stretch; only the stretches are read, by their index."""
    near = Q()
    for span in spans.values():
        near |= within(column, span)
    counts = {when: Count("id", filter=within(column, span)) for when, span in spans.items()}
    named = rows.filter(near).order_by().annotate(figure=Value(figure)).values("figure")
    counted: QuerySet[Any] = named.annotate(**counts).values("figure", *WHEN)
    return counted


def _finished_since(scope: Scope, spans: Mapping[str, Window], *, now: datetime) -> Counter[str]:
    """Of the work done within the last week: how much in each stretch, and how much of it was still unfinished at
    the end of yesterday's and last week's stretch, by age. One statement."""
    counts = {f"done_{when}": Count("id", filter=within("done_at", span)) for when, span in spans.items()}
    for when in WHEN[1:]:
        at = spans[when].until
        for age, *_ in AGES:
            still = aged(age, at, "opened_at") & Q(done_at__gt=at)
            counts[f"{age}_{when}"] = Count("id", filter=still)
    since = spans["last_week"].since
    return Counter(Case.objects.filter(scope.of(), done_at__gte=since, done_at__lte=now).aggregate(**counts))


def _unfinished(
    scope: Scope, spans: Mapping[str, Window], finished: Counter[str]
) -> dict[str, dict[str, int]]:
    """What is not done, by age, now and then. What was withdrawn since then was open then."""
    counts = {
        f"{age}_{when}": Count("id", filter=aged(age, spans[when].until, "opened_at"))
        for age, *_ in AGES
        for when in WHEN
    }
    still: dict[str, int] = Case.objects.filter(scope.of(by_node=True), OPEN_UNFINISHED).aggregate(**counts)
    gone = {
        f"{age}_{when}": Count(
            "id", filter=aged(age, spans[when].until, "case__opened_at") & Q(at__gt=spans[when].until)
        )
        for age, *_ in AGES
        for when in WHEN[1:]
    }
    since = spans["last_week"].until
    withdrawn = Happened.objects.filter(scope.of(), what=Happened.WITHDRAWN, at__gt=since).aggregate(**gone)
    return {
        age: {
            when: still[f"{age}_{when}"] + finished[f"{age}_{when}"] + withdrawn.get(f"{age}_{when}", 0)
            for when in WHEN
        }
        for age, *_ in AGES
    }


def aged(age: str, at: datetime, column: str) -> Q:
    after, upto = opened_between(age, at)
    found = Q(**{f"{column}__lte": upto})
    return found & Q(**{f"{column}__gt": after}) if after is not None else found


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How many promises of one clause were kept, of how many that were decided."""

    about: str
    kept: int
    decided: int

    @property
    def rate(self) -> float | None:
        return rate(self.kept, self.decided)


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """`asked` and `answered` are numbers of surveys, means are points from 1 to 5."""

    asked: int
    answered: int
    satisfied: int
    means: dict[str, float | None]

    @property
    def top_two(self) -> float | None:
        """Percent with 4 or 5 points overall, of those who answered."""
        return rate(self.satisfied, self.answered)

    @property
    def response(self) -> float | None:
        return rate(self.answered, self.asked)


@dataclass(frozen=True, kw_only=True)
class Trends:
    """The last thirty days, today included: each figure day by day, and its sum."""

    days: tuple[date, ...]
    by_day: Mapping[str, Mapping[date, int]]

    def total(self, figure: str) -> int:
        return sum(self.by_day.get(figure, {}).values())

    def line(self, figure: str) -> list[int]:
        counts = self.by_day.get(figure, {})
        return [counts.get(day, 0) for day in self.days]

    def promises(self) -> list[Kept]:
        """Promises kept, clause by clause, the worst first."""
        abouts = sorted(
            {name.partition(":")[2] for name in self.by_day if name.startswith(("kept:", "broken:"))}
        )
        found = []
        for about in abouts:
            kept, broken = self.total(f"kept:{about}"), self.total(f"broken:{about}")
            found.append(Kept(about=about, kept=kept, decided=kept + broken))
        return sorted(found, key=lambda one: (one.rate if one.rate is not None else 101, one.about))

    def all_promises(self) -> Kept:
        parts = self.promises()
        return Kept(about="", kept=sum(one.kept for one in parts), decided=sum(one.decided for one in parts))

    def satisfaction(self) -> Satisfaction:
        answered = self.total("answered")
        names = [name for name in self.by_day if name.startswith("points:")]
        return Satisfaction(
            asked=self.total("asked"),
            answered=answered,
            satisfied=self.total("satisfied"),
            means={name.partition(":")[2]: mean(self.total(name), answered) for name in names},
        )

    def by_phone(self) -> float | None:
        """Percent of the work done that was done by phone."""
        return rate(self.total("remote"), self.total("done"))


def trends(scope: Scope, *, now: datetime, days: int = TREND_DAYS) -> Trends:
    """The sums of finished days, and today counted from the rows."""
    today = localdate(now)
    first = today - timedelta(days=days - 1)
    by_day: dict[str, Counter[date]] = {}
    kept = DayFigure.objects.filter(day__gte=first, day__lt=today, node_id__in=scope.nodes)
    kept = (
        kept.filter(category=ALL, kind=ALL)
        if scope.is_plain
        else kept.exclude(category=ALL).filter(_chosen(scope))
    )
    for day, figure, count in kept.values_list("day", "figure", "count"):
        by_day.setdefault(figure, Counter())[day] += count
    for figure, count in today_counted(scope, now=now).items():
        by_day.setdefault(figure, Counter())[today] += count
    spread = tuple(first + timedelta(days=ahead) for ahead in range(days))
    return Trends(days=spread, by_day=by_day)


def _chosen(scope: Scope) -> Q:
    found = Q()
    if scope.category:
        found &= Q(category=scope.category)
    if scope.kind:
        found &= Q(kind=scope.kind)
    return found


def today_counted(scope: Scope, *, now: datetime) -> Counter[str]:
    """Today so far, by the names of `DayFigure`: one statement."""
    window = Window(day_window(localdate(now), get_default_timezone()).since, now + timedelta(microseconds=1))
    first, *others = [
        *_case_parts(scope, window),
        *_promise_parts(scope, window),
        *_survey_parts(scope, window),
    ]
    counts: Counter[str] = Counter()
    for figure, about, count in first.union(*others, all=True):
        counts[f"{figure}:{about}" if about else figure] += count or 0
    return +counts


def _case_parts(scope: Scope, window: Window) -> list[QuerySet[Any]]:
    cases = Case.objects.filter(scope.of())
    done = cases.filter(within("done_at", window))
    return [
        _part("opened", cases.filter(within("opened_at", window))),
        _part("done", done),
        _part("remote", done.filter(outcome="solved_remotely")),
    ]


def _promise_parts(scope: Scope, window: Window) -> list[QuerySet[Any]]:
    promises = Promise.objects.order_by()
    kept = promises.filter(scope.of("case__"), within("ended_at", window), state=Promise.KEPT)
    broken = promises.filter(scope.of("case__", by_node=True), within("broken_at", window))
    return [
        rows.annotate(figure=Value(name))
        .values("figure", "about")
        .annotate(n=Count("id"))
        .values_list("figure", "about", "n")
        for name, rows in (("kept", kept), ("broken", broken))
    ]


def _survey_parts(scope: Scope, window: Window) -> list[QuerySet[Any]]:
    surveys = Survey.objects.filter(scope.of())
    answers = surveys.filter(within("answered_at", window))
    return [
        _part("asked", surveys.filter(within("sent_at", window))),
        _part("answered", answers),
        _part("satisfied", answers.filter(overall__gte=4)),
        *(_part(f"points:{name}", answers, Sum(name)) for name in RATINGS),
    ]


def _part(figure: str, rows: QuerySet[Any], number: Any = None) -> QuerySet[Any]:
    named = rows.order_by().annotate(figure=Value(figure), about=Value("")).values("figure", "about")
    counted: QuerySet[Any] = named.annotate(n=number or Count("id")).values_list("figure", "about", "n")
    return counted


def late_cases(scope: Scope, *, now: datetime, limit: int = 10) -> list[Case]:
    """Open cases with a promise whose time is over, the longest over first: what is late and who has it."""
    rows = Case.objects.filter(scope.of(by_node=not scope.everywhere), open=True, next_due_at__lt=now)
    joined = rows.select_related("owner", "technician_person", "node").order_by("next_due_at", "id")
    return list(joined[:limit])


def newest_chains(limit: int) -> list[int]:
    """The chains of the newest cases, for checking that nothing was altered."""
    return list(Case.objects.order_by("-opened_at", "-id").values_list("chain_id", flat=True)[:limit])
