"""One solver on one day, in a process of its own: `python -m bench.dispatch.day SOLVER JOBS PEOPLE SEED BUDGET`.

Prints one line of JSON. BUDGET is seconds of the processor, for vroom its level of exploration.
"""

import json
import resource
import sys
from time import process_time

from bench.dispatch.days import a_day
from bench.dispatch.measure import worth
from bench.dispatch.solvers import SOLVERS


def main() -> int:
    solver, (jobs, people, seed), budget = sys.argv[1], map(int, sys.argv[2:5]), float(sys.argv[5])
    problem = a_day(jobs, people, seed)
    began = process_time()
    routes, told = SOLVERS[solver](problem, budget, seed)
    seconds = process_time() - began
    found = worth(problem, routes)
    print(
        json.dumps(
            {
                "solver": solver,
                "jobs": jobs,
                "people": people,
                "seed": seed,
                "budget": budget,
                "cpu": round(seconds, 2),
                "served": found.served,
                "unserved": found.unserved,
                "travel_h": round(found.travel / 3600, 1),
                "late_min": round(found.late / 60, 1),
                "wrong": found.wrong,
                "objective": found.objective,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
            | told
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
