"""Reads the registers into the values that the rules order: who could do this case, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, F
from django.utils.timezone import get_default_timezone, localdate, make_aware

from bihuan.registers.organisation.models import Node
from bihuan.registers.organisation.queries import (
    authorisations_of,
    coverage_of,
    licences_of,
    service_points,
)
from bihuan.registers.parts.models import Requirement
from bihuan.registers.parts.queries import Needed, asked_for_all
from bihuan.registers.staff.queries import Ability, abilities
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import slots
from bihuan.service.dispatch.capacity.loads import rooms_at
from bihuan.service.dispatch.fitting import Fit, Held, Line, Task, open_fits
from bihuan.service.dispatch.gates import Asked, Gates, asked_by
from bihuan.service.dispatch.lines import held_between, line_of, task_of
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.rules import (
    Choice,
    Covered,
    Permission,
    Point,
    Reason,
    Where,
    Work,
    Worker,
    barred,
    choose_point,
    choose_worker,
    last_day_permitted,
    level_for,
)
from bihuan.service.dispatch.wishes import NOTHING_HEARD, Heard, heard_of

UNBOOKED = ("to_accept", "to_assign", "to_book")


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a case beside itself: who refused it, whom its customer wishes, the days that are full for it
    by the capacity calendar."""

    tried: frozenset[int]
    heard: Heard
    full: frozenset[date]


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The technicians of some nodes with what takes their time in the coming week: read once for a whole list."""

    abilities: tuple[Ability, ...]
    held: Mapping[int, Sequence[Held]]
    gates: Gates
    now: datetime
    lines: dict[tuple[int, date], Line] = field(default_factory=dict)
    known: dict[tuple[int, Asked, Task], list[Fit]] = field(default_factory=dict)
    about: dict[int, About] = field(default_factory=dict)

    def ability(self, technician_id: int) -> Ability | None:
        return next((one for one in self.abilities if one.id == technician_id), None)

    def read_about(self, cases: Sequence[Case]) -> None:
        """Read once what is asked again with every step, of cases that one transaction works through."""
        self.about.update(about_of(cases, crew=self))

    @property
    def zone(self) -> tzinfo:
        return get_default_timezone()

    def slots_for(self, one: Ability, case: Case) -> list[slots.Slot]:
        """When this technician could still come to this case: at work, free, and every gate open."""
        return [fit.slot for fit in self.fits_for(one, case)]

    def fits_for(self, one: Ability, case: Case) -> list[Fit]:
        """The same with what each slot costs."""
        alone = self._alone(one, case)
        if not self.takes_two(case):
            return alone
        others = {slot for mate in self.could_go_along(one, case) for slot in self.alone(mate, case)}
        return [fit for fit in alone if fit.slot in others]

    def takes_two(self, case: Case) -> bool:
        return self.gates.asked_of(case).people > 1 or case.mate_person_id is not None

    def could_go_along(self, one: Ability, case: Case) -> list[Ability]:
        """The second technician where they are chosen already, else every colleague who can do this work and did not
        refuse it."""
        asked = self.gates.asked_of(case)
        here = [mate for mate in self.abilities if mate.node_id == one.node_id and mate.id != one.id]
        if case.mate_person_id is not None:
            return [mate for mate in here if mate.person_id == case.mate_person_id]
        able = [mate for mate in here if level_for(mate.skills, category=asked.category, kind=asked.kind)]
        not_them = self.not_along(case)
        return [mate for mate in able if mate.id not in not_them]

    def not_along(self, case: Case) -> frozenset[int]:
        """Technicians whom the house does not ask to go along on this case; nobody where one is enough."""
        if not self.takes_two(case):
            return frozenset()
        return frozenset(self.gates.unwanted_by(case)) | self.gates.refused_along(case)

    def alone(self, one: Ability, case: Case) -> list[slots.Slot]:
        """When they could come, without asking who goes along."""
        return [fit.slot for fit in self._alone(one, case)]

    def _alone(self, one: Ability, case: Case) -> list[Fit]:
        """Worked out once for every case that asks the same at the same place."""
        asked, task = self.gates.asked_of(case), self.task_of(case)
        if (one.id, asked, task) not in self.known:
            until = [day for day in (last_day_permitted(one.certificates, asked.permits), asked.until) if day]
            free = self._free(one, task, until=min(until, default=None))
            self.known[one.id, asked, task] = [
                fit for fit in free if self.gates.heat_rule(one.id, asked, fit.slot) is None
            ]
        return self.known[one.id, asked, task]

    def task_of(self, case: Case) -> Task:
        return task_of(case, whole=self.takes_two(case))

    def line(self, one: Ability, day: date) -> Line:
        """A technician's day as it stands."""
        if (one.id, day) not in self.lines:
            self.lines[one.id, day] = line_of(one, day, self.held.get(one.id, ()))
        return self.lines[one.id, day]

    def jobs_on(self, one: Ability, day: date) -> int:
        """How many jobs stand in a technician's day."""
        return sum(each.job for each in self.line(one, day).held)

    def held_back(self, one: Ability, case: Case) -> Reason | None:
        """Why a technician who has time still has no slot for this case; None where time itself is wanting."""
        free = self._free(one, self.task_of(case))
        return self.gate_rule(one, case, free[0].slot) if free else None

    def gate_rule(self, one: Ability, case: Case, slot: slots.Slot) -> Reason | None:
        """The gate that is shut for this technician in this slot; None when all are open."""
        shut = self.shut_for(one, case, slot)
        if shut is not None or not self.takes_two(case):
            return shut
        along = self.could_go_along(one, case)
        return None if any(slot in self.alone(mate, case) for mate in along) else Reason("no_second")

    def shut_for(self, one: Ability, case: Case, slot: slots.Slot, *, booked: bool = False) -> Reason | None:
        """The paper that ends before this slot, or what heat says against it. `booked`: the time is theirs already."""
        asked = self.gates.asked_of(case)
        day = slot.begins.astimezone(get_default_timezone()).date()
        for permit in sorted(asked.permits):
            ends = one.certificates.get(permit)
            if ends is None:
                return Reason("permit_missing", {"permit": permit})
            if ends < day:
                return Reason("permit_ends_before", {"permit": permit, "day": ends})
        if asked.until is not None and asked.until < day:
            return self.gates.papers_rule(case) or Reason("papers_end_before", {"day": asked.until})
        return self.gates.heat_rule(one.id, asked, slot, booked=booked)

    def _free(self, one: Ability, task: Task, *, until: date | None = None) -> list[Fit]:
        return open_fits(
            one.shifts,
            lambda day: self.line(one, day),
            task,
            max_jobs=one.max_jobs,
            now=self.now,
            zone=get_default_timezone(),
            until=until,
        )


