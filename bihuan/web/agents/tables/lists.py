"""The tables of many rows: problem record, service log, issue tracking, progress tracking, callbacks, improvement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.masking import masked_words
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.queries import shown
from bihuan.service.cases.words import GRADES, KINDS, URGENCIES
from bihuan.service.improvement.days import DEFINITIONS, FIGURES, TITLES, Figures, day_of, figures_of
from bihuan.service.improvement.proposing import proposals
from bihuan.service.improvement.scope import scope_of
from bihuan.service.improvement.words import PHASES
from bihuan.service.satisfaction.queries import callbacks_between, remedy_of, scores_of
from bihuan.service.satisfaction.words import CAUSES, FAULTS
from bihuan.web.agents.record_table import problem_type
from bihuan.web.agents.tables.facts import Facts, effect, facts_of, short
from bihuan.web.agents.tables.table import Asked, Table
from bihuan.web.look.export import Column

CALLED_WITHIN = timedelta(hours=48)
WEEK = 7
STANDING = frozenset(
    {"unfinished", "to_24", "to_48", "to_72", "over_72", "late"}
)  # counted at an end, not summed


def _severity(row: Facts) -> str:
    return (
        f"{URGENCIES.get(row.case.urgency, row.case.urgency)} · {GRADES.get(row.case.grade, row.case.grade)}"
    )


def _remark(row: Facts) -> str:
    told = [
        row.case.outside_number,
        row.why,
        str(_("asked again: %s") % row.case.chases) if row.case.chases else "",
    ]
    return " · ".join(part for part in told if part)


NUMBER: Column[Facts] = Column(_("Case number"), lambda row: row.case.number)
STATE: Column[Facts] = Column(_("State"), lambda row: f"{row.state}（{row.why}）" if row.why else row.state)


# Callbacks


@dataclass(frozen=True, kw_only=True)
class Called:
    """One callback as a row."""

    row: Any
    customer: str
    score: int | None
    remedy: str


def _called(viewer: Viewer, asked: Asked, now: datetime) -> Iterator[Called]:
    rows = callbacks_between(viewer, asked.window.since, asked.window.until)
    if asked.node:
        rows = rows.filter(case__node_id=asked.node)
    found = list(rows[:1000])
    hand = keys_for(row.case.customer.key_id for row in found)
    people = shown(row.case.customer for row in found)
    scores = scores_of(row.case_id for row in found)
    for row in found:
        yield Called(
            row=row,
            customer=people[row.case.customer_id].name,
            score=scores.get(row.case_id, {}).get("overall"),
            remedy=short(_remedy(row, hand)),
        )


def _remedy(row: Any, hand: SealedBy) -> str:
    name = hand.open(row.case.customer.name_sealed) or ""
    return masked_words(remedy_of(row, hand), name=name)


# The week


@dataclass(frozen=True, kw_only=True)
class Week:
    """One figure of a week beside the week before."""

    figure: str
    week: int
    before: int


def _week(viewer: Viewer, asked: Asked, now: datetime) -> list[Week]:
    """The seven days that end on the last day asked for."""
    scope = scope_of(viewer, {"node": str(asked.node or "")})
    days = [figures_of(scope, day_of(asked.last - timedelta(days=back), now=now)) for back in range(2 * WEEK)]
    return [
        Week(figure=figure, week=_sum(figure, days[:WEEK]), before=_sum(figure, days[WEEK:]))
        for figure in FIGURES
    ]


def _sum(figure: str, days: Sequence[Figures]) -> int:
    """What stands at the end of a week is counted there; what happened is added up."""
    return sum(day.total(figure) for day in (days[:1] if figure in STANDING else days))


def _proposals(viewer: Viewer, asked: Asked, now: datetime) -> Iterable[Any]:
    return proposals(viewer, limit=500)


def _measured(mean: Any, n: int) -> str:
    return f"{mean} (n={n})" if mean is not None else ""


LISTS: tuple[Table, ...] = (
    Table(
        code="problems",
        title=_("Customer problem record"),
        about=_("What customers reported, how severe it was, what was done and how it worked."),
        columns=(
            NUMBER,
            Column(
                _("Type of problem"),
                lambda row: f"{problem_type(row.case.kind)} · {KINDS.get(row.case.kind, '')}",
            ),
            Column(_("Description"), lambda row: row.problem),
            Column(_("Time"), lambda row: row.case.opened_at),
            Column(_("Severity"), _severity),
            Column(_("Solution"), lambda row: row.solution),
            Column(_("Solved on"), lambda row: row.case.done_at),
            Column(_("Effect"), effect),
            Column(_("Remark"), _remark),
        ),
        rows=facts_of,
    ),
    Table(
        code="service-log",
        title=_("Service log"),
        about=_(
            "One line a case: who, when, what about, what was wrong, what was done, what the customer said."
        ),
        columns=(
            NUMBER,
            Column(_("Customer"), lambda row: row.customer),
            Column(_("Time"), lambda row: row.case.opened_at),
            Column(
                _("Content of the service"), lambda row: f"{KINDS.get(row.case.kind, '')} · {row.machine}"
            ),
            Column(_("Problem"), lambda row: row.problem),
            Column(_("Solution"), lambda row: row.solution),
            Column(_("Feedback"), effect),
        ),
        rows=facts_of,
    ),
    Table(
        code="issues",
        title=_("Issue tracking table"),
        about=_(
            "The steps of each case with their days, who is responsible, and by when it is to be solved."
        ),
        columns=(
            NUMBER,
            Column(_("Time"), lambda row: row.case.opened_at),
            Column(_("Problem"), lambda row: row.problem),
            Column(_("Steps"), lambda row: row.steps),
            Column(_("Responsible department"), lambda row: row.department),
            Column(_("To be solved by"), lambda row: row.expected),
            STATE,
        ),
        rows=facts_of,
    ),
    Table(
        code="progress",
        title=_("Progress tracking table"),
        about=_(
            "Where each request stands, when it was first given to somebody, and when it should be done."
        ),
        columns=(
            Column(_("Request number"), lambda row: row.case.number),
            Column(_("Customer"), lambda row: row.customer),
            Column(_("Problem"), lambda row: row.problem),
            Column(_("First assigned on"), lambda row: row.first_assigned),
            STATE,
            Column(_("Expected by"), lambda row: row.expected),
        ),
        rows=facts_of,
    ),
    Table(
        code="callbacks",
        title=_("Callbacks to dissatisfied customers"),
        about=_("The score, the reason, what was done about it, and whether we rang within 48 hours."),
        columns=(
            Column(_("Case number"), lambda row: row.row.case.number),
            Column(_("Customer"), lambda row: row.customer),
            Column(_("Score"), lambda row: row.score),
            Column(_("Why we ring"), lambda row: CAUSES.get(row.row.cause, row.row.cause)),
            Column(_("Reason"), lambda row: FAULTS.get(row.row.fault, "")),
            Column(_("Remedy"), lambda row: row.remedy),
            Column(_("To be rung by"), lambda row: row.row.opened_at + CALLED_WITHIN),
            Column(_("Done"), lambda row: row.row.done_at),
            Column(_("Second score"), lambda row: row.row.score),
        ),
        rows=_called,
        needs="survey.read",
    ),
    Table(
        code="improvements",
        title=_("Improvement tracking table"),
        about=_(
            "Plan, do, check, act: each weak point, its measure, who answers for it, and what it brought."
        ),
        columns=(
            Column(_("Problem"), lambda row: row.title),
            Column(_("Measure"), lambda row: short(row.plan)),
            Column(_("Responsible"), lambda row: row.owner.name),
            Column(_("Due"), lambda row: row.due_on),
            Column(_("Phase"), lambda row: PHASES.get(row.phase, row.phase)),
            Column(_("Before"), lambda row: _measured(row.planned_mean, row.planned_n)),
            Column(_("After"), lambda row: _measured(row.checked_mean, row.checked_n)),
            Column(_("Effect"), lambda row: short(row.found)),
        ),
        rows=_proposals,
        needs="figures.read",
    ),
    Table(
        code="week",
        title=_("Weekly report"),
        about=_("The seven days up to the last day chosen, beside the seven before."),
        columns=(
            Column(_("Figure"), lambda row: TITLES[row.figure]),
            Column(_("This week"), lambda row: row.week),
            Column(_("The week before"), lambda row: row.before),
            Column(_("Difference"), lambda row: row.week - row.before),
            Column(_("How it is counted"), lambda row: DEFINITIONS[row.figure]),
        ),
        rows=_week,
        needs="figures.read",
        days=WEEK,
    ),
)
