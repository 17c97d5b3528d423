"""A day that goes on: what happens changes the problem, and the plan is mended with as few changes as can be.

Nothing is kept between two events: a day is a problem and the jobs of each technician in order, both values. Jobs that
were begun are no part of it any more (`from_now`), so that they cannot move.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from time import process_time

import numpy as np

from bihuan.ground.routing.model import UNREACHABLE, Id, Job, Problem, Technician, Window
from bihuan.ground.routing.plans import Plan, Unserved, solve
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.search import Budget, Manner
from bihuan.ground.routing.timetable import Break, Fetch, Route, Stop
from bihuan.ground.routing.why import Rule

TRIES, STEP = 6, 1_800  # how often, and by how many seconds more, somebody is tried later
AGAIN = 0.2  # the share of the budget in which place is made for somebody who will be late
MENDING = Manner(hot=300, cold=5)  # how far a mended plan may stray from the one that was told


@dataclass(frozen=True, eq=False)
class Today:
    """What is still to do: a problem, and for each technician the jobs in order."""

    problem: Problem
    routes: Mapping[Id, Sequence[Id]]


# what can happen


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A new job; seconds to its place from every other, and from it to every other. Its `at` is not looked at."""

    job: Job
    into: Sequence[int]
    out: Sequence[int]


@dataclass(frozen=True)
class Ill:
    """A technician stops working at `since`."""

    technician: Id
    since: int


