"""日报: each morning the figures of the day before are frozen and told. What came to light later is a correction,
shown beside what was told; the frozen figures never change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, QuerySet
from django.utils.timezone import get_default_timezone, localdate, localtime
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.ground.worktime.queries import calendar_for
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.improvement.day_facts import gather_some
from bihuan.service.improvement.day_rows import Late, late_list
from bihuan.service.improvement.days import FIGURES, TOLD, Day, Figures, day_of, figures_of
from bihuan.service.improvement.events import DayReported
from bihuan.service.improvement.models import DayFact, DayReport, DayRule
from bihuan.service.improvement.scope import Scope

RECEIVERS = (Role.MANAGER, Role.SUPERVISOR)  # unless the rule says otherwise
DAYS_BACK = 7  # how many days are made up for after the machine was off
LONGEST_BREAK = (
    16  # days told together on the first morning after holidays: spring festival with what joins it
)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A figure that late facts changed: what was told, what is known now."""

    figure: str
    told: int
    known: int


def rule() -> DayRule:
    """The rule in force; what ships while nobody has written one."""
    return DayRule.objects.order_by("id").first() or DayRule(roles=list(RECEIVERS))


def load_rule() -> None:
    """A row for the register, once."""
    if not DayRule.objects.exists():
        DayRule.objects.create(roles=list(RECEIVERS))


def rules_listed(search: str = "") -> QuerySet[DayRule]:
    return DayRule.objects.order_by("id")


def gather_once(now: datetime) -> int:
    """A sweep: after an upgrade write down from the journal what happened before facts of days were kept, some cases
    a round. Returns how many facts were looked at."""
    held = DayRule.objects.order_by("id").first()
    if held is None:
        load_rule()
        return 0
    if held.gathered_at is not None:
        return 0
    found, reached = gather_some(held.gathered_to)
    if reached == held.gathered_to:
        DayRule.objects.filter(id=held.id).update(gathered_at=now)
    else:
        DayRule.objects.filter(id=held.id).update(gathered_to=reached)
    return found


@transaction.atomic
def keep_rule(
    viewer: Viewer,
    rule_id: int | None,
    *,
    at: time,
    latest: time,
    calendar: str,
    roles: Sequence[str],
    groups: bool,
) -> DayRule:
    """Change when the report goes out and to whom. There is one rule."""
    viewer.must("settings.change")
    if latest <= at:
        raise ValidationError({"latest": _("Until when it is made up must lie after its time.")})
    wrong = set(roles) - {str(role) for role in Role if role is not Role.CUSTOMER}
    if wrong:
        raise ValidationError({"roles": _("Choose roles of staff.")})
    held = DayRule.objects.filter(id=rule_id or 0).first() or DayRule()
    held.at, held.latest, held.calendar, held.groups = at, latest, calendar, groups
    held.roles = list(roles)
    held.save()
    return held


def report_days(now: datetime) -> int:
    """A sweep: from the rule's time on freeze the days that have ended, and tell yesterday's once; after `latest`
    nothing is told any more. Mornings on which nothing goes out are told together on the next one. Returns how many
    reports were made."""
    in_force = rule()
    if localtime(now).time() < in_force.at or _past_is_lacking(in_force):
        return 0
    made = _freeze_missing(in_force, now=now)
    if localtime(now).time() < in_force.latest and goes_out(in_force, localdate(now)):
        for held in DayReport.objects.filter(day__in=told_on(in_force, localdate(now)), turn=0).order_by(
            "day", "id"
        ):
            _tell(held, in_force, by=CLOCK, now=now, first=True)
    return made


def _past_is_lacking(in_force: DayRule) -> bool:
    """Whether facts of the time before an upgrade are still being gathered: what is frozen stays for ever."""
    if in_force.gathered_at is not None:
        return False
    left = Case.objects.filter(id__gt=in_force.gathered_to)
    return left.exclude(Exists(DayFact.objects.filter(case=OuterRef("pk")))).exists()


def goes_out(in_force: DayRule, day: date) -> bool:
    """Whether reports go out on this day's morning."""
    return not in_force.calendar or bool(calendar_for(in_force.calendar).hours_on(day))


def told_on(in_force: DayRule, morning: date) -> list[date]:
    """The days told on a morning: the day before, and those before it whose own mornings were off."""
    days = [morning - timedelta(days=1)]
    while len(days) < LONGEST_BREAK and not goes_out(in_force, days[-1]):
        days.append(days[-1] - timedelta(days=1))
    return days


def _freeze_missing(in_force: DayRule, *, now: datetime) -> int:
    today = localdate(now)
    wanted = [today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)]
    kept = set(DayReport.objects.filter(day__in=wanted).values_list("day", flat=True))
    if wanted[-1] in kept:
        return 0
    first = Case.objects.aggregate(first=Min("opened_at"))["first"]
    missing = [day for day in wanted if day not in kept and first is not None and day >= localdate(first)]
    return sum(freeze(day, in_force, now=now) for day in missing)


