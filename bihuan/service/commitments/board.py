"""The board of promises: what presses for a viewer, whose it is, and which step of its ladder comes next.

Promises that the house keeps by itself stand on no board. Nothing is stored for it: the rows are the promises.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models import Case as Either
from django.db.models import When as If

from bihuan.ground.journal.models import Entry
from bihuan.registers.access.queries import names_of
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.queries import visible
from bihuan.service.commitments.making import rung_row
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.reckoning import rung_of, rungs_of, steps_ahead

KEY = ("due_at", "id")  # the order of the board: the least time left first
JOINED = ("case__owner", "case__technician_person", "case__node")
HOLDER = Either(
    If(case__open=True, case__technician_person__isnull=False, then=F("case__technician_person_id")),
    default=F("case__owner_id"),
    output_field=BigIntegerField(),
)
"""Who has it: the technician while one has the job, else whoever answers for the case."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants to see of the board. Blank, zero and None are every."""

    nodes: frozenset[int] | None = None
    person: int = 0
    about: str = ""
    urgency: str = ""
    category: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Team:
    """A node of the organisation that somebody may choose, with the numbers of it and all under it."""

    id: int
    name: str
    nodes: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The next step of a ladder: whom it tells, and when. `if_broken`: only if the promise is broken by then."""

    who: tuple[str, ...]
    at: datetime
    if_broken: bool = False


def owed(viewer: Viewer, asked: Asked) -> QuerySet[Any]:
    """The open promises of the cases that this viewer may see, unordered, each with its `holder`; resting ones, which
    have no due time, are left out."""
    viewer.must("promise.read")
    found = Promise.objects.filter(open=True, quiet=False, due_at__isnull=False)
    found = found.filter(Exists(visible(viewer).filter(id=OuterRef("case_id")))).annotate(holder=HOLDER)
    if asked.nodes is not None:
        found = found.filter(case__node_id__in=asked.nodes)
    told = {
        "holder": asked.person,
        "about": asked.about,
        "case__urgency": asked.urgency,
        "case__category": asked.category,
        "case__kind": asked.kind,
    }
    return found.filter(**{name: value for name, value in told.items() if value})


def broken(now: datetime) -> Q:
    return Q(due_at__lt=now)


def at_risk(now: datetime) -> Q:
    return Q(state=Promise.RUNNING, warn_at__lte=now, due_at__gte=now)


def pressing(rows: QuerySet[Any], *, state: str, now: datetime) -> QuerySet[Any]:
    """Those of them that are broken, at risk, or either; page them by `KEY`."""
    wanted = {"broken": broken(now), "at_risk": at_risk(now)}
    return rows.filter(wanted.get(state) or broken(now) | at_risk(now)).select_related(*JOINED)


def teams(viewer: Viewer) -> list[Team]:
    """The nodes whose work this viewer sees, in the order of the tree."""
    nodes = Node.objects.order_by("path")
    if viewer.nodes is not None:
        nodes = nodes.filter(id__in=viewer.nodes)
    rows = list(nodes.values_list("id", "name", "path"))
    return [
        Team(id=node, name=name, nodes=frozenset(one for one, _, below in rows if below.startswith(path)))
        for node, name, path in rows
    ]


def counted(rows: QuerySet[Any], *, now: datetime) -> list[tuple[int, int | None, int, int]]:
    """How many are broken and at risk, by node and holder: one statement."""
    found = rows.filter(broken(now) | at_risk(now)).order_by()
    told = found.values_list("case__node_id", "holder").annotate(
        broken=Count("id", filter=broken(now)), at_risk=Count("id", filter=at_risk(now))
    )
    return list(told)


def people_named(ids: Iterable[int | None]) -> dict[int, str]:
    """Members of staff by number: the names that stand on the board."""
    return names_of({one for one in ids if one})


def next_steps(promises: Sequence[Promise]) -> dict[int, NextStep]:
    """promise → the next step of its ladder that was not taken yet, of those that have one: one statement. For a
    promise that still runs, the step that would come first if it broke."""
    held = {promise.id: promise for promise in promises}
    ahead = steps_ahead().filter(promise_id__in=list(held))
    found: dict[int, NextStep] = {}
    for rung in ahead.order_by("due_at", "level"):
        rule = rung_of(held[rung.promise_id], rung.level)
        if rung.promise_id not in found and rule is not None:
            found[rung.promise_id] = NextStep(who=rule.who, at=rung.due_at)
    for promise in promises:
        step = _step_if_broken(promise) if promise.id not in found else None
        if step is not None:
            found[promise.id] = step
    return found


def _step_if_broken(promise: Promise) -> NextStep | None:
    if promise.state != Promise.RUNNING or promise.due_at is None:
        return None
    steps = [
        (rung_row(promise, rule, base=promise.due_at).due_at, rule.level, rule.who)
        for rule in rungs_of(promise)
        if rule.since == "broken"
    ]
    if not steps:
        return None
    at, _, who = min(steps)
    return NextStep(who=who, at=at, if_broken=True)


_newest: tuple[float, int] = (float("-inf"), 0)
PULSE_SECONDS = 1.0


def pulse() -> int:
    """The number of the newest entry of the journal, asked of the database at most once a second by each process,
    however many boards are open."""
    global _newest
    if monotonic() - _newest[0] > PULSE_SECONDS:
        newest = Entry.objects.order_by("-id").values_list("id", flat=True).first()
        _newest = (monotonic(), newest or 0)
    return _newest[1]


def forget_pulse() -> None:
    global _newest
    _newest = (float("-inf"), 0)
