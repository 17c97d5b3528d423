"""The five best windows of a week: `python -m bench.dispatch.windows bihuan ASKED [plain]`.

Seven days of 250 routes, four windows each. Prints one line of JSON: the middle and the 95th percentile of what one
question takes of the processor, and what is made once for each week.
"""

import json
import os
import sys
from dataclasses import replace
from time import process_time

import numpy as np


def main() -> int:
    asked = int(sys.argv[2])
    if "plain" in sys.argv:
        os.environ["BIHUAN_PLAIN"] = "1"  # before the search is imported
    from bench.dispatch.days import a_day
    from bihuan.ground.routing.days import day_of
    from bihuan.ground.routing.policies import TRAVEL
    from bihuan.ground.routing.reading import problem_of
    from bihuan.ground.routing.search import Searching
    from bihuan.ground.routing.slots import Wanted, Week

    windows = [(hour * 3_600, (hour + 2) * 3_600) for hour in (9, 11, 13, 15)]
    days = []
    for number in range(7):
        problem = problem_of(json.dumps(a_day(2_000 - 150 * number, 250, 70 + number)))
        found = Searching.over(day_of(problem, TRAVEL), seed=1)
        found.insert()
        days.append((problem, found))
    began = process_time()
    week = Week(days)
    made = process_time() - began
    dice, seconds = np.random.default_rng(1), []
    for _ in range(asked):
        job = replace(days[0][0].jobs[int(dice.integers(1_000))], windows=())
        place = int(dice.integers(250, 1_300))
        wanted = [
            Wanted(
                job,
                problem.travel[:, place].astype(np.int64),
                problem.travel[place].astype(np.int64),
                windows,
            )
            for problem, _ in days
        ]
        began = process_time()
        week.best(wanted)
        seconds.append(process_time() - began)
    middle, late = np.percentile(seconds, [50, 95]) * 1_000
    how = "without a compiler" if "plain" in sys.argv else "with a compiler"
    print(
        json.dumps(
            {
                "what": f"five best of 250 routes x 4 windows x 7 days, {how}, {asked} questions",
                "found": f"{middle:.2f} ms, 95 % below {late:.2f} ms; made once for a week in {made * 1_000:.0f} ms",
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
