"""Who has the parts of a job: in the van, or in the store on the way."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing.model import Job, Problem, Technician

type Fetching = npt.NDArray[np.int64]

IN_VAN, FETCHED, NOWHERE = 0, 1, -1


def fetching(problem: Problem) -> Fetching | None:
    """For each job and technician whether the parts are in the van, are fetched, or cannot be had; None where no job
    needs any.

    Each part is set aside for one job at most, so that a plan never counts on one twice: a van's for the jobs that
    come first (by promise, priority, age, then the nearest), the store's likewise.
    """
    needing = [at for at, job in enumerate(problem.jobs) if job.parts]
    if not needing:
        return None
    made = np.zeros((len(problem.jobs), len(problem.technicians)), np.int64)
    stored = _set_aside(problem.jobs, needing, problem.store.parts if problem.store else {})
    for person, technician in enumerate(problem.technicians):
        in_van = _set_aside(problem.jobs, _by_nearness(problem, technician, needing), technician.parts)
        for at in needing:
            made[at, person] = IN_VAN if at in in_van else FETCHED if at in stored else NOWHERE
    return made


def _set_aside(jobs: Sequence[Job], order: Sequence[int], there: Mapping[str, int]) -> set[int]:
    """The jobs whose parts are all there, for one after the other."""
    left, found = Counter(there), set()
    for at in sorted(order, key=lambda at: _first(jobs[at])):
        if all(left[part] >= count for part, count in jobs[at].parts.items()):
            left.subtract(jobs[at].parts)
            found.add(at)
    return found


def _first(job: Job) -> tuple[bool, int, int]:
    return not job.promised, list(type(job.priority)).index(job.priority), -job.age


def _by_nearness(problem: Problem, technician: Technician, jobs: Sequence[int]) -> list[int]:
    home = technician.leaves_from
    return sorted(
        jobs,
        key=lambda at: int(problem.travel[home, problem.jobs[at].at]) if problem.jobs[at].at != home else 0,
    )
