"""What a plan of a day comes to, and what is other in one than in another. Seconds throughout."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.model import Id
from bihuan.ground.routing.plans import Plan, routes_from, solve
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.search import Budget, Searching
from bihuan.ground.routing.timetable import Route, Stop
from bihuan.service.dispatch.planning.translating import Morning

type Promised = Mapping[int, tuple[int | None, int | None]]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of the cases of a day: how many are served, and of those that are not how many are urgent; `late` promises end
    before they would be kept; `driving` seconds of everybody together."""

    served: int
    left: int
    urgent_left: int
    late: int
    driving: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A case that goes to somebody, or at another time, than as the day stands. `begins` is second of the day."""

    case_id: int
    was: int | None
    was_begins: int | None
    technician: int
    begins: int


def as_it_stands(morning: Morning, policy: Policy) -> Plan:
    """The day as it is, without whatever has no place in it yet."""
    own = {job: who for who, jobs in morning.start.items() for job in jobs}
    jobs = [replace(job, technician=own[job.id]) for job in morning.problem.jobs if job.id in own]
    kept = {job.id for job in jobs}
    jobs = [job if job.together in kept else replace(job, together=None) for job in jobs]
    problem = replace(morning.problem, jobs=tuple(jobs))
    return solve(problem, policy, Budget(rounds=0), seed=1, start=morning.start, reasons_for=())


def figures_of(morning: Morning, plan: Plan, promised: Promised) -> Figures:
    """`promised`: case → the second of the day by which somebody must come, and by which it must be done."""
    done = dict(_stops(plan))
    left = [case for job, case in morning.cases.items() if job not in done]
    return Figures(
        served=len(morning.cases) - len(left),
        left=len(left),
        urgent_left=sum(case.urgency == "urgent" for case in left),
        late=sum(_is_late(done.get(case_id), by) for case_id, by in promised.items()),
        driving=sum(_driving(morning, route) for route in plan.routes),
    )


def cost_of(morning: Morning, policy: Policy, plan: Plan) -> int:
    """What the search weighs: driving, fees, and what is left by its worth. Less is better."""
    found = Searching.over(day_of(morning.problem, policy), seed=1)
    found.stand(routes_from(morning.problem, found, plan.orders()))
    return int(found.counters[k.BEST])


def differences(morning: Morning, standing: Plan, plan: Plan) -> Iterator[Difference]:
    """What is other in the plan, in the order of its days; in the same slot with the same technician nothing is."""
    was = {job: (who, stop.start) for who, job, stop in _visits(standing)}
    for who, job, stop in sorted(_visits(plan), key=lambda one: (one[2].start, str(one[1]))):
        if job not in morning.open:
            continue
        before, begun = was.get(job, (None, None))
        slot = morning.slot_at(stop.start)
        if slot is None or (before == who and begun is not None and morning.slot_at(begun) == slot):
            continue
        told = _was(plan, job) if before is None else before
        yield Difference(
            case_id=morning.cases[job].id,
            was=int(told) if told is not None else None,
            was_begins=begun,
            technician=int(who),
            begins=stop.start,
        )


def _was(plan: Plan, which: Id) -> Id | None:
    """Who was told to do it although it has no place in the day as it stands."""
    return next(job.was for route in plan.routes for job in route.jobs() if job.id == which)


def _visits(plan: Plan) -> Iterator[tuple[Id, Id, Stop]]:
    for route in plan.routes:
        for stop in route.stops:
            if isinstance(stop, Stop):
                yield route.technician.id, stop.job.id, stop


def _stops(plan: Plan) -> Iterator[tuple[Id, Stop]]:
    for _, job, stop in _visits(plan):
        yield job, stop


def _is_late(stop: Stop | None, by: tuple[int | None, int | None]) -> bool:
    comes, ends = by
    if stop is None:
        return True
    return (comes is not None and stop.start > comes) or (ends is not None and stop.leave > ends)


def _driving(morning: Morning, route: Route) -> int:
    travel, place, seconds = morning.problem.travel, route.technician.leaves_from, 0
    for job in route.jobs():
        seconds, place = seconds + int(travel[place, job.at]), job.at
    return seconds + int(travel[place, route.technician.home])


def orders_of(plan: Plan) -> list[list[Any]]:
    """The routes as JSON keeps them, for the search to go on from."""
    return [[who, jobs] for who, jobs in plan.orders().items()]