def permits_for(needed: Needed, *, category: str, kind: str) -> frozenset[str]:
    """Every permit that this work asks for; blanks in the register mean every category or kind."""
    return asked_by(needed, category=category, kind=kind)


def crew_of(node_ids: frozenset[int] | None, *, now: datetime) -> Crew:
    """Everybody at these nodes (None = everywhere), in seven statements."""
    found = tuple(abilities(node_ids))
    begins = make_aware(datetime.combine(localdate(now), time()))
    held = held_between(
        [one.id for one in found], begins, begins + timedelta(days=slots.DAYS_AHEAD + 1), now=now
    )
    gates = Gates(found, asked=asked_for_all(), papers=papers_of, now=now)
    return Crew(abilities=found, held=held, gates=gates, now=now)


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
    case: Case,
    *,
    today: date,
    permits: frozenset[str] = frozenset(),
    licences: frozenset[str] = frozenset(),
    tried: Iterable[int] = (),
    heard: Heard = NOTHING_HEARD,
) -> Work:
    """A case as the rules see it; read its place along with it."""
    return Work(
        category=case.category,
        brand=case.brand,
        kind=case.kind,
        where=where_of(case),
        today=today,
        permits=permits,
        licences=licences,
        tried=frozenset(tried),
        wanted=heard.wanted,
        unwanted=heard.unwanted,
        fixed_last=heard.fixed_last,
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
    papers, load = papers_of(ids, nodes=nodes), loads_of(ids, now=now)
    return [
        replace(papers[node.id], covers=tuple(covers.get(node.id, ())), load=load.get(node.id, 0))
        for node in nodes
    ]


def papers_of(node_ids: set[int], *, nodes: Sequence[Node] | None = None) -> dict[int, Point]:
    """These service points with their brands' permissions and their own licences, without their load."""
    permissions: dict[int, list[Permission]] = {}
    for row in authorisations_of(node_ids):
        permissions.setdefault(row.node_id, []).append(
            Permission(
                brand=row.brand, category=row.category, valid_from=row.valid_from, valid_until=row.valid_until
            )
        )
    licences = licences_of(node_ids)
    found = service_points() if nodes is None else nodes
    return {
        node.id: Point(
            id=node.id,
            name=node.name,
            own=not node.authorised,
            permissions=tuple(permissions.get(node.id, ())),
            licences=licences.get(node.id, {}),
            capacity=node.daily_capacity,
            latitude=node.latitude,
            longitude=node.longitude,
        )
        for node in found
        if node.id in node_ids
    }


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
    today, asked = localdate(now), asked_for_all()[Requirement.SERVICE_POINT]
    return {
        case.id: choose_point(
            work_of(
                case,
                today=today,
                licences=asked_by(asked, category=case.category, kind=case.kind),
                tried=tried.get(case.id, ()),
            ),
            points,
        )
        for case in cases
    }


def barred_now(case: Case, *, now: datetime) -> Reason | None:
    """What the law of permits says against the case's own service point now; None where nothing does."""
    point = papers_of({case.node_id}).get(case.node_id)
    if point is None:
        return None
    asked = asked_for_all()[Requirement.SERVICE_POINT]
    licences = asked_by(asked, category=case.category, kind=case.kind)
    return barred(point, work_of(case, today=localdate(now), licences=licences))


def workers_for(case: Case, *, now: datetime, crew: Crew | None = None) -> Choice:
    """Every technician of the case's service point: those that may, best first, and those that may not."""
    held = crew or crew_of(frozenset({case.node_id}), now=now)
    return workers_for_all([case], crew=held)[case.id]


def worker_for(case: Case, technician_id: int, *, crew: Crew) -> Choice:
    """One of them alone: whether they may, without the place that they have among the others."""
    return workers_for_all([case], crew=crew, only=technician_id)[case.id]


def workers_for_all(cases: Sequence[Case], *, crew: Crew, only: int = 0) -> dict[int, Choice]:
    """The same for many cases of these technicians' nodes, in few more statements. A day that is full by the capacity
    calendar is no free day of anybody's. `only`: one technician, 0 for all."""
    told = about_of(cases, crew=crew)
    known: dict[tuple[int, Asked, Task, int | None, frozenset[int], frozenset[date]], Worker] = {}
    found: dict[int, Choice] = {}
    for case in cases:
        asked, about = crew.gates.asked_of(case), told[case.id]
        work = work_of(
            case,
            today=localdate(crew.now),
            permits=asked.permits,
            tried=about.tried,
            heard=about.heard,
        )
        here = [one for one in crew.abilities if one.node_id == case.node_id and (not only or one.id == only)]
        same = asked, crew.task_of(case), case.mate_person_id, crew.not_along(case), about.full
        for one in here:
            if (one.id, *same) not in known:
                known[one.id, *same] = _worker(one, crew, case, same[-1])
        found[case.id] = choose_worker(work, [known[one.id, *same] for one in here])
    return found


def about_of(cases: Sequence[Case], *, crew: Crew) -> Mapping[int, About]:
    """case → what is known of it, as the crew holds it or read now for all: five statements."""
    if all(case.id in crew.about for case in cases):
        return crew.about
    tried = refused_by(case.id for case in cases)
    heard = heard_of(cases, today=localdate(crew.now))
    rooms = rooms_at((case.node_id for case in cases), slots.days_of(crew.now, crew.zone))
    return {
        case.id: About(
            tried=frozenset(tried.get(case.id, ())),
            heard=heard.get(case.id, NOTHING_HEARD),
            full=rooms.full_for(case),
        )
        for case in cases
    }


def mates_for(
    case: Case,
    *,
    first_id: int,
    slot: slots.Slot | None,
    now: datetime,
    crew: Crew | None = None,
    tried: Iterable[int] = (),
) -> Choice:
    """Who can go along with the first technician: in this slot, or where none is agreed yet in any that both have.
    `tried`: who refused it, where the house chooses."""
    held = crew or crew_of(frozenset({case.node_id}), now=now)
    first = next((one for one in held.abilities if one.id == first_id), None)
    here = [one for one in held.abilities if one.node_id == case.node_id and one.id != first_id]
    asked, today = held.gates.asked_of(case), localdate(now)
    heard = heard_of([case], today=today).get(case.id, NOTHING_HEARD)
    work = work_of(case, today=today, permits=asked.permits, heard=heard, tried=tried)
    common = set(held.alone(first, case)) if first is not None and slot is None else {slot} if slot else set()
    return choose_worker(work, [_along(one, held, case, common) for one in here])


def _along(one: Ability, crew: Crew, case: Case, common: set[slots.Slot]) -> Worker:
    free = [slot for slot in crew.alone(one, case) if slot in common]
    return _worker_with(one, crew, free, held_back=None)


def _worker(one: Ability, crew: Crew, case: Case, full: frozenset[date]) -> Worker:
    could = crew.slots_for(one, case)
    free = [slot for slot in could if slot.begins.astimezone(crew.zone).date() not in full]
    if could and not free:
        return _worker_with(one, crew, free, held_back=Reason("days_full"))
    return _worker_with(one, crew, free, held_back=None if free else crew.held_back(one, case))


def _worker_with(one: Ability, crew: Crew, free: Sequence[slots.Slot], *, held_back: Reason | None) -> Worker:
    zone = get_default_timezone()
    first = free[0].begins.astimezone(zone).date() if free else None
    return Worker(
        id=one.id,
        name=one.name,
        skills=one.skills,
        permits=one.certificates,
        first_day=first,
        held_back=held_back,
        load=crew.jobs_on(one, first) if first else 0,
        max_jobs=one.max_jobs,
        latitude=one.latitude,
        longitude=one.longitude,
    )
