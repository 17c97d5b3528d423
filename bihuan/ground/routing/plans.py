"""A day planned: solve a problem, and write the plan down as programs read it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import process_time, thread_time
from typing import Any

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.model import Id, Job, Problem
from bihuan.ground.routing.parts import FETCHED, Fetching
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.regions import Region, by_regions, is_large
from bihuan.ground.routing.search import FROM_NOTHING, MANY_JOBS, Budget, Manner, Searching
from bihuan.ground.routing.timetable import Break, Fetch, Route, Stop, route_of
from bihuan.ground.routing.together import Pairs, instants_of
from bihuan.ground.routing.why import Asking, Reason, Relaxation

POLISH = 0.02  # the share of the budget for polish
APART, COOLED = (
    0.8,
    0.1,
)  # the share of the budget for regions, and how hot the search goes on with their plans


@dataclass(frozen=True)
class Unserved:
    """A job without a technician, why, and what would change it."""

    job: Job
    because: tuple[Reason, ...]
    relax: tuple[Relaxation, ...]


@dataclass(frozen=True)
class Plan:
    """Routes of those who have work; `rounds` of the search; `seconds` of the processor that it took."""

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    rounds: int
    seconds: float

    def orders(self) -> dict[Id, list[Id]]:
        """For each technician with work the jobs in order, as another plan begins with them."""
        return {route.technician.id: [job.id for job in route.jobs()] for route in self.routes}


def solve(
    problem: Problem,
    policy: Policy,
    budget: Budget,
    *,
    seed: int,
    threads: int = 1,
    clock: Callable[[], float] = process_time,
    start: Mapping[Id, Sequence[Id]] | None = None,
    manner: Manner | None = None,
    reasons_for: Collection[Id] | None = None,
) -> Plan:
    """The best plan found within the budget, which counts from now on. `start` is a plan to improve: the jobs of each
    technician, in order; `manner` is how the search goes about it, `manner_for` the day if not told. `reasons_for`
    names the jobs whose reasons are asked for, None all. A large day is planned by as many regions as there are
    `threads` for most of the budget, which then is that of each thread; the rest is for the whole."""
    manner = manner or manner_for(problem)
    if threads > 1 and is_large(problem):
        start = by_regions(
            problem, start, threads, _plan_of_region(policy, budget.share(APART), seed, manner)
        )
        budget = budget.share(1 - APART)
        manner = replace(manner, hot=max(manner.cold, manner.hot * COOLED), starts=1)
    began = clock()
    found = Searching.over(day_of(problem, policy), seed=seed)
    if start is not None:
        found.stand(routes_from(problem, found, start))
    pairs = Pairs(problem, found)
    pairs.place()
    found.insert()
    rounds = 0
    if manner.starts > 1 and start is None and not pairs.count:
        rounds = found.begin_often(budget.share(0.5), manner=manner, clock=clock)
        manner = replace(manner, hot=manner.again)
    if pairs.count:  # the moments of pairs are chosen once more when the rest of the day has a shape
        rounds = found.improve(budget.share(0.3), clock=clock, manner=manner)
        found.settle()
        pairs.place()
    polish = POLISH * (budget.cpu_seconds or 0)
    rounds += found.improve(budget.less(clock() - began + polish, rounds), clock=clock, manner=manner)
    found.settle()
    found.polish(budget.less(clock() - began), clock=clock)
    if policy.in_tiers:
        found.fill()
    else:
        found.insert()
    pairs.fill()
    seconds = clock() - began
    left = [number for number in range(len(problem.jobs)) if found.where[number] < 0]
    asking = Asking(problem, found)
    return Plan(
        routes=tuple(_routes(problem, found)),
        unserved=tuple(_unserved(asking, number, reasons_for) for number in left),
        rounds=rounds,
        seconds=seconds,
    )


def manner_for(problem: Problem) -> Manner:
    """How a plan is sought from nothing, by the size of the day."""
    return MANY_JOBS if is_large(problem) else FROM_NOTHING


def _plan_of_region(
    policy: Policy, budget: Budget, seed: int, manner: Manner
) -> Callable[[Region, int], Mapping[Id, Sequence[Id]]]:
    def planned(region: Region, number: int) -> Mapping[Id, Sequence[Id]]:
        found = solve(
            region.problem,
            policy,
            budget,
            seed=seed + number,
            clock=thread_time,
            start=region.start or None,
            manner=manner,
            reasons_for=(),
        )
        return found.orders()

    return planned


def _unserved(asking: Asking, number: int, reasons_for: Collection[Id] | None) -> Unserved:
    job = asking.problem.jobs[number]
    if reasons_for is not None and job.id not in reasons_for:
        return Unserved(job, (), ())
    return Unserved(job, tuple(asking.reasons(number)), tuple(asking.relaxations(number)))


def routes_from(problem: Problem, found: Searching, start: Mapping[Id, Sequence[Id]]) -> list[list[int]]:
    """A plan to begin with, as numbers of jobs. Whatever cannot be driven in that order is left out; of a job named
    twice the first counts."""
    number, taken = {job.id: at for at, job in enumerate(problem.jobs)}, set[Id]()
    people, missing, made = len(problem.technicians), found.day.parts, []
    for person, technician in enumerate(problem.technicians):
        route: list[int] = []
        for one in start.get(technician.id, ()):
            if one not in number or one in taken:
                continue
            if found.prices[(number[one] * people + person) * 2] == k.FORBIDDEN:
                continue
            if _drawn(problem, person, [*route, number[one]], missing) is not None:
                route.append(number[one])
                taken.add(one)
        made.append(route)
    return made


def _drawn(problem: Problem, person: int, jobs: Sequence[int], missing: Fetching | None) -> Route | None:
    """The route with its times."""
    fetched = (
        () if missing is None else [problem.jobs[at].id for at in jobs if missing[at, person] == FETCHED]
    )
    technician, visits = problem.technicians[person], [problem.jobs[at] for at in jobs]
    return route_of(technician, visits, problem.travel, store=problem.store, fetched=fetched)


def _routes(problem: Problem, found: Searching) -> Iterator[Route]:
    missing, instants = found.day.parts, instants_of(problem, found)
    if instants:
        problem = replace(problem, jobs=tuple(instants.get(job.id, job) for job in problem.jobs))
    for person, jobs in enumerate(found.routes_found()):
        route = _drawn(problem, person, jobs, missing)
        if route is None:
            raise AssertionError(
                f"The search gave {problem.technicians[person].id} a route that cannot be driven."
            )
        if jobs:
            yield route


def written(plan: Plan, *, setup_seconds: float) -> dict[str, Any]:
    """The plan as JSON."""
    return {
        "routes": [_route(route) for route in plan.routes],
        "unserved": [
            {
                "job": one.job.id,
                "because": [_reason(reason) for reason in one.because],
                "relax": [_relaxation(relaxation) for relaxation in one.relax],
            }
            for one in plan.unserved
        ],
    } | effort(plan, setup_seconds=setup_seconds)


def effort(plan: Plan, *, setup_seconds: float) -> dict[str, Any]:
    """What the plan took, as JSON."""
    return {
        "iterations": plan.rounds,
        "setup_cpu_seconds": round(setup_seconds, 3),
        "cpu_seconds": round(plan.seconds, 3),
    }


def _route(route: Route) -> dict[str, Any]:
    told = {"technician": route.technician.id, "stops": list(map(_stop, route.stops)), "back": route.back}
    return told | ({"overtime_seconds": route.overtime} if route.overtime else {})


def _stop(stop: Stop | Fetch | Break) -> dict[str, Any]:
    if isinstance(stop, Break):
        return {"lunch": True, "start": stop.start, "leave": stop.leave}
    times = {"arrive": stop.arrive, "start": stop.start, "leave": stop.leave}
    return {"job" if isinstance(stop, Stop) else "fetch": stop.job.id} | times


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "rule": one.rule.value,
        "technician": one.technician,
        "need": one.need,
        "have": one.have,
        "short_by": one.short_by,
    }


def _relaxation(one: Relaxation) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": one.kind, "technician": one.technician}
    if one.by is not None:
        told["by_seconds"] = one.by
    if one.job is not None:
        told["job"] = one.job
    return told | {"cost": one.cost}
