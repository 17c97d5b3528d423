"""A large day by regions: neighbours plan together, each region in a thread of its own; afterwards the whole goes on.

The compiled search holds no lock of Python's, so threads really work side by side. Without a compiler they take turns:
the plan is the same and takes longer. The same seed and rounds give the same plan however many cores there are.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing.days import able_of
from bihuan.ground.routing.model import UNREACHABLE, Id, Problem

LARGE = 400  # jobs; of fewer the whole is searched at once

type Orders = Mapping[Id, Sequence[Id]]
type Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Region:
    """Some of the technicians and jobs of a day, as a day of their own, with the plan that it begins with."""

    problem: Problem
    start: Orders


def is_large(problem: Problem) -> bool:
    """Whether regions pay, and can be: two technicians of one job may live in different ones."""
    few = len(problem.jobs) < LARGE or len(problem.technicians) < 2
    return not few and all(job.together is None for job in problem.jobs)


def by_regions(
    problem: Problem, start: Orders | None, count: int, plan: Callable[[Region, int], Orders]
) -> dict[Id, list[Id]]:
    """The plans of so many regions side by side, as one. `plan` is given the region and its number."""
    regions = regions_of(problem, start or {}, count)
    with ThreadPoolExecutor(len(regions)) as threads:
        found = list(threads.map(plan, regions, range(len(regions))))
    return {who: list(jobs) for orders in found for who, jobs in orders.items()}


def regions_of(problem: Problem, start: Orders, count: int) -> list[Region]:
    """Technicians who live near each other, in groups of one size, and for each the same share of the jobs. A job goes
    with whoever has it, and never where nobody can do it."""
    homes = np.array([one.leaves_from for one in problem.technicians], np.int64)
    at = np.array([job.at for job in problem.jobs], np.int64)
    halving = _Halving(
        apart=problem.travel[np.ix_(homes, homes)].astype(np.int64),
        ways=problem.travel[np.ix_(homes, at)].astype(np.int64),
        able=able_of(problem).T,
        given=_given(problem, start),
    )
    parts = halving.parts(np.arange(len(homes)), np.arange(len(at)), min(count, len(homes)))
    return [_region(problem, start, people, jobs) for people, jobs in parts]


def _given(problem: Problem, start: Orders) -> Numbers:
    """The number of the technician who has each job, -1 for nobody."""
    number_of = {one.id: at for at, one in enumerate(problem.technicians)}
    own = {job: number_of[who] for who, jobs in start.items() if who in number_of for job in jobs}
    return np.array([own.get(job.id, -1) for job in problem.jobs], np.int64)


@dataclass(frozen=True, kw_only=True)
class _Halving:
    """A day cut again and again between two technicians who live far from each other. `ways`: technician to job."""

    apart: Numbers
    ways: Numbers
    able: npt.NDArray[np.bool_]
    given: Numbers

    def parts(self, people: Numbers, jobs: Numbers, count: int) -> list[tuple[Numbers, Numbers]]:
        if count <= 1 or len(people) < 2:
            return [(people, jobs)]
        one = people[self.apart[people[0], people].argmax()]
        other = people[self.apart[one, people].argmax()]
        share = count // 2 / count
        order = people[np.argsort(self.apart[one, people] - self.apart[other, people], kind="stable")]
        here, there = np.split(order, [int(len(order) * share)])
        nearer = (self.ways[one, jobs] - self.ways[other, jobs]).astype(np.int64)
        nearer[np.isin(self.given[jobs], here) | ~self.able[there][:, jobs].any(axis=0)] = -UNREACHABLE * 2
        nearer[np.isin(self.given[jobs], there) | ~self.able[here][:, jobs].any(axis=0)] = UNREACHABLE * 2
        ordered = np.argsort(nearer, kind="stable")
        least, most = int((nearer == -UNREACHABLE * 2).sum()), int((nearer < UNREACHABLE * 2).sum())
        cut = min(max(int(len(jobs) * share), least), most)
        mine, theirs = jobs[ordered[:cut]], jobs[ordered[cut:]]
        return [
            *self.parts(here, np.sort(mine), count // 2),
            *self.parts(there, np.sort(theirs), count - count // 2),
        ]


def _region(problem: Problem, start: Orders, people: Numbers, jobs: Numbers) -> Region:
    technicians = [problem.technicians[at] for at in people]
    mine = [problem.jobs[at] for at in jobs]
    places = sorted(
        {place for one in technicians for place in (one.home, one.leaves_from)}
        | {job.at for job in mine}
        | ({problem.store.at} if problem.store else set())
    )
    new = {place: at for at, place in enumerate(places)}
    return Region(
        problem=replace(
            problem,
            technicians=tuple(
                replace(one, home=new[one.home], start=new[one.leaves_from]) for one in technicians
            ),
            jobs=tuple(replace(job, at=new[job.at]) for job in mine),
            travel=problem.travel[np.ix_(places, places)],
            store=replace(problem.store, at=new[problem.store.at]) if problem.store else None,
        ),
        start={one.id: start[one.id] for one in technicians if one.id in start},
    )
