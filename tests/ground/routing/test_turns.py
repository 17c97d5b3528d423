"""In two turns: what was promised is kept wherever it can be, however much else is asked for."""

import json
from typing import Any

import numpy as np
import pytest

from bench.dispatch.days import a_day
from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.judge import judge
from bihuan.ground.routing.model import Job, Priority, Problem, Technician
from bihuan.ground.routing.plans import written
from bihuan.ground.routing.policies import CUSTOMER_FIRST, TRAVEL
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import Budget
from bihuan.ground.routing.turns import solve_in_turns


def crowded(seed: int) -> dict[str, Any]:
    """Three times as much as three technicians can do, of which a fifth was promised."""
    told = a_day(50, 3, seed)
    for number, job in enumerate(told["jobs"]):
        job |= {"priority": "normal", "promised": number % 5 == 0, "age": number % 7}
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crowded_day_keeps_as_many_promises_as_a_day_of_promises_alone(seed: int) -> None:
    told = crowded(seed)
    alone = dict(told) | {"jobs": [job for job in told["jobs"] if job["promised"]]}
    budget = Budget(rounds=60)
    least = solve_in_turns(problem_of(json.dumps(alone)), CUSTOMER_FIRST, Budget(rounds=20), seed=1)
    plan = solve_in_turns(problem_of(json.dumps(told)), CUSTOMER_FIRST, budget, seed=1, reasons_for=())
    assert judge(told, written(plan, setup_seconds=0)).faults == ()
    assert sum(one.job.promised for one in plan.unserved) <= len(least.unserved)
    assert plan.rounds <= 60


def test_a_plan_that_stood_before_is_where_both_turns_begin() -> None:
    told = crowded(4)
    problem = problem_of(json.dumps(told))
    before = solve_in_turns(problem, CUSTOMER_FIRST, Budget(rounds=20), seed=1, reasons_for=())
    after = solve_in_turns(
        problem, CUSTOMER_FIRST, Budget(rounds=0), seed=1, start=before.orders(), reasons_for=()
    )
    assert len(after.unserved) <= len(before.unserved) + 3
    assert sum(one.job.promised for one in after.unserved) <= sum(one.job.promised for one in before.unserved)


def test_a_policy_without_tiers_plans_in_one_turn() -> None:
    told = crowded(5)
    plan = solve_in_turns(problem_of(json.dumps(told)), TRAVEL, Budget(rounds=5), seed=1, reasons_for=())
    assert judge(told, written(plan, setup_seconds=0)).faults == ()


@pytest.mark.parametrize("jobs", [1_500, 3_000])
def test_a_season_of_open_jobs_in_all_tiers_can_be_weighed(jobs: int) -> None:
    kinds = (Priority.SAFETY, Priority.HIGH, Priority.NORMAL, Priority.NORMAL)
    problem = Problem(
        technicians=tuple(Technician(id=n, home=0, shift=(0, 32_400), max_jobs=8) for n in range(40)),
        jobs=tuple(
            Job(id=n, at=n % 5, seconds=60, age=n % 40, promised=n % 9 == 0, priority=kinds[n % 4])
            for n in range(jobs)
        ),
        travel=np.full((5, 5), 600, np.int32),
    )
    rows = np.array(day_of(problem, CUSTOMER_FIRST).jobs).reshape(-1, k.JOB)
    worth = [int(one) for one in rows[:jobs, k.WORTH]]
    assert sum(worth) < k.NEVER
    tiers = [CUSTOMER_FIRST.tier(job) for job in problem.jobs]
    for tier in (0, 1):
        least = min(one for one, at in zip(worth, tiers, strict=True) if at == tier)
        assert least > sum(one for one, at in zip(worth, tiers, strict=True) if at > tier)
