"""Reads the registers into the values that the rules order: who could do this case, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F
from django.utils.timezone import get_default_timezone, localdate, make_aware

from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import authorisations_of, coverage_of, service_points
from bihuan.registers.parts.queries import certificates_for_all
from bihuan.registers.staff.queries import Ability, abilities, busy_between
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import slots
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.rules import (
    Choice,
    Covered,
    Permission,
    Point,
    Where,
    Work,
    Worker,
    choose_point,
    choose_worker,
    last_day_permitted,
)

UNBOOKED = ("to_accept", "to_assign", "to_book")

type Needed = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The technicians of some nodes with what is taken of their coming week: read once for a whole list."""

    abilities: tuple[Ability, ...]
    taken: Mapping[int, Sequence[tuple[int, int]]]
    needed: Needed
    now: datetime

    def slots_of(self, one: Ability, *, permits: frozenset[str]) -> list[slots.Slot]:
        """When this technician could still come, while the permits hold."""
        return slots.free(
            one.shifts,
            self.taken.get(one.id, ()),
            max_jobs=one.max_jobs,
            now=self.now,
            zone=get_default_timezone(),
            until=last_day_permitted(one.certificates, permits),
        )


def permits_for(needed: Needed, *, category: str, kind: str) -> frozenset[str]:
    """Every permit that this work asks for; blanks in the register mean every category or kind."""
    places = [("", ""), (category, ""), ("", kind), (category, kind)]
    return frozenset(permit for place in places for permit in needed.get(place, ()))


def crew_of(node_ids: frozenset[int] | None, *, now: datetime) -> Crew:
    """Everybody at these nodes (None = everywhere), in six statements."""
    found = tuple(abilities(node_ids))
    begins = make_aware(datetime.combine(localdate(now), time()))
    taken = busy_between([one.id for one in found], begins, begins + timedelta(days=slots.DAYS_AHEAD + 1))
    return Crew(abilities=found, taken=taken, needed=certificates_for_all(), now=now)


def where_of(case: Case) -> Where:
    place = case.place
    return Where(
        city=case.city,
        district=case.district,
        street=case.street,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
    )


def work_of(
    case: Case, *, today: date, permits: frozenset[str] = frozenset(), tried: Iterable[int] = ()
) -> Work:
    """A case as the rules see it; read its place along with it."""
    return Work(
        category=case.category,
        brand=case.brand,
        kind=case.kind,
        where=where_of(case),
        today=today,
        permits=permits,
        tried=frozenset(tried),
    )


def points_now(now: datetime) -> list[Point]:
    """Every service point at work, with its load of today."""
    nodes = service_points()
    ids = {node.id for node in nodes}
    covers: dict[int, list[Covered]] = {}
    for line in coverage_of(ids):
        covers.setdefault(line.node_id, []).append(
            Covered(
                city=line.city,
                district=line.district,
                street=line.street,
                category=line.category,
                kind=line.kind,
            )
        )
    permissions: dict[int, list[Permission]] = {}
    for row in authorisations_of(ids):
        permissions.setdefault(row.node_id, []).append(
            Permission(
                brand=row.brand, category=row.category, valid_from=row.valid_from, valid_until=row.valid_until
            )
        )
    load = loads_of(ids, now=now)
    return [
        _point(node, covers.get(node.id, []), permissions.get(node.id, []), load.get(node.id, 0))
        for node in nodes
    ]


def _point(node: Node, covers: list[Covered], permissions: list[Permission], load: int) -> Point:
    return Point(
        id=node.id,
        name=node.name,
        own=not node.authorised,
        covers=tuple(covers),
        permissions=tuple(permissions),
        load=load,
        capacity=node.daily_capacity,
        latitude=node.latitude,
        longitude=node.longitude,
    )


