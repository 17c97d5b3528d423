"""Explanations of random plans, each tried: `python -m bench.dispatch.explanations bihuan CASES [FIRST]`.

A case is one job explained. A rule that is named must be violated and a relaxation must make room, by `truth.py`, which
never asks the search. Prints one line of JSON: how many of each rule and kind, what was wrong, microseconds each.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

from bench.dispatch.demanding import a_demanding_day
from bench.dispatch.truth import Truth
from bench.dispatch.visits import Visit
from bihuan.ground.routing.explain import Explaining
from bihuan.ground.routing.plans import solve
from bihuan.ground.routing.policies import POLICIES
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import Budget

ROUNDS = 100


@dataclass
class Count:
    """What was said, and what of it is not true."""

    days: int = 0
    cases: int = 0
    said: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    asked: int = 0  # visits, all of each day
    seconds: float = 0.0  # to make ready and answer for all of them

    def add(self, kind: str, wrong: str, seed: int) -> None:
        self.said[kind] += 1
        if wrong:
            self.wrong[kind] += 1
            self.examples.append(f"day {seed}: {wrong}")


def explained(seed: int, count: Count, most: int) -> None:
    """Everything that can be said of one day."""
    told = a_demanding_day(seed)
    policy = POLICIES[Random(seed).choice(sorted(POLICIES))]
    problem = problem_of(json.dumps(told))
    plan = solve(problem, policy, Budget(rounds=ROUNDS), seed=seed)
    truth = Truth(told, problem, policy, plan)
    count.days += 1
    began = perf_counter()
    explaining = Explaining(problem, policy, plan)
    visits = [found for job in problem.jobs if (found := explaining.assigned(job.id))]
    count.seconds += perf_counter() - began
    count.asked += len(visits)
    for visit in visits[: max(0, most - count.cases)]:
        count.cases += 1
        for kind, wrong in Visit(truth, visit).wrong():
            count.add(kind, wrong, seed)
    for one in plan.unserved[: max(0, most - count.cases)]:
        count.cases += 1
        for reason in one.because:
            count.add(reason.rule, truth.reason(one.job, reason), seed)
        for relaxation in one.relax:
            count.add(f"relax {relaxation.kind}", truth.relaxation(one, relaxation), seed)


def counted(cases: int, first: int = 1) -> Count:
    """So many cases, from this seed on."""
    count, seed = Count(), first
    while count.cases < cases:
        explained(seed, count, cases)
        seed += 1
    return count


def main() -> int:
    cases, first = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    began = perf_counter()
    count = counted(cases, first)
    wrong = sum(count.wrong.values())
    told: dict[str, Any] = {
        "what": f"{count.cases:,} jobs of {count.days:,} random days explained, everything said tried",
        "found": f"{wrong} of {sum(count.said.values()):,} are wrong" if wrong else "all true",
        "said": dict(sorted(count.said.items())),
        "wrong": dict(count.wrong),
        "examples": count.examples[:20],
        "microseconds": round(1e6 * count.seconds / max(1, count.asked)),
        "wall": round(perf_counter() - began, 1),
    }
    print(json.dumps(told, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
