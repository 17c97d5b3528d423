"""The rows that a figure of a day was counted from, and what was late: who had it, why, since when."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.models import Case
from bihuan.service.improvement.days import AGE_NAMES, FIGURES, Day, late_at, owed
from bihuan.service.improvement.models import DayFact
from bihuan.service.improvement.queries import OPEN_UNFINISHED, aged, within
from bihuan.service.improvement.rows import JOINED, Source
from bihuan.service.improvement.rules import WHEN
from bihuan.service.improvement.scope import Scope

MOST_LATE = 1000  # lines of one day's list
WHATS = {
    "opened": ("opened",), "done": ("done",), "chased": ("chased",), "remote": ("remote",),
    "offered": ("offered",), "returned": ("returned",), "complaints": ("opened", "escalated"),
}  # fmt: skip


def source_of_day(figure: str, scope: Scope, day: Day, *, when: str = "today") -> Source:
    """Where a figure was counted; the same conditions. An unknown figure is not found."""
    if figure not in FIGURES or when not in WHEN:
        raise NotFound
    if figure in AGE_NAMES or figure == "unfinished":
        cases = unfinished_at(scope, day, figure, when=when).select_related(*JOINED)
        return Source(rows=cases, key=("opened_at", "id"), when="opened_at", through_case=False)
    joined = [f"case__{name}" for name in JOINED]
    if figure in {"late", "broken"}:
        moment, span = late_at(day.until(when)), within("broken_at", day.spans[when])
        rows = owed(scope).filter(moment if figure == "late" else span, broken_at__isnull=False)
        return Source(
            rows=rows.select_related(*joined), key=("broken_at", "id"), when="broken_at", through_case=True
        )
    rows = DayFact.objects.filter(scope.of(), within("at", day.spans[when]), recorded_at__lte=day.known_at)
    rows = rows.filter(what__in=WHATS[figure]).select_related(*joined)
    if figure == "complaints":
        rows = rows.filter(Q(what="escalated") | Q(kind="complaint"))
    return Source(rows=rows, key=("-at", "-id"), when="at", through_case=True)


def unfinished_at(scope: Scope, day: Day, age: str, *, when: str) -> QuerySet[Case]:
    """The cases that were unfinished at that moment, as known then. Where a case was is told by what moved it since;
    what never moved since is where it is now."""
    moment, known = day.until(when), day.known_at
    later = DayFact.objects.filter(Q(at__gt=moment) | Q(recorded_at__gt=known), recorded_at__gt=moment)
    later = later.exclude(sign=0).filter(scope.of(), case_id=OuterRef("id")).order_by()
    change = later.values("case_id").annotate(signs=Sum("sign"))
    here = OPEN_UNFINISHED & scope.of(by_node=True)
    old = Q(opened_at__lte=moment) if age == "unfinished" else aged(age, moment, "opened_at")
    stayed = here & ~Q(Exists(change.exclude(signs=0)))
    left = Exists(change.filter(signs__lt=0))
    return Case.objects.filter(old).filter(stayed | Q(left))


@dataclass(frozen=True, kw_only=True)
class Late:
    """One late case as it stood at a moment. Numbers and codes only, so that it can be frozen: names are looked up
    when it is shown. `since`: ISO; `others`: how many more of its promises were over."""

    case_id: int
    number: str
    node_id: int
    category: str
    kind: str
    clause: str
    profile: str
    profile_version: int
    since: str
    place: str
    card: str
    card_version: int
    reason: str
    owner_id: int
    technician_id: int
    others: int = 0

    @property
    def who_id(self) -> int:
        """The technician while one had the job, else whoever answered for it."""
        return self.technician_id or self.owner_id

    @property
    def since_at(self) -> datetime:
        return datetime.fromisoformat(self.since)


def late_list(scope: Scope, day: Day, *, when: str = "today", limit: int = MOST_LATE) -> list[Late]:
    """What was late at that moment, the longest over first: two statements."""
    moment = day.until(when)
    rows = owed(scope).filter(late_at(moment)).select_related("case").order_by("broken_at", "id")
    first: dict[int, Any] = {}
    others: dict[int, int] = {}
    for row in rows[: limit * 3]:
        others[row.case_id] = others.get(row.case_id, -1) + 1
        if len(first) < limit:
            first.setdefault(row.case_id, row)
    stood = stood_at([row.case.chain_id for row in first.values()], moment, known_at=day.known_at)
    return [_late(row, stood.get(row.case.chain_id, Stood()), others[row.case_id]) for row in first.values()]


@dataclass(kw_only=True)
class Stood:
    """Where a case stood and who had it: folded from its story."""

    place: str = ""
    reason: str = ""
    owner_id: int = 0
    technician_id: int = 0

    def hear(self, kind: str, facts: dict[str, Any]) -> None:
        match kind:
            case "case.opened":
                self.owner_id = facts["owner_id"]
            case "case.brought_in":
                self.place, self.reason = facts["stands_at"], facts.get("hold_reason", "")
                self.technician_id = facts.get("person_id", 0)
            case "case.owner_changed":
                self.owner_id = facts["owner_id"]
            case "case.moved":
                self.place, self.reason = facts["reached"], ""
            case "case.rested":
                self.reason = facts["reason"]
            case "dispatch.job_accepted" | "dispatch.assigned":
                self.technician_id = facts["person_id"]
            case "dispatch.released" | "dispatch.job_refused":
                self.technician_id = 0


HEARD = (
    "case.opened", "case.brought_in", "case.owner_changed", "case.moved", "case.rested", "dispatch.assigned",
    "dispatch.job_accepted", "dispatch.job_refused", "dispatch.released",
)  # fmt: skip


def stood_at(chains: Iterable[int], moment: datetime, *, known_at: datetime) -> dict[int, Stood]:
    """chain → where its case stood at a moment, as known then: one statement."""
    entries = Entry.objects.filter(
        chain_id__in=list(chains), kind__in=HEARD, happened_at__lte=moment, recorded_at__lte=known_at
    )
    found: dict[int, Stood] = {}
    for chain, kind, body in entries.order_by("chain_id", "seq").values_list("chain_id", "kind", "body"):
        if chain is not None:
            found.setdefault(chain, Stood()).hear(kind, json.loads(body)["facts"])
    return found


def _late(row: Any, stood: Stood, others: int) -> Late:
    case = row.case
    return Late(
        case_id=case.id,
        number=case.number,
        node_id=case.node_id,
        category=case.category,
        kind=case.kind,
        clause=row.clause,
        profile=row.profile,
        profile_version=row.profile_version,
        since=row.broken_at.isoformat(),
        place=stood.place or card_at(case.card, case.card_version).starts_at,
        card=case.card,
        card_version=case.card_version,
        reason=stood.reason,
        owner_id=stood.owner_id,
        technician_id=stood.technician_id,
        others=others,
    )
