"""Agreed visits that a rule forbids since: a paper that was taken back or ends before, heat that was told afterwards,
work for two that has one. Nothing is moved by itself: a person looks at it, and both technicians read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.service.dispatch.choosing import Crew, crew_of
from bihuan.service.dispatch.mates import mates_of
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.slots import DAYS_AHEAD, slot_at


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One visit, whom it concerns, and the rule."""

    visit: Visit
    name: str
    rule: Reason


def conflicts_at(node_ids: frozenset[int] | None, *, now: datetime) -> list[Conflict]:
    """The agreed visits of the coming week that a rule forbids, soonest first (`node_ids` None = everywhere)."""
    rows = Visit.objects.select_related("case", "technician__person").filter(
        state=Visit.BOOKED, slot_from__gte=now, slot_from__lt=now + timedelta(days=DAYS_AHEAD)
    )
    if node_ids is not None:
        rows = rows.filter(technician__node_id__in=node_ids)
    visits = list(rows.order_by("slot_from", "id"))
    return conflicts_of(visits, now=now) if visits else []


def conflicts_of(visits: Iterable[Visit], *, now: datetime) -> list[Conflict]:
    """The same for these visits, read with their cases and technicians: a fixed number of statements."""
    held = [visit for visit in visits if visit.state == Visit.BOOKED and visit.slot_from is not None]
    if not held:
        return []
    crew = crew_of(frozenset(visit.technician.node_id for visit in held), now=now)
    mates = mates_of([visit.case_id for visit in held])
    return [one for visit in held for one in _broken(visit, mates.get(visit.case_id), crew)]


def _broken(visit: Visit, mate: Mate | None, crew: Crew) -> list[Conflict]:
    slot = slot_at(visit.slot_from, crew.zone) if visit.slot_from is not None else None
    if slot is None:
        return []
    going = {visit.technician_id, mate.technician_id if mate is not None else visit.technician_id}
    found = []
    for one in crew.abilities:
        rule = crew.shut_for(one, visit.case, slot, booked=True) if one.id in going else None
        if rule is not None:
            found.append(Conflict(visit=visit, name=one.name, rule=rule))
    if mate is None and crew.gates.asked_of(visit.case).people > 1:
        found.append(Conflict(visit=visit, name=visit.technician.person.name, rule=Reason("one_of_two")))
    return found