def loads_of(node_ids: Iterable[int], *, now: datetime) -> dict[int, int]:
    """Work of today: visits booked for today, and cases that came today and have no slot yet."""
    begins = make_aware(datetime.combine(localdate(now), time()))
    found: dict[int, int] = {}
    booked = Visit.objects.filter(slot_from__gte=begins, slot_from__lt=begins + timedelta(days=1))
    booked = booked.exclude(state__in=(Visit.WITHDRAWN, Visit.PLANNED)).filter(
        technician__node_id__in=node_ids
    )
    waiting = Case.objects.filter(
        open=True, node_id__in=node_ids, stands_at__in=UNBOOKED, stands_since__gte=begins
    )
    for rows in (booked.annotate(at=F("technician__node_id")), waiting.annotate(at=F("node_id"))):
        for row in rows.order_by().values("at").annotate(n=Count("id")):
            found[row["at"]] = found.get(row["at"], 0) + row["n"]
    return found


def returned_by(case_ids: Iterable[int]) -> dict[int, set[int]]:
    """case → the service points that returned it or did not answer."""
    found: dict[int, set[int]] = {}
    rows = Offer.objects.filter(case_id__in=list(case_ids), state__in=(Offer.RETURNED, Offer.RECALLED))
    for case_id, node_id in rows.values_list("case_id", "node_id"):
        found.setdefault(case_id, set()).add(node_id)
    return found


def refused_by(case_ids: Iterable[int]) -> dict[int, set[int]]:
    """case → the technicians who refused it or did not answer."""
    found: dict[int, set[int]] = {}
    rows = Assignment.objects.filter(
        case_id__in=list(case_ids), state__in=(Assignment.REFUSED, Assignment.RECALLED)
    )
    for case_id, technician_id in rows.values_list("case_id", "technician_id"):
        found.setdefault(case_id, set()).add(technician_id)
    return found


def points_for(case: Case, *, now: datetime) -> Choice:
    """Every service point for this case: those that may, best first, and those that may not, with the rule."""
    return points_for_all([case], now=now)[case.id]


def points_for_all(
    cases: Sequence[Case], *, now: datetime, tried: Mapping[int, set[int]] | None = None
) -> dict[int, Choice]:
    """The same for many cases, in as many statements as for one. `tried`: who returned which, when it is known."""
    points = points_now(now)
    if tried is None:
        tried = returned_by(case.id for case in cases)
    today = localdate(now)
    return {
        case.id: choose_point(work_of(case, today=today, tried=tried.get(case.id, ())), points)
        for case in cases
    }


def workers_for(case: Case, *, now: datetime, crew: Crew | None = None) -> Choice:
    """Every technician of the case's service point: those that may, best first, and those that may not."""
    held = crew or crew_of(frozenset({case.node_id}), now=now)
    return workers_for_all([case], crew=held)[case.id]


def workers_for_all(cases: Sequence[Case], *, crew: Crew) -> dict[int, Choice]:
    """The same for many cases of these technicians' nodes, in one more statement."""
    tried, today = refused_by(case.id for case in cases), localdate(crew.now)
    known: dict[tuple[int, frozenset[str]], Worker] = {}
    found: dict[int, Choice] = {}
    for case in cases:
        permits = permits_for(crew.needed, category=case.category, kind=case.kind)
        work = work_of(case, today=today, permits=permits, tried=tried.get(case.id, ()))
        here = [one for one in crew.abilities if one.node_id == case.node_id]
        for one in here:
            if (one.id, permits) not in known:
                known[one.id, permits] = _worker(one, crew, permits)
        found[case.id] = choose_worker(work, [known[one.id, permits] for one in here])
    return found


def _worker(one: Ability, crew: Crew, permits: frozenset[str]) -> Worker:
    zone = get_default_timezone()
    free = crew.slots_of(one, permits=permits)
    first = free[0].begins.astimezone(zone).date() if free else None
    return Worker(
        id=one.id,
        name=one.name,
        skills=one.skills,
        permits=one.certificates,
        first_day=first,
        load=slots.jobs_on(first, crew.taken.get(one.id, ()), zone) if first else 0,
        max_jobs=one.max_jobs,
        latitude=one.latitude,
        longitude=one.longitude,
    )