@dataclass(frozen=True)
class Delayed:
    """A technician is free so many seconds later than was thought."""

    technician: Id
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Where a technician who is free was at a moment; seconds from there to every other place."""

    technician: Id
    at: int
    out: Sequence[int]


@dataclass(frozen=True)
class Dropped:
    """Nobody at home, or cancelled: the job is not done on this day."""

    job: Id


@dataclass(frozen=True)
class Rebooked:
    """A job has other windows now."""

    job: Id
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class PartArrived:
    """So many of a part can be fetched at the store from `ready` on."""

    part: str
    count: int
    ready: int


type Event = Asked | Ill | Delayed | Seen | Dropped | Rebooked | PartArrived


@singledispatch
def after(event: Event, today: Today) -> Today:
    """The day as it is after an event; nothing is planned yet, so its routes may be impossible."""
    raise TypeError(f"{event!r} is nothing that can happen.")


@after.register
def _asked(event: Asked, today: Today) -> Today:
    problem = today.problem
    travel = _with_place(problem.travel, event.into, event.out)
    job = replace(event.job, at=len(problem.travel))
    return replace(today, problem=replace(problem, jobs=(*problem.jobs, job), travel=travel))


@after.register
def _ill(event: Ill, today: Today) -> Today:
    def shorter(one: Technician) -> Technician:
        return replace(
            one, shift=(one.shift[0], max(one.shift[0], min(one.shift[1], event.since))), overtime=0
        )

    return _technician(today, event.technician, shorter)


@after.register
def _delayed(event: Delayed, today: Today) -> Today:
    def later(one: Technician) -> Technician:
        return one.free_from(one.shift[0] + event.seconds)

    return _technician(today, event.technician, later)


@after.register
def _seen(event: Seen, today: Today) -> Today:
    problem = today.problem
    place = len(problem.travel)
    travel = _with_place(problem.travel, [UNREACHABLE] * place, event.out)

    def moved(one: Technician) -> Technician:
        return replace(one.free_from(event.at), start=place)

    return _technician(replace(today, problem=replace(problem, travel=travel)), event.technician, moved)


@after.register
def _dropped(event: Dropped, today: Today) -> Today:
    jobs = tuple(
        replace(job, together=None) if job.together == event.job else job
        for job in today.problem.jobs
        if job.id != event.job
    )
    return _without(replace(today, problem=replace(today.problem, jobs=jobs)), event.job)


@after.register
def _rebooked(event: Rebooked, today: Today) -> Today:
    def moved(job: Job) -> Job:
        return replace(job, windows=event.windows, held=False)

    return _without(_job(today, event.job, moved), event.job)


@after.register
def _part_arrived(event: PartArrived, today: Today) -> Today:
    store = today.problem.store
    if store is None:
        return today
    parts = {**store.parts, event.part: store.parts.get(event.part, 0) + event.count}
    stored = replace(store, parts=parts, ready={**store.ready, event.part: event.ready})
    return replace(today, problem=replace(today.problem, store=stored))


def _with_place(
    travel: np.typing.NDArray[np.int32], into: Sequence[int], out: Sequence[int]
) -> np.typing.NDArray[np.int32]:
    """The table with one place more, at its end."""
    count = len(travel)
    wider = np.zeros((count + 1, count + 1), np.int32)
    wider[:count, :count] = travel
    wider[:count, count], wider[count, :count] = np.minimum(into, UNREACHABLE), np.minimum(out, UNREACHABLE)
    return wider


def _technician(today: Today, who: Id, change: Callable[[Technician], Technician]) -> Today:
    people = tuple(change(one) if one.id == who else one for one in today.problem.technicians)
    return replace(today, problem=replace(today.problem, technicians=people))


def _job(today: Today, which: Id, change: Callable[[Job], Job]) -> Today:
    jobs = tuple(change(one) if one.id == which else one for one in today.problem.jobs)
    return replace(today, problem=replace(today.problem, jobs=jobs))


def _without(today: Today, job: Id) -> Today:
    return replace(
        today, routes={who: [one for one in jobs if one != job] for who, jobs in today.routes.items()}
    )


def from_now(problem: Problem, routes: Sequence[Route], now: int) -> Today:
    """What is left of a plan at a moment. Whoever drives to a job or works at it is free when that is over; whoever has
    not set out yet sets out from where they are."""
    left, people = {}, []
    done: set[Id] = set()
    for technician in problem.technicians:
        route = next((one for one in routes if one.technician.id == technician.id), None)
        person, jobs, gone = _person_from_now(technician, route, now)
        people.append(person)
        left[technician.id] = jobs
        done |= gone
    moments = {stop.job.id: stop.start for route in routes for stop in route.stops if isinstance(stop, Stop)}

    def kept(job: Job) -> Job:
        """Both of a pair begin when they were told to, or alone if the other has begun."""
        if job.together is None:
            return job
        moment = moments.get(job.id)
        windows = job.windows if moment is None else ((moment, moment),)
        return replace(job, windows=windows, together=None if job.together in done else job.together)

    jobs_left = tuple(kept(job) for job in problem.jobs if job.id not in done)
    return Today(replace(problem, technicians=tuple(people), jobs=jobs_left), left)


def _person_from_now(
    technician: Technician, route: Route | None, now: int
) -> tuple[Technician, list[Id], set[Id]]:
    """The technician, the jobs that are left, and those that are begun or driven to."""
    place, free, lunch = technician.leaves_from, max(now, technician.shift[0]), technician.lunch
    jobs: list[Id] = []
    gone: set[Id] = set()
    before, begun = technician.shift[0], True
    for part in _parts(route.stops if route else ()):
        last = part[-1]
        begun = begun and (last.start if isinstance(last, Break) else before) < now
        before = last.leave
        if not begun:
            jobs += [last.job.id] if isinstance(last, Stop) else []
            continue
        free = max(now, last.leave)
        if any(isinstance(stop, Break) for stop in part):
            lunch = None
        if isinstance(last, Stop):
            place = last.job.at
            gone.add(last.job.id)
    if lunch is not None and technician.has_lunch():
        opens, closes = lunch.begins
        lunch = replace(lunch, begins=(max(opens, free), max(closes, free)))
    return replace(technician.free_from(free), start=place, lunch=lunch), jobs, gone


def _parts(stops: Sequence[Stop | Fetch | Break]) -> Iterator[list[Stop | Fetch | Break]]:
    """A route in pieces that are begun as a whole: a visit with all since the drive to it began, and lunch before a
    drive."""
    part: list[Stop | Fetch | Break] = []
    for number, stop in enumerate(stops):
        part.append(stop)
        following = stops[number + 1] if number + 1 < len(stops) else None
        eaten_first = isinstance(stop, Break) and not (
            isinstance(following, Stop | Fetch) and following.arrive <= stop.start
        )
        if isinstance(stop, Stop) or eaten_first:
            yield part
            part = []


# mending


@dataclass(frozen=True)
class Change:
    """A job that goes to somebody else; None: to nobody, or from nobody."""

    job: Id
    was: Id | None
    now: Id | None


@dataclass(frozen=True)
class Broken:
    """A promise that cannot be kept: by so many seconds, or None where nobody can come at all, and why."""

    job: Id
    late: int | None
    why: Unserved


@dataclass(frozen=True, eq=False)
class Mended:
    """The day with its new plan, what has changed, and what cannot be kept."""

    today: Today
    plan: Plan
    changes: tuple[Change, ...]
    broken: tuple[Broken, ...]


def mended(
    today: Today,
    policy: Policy,
    budget: Budget,
    *,
    seed: int,
    keep: Collection[Id] = (),
    manner: Manner = MENDING,
    clock: Callable[[], float] = process_time,
) -> Mended:
    """A plan for the day as it is now. The jobs in `keep` stay with their technicians; where that cannot be they are
    `broken`, late by as little as can be or without anybody, and never in silence."""
    told = {job: who for who, jobs in today.routes.items() for job in jobs}
    jobs = tuple(
        replace(
            job,
            was=told.get(job.id, job.was),
            held=job.held or job.id in keep,
            promised=job.promised or job.id in keep,
            technician=_pin(job, told, keep),
        )
        for job in today.problem.jobs
    )
    problem = replace(today.problem, jobs=jobs)
    owed = {job.id for job in jobs if job.promised}
    plan = solve(
        problem, policy, budget, seed=seed, start=today.routes, manner=manner, clock=clock, reasons_for=owed
    )
    missed = [one for one in plan.unserved if one.job.id in owed]
    late: dict[Id, int] = {}
    for _ in range(TRIES):  # as late as must be; whatever was not told to anybody may give way
        more = {
            one.job.id: by
            for one in plan.unserved
            if one.job.id in owed and (by := _later_by(one)) is not None
        }
        if not more:
            break
        late |= {job: late.get(job, 0) + by for job, by in more.items()}
        problem = replace(problem, jobs=tuple(_later(job, late.get(job.id, 0)) for job in jobs))
        start, again = plan.orders(), budget.share(AGAIN)
        plan = solve(
            problem, policy, again, seed=seed, start=start, manner=manner, clock=clock, reasons_for=owed
        )
    begins = {
        stop.job.id: stop.start for route in plan.routes for stop in route.stops if isinstance(stop, Stop)
    }
    broken = [Broken(one.job.id, _by_so_much(one.job, begins.get(one.job.id)), one) for one in missed]
    now = {job.id: route.technician.id for route in plan.routes for job in route.jobs()}
    changes = tuple(
        Change(job.id, told.get(job.id), now.get(job.id))
        for job in problem.jobs
        if told.get(job.id) != now.get(job.id)
    )
    routes = {who: [one for one, mine in now.items() if mine == who] for who in set(now.values())}
    return Mended(Today(today.problem, routes), plan, changes, tuple(broken))


def _pin(job: Job, told: Mapping[Id, Id], keep: Collection[Id]) -> Id | None:
    return told.get(job.id, job.technician) if job.id in keep else job.technician


def _later_by(one: Unserved) -> int | None:
    """So much later it is to be tried: what would be enough, or less than which it cannot be; None where no other time
    would help."""
    if (enough := _least_late(one)) is not None:
        return enough
    missing = {
        reason.rule: reason.short_by for reason in reversed(one.because)
    }  # the nearest miss of each rule
    least = [missing[rule] for rule in (Rule.WINDOW, Rule.LUNCH) if rule in missing]
    if Rule.NO_GAP in missing:
        least.append(min(missing[Rule.NO_GAP], STEP))
    return min(least, default=None)


def _by_so_much(job: Job, begins: int | None) -> int | None:
    if begins is None:
        return None
    return max(0, begins - max(closes for _, closes in job.windows)) if job.windows else 0


def _least_late(one: Unserved) -> int | None:
    """By how much its windows must be wider so that somebody takes it."""
    return next((relaxation.by for relaxation in one.relax if relaxation.kind == "window"), None)


def _later(job: Job, late: int) -> Job:
    return (
        replace(job, windows=tuple((opens, closes + late) for opens, closes in job.windows)) if late else job
    )
