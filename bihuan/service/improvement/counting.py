"""Keeping the sums: what happens is written where it can be counted, a finished day is summed once and for all.

Everything here can be done again: `keep_day` replaces the sums of its day, `recount` those of many.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q, Sum
from django.utils.timezone import get_default_timezone, localdate

from bihuan.ground.journal.event import Fact
from bihuan.ground.journal.models import Entry
from bihuan.service.cases.events import CaseChased, CaseClosed, CasesBroughtIn, CasesTakenOut
from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.models import DayFigure, DayKept, Happened
from bihuan.service.improvement.rules import Window, day_window
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import RATINGS

ALL = "*"
DAYS_A_SWEEP = 31
LATE_FACTS = 7  # days that are summed again when a day ends: phones come back online, breaches prove untrue
type Key = tuple[int, str, str, str]  # node, category, kind, figure


def hear_chased(fact: Fact[CaseChased]) -> None:
    """催单 is counted by the time at which the customer asked again."""
    _happened(Happened.CHASED, fact)


def hear_withdrawn(fact: Fact[CaseClosed]) -> None:
    """A case that ends without its work done leaves what is open."""
    if fact.event.how == "withdrawn":
        _happened(Happened.WITHDRAWN, fact)


def _happened(what: str, fact: Fact[Any]) -> None:
    case = Case.objects.only("node_id", "category", "kind").get(id=fact.event.subject_id)
    row = Happened(
        what=what,
        case=case,
        node_id=case.node_id,
        category=case.category,
        kind=case.kind,
        at=fact.happened_at,
    )
    Happened.objects.bulk_create([row], ignore_conflicts=True)


def count_again(fact: Fact[CasesBroughtIn] | Fact[CasesTakenOut]) -> None:
    """Cases of other days came into the house or left it: the sweep sums those days anew."""
    DayKept.objects.filter(day__in=[date.fromisoformat(day) for day in fact.event.days]).delete()


def keep_days(now: datetime) -> int:
    """A sweep: sum the days that have ended since it last looked. Returns how many days were summed."""
    kept = set(DayKept.objects.values_list("day", flat=True))
    yesterday = localdate(now) - timedelta(days=1)
    whole = yesterday in kept and len(kept) > (yesterday - min(kept)).days
    if whole and not _older_than(min(kept)):
        return 0
    first = Case.objects.aggregate(first=Min("opened_at"))["first"]
    if first is None:
        return 0
    days = [yesterday - timedelta(days=back) for back in range((yesterday - localdate(first)).days + 1)]
    missing = [day for day in days if day not in kept][:DAYS_A_SWEEP]
    again = [day for day in days[:LATE_FACTS] if day in kept] if yesterday in missing else []
    for day in [*missing, *again]:
        keep_day(day, now=now)
    return len(missing) + len(again)


def _older_than(day: date) -> bool:
    """Whether cases were opened before this day: imported, or made by the demo."""
    return Case.objects.filter(opened_at__lt=day_window(day, get_default_timezone()).since).exists()


@transaction.atomic
def keep_day(day: date, *, now: datetime) -> None:
    """Sum a finished day anew. Two at once: one waits for the other, then does the same again."""
    DayKept.objects.get_or_create(day=day, defaults={"kept_at": now})
    DayKept.objects.select_for_update().get(day=day)
    DayFigure.objects.filter(day=day).delete()
    sums = counted(day_window(day, get_default_timezone()))
    DayFigure.objects.bulk_create(
        [
            DayFigure(day=day, node_id=node, category=category, kind=kind, figure=figure, count=count)
            for (node, category, kind, figure), count in sums.items()
            if count
        ],
        batch_size=500,
    )
    DayKept.objects.filter(day=day).update(kept_at=now)


def recount(since: date, *, now: datetime) -> int:
    """Sum every finished day from `since` on anew, happenings from the journal included. Returns how many days."""
    gather_happenings()
    days = (localdate(now) - since).days
    for back in range(1, days + 1):
        keep_day(localdate(now) - timedelta(days=back), now=now)
    return max(days, 0)


def gather_happenings() -> int:
    """Write down from the journal whatever `Happened` lacks. Returns how many were looked at."""
    entries = Entry.objects.filter(
        Q(kind="case.chased") | Q(kind="case.closed", body__contains='"withdrawn"')
    )
    rows = list(entries.values_list("subject_id", "kind", "happened_at"))
    cases = Case.objects.only("node_id", "category", "kind").in_bulk({row[0] for row in rows})
    made = [
        Happened(
            what=Happened.CHASED if kind == "case.chased" else Happened.WITHDRAWN,
            case_id=case.id,
            node_id=case.node_id,
            category=case.category,
            kind=case.kind,
            at=at,
        )
        for subject, kind, at in rows
        if (case := cases.get(subject)) is not None
    ]
    Happened.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    return len(made)


def counted(window: Window) -> Counter[Key]:
    """Everything that is summed, for one stretch of time; each also over all categories and kinds."""
    sums: Counter[Key] = Counter()
    for node, category, kind, figure, count in _lines(window):
        sums[node, category, kind, figure] += count
        sums[node, ALL, ALL, figure] += count
    return sums


def _lines(window: Window) -> Iterable[tuple[int, str, str, str, int]]:
    yield from _cases(window)
    yield from _promises(window)
    yield from _surveys(window)
    yield from _rest(window)


def _cases(window: Window) -> Iterable[tuple[int, str, str, str, int]]:
    group = ("node_id", "category", "kind")
    opened = _within(Case.objects.all(), "opened_at", window).values_list(*group).annotate(Count("id"))
    for node, category, kind, count in opened:
        yield node, category, kind, "opened", count
        if kind == "complaint":
            yield node, category, kind, "complaints", count
    by_phone = Count("id", filter=Q(outcome="solved_remotely"))
    done = (
        _within(Case.objects.all(), "done_at", window)
        .values_list(*group)
        .annotate(n=Count("id"), phone=by_phone)
    )
    for node, category, kind, count, remote in done:
        yield node, category, kind, "done", count
        yield node, category, kind, "remote", remote


def _promises(window: Window) -> Iterable[tuple[int, str, str, str, int]]:
    group = ("node_id", "case__category", "case__kind", "about")
    kept = _within(Promise.objects.filter(state=Promise.KEPT), "ended_at", window)
    for node, category, kind, about, count in kept.values_list(*group).annotate(Count("id")):
        yield node, category, kind, f"kept:{about}", count
    for node, category, kind, about, count in (
        _within(Promise.objects.all(), "broken_at", window).values_list(*group).annotate(Count("id"))
    ):
        yield node, category, kind, f"broken:{about}", count


def _surveys(window: Window) -> Iterable[tuple[int, str, str, str, int]]:
    group = ("node_id", "category", "kind")
    sent = _within(Survey.objects.all(), "sent_at", window).values_list(*group).annotate(Count("id"))
    for node, category, kind, count in sent:
        yield node, category, kind, "asked", count
    sums = {f"sum_{name}": Sum(name) for name in RATINGS}
    answers = _within(Survey.objects.all(), "answered_at", window).values_list(*group)
    content = Count("id", filter=Q(overall__gte=4))
    for node, category, kind, count, satisfied, *points in answers.annotate(
        n=Count("id"), content=content, **sums
    ):
        yield node, category, kind, "answered", count
        yield node, category, kind, "satisfied", satisfied
        for name, total in zip(RATINGS, points, strict=True):
            yield node, category, kind, f"points:{name}", total


def _rest(window: Window) -> Iterable[tuple[int, str, str, str, int]]:
    group = ("node_id", "category", "kind", "what")
    happened = _within(Happened.objects.all(), "at", window).values_list(*group).annotate(Count("id"))
    for node, category, kind, what, count in happened:
        yield node, category, kind, what, count
    joined = ("node_id", "case__category", "case__kind")
    unsolved = _within(Callback.objects.filter(solved=False), "done_at", window)
    for node, category, kind, count in unsolved.values_list(*joined).annotate(Count("id")):
        yield node, category, kind, "complaints", count


def _within(rows: Any, column: str, window: Window) -> Any:
    return rows.filter(**{f"{column}__gte": window.since, f"{column}__lt": window.until}).order_by()
