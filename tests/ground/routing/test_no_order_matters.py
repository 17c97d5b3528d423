"""How good a plan is depends on the day, not on how its list is written down; whoever comes in addition helps."""

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.dispatch.days import a_day
from bihuan.ground.routing.compiled import COMPILES
from bihuan.ground.routing.plans import solve
from bihuan.ground.routing.policies import TRAVEL
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import Budget
from bihuan.ground.routing.timetable import travel_of

ROUNDS = 20_000 if COMPILES else 1_000
CLEARLY = 1.02  # times as good


def objective(told: dict[str, Any]) -> int:
    """Travel and the prizes of the unserved, of the better of two searches."""
    problem = problem_of(json.dumps(told))
    plans = [solve(problem, TRAVEL, Budget(rounds=ROUNDS), seed=seed, reasons_for=()) for seed in (1, 2)]
    return min(
        sum(travel_of(problem, route) for route in plan.routes)
        + sum(TRAVEL.prizes[one.job.priority] for one in plan.unserved)
        for plan in plans
    )


def shuffled(told: dict[str, Any], dice: Random) -> dict[str, Any]:
    """The same day with other names, its jobs and technicians in another order."""

    def renamed(rows: list[dict[str, Any]], letter: str) -> list[dict[str, Any]]:
        names = dice.sample(range(len(rows)), len(rows))
        rows = [row | {"id": f"{letter}{name}"} for row, name in zip(rows, names, strict=True)]
        return dice.sample(rows, len(rows))

    people, jobs = renamed(told["technicians"], "P"), renamed(told["jobs"], "W")
    return told | {"technicians": people, "jobs": jobs}


@settings(max_examples=6, derandomize=True)
@given(st.integers(0, 10_000))
def test_other_names_and_another_order_give_a_plan_as_good(seed: int) -> None:
    told = a_day(24, 5, seed)
    as_told, otherwise = objective(told), objective(shuffled(told, Random(seed)))
    assert max(as_told, otherwise) <= CLEARLY * min(as_told, otherwise)


@settings(max_examples=6, derandomize=True)
@given(st.integers(0, 10_000))
def test_one_technician_more_never_makes_a_plan_clearly_worse(seed: int) -> None:
    told = a_day(24, 5, seed)
    another = told["technicians"][seed % 5] | {"id": "another"}
    more = told | {"technicians": [*told["technicians"], another]}
    assert objective(more) <= CLEARLY * objective(told)
