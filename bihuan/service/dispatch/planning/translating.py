"""Visits as jobs: one day of a service point as the engine of `ground.routing` sees it.

Seconds count from midnight of the day. A job's id is that of its case. What cannot move (begun or done, leave, what is
kept free) is a job of its technician at its second; what was agreed stays with its technician and in its slot.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

import numpy as np
from django.utils.timezone import get_default_timezone, localdate, make_aware

from bihuan.ground.routing.model import Id, Job, Priority, Problem, Technician, Travel, Window
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.registers.staff.queries import Ability
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.loads import rooms_at
from bihuan.service.dispatch.choosing import Crew, refused_by
from bihuan.service.dispatch.fitting import SPARE, Held, Place, window_of
from bihuan.service.dispatch.lines import home_of, place_of
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.hours import UNKNOWN_WAY, breaks_of, span_of
from bihuan.service.dispatch.rules import level_for
from bihuan.service.dispatch.slots import WIDTH, Slot, slots_on
from bihuan.service.dispatch.timing.rules import LIKE_NOON
from bihuan.service.dispatch.wishes import NOTHING_HEARD, Heard, heard_of

SLACK = 900  # seconds: what is agreed may be reached so much later by the travel times of the engine
SECOND = "+"  # ends the id of the second technician's part

type Matrix = Callable[[Sequence[Point], datetime], Travel]


@dataclass(frozen=True, kw_only=True)
class Morning:
    """A day to plan. `start` is the plan as it stands: technician → jobs in order. `cases`: every case of the day by
    its job; `open`: the jobs that wait for a technician or a time."""

    day: date
    problem: Problem
    start: Mapping[Id, list[Id]]
    cases: Mapping[Id, Case]
    open: frozenset[Id]
    midnight: int

    def at(self, seconds: int) -> datetime:
        """The moment of so many seconds after midnight."""
        return datetime.fromtimestamp(self.midnight + seconds, get_default_timezone())

    def without_pairs(self, barred: Collection[tuple[Id, int]]) -> "Morning":
        """The same day, in which these technicians do not take these cases."""
        jobs = tuple(
            replace(job, excluded=job.excluded | {who for case, who in barred if case == job.id})
            for job in self.problem.jobs
        )
        return replace(self, problem=replace(self.problem, jobs=jobs))

    def slot_at(self, seconds: int) -> Slot | None:
        """The slot in which work that begins then is planned."""
        for slot in slots_on(self.day, get_default_timezone()):
            opens, closes = window_of(slot)
            if opens <= self.midnight + seconds <= closes:
                return slot
        return None


def morning_of(
    crew: Crew,
    day: date,
    *,
    cases: Iterable[Case],
    matrix: Matrix,
    intended: Mapping[int, tuple[int, int]] | None = None,
    without: Collection[int] = (),
) -> Morning:
    """The day of these technicians as it stands, and these cases that have no agreed time (read with place, customer
    and node). `intended`: case → the technician and the begin (epoch seconds) that are meant for it. `without`: these
    technicians are thought away; what was agreed with them is to be planned anew, in its slot."""
    return _Translating(crew, day, tuple(cases), matrix, intended or {}, frozenset(without)).morning()


@dataclass
class _Translating:
    crew: Crew
    day: date
    waiting: Sequence[Case]
    matrix: Matrix
    intended: Mapping[int, tuple[int, int]]
    without: frozenset[int]
    places: list[Place] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)  # places whose way there is within their time
    jobs: list[Job] = field(default_factory=list)
    cases: dict[Id, Case] = field(default_factory=dict)
    free: set[Id] = field(default_factory=set)
    stands: dict[Id, list[tuple[Held, int]]] = field(default_factory=dict)  # technician → with its place

    def morning(self) -> Morning:
        self.midnight = int(make_aware(datetime.combine(self.day, time())).timestamp())
        standing = [(one, held) for one in self.crew.abilities for held in self.crew.line(one, self.day).held]
        visits = {
            visit.id: visit
            for visit in Visit.objects.select_related("case__place", "case__customer", "case__node").filter(
                id__in=[held.visit_id for _, held in standing]
            )
        }
        lost = [visits[held.visit_id].case for one, held in standing if self._is_lost(one, held)]
        today = localdate(self.crew.now)
        self.rooms = rooms_at((case.node_id for case in self.waiting), [self.day])
        self.heard = heard_of([*self.waiting, *lost], today=today)
        self.tried = refused_by(case.id for case in (*self.waiting, *lost))
        order = dict[Id, list[tuple[int, Id]]]()
        for one, held in standing:
            case = visits[held.visit_id].case if held.visit_id in visits else None
            if self._is_lost(one, held):
                assert case is not None and held.window is not None
                self._wait(case, [self._since_midnight(held.window)], was=one.id)
            elif one.id not in self.without:
                job = self._stand(one, held, case)
                order.setdefault(one.id, []).append((held.begins, job))
        for case in self.waiting:
            who, begins = self.intended.get(case.id, (None, 0))
            self._wait(case, self._windows(case), was=who)
            if who is not None and who not in self.without:
                order.setdefault(who, []).append((begins, case.id))
        here = [one for one in self.crew.abilities if one.id not in self.without]
        for one in here:
            for rest in self._rests(one):
                order.setdefault(one.id, []).append((rest.begins, self._stand(one, rest, None)))
        homes = [self._place(home_of(one)) for one in here]
        self.travel = self._travel()
        people = tuple(map(self._technician, here, homes))
        return Morning(
            day=self.day,
            problem=Problem(
                technicians=people, jobs=tuple(self.jobs), travel=self.travel, day=self.day.isoformat()
            ),
            start={
                who: [job for _, job in sorted(some, key=lambda one: one[0])] for who, some in order.items()
            },
            cases=self.cases,
            open=frozenset(self.free),
            midnight=self.midnight,
        )

    def _is_lost(self, one: Ability, held: Held) -> bool:
        """Agreed with somebody who is thought away."""
        return one.id in self.without and held.window is not None

    def _technician(self, one: Ability, home: int) -> Technician:
        stands, waits = self.stands.get(one.id, ()), [job for job in self.jobs if job.id in self.free]
        places = [job.at for job in waits]
        span = span_of(
            self.day,
            one.shifts,
            self.crew.zone,
            out=int(self.travel[home, places].min()) if waits else 0,
            back=int(self.travel[places, home].min()) if waits else 0,
            shortest=self._shortest(),
        )
        opens, closes = span or (0, 0)
        if self.day == localdate(self.crew.now):
            opens = max(opens, int(self.crew.now.timestamp()) - self.midnight)
        there = [(held.begins, held.ends, at) for held, at in stands]
        for job in waits:
            who, begins = self.intended.get(self.cases[job.id].id, (None, 0))
            if who == one.id:
                sets_off = max(begins - int(self.travel[home, job.at]), int(self.crew.now.timestamp()))
                there.append((sets_off, begins + job.seconds, job.at))
        opens = min([opens, *(begins - self.midnight for begins, _, _ in there)])
        home_by = [ends - self.midnight + int(self.travel[at, home]) + SLACK for _, ends, at in there]
        closes = max([opens, closes, *home_by])
        kinds = {(self.cases[job].category, self.cases[job].kind) for job in self.free}
        levels = {kind: level_for(one.skills, category=kind[0], kind=kind[1]) for kind in kinds}
        return Technician(
            id=one.id,
            home=home,
            shift=(opens, closes),
            skills={_skill(*kind): level for kind, level in levels.items() if level},
            certificates={name: day.isoformat() for name, day in one.certificates.items()},
            max_jobs=(one.max_jobs if span else 0) + sum(not held.job for held, _ in stands),
        )

    def _stand(self, one: Ability, held: Held, case: Case | None) -> Id:
        """What stands in the day of its technician: within its slot if it may still move, else where it is."""
        begins, fixed = held.begins - self.midnight, held.window is None
        window, seconds = (begins, begins), held.ends - held.begins
        if held.window is not None:
            seconds, window = held.seconds, self._since_midnight(held.window)
            arrives = held.ends - held.seconds - self.midnight
            window = min(window[0], arrives), max(window[1], arrives)  # what stands late stands
        at = self._place(held.place, fixed=fixed)
        self.stands.setdefault(one.id, []).append((held, at))
        mine: Id = case.id if case is not None else f"{one.id}@{held.begins}"
        if mine in self.cases:  # somebody goes along
            mine = f"{mine}{SECOND}"
        elif case is not None:
            self.cases[mine] = case
        self.jobs.append(
            Job(
                id=mine,
                at=at,
                seconds=seconds,
                windows=(window,),
                priority=Priority.SAFETY,
                promised=True,
                technician=one.id,
                held=fixed,
                was=one.id,
            )
        )
        return mine

    def _shortest(self) -> int:
        """Seconds of the shortest work that waits."""
        return min((job.seconds for job in self.jobs if job.id in self.free), default=0)

    def _rests(self, one: Ability) -> Iterator[Held]:
        """Hours between two shifts, unless work is agreed in them or they are over."""
        agreed = [held for held, _ in self.stands.get(one.id, ())]
        for begins, ends in breaks_of(self.day, one.shifts, self.crew.zone, shortest=self._shortest()):
            since, until = max(self.midnight + begins, int(self.crew.now.timestamp())), self.midnight + ends
            if since < until and not any(held.begins < until and since < held.ends for held in agreed):
                yield Held(begins=since, ends=until, job=False)

    def _wait(self, case: Case, windows: Sequence[Window], *, was: int | None) -> None:
        """A case that waits for a technician or a time on this day."""
        asked, heard = self.crew.gates.asked_of(case), self.heard.get(case.id, NOTHING_HEARD)
        self.cases[case.id] = case
        self.free.add(case.id)
        if asked.until is not None and asked.until < self.day:
            windows = ()
        task = self.crew.task_of(case)
        due = case.next_due_at
        job = Job(
            id=case.id,
            at=self._place(place_of(case)),
            seconds=int(WIDTH.total_seconds()) - SPARE if task.whole else task.seconds,
            windows=tuple(windows) or ((1, 0),),
            skills={_skill(case.category, case.kind): 1},
            certificates=asked.permits,
            priority=_priority(case),
            promised=due is not None and int(due.timestamp()) < self.midnight + 86_400,
            age=max(0, (self.day - localdate(case.opened_at)).days),
            was=was,
            preferred=_preferred(heard),
            excluded=frozenset(heard.unwanted) | frozenset(self.tried.get(case.id, ())),
            together=f"{case.id}{SECOND}" if task.whole else None,
        )
        self.jobs.append(job)
        if task.whole:
            self.jobs.append(
                replace(
                    job,
                    id=f"{case.id}{SECOND}",
                    together=case.id,
                    was=None,
                    excluded=frozenset(heard.unwanted),
                )
            )

    def _windows(self, case: Case) -> list[Window]:
        """The slots of the day that are still to come, where the calendar has room and heat leaves them open to
        somebody."""
        asked = self.crew.gates.asked_of(case)
        if self.day in self.rooms.full_for(case):
            return []
        return [
            self._since_midnight(window_of(slot))
            for slot in slots_on(self.day, get_default_timezone())
            if slot.taken_from >= self.crew.now
            and (
                not asked.outdoors
                or any(self.crew.gates.heat_rule(one.id, asked, slot) is None for one in self.crew.abilities)
            )
        ]

    def _since_midnight(self, window: Window) -> Window:
        return window[0] - self.midnight, window[1] - self.midnight

    def _place(self, place: Place, *, fixed: bool = False) -> int:
        if not fixed and place in self.places and (at := self.places.index(place)) not in self.fixed:
            return at
        self.places.append(place)
        if fixed:
            self.fixed.append(len(self.places) - 1)
        return len(self.places) - 1

    def _travel(self) -> Travel:
        known = [at for at, place in enumerate(self.places) if place is not None]
        travel = np.full((len(self.places), len(self.places)), UNKNOWN_WAY, np.int32)
        if known:
            depart = datetime.combine(self.day, LIKE_NOON)
            points = [Point(*place) for place in self.places if place is not None]
            travel[np.ix_(known, known)] = self.matrix(points, depart)
        travel[:, self.fixed] = 0
        np.fill_diagonal(travel, 0)
        return travel


def _seconds(at: time) -> int:
    return at.hour * 3_600 + at.minute * 60 + at.second


def _skill(category: str, kind: str) -> str:
    return f"{category}/{kind}"


def _priority(case: Case) -> Priority:
    match case.urgency:
        case "urgent":
            return Priority.SAFETY
        case "high":
            return Priority.HIGH
    return Priority.NORMAL


def _preferred(heard: Heard) -> frozenset[Id]:
    known = [heard.fixed_last] if heard.fixed_last else []
    return frozenset(heard.wanted or known)
