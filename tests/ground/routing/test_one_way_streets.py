"""Travel times as servers and history really give them: another one each way, and ways round that are shorter.

Nothing in the search needs the triangle inequality, so no table has to be closed first: two judges who share no code
with it, nor with each other, find the same on tables that break it everywhere.
"""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.dispatch.days import a_day
from bench.dispatch.measure import worth
from bihuan.ground.routing.judge import judge
from bihuan.ground.routing.model import UNREACHABLE
from bihuan.ground.routing.plans import solve, written
from bihuan.ground.routing.policies import CUSTOMER_FIRST, TRAVEL
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import Budget


def crooked(jobs: int, people: int, seed: int, *, wild: float, closed: float) -> dict[str, Any]:
    """A day on which every drive takes a chance time, up to `wild` times as long or as short, and a share of the ways
    is closed in one direction."""
    day, dice = a_day(jobs, people, seed), np.random.default_rng(seed)
    seconds = np.array(day["travel_seconds"])
    seconds = np.rint(seconds * wild ** dice.uniform(-1, 1, seconds.shape)).astype(int)
    seconds[dice.random(seconds.shape) < closed] = UNREACHABLE
    return day | {"travel_seconds": seconds.tolist()}


def breaks_the_triangle(table: list[list[int]]) -> bool:
    seconds = np.array(table)
    return any((seconds > seconds[:, [k]] + seconds[[k], :]).any() for k in range(len(seconds)))


@given(
    st.integers(5, 30),
    st.integers(1, 5),
    st.integers(0, 10_000),
    st.floats(1.2, 5),
    st.sampled_from([0, 0, 0.1]),
)
@settings(max_examples=25)
def test_a_plan_on_any_table_is_right_by_two_judges(
    jobs: int, people: int, seed: int, wild: float, closed: float
) -> None:
    day = crooked(jobs, people, seed, wild=wild, closed=closed)
    problem = problem_of(json.dumps(day))
    for policy in (TRAVEL, CUSTOMER_FIRST):
        plan = written(solve(problem, policy, Budget(rounds=200), seed=seed), setup_seconds=0)
        verdict = judge(day, plan)
        routes = {
            route["technician"]: [stop["job"] for stop in route["stops"] if "job" in stop]
            for route in plan["routes"]
        }
        other = worth(day, routes)
        assert (verdict.faults, other.wrong, other.late) == ((), 0, 0)
        assert (verdict.objective, verdict.served) == (other.objective, other.served)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_crooked_day_is_searched_as_well_as_a_straight_one(seed: int) -> None:
    """More rounds help as they do elsewhere: nothing that was remembered misleads the search."""
    day = crooked(60, 9, seed, wild=2.5, closed=0.02)
    assert breaks_the_triangle(day["travel_seconds"])
    problem = problem_of(json.dumps(day))
    costs = [
        judge(day, written(solve(problem, TRAVEL, Budget(rounds=rounds), seed=1), setup_seconds=0)).objective
        for rounds in (0, 300, 4_000)
    ]
    assert costs[0] > costs[1] > costs[2]
