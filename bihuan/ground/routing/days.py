"""A problem as the arrays that the kernel works on, and a plan read out of them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.compiled import Ints, filled, ints, short_ints
from bihuan.ground.routing.model import UNREACHABLE, Priority, Problem, Technician, Travel, can_do
from bihuan.ground.routing.policies import Policy

NEIGHBOURS = 40
MOST_STOPS = 400  # of one technician on one day


@dataclass(frozen=True, eq=False)
class Day:
    """What does not change while a plan is sought."""

    sizes: Ints
    travel: Ints
    jobs: Ints
    windows: Ints
    people: Ints
    fees: Ints
    neighbours: Ints
    forbidden: Ints  # pairs of job and person, as positions in a table of jobs x people

    @property
    def table(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """What nearly every function of the kernel asks for first."""
        return self.sizes, self.travel, self.jobs, self.windows, self.people


def day_of(problem: Problem, policy: Policy) -> Day:
    """The arrays of a problem under a policy."""
    people, jobs = problem.technicians, problem.jobs
    travel = np.minimum(problem.travel, UNREACHABLE).astype(np.int32)
    np.fill_diagonal(travel, 0)
    at = np.array([job.at for job in jobs], np.int64)
    windows, rows = _jobs(problem, policy, travel, at)
    near = min(NEIGHBOURS, max(0, len(jobs) - 1))
    able = _able(problem)
    longest = 2 + max((_most(person, problem) for person in people), default=0)
    return Day(
        sizes=ints([len(people), len(jobs), len(travel), longest, near]),
        travel=short_ints(travel),
        jobs=ints(rows),
        windows=ints(windows),
        people=ints(_people(problem)),
        fees=filled(len(jobs) * len(people)),
        neighbours=short_ints(_nearest(travel, at, near)),
        forbidden=ints(np.flatnonzero(~able)),
    )


def _nearest(travel: Travel, at: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """For each job so many others that are near, the nearest first; of equally near ones the first in the list."""
    if not count:
        return np.zeros((len(at), 0), np.int64)
    apart = travel[np.ix_(at, at)].astype(np.int64) * len(at) + np.arange(len(at))
    np.fill_diagonal(apart, np.iinfo(np.int64).max)
    near = np.argpartition(apart, count - 1, axis=1)[:, :count]
    return np.take_along_axis(near, np.argsort(np.take_along_axis(apart, near, axis=1), axis=1), axis=1)


def _able(problem: Problem) -> npt.NDArray[np.bool_]:
    """Who can do what: a row for each job. Many jobs need the same."""
    seen: dict[tuple[Any, ...], list[bool]] = {}
    rows = []
    for job in problem.jobs:
        needs = (job.technician, *sorted(job.skills.items()))
        if needs not in seen:
            seen[needs] = [can_do(person, job) for person in problem.technicians]
        rows.append(seen[needs])
    return np.array(rows, bool).reshape(len(problem.jobs), len(problem.technicians))


def _jobs(
    problem: Problem, policy: Policy, travel: Travel, at: npt.NDArray[np.int64]
) -> tuple[list[int], list[list[int]]]:
    """All windows in one row, and a row for each job."""
    apart = travel.astype(np.int64)
    np.fill_diagonal(apart, UNREACHABLE)
    into, out = apart.min(axis=0, initial=UNREACHABLE), apart.min(axis=1, initial=UNREACHABLE)
    crowded = np.bincount(at, minlength=len(travel)) > 1  # two jobs at one place, or one at somebody's home
    for person in problem.technicians:
        crowded[person.home] |= True
    worth = _worth(problem, policy)
    windows: list[int] = []
    rows = []
    for job in problem.jobs:
        begins = len(windows)
        for window in sorted(job.windows) or [(-k.NEVER // 4, k.NEVER // 4)]:
            windows += window
        row = [0] * k.JOB
        row[k.AT], row[k.SERVICE], row[k.OPENS_AT], row[k.CLOSES_AT] = (
            job.at,
            job.seconds,
            begins,
            len(windows),
        )
        row[k.OPENS], row[k.CLOSES] = windows[begins], max(windows[begins + 1 :: 2])
        row[k.NEAR_IN] = 0 if crowded[job.at] else int(into[job.at])
        row[k.NEAR_OUT] = 0 if crowded[job.at] else int(out[job.at])
        row[k.PRIZE], row[k.WORTH], row[k.LOAD] = policy.prizes[job.priority], worth[job.priority], job.load
        rows.append(row)
    return windows, rows


def _worth(problem: Problem, policy: Policy) -> dict[Priority, int]:
    """What serving a job counts when two plans are compared: in tiers, more than all that stands below."""
    if not policy.in_tiers:
        return dict(policy.prizes)
    counts = {priority: sum(job.priority == priority for job in problem.jobs) for priority in policy.prizes}
    worth, below = {}, max(1, 4 * 86_400 * len(problem.technicians))
    for priority in reversed(list(policy.prizes)):
        worth[priority] = below
        below = below * (counts[priority] + 1)
    return worth


def _people(problem: Problem) -> list[list[int]]:
    """A row for each technician."""
    pinned = {job.technician for job in problem.jobs}
    last: dict[tuple[Any, ...], int] = {}
    rows = []
    for number, one in enumerate(problem.technicians):
        row = [0] * k.PERSON
        row[k.HOME], (row[k.BEGINS], row[k.ENDS]), row[k.LUNCH] = one.home, one.shift, -1
        if one.lunch is not None and one.has_lunch():
            (row[k.LUNCH_OPENS], row[k.LUNCH_CLOSES]), row[k.LUNCH] = one.lunch.begins, one.lunch.seconds
        row[k.MOST] = _most(one, problem)
        row[k.ROOM] = k.NEVER if one.room is None else one.room
        alike = (*row, *sorted(one.skills.items()), one.id if one.id in pinned else None)
        row[k.TWIN] = last.get(alike, -1)
        last[alike] = number
        rows.append(row)
    return rows


def _most(one: Technician, problem: Problem) -> int:
    most = len(problem.jobs) if one.max_jobs is None else one.max_jobs
    return max(0, min(most, len(problem.jobs), MOST_STOPS))


LUCK = [round(-math.log((x + 0.5) / 4096) * 4096) for x in range(4096)]


def blinks(share: float) -> list[int]:
    """How many places are looked at between two that are overlooked: geometric, as a table to draw from."""
    return [int(math.log((x + 0.5) / 1024) / math.log(1 - share)) for x in range(1024)]
