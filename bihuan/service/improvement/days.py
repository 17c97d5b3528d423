"""The figures of a day: what each counts is said here, once. A day is one of the installation's zone.

They are counted for any day as it was known at any moment (`known_at`), from what happened and when it was written
down; so the same question has the same answer for ever, and a fact that came late is a correction. Of promises the
rows are asked, which say what is known now.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils.functional import Promise as Lazy
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _

from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.improvement.models import DayFact
from bihuan.service.improvement.queries import OPEN_UNFINISHED, Compared, aged, within
from bihuan.service.improvement.rules import AGES, WHEN, Window, day_window, windows
from bihuan.service.improvement.scope import Scope

type Key = tuple[int, str, str, str, str]  # node, category, kind, figure, when
GROUP = ("node_id", "category", "kind")
AGE_NAMES = tuple(age for age, *_rest in AGES)
HAPPENED = ("opened", "done", "remote", "chased", "escalated", "offered", "returned")
FIGURES = (
    "opened", "done", "unfinished", *AGE_NAMES, "late", "broken", "chased", "complaints", "remote", "offered",
    "returned",
)  # fmt: skip
TOLD = ("opened", "done", "unfinished", "over_72", "late", "chased", "complaints", "remote")  # in a message

TITLES: dict[str, Lazy] = {
    "opened": _("Cases in"),
    "done": _("Work done"),
    "unfinished": _("Not done"),
    "to_24": _("Not done, up to 24 h"),
    "to_48": _("Not done, 24–48 h"),
    "to_72": _("Not done, 48–72 h"),
    "over_72": _("Not done, over 72 h"),
    "late": _("Overdue"),
    "broken": _("Promises broken"),
    "chased": _("Asked again"),
    "complaints": _("Complaints and escalations"),
    "remote": _("Solved by phone"),
    "offered": _("Sent to service points"),
    "returned": _("Returned by service points"),
}
DEFINITIONS: dict[str, Lazy] = {
    "opened": _("Cases whose report came in on that day."),
    "done": _(
        "How often work was finished on that day; work that came back and was finished again counts again."
    ),
    "unfinished": _("Cases that were open and whose work was not done at the end of the day (today: now)."),
    "to_24": _("Of those, reported at most 24 hours before."),
    "to_48": _("Of those, reported more than 24 and at most 48 hours before."),
    "to_72": _("Of those, reported more than 48 and at most 72 hours before."),
    "over_72": _("Of those, reported more than 72 hours before."),
    "late": _(
        "Cases with a promise whose time was over and which was still owed at the end of the day (today: now)."
    ),
    "broken": _("Promises whose time ran out on that day. One case may break several."),
    "chased": _("How often customers asked again on that day."),
    "complaints": _("Complaints that came in on that day, and cases that a callback found not solved."),
    "remote": _("Of the work done, what was solved by phone without a visit."),
    "offered": _("How often a service point was asked to take a case on that day."),
    "returned": _("How often a service point returned a case, or let the time for its answer pass."),
}


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day with the two it is compared with. `spans`: the stretch of each; of today only what has passed, and the
    same stretch of the clock of the others. `known_at`: what was written down later is not counted."""

    day: date
    spans: Mapping[str, Window]
    known_at: datetime

    def until(self, when: str) -> datetime:
        """The moment at which what is unfinished and late is counted."""
        return self.spans[when].until


def day_of(day: date, *, now: datetime, known_at: datetime | None = None) -> Day:
    """That day for counting: whole, or today as far as it has come."""
    known, zone = known_at or now, get_default_timezone()
    if day >= localdate(now):
        return Day(day=localdate(now), spans=windows(now, zone), known_at=known)
    back = {"today": 0, "yesterday": 1, "last_week": 7}
    spans = {when: day_window(day - timedelta(days=back[when]), zone) for when in WHEN}
    return Day(day=day, spans=spans, known_at=known)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a day by node, category and kind; any sum of them costs nothing more."""

    day: Day
    cells: Mapping[Key, int]

    def compared(self, figure: str, **of: Any) -> Compared:
        """One figure on the day, the day before and the same day last week; `of` (nodes, category, kind) cuts it."""
        return Compared(**{when: self.total(figure, when, **of) for when in WHEN})

    def total(
        self, figure: str, when: str = "today", *, nodes: frozenset[int] | None = None, category: str = "",
        kind: str = "",
    ) -> int:  # fmt: skip
        return sum(
            count
            for (node, family, work, name, then), count in self.cells.items()
            if name == figure
            and then == when
            and (nodes is None or node in nodes)
            and category in ("", family)
            and kind in ("", work)
        )

    def by(self, place: int, when: str = "today") -> dict[Any, Counter[str]]:
        """The day's figures by what stands at a place of the keys: node (0), category (1) or kind (2)."""
        found: dict[Any, Counter[str]] = {}
        for key, count in self.cells.items():
            if key[4] == when:
                found.setdefault(key[place], Counter())[key[3]] += count
        return found


