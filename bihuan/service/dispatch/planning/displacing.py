"""Where a technician has no time for a pressing case: which agreed visit could wait, and what that costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from bihuan.registers.staff.queries import Ability
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.choosing import Crew, crew_of
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.reserving import without_own_hold
from bihuan.service.dispatch.slots import Slot, days_of, shift_end, slots_on

PRESSING = ("urgent", "high", "normal", "low")
SOON = timedelta(days=2)
MOST = 3


@dataclass(frozen=True, kw_only=True)
class Displaced:
    """The slot that would be free if this visit waited, and the seconds of driving that it costs (below 0: saves)."""

    slot: Slot
    visit: Visit
    extra: int


def displaceable(case: Case, *, now: datetime) -> list[Displaced]:
    """The cheapest few ways to come soon by asking another customer for another time: somebody less pressing, whom
    nobody put off before. Nothing is asked or changed; empty where there is a time soon, or nobody goes yet."""
    standing = standing_assignment(case.id)
    if standing is None:
        return []
    crew = without_own_hold(crew_of(frozenset({standing.technician.node_id}), now=now), case_id=case.id)
    mine = next((one for one in crew.abilities if one.id == standing.technician_id), None)
    if mine is None or any(slot.begins < now + SOON for slot in crew.slots_for(mine, case)):
        return []
    cheapest: dict[int, Displaced] = {}
    for one in sorted(_ways(case, mine, crew), key=lambda one: (one.slot.begins.date(), one.extra, one.slot)):
        cheapest.setdefault(one.visit.id, one)
    return list(cheapest.values())[:MOST]


def _ways(case: Case, mine: Ability, crew: Crew) -> Iterator[Displaced]:
    days = [day for day in days_of(crew.now, crew.zone) if day < localtime(crew.now + SOON).date()]
    ids = [held.visit_id for day in days for held in crew.line(mine, day).held if held.window is not None]
    rows = Visit.objects.select_related("case").filter(id__in=ids, moved_by_us=0).exclude(case=case)
    less = {row.id: row for row in rows if PRESSING.index(row.case.urgency) > PRESSING.index(case.urgency)}
    task = crew.task_of(case)
    for day in days:
        line = crew.line(mine, day)
        for visit_id in [held.visit_id for held in line.held if held.visit_id in less]:
            for slot in slots_on(day, crew.zone):
                closes = shift_end(slot, mine.shifts, crew.zone)
                if (
                    closes is None
                    or slot.taken_from < crew.now
                    or crew.shut_for(mine, case, slot) is not None
                ):
                    continue
                fit = line.without(visit_id).fit(task, slot, ends_by=int(closes.timestamp()))
                if fit is not None:
                    yield Displaced(slot=slot, visit=less[visit_id], extra=fit.extra - line.detour(visit_id))
