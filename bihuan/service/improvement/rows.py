"""The rows that a figure was counted from: the same conditions, in an order that can be paged by key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone

from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.models import Happened
from bihuan.service.improvement.queries import OPEN_UNFINISHED, aged, within
from bihuan.service.improvement.rules import AGES, WHEN, windows
from bihuan.service.improvement.scope import Scope
from bihuan.service.satisfaction.models import Callback

JOINED = ("owner", "technician_person", "node")
AGE_NAMES = tuple(age for age, *_ in AGES)
FIGURES = (
    "opened",
    "done",
    "unfinished",
    *AGE_NAMES,
    "broken",
    "chased",
    "complaints",
    "escalated",
    "remote",
    "late",
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Rows, their key for paging, the column that says when, and how to come from a row to its case."""

    rows: QuerySet[Any]
    key: tuple[str, ...]
    when: str
    through_case: bool

    def case(self, row: Any) -> Case:
        found: Case = row.case if self.through_case else row
        return found


def source_of(figure: str, scope: Scope, *, when: str, now: datetime) -> Source:
    """Where a figure of today, yesterday or last week was counted. An unknown figure is not found."""
    if figure not in FIGURES or when not in WHEN:
        raise NotFound
    window = windows(now, get_default_timezone())[when]
    cases = Case.objects.filter(scope.of()).select_related(*JOINED)
    if figure == "late":
        late = cases.filter(open=True, next_due_at__lt=now)
        return Source(rows=late, key=("next_due_at", "id"), when="next_due_at", through_case=False)
    if figure in AGE_NAMES or figure == "unfinished":
        return _cases(cases.filter(_unfinished_at(figure, window.until, when)), "opened_at", "")
    match figure:
        case "opened" | "complaints":
            kind = Q(kind="complaint") if figure == "complaints" else Q()
            return _cases(cases.filter(within("opened_at", window), kind), "opened_at")
        case "done" | "remote":
            by_phone = Q(outcome="solved_remotely") if figure == "remote" else Q()
            return _cases(cases.filter(within("done_at", window), by_phone), "done_at")
    models: dict[str, tuple[QuerySet[Any], str]] = {
        "broken": (Promise.objects.filter(scope.of("case__", by_node=True)), "broken_at"),
        "chased": (Happened.objects.filter(scope.of(), what=Happened.CHASED), "at"),
        "escalated": (Callback.objects.filter(scope.of("case__"), solved=False), "done_at"),
    }
    rows, column = models[figure]
    joined = rows.filter(within(column, window)).select_related(*(f"case__{name}" for name in JOINED))
    return Source(rows=joined, key=(f"-{column}", "-id"), when=column, through_case=True)


def _cases(rows: QuerySet[Case], column: str, way: str = "-") -> Source:
    return Source(rows=rows, key=(f"{way}{column}", f"{way}id"), when=column, through_case=False)


def _unfinished_at(figure: str, at: datetime, when: str) -> Q:
    """Open and not done now; for an earlier moment also what was done or withdrawn since."""
    age = Q(opened_at__lte=at) if figure == "unfinished" else aged(figure, at, "opened_at")
    if when == "today":
        return age & OPEN_UNFINISHED
    gone = Happened.objects.filter(what=Happened.WITHDRAWN, at__gt=at).values("case_id")
    return age & (OPEN_UNFINISHED | Q(done_at__gt=at) | Q(id__in=gone))
