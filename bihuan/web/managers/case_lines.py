"""A case as a line of a manager's list: what it is, where it stands, who has it. Never who the customer is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.words import HOLD_REASONS, KINDS, URGENCIES, place_title, said
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.web.look.export import Column
from bihuan.web.look.naming import family_names, machine_name
from bihuan.web.look.words import due_time, words_left


@dataclass(frozen=True, kw_only=True)
class Line:
    """`when` is the moment that the list is about; `state` and `promise` are the soonest open promise as a chip."""

    case: Any
    when: datetime | None
    kind: str
    machine: str
    place: str
    why: str
    who: str
    node: str
    state: str = ""
    promise: str = ""


def lines(rows: Iterable[tuple[Any, datetime | None]], *, now: datetime) -> list[Line]:
    """These cases as lines, each with its moment: one query for all their promises."""
    held = list(rows)
    named = family_names()
    promises = open_promises({case.id for case, _when in held}, now=now)
    return [_line(case, when, named, promises.get(case.id, []), now=now) for case, when in held]


def bare_lines(rows: Iterable[tuple[Any, datetime | None]], *, now: datetime) -> list[Line]:
    """These cases as lines without their promises: no statement."""
    named = family_names()
    return [_line(case, when, named, [], now=now) for case, when in rows]


def _line(
    case: Any, when: datetime | None, named: dict[str, str], promises: list[PromiseView], *, now: datetime
) -> Line:
    soonest = next((one for one in promises if one.due_at is not None), None)
    return Line(
        case=case,
        when=when,
        kind=str(KINDS.get(case.kind, case.kind)),
        machine=machine_name(case, named),
        place=place_title(card_at(case.card, case.card_version), case.stands_at),
        why=str(HOLD_REASONS.get(case.hold_reason, case.hold_reason)) if case.hold_reason else "",
        who=_who(case),
        node=case.node.name,
        state=str(soonest.light) if soonest else "",
        promise=promise_words(soonest, now) if soonest else "",
    )


def _who(case: Any) -> str:
    """The technician while one has the job, else the owner."""
    held = case.technician_person if case.open and case.technician_person else case.owner
    return held.name if held else ""


def promise_words(promise: PromiseView, now: datetime) -> str:
    """首次联系 · 已超时 5 分 · 今天 15:30."""
    title = said(promise.title)
    if promise.left is None or promise.due_at is None:
        return title
    return f"{title} · {words_left(promise.left)} · {due_time(promise.due_at, now)}"


COLUMNS: tuple[Column[Line], ...] = (
    Column(_("Number"), lambda row: row.case.number),
    Column(_("When"), lambda row: row.when),
    Column(_("Urgency"), lambda row: URGENCIES.get(row.case.urgency, row.case.urgency)),
    Column(_("Kind"), lambda row: row.kind),
    Column(_("Appliance"), lambda row: row.machine),
    Column(_("Service point"), lambda row: row.node),
    Column(_("Stands at"), lambda row: row.place),
    Column(_("Who has it"), lambda row: row.who),
    Column(_("Opened"), lambda row: row.case.opened_at),
    Column(_("Next promise"), lambda row: row.promise),
)
