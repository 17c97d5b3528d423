"""A promise as a line of the board, and how much presses on each team and person. Never who the customer is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.service.cases.words import URGENCIES, said
from bihuan.service.commitments.board import NextStep, Team, counted, next_steps, people_named
from bihuan.service.commitments.forecasting import Chance
from bihuan.service.commitments.outlook import Ahead
from bihuan.service.commitments.queries import PromiseView, view_of
from bihuan.service.commitments.whom import whom_words
from bihuan.web.look.export import Column
from bihuan.web.look.words import local_time, words_left
from bihuan.web.managers.case_lines import Line, bare_lines, promise_words


@dataclass(frozen=True, kw_only=True)
class PromiseLine:
    """One promise: its chip, its case, the next step of its ladder, and how it will probably fare."""

    id: int
    line: Line
    view: PromiseView
    state: str
    words: str
    step: str = ""
    outlook: str = ""
    will_break: bool = False


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much presses on a team or a person; `id` 0: nobody has it."""

    id: int
    name: str
    broken: int = 0
    at_risk: int = 0
    likely: int = 0


def promise_lines(
    rows: Sequence[Any], *, now: datetime, chances: Mapping[int, Chance] | None = None
) -> list[PromiseLine]:
    """These promises as lines, in their order: one statement for all their ladders."""
    steps, held = next_steps(rows), chances or {}
    cases = bare_lines([(row.case, row.due_at) for row in rows], now=now)
    return [
        _line(row, line, steps.get(row.id), held.get(row.id), now=now)
        for row, line in zip(rows, cases, strict=True)
    ]


def _line(
    row: Any, line: Line, step: NextStep | None, chance: Chance | None, *, now: datetime
) -> PromiseLine:
    view = view_of(row, now)
    return PromiseLine(
        id=row.id,
        line=line,
        view=view,
        state=str(view.light),
        words=promise_words(view, now),
        step=step_words(step, now) if step else "",
        outlook=outlook_words(chance) if chance else "",
        will_break=chance is not None and chance.will_break,
    )


def step_words(step: NextStep, now: datetime) -> str:
    """今天 16:10 通知主管."""
    told = {"when": local_time(step.at, now), "who": whom_words(step.who)}
    if step.if_broken:
        return _("if broken, %(when)s: %(who)s is told") % told
    return _("%(when)s: %(who)s is told") % told


def outlook_words(chance: Chance) -> str:
    """How comparable promises fared, with how many there were."""
    if chance.kept is None:
        return _("%(used)d%% of its time used; too few to compare (%(n)d)") % {
            "used": int(chance.used * 100),
            "n": chance.known,
        }
    return _("%(kept)d%% of %(n)d alike were kept") % {"kept": round(chance.kept * 100), "n": chance.known}


def loads(
    rows: Any, outlook: Iterable[Ahead], nodes: Iterable[Team], *, now: datetime
) -> tuple[list[Load], list[Load]]:
    """What presses by team and by person, the most first. Two statements."""
    teams: dict[int, list[int]] = {}
    people: dict[int, list[int]] = {}
    for node, holder, broken, at_risk in counted(rows, now=now):
        _add(teams, node, broken, at_risk, 0)
        _add(people, holder or 0, broken, at_risk, 0)
    for one in outlook:
        if one.chance.will_break:
            _add(teams, one.node_id, 0, 0, 1)
            _add(people, one.holder or 0, 0, 0, 1)
    names = {one.id: one.name for one in nodes}
    return _sorted(teams, names, _("Elsewhere")), _sorted(people, people_named(people), _("Nobody yet"))


def _add(found: dict[int, list[int]], key: int, *more: int) -> None:
    held = found.setdefault(key, [0, 0, 0])
    for at, count in enumerate(more):
        held[at] += count


def _sorted(found: Mapping[int, list[int]], names: Mapping[int, str], unknown: str) -> list[Load]:
    held = [
        Load(
            id=key if key in names else 0,
            name=names.get(key, unknown),
            broken=told[0],
            at_risk=told[1],
            likely=told[2],
        )
        for key, told in found.items()
    ]
    return sorted(held, key=lambda one: (-one.broken, -one.likely, -one.at_risk, one.name))


COLUMNS: tuple[Column[PromiseLine], ...] = (
    Column(gettext_lazy("Number"), lambda row: row.line.case.number),
    Column(gettext_lazy("Promise"), lambda row: said(row.view.title)),
    Column(gettext_lazy("Due"), lambda row: row.view.due_at),
    Column(gettext_lazy("Time left"), lambda row: words_left(row.view.left) if row.view.left else ""),
    Column(gettext_lazy("Urgency"), lambda row: URGENCIES.get(row.line.case.urgency, row.line.case.urgency)),
    Column(gettext_lazy("Kind"), lambda row: row.line.kind),
    Column(gettext_lazy("Appliance"), lambda row: row.line.machine),
    Column(gettext_lazy("District"), lambda row: row.line.case.district),
    Column(gettext_lazy("Stands at"), lambda row: row.line.place),
    Column(gettext_lazy("Who has it"), lambda row: row.line.who),
    Column(gettext_lazy("Team"), lambda row: row.line.node),
    Column(gettext_lazy("Next step"), lambda row: row.step),
    Column(gettext_lazy("Outlook"), lambda row: row.outlook),
)
