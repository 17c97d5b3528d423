"""Compiles the search at set-up, so that the first plan does not wait: `python -m bihuan.ground.routing.warming`."""

import sys
from time import perf_counter

import numpy as np

from bihuan.ground.routing.compiled import COMPILES
from bihuan.ground.routing.explain import Explaining
from bihuan.ground.routing.model import Job, Lunch, Problem, Technician
from bihuan.ground.routing.plans import solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST
from bihuan.ground.routing.search import Budget

HOUR = 3_600


def main() -> int:
    """A small day with everything in it that has code of its own."""
    if not COMPILES:
        return 0
    began = perf_counter()
    lunch = Lunch(seconds=HOUR // 2, begins=(11 * HOUR, 13 * HOUR))
    people = tuple(
        Technician(id=who, home=0, shift=(8 * HOUR, 17 * HOUR), lunch=lunch, skills={"a": 1}, overtime=HOUR)
        for who in "AB"
    )
    jobs = tuple(
        Job(id=at, at=1 + at % 3, seconds=HOUR, windows=((9 * HOUR, 17 * HOUR),), skills={"a": 1})
        for at in range(24)
    )
    travel = np.full((4, 4), 600, np.int32)
    problem = Problem(technicians=people, jobs=jobs, travel=travel)
    plan = solve(problem, CUSTOMER_FIRST, Budget(rounds=50), seed=1)
    Explaining(problem, CUSTOMER_FIRST, plan).assigned(plan.routes[0].jobs()[0].id)
    print(f"The search is compiled ({perf_counter() - began:.0f} s, once).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
