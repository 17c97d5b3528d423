"""A day planned: solve a problem, and write the plan down as programs read it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.model import Job, Problem
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.search import Budget, Searching
from bihuan.ground.routing.timetable import Route, Stop, route_of
from bihuan.ground.routing.why import Asking, Reason, Relaxation


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


def solve(
    problem: Problem,
    policy: Policy,
    budget: Budget,
    *,
    seed: int,
    threads: int = 1,
    clock: Callable[[], float] = process_time,
) -> Plan:
    """The best plan found within the budget, which counts from now on. Today one thread works, whatever is offered."""
    began = clock()
    found = Searching.over(day_of(problem, policy), seed=seed)
    found.insert()
    rounds = found.improve(budget.less(clock() - began), clock=clock)
    seconds = clock() - began
    found.settle()
    asking = Asking(problem, found)
    absent = [number for number in range(len(problem.jobs)) if found.where[number] < 0]
    return Plan(
        routes=tuple(_routes(problem, found)),
        unserved=tuple(
            Unserved(problem.jobs[job], tuple(asking.reasons(job)), tuple(asking.relaxations(job)))
            for job in absent
        ),
        rounds=rounds,
        seconds=seconds,
    )


def _routes(problem: Problem, found: Searching) -> list[Route]:
    made = []
    for technician, jobs in zip(problem.technicians, found.routes_found(), strict=True):
        route = route_of(technician, [problem.jobs[job] for job in jobs], problem.travel)
        if route is None:
            raise AssertionError(f"The search gave {technician.id} a route that cannot be driven.")
        if jobs:
            made.append(route)
    return made


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
    stops = [
        {"job": stop.job.id, "arrive": stop.arrive, "start": stop.start, "leave": stop.leave}
        if isinstance(stop, Stop)
        else {"lunch": True, "start": stop.start, "leave": stop.leave}
        for stop in route.stops
    ]
    return {"technician": route.technician.id, "stops": stops, "back": route.back}


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