@transaction.atomic
def freeze(day: date, in_force: DayRule, *, now: datetime) -> int:
    """Keep the figures of an ended day as they are known now, for the company and every node that somebody gets them
    for. What is kept already stays. Returns how many were made."""
    nodes = list(Node.objects.order_by("path"))
    everything = Scope(
        nodes=tuple(row.id for row in nodes), names={row.id: row.name for row in nodes}, everywhere=True
    )
    counted = day_of(day, now=now)
    figures, late = figures_of(everything, counted), late_list(everything, counted)
    rows = []
    for top in _reported_nodes(nodes, in_force):
        below = frozenset(row.id for row in nodes if row.path.startswith(top.path))
        rows.append(DayReport(day=day, node=top, made_at=now, found=_frozen(figures, late, below)))
    DayReport.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _reported_nodes(nodes: Iterable[Node], in_force: DayRule) -> list[Node]:
    """The head office, and each node where somebody gets the report; where chat groups get it, every node but teams,
    for whose group may stand anywhere is not known here."""
    people = Person.objects.filter(is_active=True).values_list("node_id", "roles")
    wanted = {node for node, roles in people if set(roles) & set(in_force.roles)}
    if in_force.groups:
        wanted |= {node.id for node in nodes if node.kind != Node.TEAM and node.retired_at is None}
    return [node for node in nodes if node.parent_id is None or node.id in wanted]


def _frozen(figures: Figures, late: Iterable[Late], nodes: frozenset[int]) -> dict[str, object]:
    cells = [[*key, count] for key, count in sorted(figures.cells.items()) if key[0] in nodes]
    return {"cells": cells, "late": [asdict(one) for one in late if one.node_id in nodes]}


@transaction.atomic
def _tell(held: DayReport, in_force: DayRule, *, by: Actor, now: datetime, first: bool) -> bool:
    """Tell a report once more. Of two at once one wins; `first`: only while it was never told."""
    mine = DayReport.objects.filter(id=held.id, turn=held.turn)
    if not (mine.filter(turn=0) if first else mine).update(turn=F("turn") + 1):
        return False
    changed = [] if first else corrections(held, now=now)
    known = {one.figure: one.known for one in changed}
    figures = frozen_figures(held)
    told = DayReported(
        subject_id=held.id,
        day=held.day.toordinal(),
        node_id=held.node_id,
        figures=tuple(known.get(name, figures.total(name)) for name in TOLD),
        roles=tuple(sorted(str(role) for role in in_force.roles)),
        groups=in_force.groups,
        turn=held.turn + 1,
        corrected=bool(changed),
    )
    record(told, by=by, now=now)
    return True


def send_again(viewer: Viewer, day: date, *, now: datetime) -> int:
    """Send a day's report once more, with what is known by now. Returns how many nodes were told."""
    viewer.must("improvement.write")
    held = DayReport.objects.filter(day=day)
    if viewer.nodes is not None:
        held = held.filter(node_id__in=viewer.nodes)
    return sum(_tell(one, rule(), by=viewer.actor, now=now, first=False) for one in held.order_by("id"))


def report_of(day: date) -> DayReport | None:
    """The frozen figures of the whole company; None while that day was not reported."""
    return DayReport.objects.filter(day=day, node__parent__isnull=True).order_by("id").first()


def frozen_figures(held: DayReport, scope: Scope | None = None) -> Figures:
    """The figures as they were told, cut to what somebody may see and asks for."""
    cells = {
        (node, category, kind, figure, when): count
        for node, category, kind, figure, when, count in held.found["cells"]
        if scope is None or _within(scope, node, category, kind)
    }
    return Figures(day=frozen_day(held), cells=cells)


def frozen_late(held: DayReport, scope: Scope) -> list[Late]:
    rows = (Late(**one) for one in held.found["late"])
    return [one for one in rows if _within(scope, one.node_id, one.category, one.kind)]


def _within(scope: Scope, node: int, category: str, kind: str) -> bool:
    return (
        (scope.everywhere or node in scope.nodes)
        and scope.category in ("", category)
        and scope.kind in ("", kind)
    )


def frozen_day(held: DayReport) -> Day:
    """The day as it was known when it was frozen."""
    return day_of(held.day, now=held.made_at)


def corrections(held: DayReport, *, now: datetime, scope: Scope | None = None) -> list[Correction]:
    """The figures that are other than told, by what is known now."""
    cut = scope or _scope_below(held.node_id)
    told, known = frozen_figures(held, cut), figures_of(cut, day_of(held.day, now=now))
    pairs = [(name, told.total(name), known.total(name)) for name in FIGURES]
    return [Correction(figure=name, told=was, known=now_is) for name, was, now_is in pairs if was != now_is]


def _scope_below(node_id: int) -> Scope:
    top = Node.objects.get(id=node_id)
    rows = dict(Node.objects.filter(path__startswith=top.path).values_list("id", "name"))
    return Scope(nodes=tuple(rows), names=rows, everywhere=top.parent_id is None)


def first_day() -> date | None:
    """The day of the first case: before it there is nothing to look at."""
    first = Case.objects.aggregate(first=Min("opened_at"))["first"]
    return localtime(first, get_default_timezone()).date() if first is not None else None