def figures_of(scope: Scope, day: Day) -> Figures:
    """All figures of a day with their comparisons: six statements, however much work there is."""
    cells: Counter[Key] = Counter()
    _happened(scope, day, cells)
    _unfinished(scope, day, cells)
    _promises(scope, day, cells)
    for node, category, kind, figure, when in list(cells):
        if figure in AGE_NAMES:
            cells[node, category, kind, "unfinished", when] += cells[node, category, kind, figure, when]
    return Figures(day=day, cells={key: count for key, count in cells.items() if count})


def _add(
    cells: Counter[Key], figure: str, rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> None:
    """`names`: column → when."""
    for row in rows:
        for column, when in names.items():
            if row[column]:
                key = (row["node_id"], row["category"], row["kind"], figure, when)
                cells[key] += row[column]


def _happened(scope: Scope, day: Day, cells: Counter[Key]) -> None:
    near = Q()
    for span in day.spans.values():
        near |= within("at", span)
    counts = {f"n_{when}": Count("id", filter=within("at", span)) for when, span in day.spans.items()}
    facts = DayFact.objects.filter(
        near, scope.of(), recorded_at__lte=day.known_at, what__in=HAPPENED
    ).order_by()
    names = {f"n_{when}": when for when in WHEN}
    for row in facts.values(*GROUP, "what").annotate(**counts):
        _add(cells, "complaints" if row["what"] == "escalated" else row["what"], [row], names)
        if row["what"] == "opened" and row["kind"] == "complaint":
            _add(cells, "complaints", [row], names)


def _unfinished(scope: Scope, day: Day, cells: Counter[Key]) -> None:
    """What is unfinished now, less what became so since, more what was finished since; since: after that moment, or
    written down after `known_at`."""
    ages = [(age, when) for age in AGE_NAMES for when in WHEN]
    now = {f"{age}_{when}": Count("id", filter=aged(age, day.until(when), "opened_at")) for age, when in ages}
    rows = list(Case.objects.filter(OPEN_UNFINISHED, scope.of(by_node=True)).values(*GROUP).annotate(**now))
    since = {
        f"{age}_{when}": Sum(
            -F("sign"),
            filter=aged(age, day.until(when), "opened_at")
            & (Q(at__gt=day.until(when)) | Q(recorded_at__gt=day.known_at)),
        )
        for age, when in ages
    }
    first = min(day.until(when) for when in WHEN)
    signs = DayFact.objects.filter(scope.of(), recorded_at__gt=first).exclude(sign=0).order_by()
    rows += list(signs.values(*GROUP).annotate(**since))
    for age, when in ages:
        _add(cells, age, rows, {f"{age}_{when}": when})


def _promises(scope: Scope, day: Day, cells: Counter[Key]) -> None:
    """Cases late at each moment, and promises broken in each stretch; for the node that has the case now."""
    first = min(day.until(when) for when in WHEN)
    late = {f"n_{when}": Count("case_id", distinct=True, filter=late_at(day.until(when))) for when in WHEN}
    still = Q(open=True) | Q(ended_at__gt=first)
    _add_of_cases(cells, "late", owed(scope).filter(still, broken_at__isnull=False), late)
    near = Q()
    for span in day.spans.values():
        near |= within("broken_at", span)
    broken = {f"n_{when}": Count("id", filter=within("broken_at", span)) for when, span in day.spans.items()}
    _add_of_cases(cells, "broken", owed(scope).filter(near), broken)


def _add_of_cases(cells: Counter[Key], figure: str, rows: Any, counts: Mapping[str, Any]) -> None:
    told = rows.values("case__node_id", "case__category", "case__kind").annotate(**counts)
    plain = ({name.removeprefix("case__"): value for name, value in row.items()} for row in told)
    _add(cells, figure, plain, {f"n_{when}": when for when in WHEN})


def owed(scope: Scope) -> Any:
    """The promises of the cases in a scope, without those that the house keeps by itself."""
    rows = Promise.objects.filter(quiet=False).order_by()
    if not scope.everywhere:
        rows = rows.filter(case__node_id__in=scope.nodes)
    told = {"case__category": scope.category, "case__kind": scope.kind}
    return rows.filter(**{name: value for name, value in told.items() if value})


def late_at(moment: datetime) -> Q:
    """A promise (or its row) whose time was over at a moment and which was still owed."""
    return Q(broken_at__lte=moment) & (Q(open=True) | Q(ended_at__gt=moment))
