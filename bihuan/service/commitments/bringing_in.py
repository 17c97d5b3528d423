"""What is promised of cases that another system had until now.

Their promises begin when they are brought in: counted from their first day every one of them would be broken at
once, and everybody would be alarmed. Nobody is promised what lies behind already: the receipt, the first contact of
a case beyond the first place of its card, a service point or technician that it has. Past cases promise nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from bihuan.ground.journal.actions import lock_chains, record, writing
from bihuan.ground.journal.event import Actor, Event, Fact
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.events import CaseBroughtIn, CaseOpened
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.commitments.clause import Clause, Commitments, Held, Traits
from bihuan.service.commitments.events import PromisesMade
from bihuan.service.commitments.making import rows_for, rung_row
from bihuan.service.commitments.models import Promise, Rest, Rung
from bihuan.service.commitments.pattern import Pattern
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.commitments.rules import Stretch
from bihuan.service.commitments.traits import traits_of

CONTACTED = "case.contacted"
ANY_END = frozenset({"case.done", "case.closed"})
RECEPTION = frozenset(
    {
        "case.call_connected",
        "case.call_greeted",
        "case.chat_connected",
        "case.chat_greeted",
        "notice.sent",
        "dispatch.offered",
    }
)
BEHIND_WITH: dict[str, str] = {
    "dispatch.accepted": Need.SERVICE_POINT_ACCEPTED,
    "dispatch.assigned": Need.TECHNICIAN_ASSIGNED,
    "dispatch.job_accepted": Need.TECHNICIAN_ACCEPTED,
    "dispatch.booked": Need.SLOT_AGREED,
}

type Alike = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One case that was brought in, with the event that says so."""

    case: Case
    event: CaseBroughtIn


def still_to_come(clause: Clause, *, ticks: frozenset[str], at_first: bool) -> bool:
    """Whether what a clause promises can still happen to a case that is carried on. Every end of a case ends it too;
    what counts is what it is about."""
    kinds = {pattern.kind for pattern in clause.stops}
    about_first_contact = CONTACTED in kinds and all(one.kind != CONTACTED for one in clause.starts)
    if about_first_contact and not at_first:
        return False
    about = [pattern for pattern in clause.stops if pattern.kind not in ANY_END]
    return not about or any(not _is_behind(pattern, ticks) for pattern in about)


def _is_behind(pattern: Pattern, ticks: frozenset[str]) -> bool:
    if pattern.kind == "case.need_ticked":
        return any(one.field == "need" and one.value in ticks for one in pattern.conditions)
    if pattern.kind == "notice.sent":
        return any(one.field == "about" and one.value.endswith("_opened") for one in pattern.conditions)
    return pattern.kind in RECEPTION or BEHIND_WITH.get(pattern.kind, "-") in ticks


def promise_carried(carried: Sequence[Carried], *, by: Actor, now: datetime) -> None:
    """Make the promises of these cases, which begin now, and let the clocks of those on hold rest. Runs in the
    transaction in which they were brought in; a handful of statements, however many cases."""
    made = _Made(by=by, now=now)
    rows: list[list[Promise]] = [made.rows_of(one) for one in carried]
    flat = [row for some in rows for row in some]
    Promise.objects.bulk_create(flat)
    rungs = [rung for row in flat for rung in made.rungs_of(row)]
    if rungs:
        Rung.objects.bulk_create(rungs)
    resting = [one for one in carried if one.event.hold_reason]
    if resting:
        Rest.objects.bulk_create(
            Rest(case=one.case, began_at=now, reason=one.event.hold_reason, by_kind=by.kind, by_id=by.id)
            for one in resting
        )
    with writing():
        lock_chains(one.case.chain_id for one in carried)
        for one, promises in zip(carried, rows, strict=True):
            if promises:
                told = PromisesMade(
                    subject_id=one.case.id,
                    promises=tuple(row.id for row in promises),
                    clauses=tuple(row.clause for row in promises),
                )
                record(told, by=by, now=now, chain=one.case.chain_id)
    _sort_by_due(carried, rows)


def _sort_by_due(carried: Sequence[Carried], rows: Sequence[Sequence[Promise]]) -> None:
    """Write the soonest promise on each case: cases that are alike have the same one."""
    by_due: dict[datetime, list[int]] = {}
    for one, promises in zip(carried, rows, strict=True):
        soonest = min((row.due_at for row in promises if row.due_at and not row.quiet), default=None)
        if soonest is not None:
            by_due.setdefault(soonest, []).append(one.case.id)
            one.case.next_due_at = soonest
    for due, ids in by_due.items():
        Case.objects.filter(id__in=ids).update(next_due_at=due)


class _Made:
    """The promises of cases that are alike are reckoned once."""

    def __init__(self, *, by: Actor, now: datetime) -> None:
        self.by, self.now = by, now
        self.force: Commitments = commitments_in_force()
        self.asked = self.force.traits_asked()
        self.held: dict[Alike, list[tuple[Held, dict[str, Any]]]] = {}
        self.clauses: dict[tuple[str, int, str], Held] = {}

    def rows_of(self, one: Carried) -> list[Promise]:
        traits = traits_of(one.case, self.asked)
        alike = (
            tuple(sorted((name, tuple(sorted(values))) for name, values in traits.items())),
            *(one.event.card, one.event.card_version),
            *(one.event.stands_at, one.event.ticks, one.event.hold_reason),
        )
        if alike not in self.held:
            self.held[alike] = self._reckoned(one, traits)
        return [
            Promise(**values | {"case_id": one.case.id, "node_id": one.case.node_id})
            for _, values in self.held[alike]
        ]

    def _reckoned(self, one: Carried, traits: Traits) -> list[tuple[Held, dict[str, Any]]]:
        event = one.event
        first = event.stands_at == card_at(event.card, event.card_version).starts_at
        found = self.force.started_by(
            CaseOpened.kind, traits, on=localdate(self.now), facts={"urgency": event.urgency}
        )
        ahead = [
            (profile, clause)
            for profile, clause in found
            if still_to_come(clause, ticks=frozenset(event.ticks), at_first=first)
        ]
        fact: Fact[Event] = Fact(
            event=event, by=self.by, chain=one.case.chain_id, happened_at=self.now, recorded_at=self.now
        )
        rests = [Stretch(self.now, None, event.hold_reason)] if event.hold_reason else []
        rows = rows_for(one.case, ahead, fact, rests=rests)
        for (profile, clause), _row in rows:
            self.clauses[profile.name, profile.version, clause.id] = (profile, clause)
        return [(held, _values(row)) for held, row in rows]

    def rungs_of(self, row: Promise) -> list[Rung]:
        profile, clause = self.clauses[row.profile, row.profile_version, row.clause]
        rules = [rung for rung in profile.rungs_of(clause) if rung.since == "began"]
        return [rung_row(row, rung, base=row.began_at) for rung in rules]


def _values(row: Promise) -> dict[str, Any]:
    return {
        one.attname: getattr(row, one.attname) for one in Promise._meta.concrete_fields if one.attname != "id"
    }
