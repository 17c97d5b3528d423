"""A problem as the arrays that the kernel works on, and a plan read out of them."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.compiled import Ints, ints, short_ints
from bihuan.ground.routing.model import (
    UNREACHABLE,
    Job,
    Problem,
    Store,
    Technician,
    Travel,
    Window,
    can_do,
    needs,
)
from bihuan.ground.routing.parts import Fetching, fetching
from bihuan.ground.routing.policies import Policy

type Table = npt.NDArray[np.int64]

ANYTIME: Window = (-k.NEVER // 4, k.NEVER // 4)
TOO_LATE: Window = (k.NEVER // 2, k.NEVER // 2)
NEIGHBOURS = 40
SOME = 256  # jobs whose neighbours are sought at once: of all, the table would be large
MOST_STOPS = 400  # of one technician on one day
WEEK = 7 * 86_400  # seconds: a shift that is longer is a slip of whoever wrote it


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
    parts: Fetching | None  # where the parts are, for each job and person

    @property
    def table(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """What nearly every function of the kernel asks for first."""
        return self.sizes, self.travel, self.jobs, self.windows, self.people


def day_of(problem: Problem, policy: Policy) -> Day:
    """The arrays of a problem under a policy."""
    people, jobs = problem.technicians, problem.jobs
    travel = _cleared(problem.travel)
    turned = not np.array_equal(travel, travel.T)
    at = np.array([job.at for job in jobs], np.int64)
    windows, rows = _jobs(problem, policy, travel, at)
    near = min(NEIGHBOURS, max(0, len(jobs) - 1))
    able, fetched = able_of(problem), fetching(problem)
    if fetched is not None:
        able &= fetched >= 0
        rows += _fetched(problem, rows, windows, travel)
    longest = 2 + max((_most(person, problem) for person in people), default=0)
    return Day(
        sizes=ints([len(people), len(jobs), len(travel), longest, near, turned * len(travel)]),
        travel=short_ints(np.concatenate([travel, travel.T]) if turned else travel),
        jobs=ints(rows),
        windows=ints(windows),
        people=ints(_people(problem, policy)),
        fees=ints(_fees(problem, policy, fetched)),
        neighbours=short_ints(_nearest(travel, at, near)),
        forbidden=ints(np.flatnonzero(~able)),
        parts=fetched,
    )


def _cleared(travel: Travel) -> Travel:
    """The table without a way from a place to itself, and none longer than none at all; the same where it is so."""
    if travel.dtype == np.int32 and not travel.diagonal().any() and travel.max(initial=0) <= UNREACHABLE:
        return travel
    cleared = np.minimum(travel, UNREACHABLE).astype(np.int32)
    np.fill_diagonal(cleared, 0)
    return cleared


def _fees(problem: Problem, policy: Policy, fetched: Fetching | None) -> Table:
    """What each pair of job and technician costs beside travel, doubled, and one more where the part is fetched."""
    fees = np.zeros((len(problem.jobs), len(problem.technicians)), np.int64)
    number = {person.id: at for at, person in enumerate(problem.technicians)}
    for row, job in zip(fees, problem.jobs, strict=True):
        if policy.change and job.was is not None:
            row += policy.change
            if job.was in number:
                row[number[job.was]] -= policy.change
        if policy.preference and job.preferred:
            row += policy.preference
            for one in job.preferred & number.keys():
                row[number[one]] -= policy.preference
    if fetched is not None and problem.store is not None:
        drive = [
            0 if problem.store.at == job.at else int(problem.travel[problem.store.at, job.at])
            for job in problem.jobs
        ]
        fees += np.maximum(fetched, 0) * np.array(drive, np.int64).reshape(-1, 1)
        return fees * 2 + np.maximum(fetched, 0)
    return fees * 2


def _fetched(problem: Problem, rows: list[list[int]], windows: list[int], travel: Travel) -> list[list[int]]:
    """A second row for each job: at the store first, then from there to the customer and to work."""
    made: list[list[int]] = []
    store = problem.store
    for job, row in zip(problem.jobs, rows, strict=True):
        made.append(row := list(row))
        if store is None or not job.parts:
            continue
        drive, begins = int(travel[store.at, job.at]), len(windows)
        for window in from_the_store(job.windows, job, store, drive):
            windows += window
        row[k.AT], row[k.SERVICE] = store.at, store.seconds + drive + job.seconds
        row[k.OPENS_AT], row[k.CLOSES_AT] = begins, len(windows)
        row[k.OPENS], row[k.CLOSES] = windows[begins], max(windows[begins + 1 :: 2])
        row[k.NEAR_IN] = row[k.NEAR_OUT] = 0
    return made


def from_the_store(windows: Sequence[Window], job: Job, store: Store, drive: int) -> list[Window]:
    """When one must begin at the store, `drive` seconds from the job, to begin work in these windows; never where
    a part comes too late."""
    lead = store.seconds + drive
    ready = max(store.ready.get(part, ANYTIME[0]) for part in job.parts)
    spans = [(max(opens - lead, ready), closes - lead) for opens, closes in sorted(windows) or [ANYTIME]]
    return [(opens, closes) for opens, closes in spans if opens <= closes] or [TOO_LATE]


def _nearest(travel: Travel, at: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """For each job so many others that are near, the nearest first; of equally near ones the first in the list."""
    if not count:
        return np.zeros((len(at), 0), np.int64)
    found = np.empty((len(at), count), np.int64)
    for begins in range(0, len(at), SOME):
        rows = np.arange(begins, min(begins + SOME, len(at)))
        apart = travel[np.ix_(at[rows], at)].astype(np.int64) * len(at) + np.arange(len(at))
        apart[rows - begins, rows] = np.iinfo(np.int64).max
        near = np.argpartition(apart, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(apart, near, axis=1), axis=1)
        found[rows] = np.take_along_axis(near, order, axis=1)
    return found


def able_of(problem: Problem) -> npt.NDArray[np.bool_]:
    """Who can do what: a row for each job. Many jobs need the same."""
    seen: dict[Hashable, list[bool]] = {}
    rows = []
    for job in problem.jobs:
        needed = needs(job)
        if needed not in seen:
            seen[needed] = [can_do(person, job, problem.day) for person in problem.technicians]
        rows.append(seen[needed])
    return np.array(rows, bool).reshape(len(problem.jobs), len(problem.technicians))


def _jobs(
    problem: Problem, policy: Policy, travel: Travel, at: npt.NDArray[np.int64]
) -> tuple[list[int], list[list[int]]]:
    """All windows in one row, and a row for each job."""
    apart = travel.copy()
    np.fill_diagonal(apart, UNREACHABLE)
    into, out = apart.min(axis=0, initial=UNREACHABLE), apart.min(axis=1, initial=UNREACHABLE)
    crowded = np.bincount(at, minlength=len(travel)) > 1  # two jobs at one place, or one at somebody's home
    for person in problem.technicians:
        crowded[[person.home, person.leaves_from]] = True
    if problem.store is not None:
        crowded[problem.store.at] = True
    worth = _worth(problem, policy)
    windows: list[int] = []
    rows: list[list[int]] = []
    for job in problem.jobs:
        begins = len(windows)
        for window in sorted(job.windows) or [ANYTIME]:
            windows += window
        row = [0] * k.JOB
        row[k.AT] = row[k.OUT] = job.at
        row[k.SERVICE], row[k.OPENS_AT], row[k.CLOSES_AT] = job.seconds, begins, len(windows)
        row[k.OPENS], row[k.CLOSES] = windows[begins], max(windows[begins + 1 :: 2])
        row[k.NEAR_IN] = 0 if crowded[job.at] else int(into[job.at])
        row[k.NEAR_OUT] = 0 if crowded[job.at] else int(out[job.at])
        row[k.PRIZE] = row[k.FACE] = policy.prize(job)
        row[k.WORTH], row[k.LOAD], row[k.HELD] = worth[len(rows)], job.load, int(job.held)
        rows.append(row)
    return windows, rows


def _worth(problem: Problem, policy: Policy) -> list[int]:
    """What serving each job counts when two plans are compared: in tiers, more than all that stands below. Within a
    tier older jobs count more."""
    if not policy.in_tiers:
        return [policy.prize(job) for job in problem.jobs]
    longest = max((one.home_by - one.shift[0] for one in problem.technicians), default=0)
    least = max(1, 4 * min(longest, WEEK) * len(problem.technicians))
    for tiers, weights in _ever_coarser(problem, policy):
        worth, total = _stacked(tiers, weights, least)
        if total < k.NEVER:
            return worth
    raise OverflowError("So many jobs in so many tiers cannot be weighed against each other.")


def _ever_coarser(problem: Problem, policy: Policy) -> Iterator[tuple[list[int], list[int]]]:
    """Tiers and weights as the policy says; for so many jobs that numbers would be too large, ages told apart less
    and less, and at last the lowest two tiers as one, in which high counts three times as much as normal."""
    tiers = [policy.tier(job) for job in problem.jobs]
    weights = [policy.weight(job) for job in problem.jobs]
    yield tiers, weights
    while max(weights, default=1) > 1:
        weights = [(one + 1) // 2 for one in weights]
        yield tiers, weights
    yield [min(one, 2) for one in tiers], [3 if one == 2 else 1 for one in tiers]


def _stacked(tiers: Sequence[int], weights: Sequence[int], least: int) -> tuple[list[int], int]:
    """For each job more than all that stands below, and what all count together."""
    worth, below = [0] * len(tiers), least
    for tier in sorted(set(tiers), reverse=True):
        inside = [at for at, one in enumerate(tiers) if one == tier]
        for at in inside:
            worth[at] = below * weights[at]
        below += below * sum(weights[at] for at in inside)
    return worth, below


def _people(problem: Problem, policy: Policy) -> list[list[int]]:
    """A row for each technician."""
    pinned = {one for job in problem.jobs for one in (job.technician, job.was, *job.preferred, *job.excluded)}
    work = sum(job.seconds for job in problem.jobs)
    fair = work * policy.fair // (100 * max(1, len(problem.technicians)))
    last: dict[tuple[Any, ...], int] = {}
    rows: list[list[int]] = []
    for number, one in enumerate(problem.technicians):
        row = [0] * k.PERSON
        row[k.START], row[k.HOME], (row[k.BEGINS], row[k.ON_TIME]) = one.leaves_from, one.home, one.shift
        row[k.ENDS], row[k.LATE_RATE] = one.home_by, policy.overtime if one.overtime else 0
        row[k.LUNCH] = -1
        if one.lunch is not None and one.has_lunch():
            (row[k.LUNCH_OPENS], row[k.LUNCH_CLOSES]), row[k.LUNCH] = one.lunch.begins, one.lunch.seconds
        row[k.MOST] = _most(one, problem)
        row[k.ROOM] = k.NEVER if one.room is None else one.room
        row[k.FAIR], row[k.RATE] = (fair, policy.balance) if policy.balance else (k.NEVER, 0)
        own = one.id if one.id in pinned else None
        alike = tuple(row), own, *map(_sorted, (one.skills, one.certificates, one.parts))
        row[k.TWIN] = last.get(alike, -1)
        last[alike] = number
        rows.append(row)
    return rows


def _sorted(told: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(told.items()))


def _most(one: Technician, problem: Problem) -> int:
    most = len(problem.jobs) if one.max_jobs is None else one.max_jobs
    return max(0, min(most, len(problem.jobs), MOST_STOPS))


LUCK = [round(-math.log((x + 0.5) / 4096) * 4096) for x in range(4096)]


def blinks(share: float) -> list[int]:
    """How many places are looked at between two that are overlooked: geometric, as a table to draw from."""
    return [int(math.log((x + 0.5) / 1024) / math.log(1 - share)) for x in range(1024)]
