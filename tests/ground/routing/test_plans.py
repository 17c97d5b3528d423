"""Plans: whatever the problem, the judge finds no fault; small ones are the best there are; every reason is true."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.dispatch.days import a_day
from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.judge import judge
from bihuan.ground.routing.model import Id, Job, Problem, Technician, can_do
from bihuan.ground.routing.plans import Plan, solve, written
from bihuan.ground.routing.policies import CUSTOMER_FIRST, EMERGENCY, TRAVEL, Policy
from bihuan.ground.routing.reading import policy_of, problem_of
from bihuan.ground.routing.search import Budget, Searching
from bihuan.ground.routing.timetable import Route, route_of, travel_of
from tests.ground.routing.days import HOUR, a_full_day, demanding, problems


def planned(
    told: dict[str, Any], *, rounds: int = 60, seed: int = 1, policy: Policy = TRAVEL
) -> dict[str, Any]:
    return written(
        solve(problem_of(json.dumps(told)), policy, Budget(rounds=rounds), seed=seed), setup_seconds=0
    )


@given(problems())
def test_no_plan_breaks_a_rule_whatever_the_problem(told: dict[str, Any]) -> None:
    for policy in (TRAVEL, CUSTOMER_FIRST):
        assert judge(told, planned(told, policy=policy)).faults == ()


@given(st.one_of(demanding(), st.integers(0, 10_000).map(a_full_day)))
def test_no_plan_breaks_a_rule_of_a_day_that_asks_for_much(told: dict[str, Any]) -> None:
    for policy in (TRAVEL, CUSTOMER_FIRST, EMERGENCY):
        assert judge(told, planned(told, policy=policy)).faults == ()


@given(st.one_of(demanding(), st.integers(0, 10_000).map(a_full_day)), st.integers(1, 3))
def test_a_plan_that_is_improved_keeps_every_rule_and_what_is_held(told: dict[str, Any], seed: int) -> None:
    before = planned(told, seed=seed)
    start = {
        one["technician"]: [stop["job"] for stop in one["stops"] if "job" in stop] for one in before["routes"]
    }
    for job in told["jobs"]:
        job["held"] = "together" not in job
    problem = problem_of(json.dumps(told))
    after = written(
        solve(problem, CUSTOMER_FIRST, Budget(rounds=60), seed=seed, start=start), setup_seconds=0
    )
    assert judge(told, after).faults == ()
    now = {
        stop["job"]: one["technician"] for one in after["routes"] for stop in one["stops"] if "job" in stop
    }
    for who, jobs in start.items():
        for job in jobs:
            assert now.get(job) == who or "together" in next(one for one in told["jobs"] if one["id"] == job)


def driven(problem: Problem, route: Route) -> int:
    """Travel and overtime."""
    return travel_of(problem, route) + route.overtime * TRAVEL.overtime // 16


def best_of_all(problem: Problem) -> int:
    """The least travel and prizes over every way to share and order the jobs."""
    least: list[dict[frozenset[int], int]] = []
    jobs = problem.jobs
    for technician in problem.technicians:
        mine = [n for n, job in enumerate(jobs) if can_do(technician, job)]
        cheapest: dict[frozenset[int], int] = {frozenset(): 0}
        for count in range(1, len(mine) + 1):
            for order in permutations(mine, count):
                route = route_of(technician, [jobs[n] for n in order], problem.travel)
                if route is not None:
                    key, cost = frozenset(order), driven(problem, route)
                    cheapest[key] = min(cost, cheapest.get(key, cost))
        least.append(cheapest)
    found = sum(TRAVEL.prizes[job.priority] for job in jobs)
    for shares in product(*least):
        if sum(map(len, shares)) == len(frozenset().union(*shares)):
            left = set(range(len(jobs))) - frozenset().union(*shares)
            cost = sum(table[share] for table, share in zip(least, shares, strict=True))
            found = min(found, cost + sum(TRAVEL.prizes[jobs[n].priority] for n in left))
    return found


@given(problems(most_jobs=4, most_people=2))
@settings(max_examples=60)
def test_small_days_are_planned_as_well_as_can_be(told: dict[str, Any]) -> None:
    assert judge(told, planned(told, rounds=400)).objective == best_of_all(problem_of(json.dumps(told)))


@given(problems(most_jobs=6, most_people=1))
def test_a_gap_is_found_exactly_where_the_timetable_has_one(told: dict[str, Any]) -> None:
    problem = problem_of(json.dumps(told))
    if not (problem.technicians and problem.jobs):
        return
    technician = replace(problem.technicians[0], skills={"gas": 2, "cooling": 2, "height": 2})
    problem = replace(problem, technicians=(technician,))
    *some, asked = range(len(problem.jobs))
    found = Searching.over(day_of(problem, TRAVEL), seed=1)
    for job in some:
        price = int(k.best_gap(*found.day.table, found.day.fees, found.stops, found.routes, job, 0))
        if price < k.NEVER:
            k.put_in(
                found.stops,
                found.routes,
                found.day.sizes[k.LONGEST],
                job,
                0,
                price % found.day.sizes[k.LONGEST],
            )
            found.time(0)
    route = [int(found.stops[at * k.STOP + k.WHO]) for at in range(1, found.routes[k.STOPS] + 1)]
    price = int(k.best_gap(*found.day.table, found.day.fees, found.stops, found.routes, asked, 0))
    costs = []
    for gap in range(len(route) + 1):
        order = [problem.jobs[n] for n in (*route[:gap], asked, *route[gap:])]
        if (made := route_of(technician, order, problem.travel)) is not None:
            costs.append(driven(problem, made) - int(found.routes[k.COST]))
    assert (price // found.day.sizes[k.LONGEST] if price < k.NEVER else None) == min(costs, default=None)
    late = k.too_late(*found.day.table, found.stops, found.routes, asked, 0)
    full = technician.max_jobs is not None and len(route) >= technician.max_jobs
    assert full or (late == 0) == (price < k.NEVER)


def a_late_visit() -> dict[str, Any]:
    """The last visit keeps somebody 40 minutes after a shift, of which an hour more is allowed."""
    return {
        "technicians": [{"id": "T", "home": 0, "shift": [8 * HOUR, 17 * HOUR], "overtime_seconds": HOUR}],
        "jobs": [
            {"id": "J", "at": 1, "seconds": HOUR, "windows": [[16 * HOUR, 18 * HOUR]], "priority": "high"}
        ],
        "travel_seconds": [[0, 2_400], [2_400, 0]],
    }


def test_overtime_has_its_price_and_its_limit_and_is_told() -> None:
    told = a_late_visit()
    plan = planned(told)
    verdict = judge(told, plan)
    assert (plan["routes"][0]["overtime_seconds"], plan["unserved"], verdict.faults) == (2_400, [], ())
    assert (verdict.overtime, verdict.objective) == (2_400, 4_800 + 2 * 2_400)
    dear = told | {"policy": {"weights": {"overtime": 64}, "prizes": {"high": 12_000}}}
    plan = written(
        solve(
            problem_of(json.dumps(dear)),
            policy_of(json.dumps(dear), TRAVEL),
            Budget(rounds=20),
            seed=1,
        ),
        setup_seconds=0,
    )
    assert [one["rule"] for one in plan["unserved"][0]["because"]] == ["PRICE"]
    told["technicians"][0]["overtime_seconds"] = 1_200
    assert [one["rule"] for one in planned(told)["unserved"][0]["because"]] == ["SHIFT"]


def test_a_shift_of_thirty_years_is_planned_like_any_other() -> None:
    told = a_day(600, 40, 7)
    for person in told["technicians"]:
        person |= {"shift": [0, 999_999_999], "overtime_seconds": 999_999_999}
    for at, job in enumerate(told["jobs"]):
        job |= {"promised": at % 2 == 0, "age": at % 40}
    plan = solve(problem_of(json.dumps(told)), CUSTOMER_FIRST, Budget(rounds=2), seed=1, reasons_for=())
    assert judge(told, written(plan, setup_seconds=0)).faults == ()


def crossed() -> Problem:
    """Two technicians at the two ends of a street, each with a visit next door and then one next to the other's."""
    minutes = np.array([0, 60, 1, 59, 2, 58])
    travel = np.abs(minutes[:, None] - minutes).astype(np.int32) * 60
    people = tuple(Technician(id=f"T{at}", home=at, shift=(0, 9 * HOUR)) for at in range(2))
    return Problem(
        technicians=people, jobs=tuple(Job(id=at, at=at, seconds=60) for at in range(2, 6)), travel=travel
    )


def test_polish_puts_right_what_is_crossed_and_keeps_what_is_held() -> None:
    problem, wrong = crossed(), dict[Id, list[Id]]({"T0": [2, 5], "T1": [3, 4]})
    plan = solve(problem, TRAVEL, Budget(rounds=0), seed=1, start=wrong)
    assert {who: sorted(jobs) for who, jobs in plan.orders().items()} == {"T0": [2, 4], "T1": [3, 5]}
    held = replace(problem, jobs=tuple(replace(job, held=True) for job in problem.jobs))
    assert solve(held, TRAVEL, Budget(rounds=0), seed=1, start=wrong).orders() == wrong


@given(problems(most_jobs=7))
def test_what_would_have_to_give_way_is_enough(told: dict[str, Any]) -> None:
    problem = problem_of(json.dumps(told))
    plan = solve(problem, TRAVEL, Budget(rounds=60), seed=1)
    routes = {route.technician.id: route.jobs() for route in plan.routes}
    for one in plan.unserved:
        for relaxation in one.relax:
            technician = next(who for who in problem.technicians if who.id == relaxation.technician)
            job, by = one.job, relaxation.by or 0
            if relaxation.kind == "window":
                job = replace(job, windows=tuple((a - by, b + by) for a, b in job.windows))
            elif relaxation.kind == "overtime":
                technician = replace(technician, shift=(technician.shift[0], technician.shift[1] + by))
            assert can_do(technician, job) is (relaxation.kind not in ("skill", "pin"))
            left = [other for other in routes.get(technician.id, []) if other.id != relaxation.job]
            orders = [[*left[:gap], job, *left[gap:]] for gap in range(len(left) + 1)]
            assert any(route_of(technician, order, problem.travel) for order in orders)


@given(problems(most_jobs=7))
def test_a_reason_is_an_inequality_that_is_violated(told: dict[str, Any]) -> None:
    problem = problem_of(json.dumps(told))
    plan = solve(problem, TRAVEL, Budget(rounds=60), seed=1)
    routes = {route.technician.id: route.jobs() for route in plan.routes}
    people = {who.id: who for who in problem.technicians}
    for one in plan.unserved:
        assert {reason.technician for reason in one.because} == set(people)
        for reason in one.because:
            technician = people[reason.technician]
            held = routes.get(technician.id, [])
            alone = route_of(technician, [one.job], problem.travel) is not None
            orders = [[*held[:gap], one.job, *held[gap:]] for gap in range(len(held) + 1)]
            fits = any(route_of(technician, order, problem.travel) for order in orders)
            if reason.rule in ("WINDOW", "SHIFT", "LUNCH", "NO_WAY"):
                assert (can_do(technician, one.job), alone) == (True, False)
            elif reason.rule == "NO_GAP":
                assert (can_do(technician, one.job), alone, fits) == (True, True, False)
            elif reason.rule == "PRICE":
                assert (can_do(technician, one.job), fits) == (True, True)
            elif reason.rule == "MAX_JOBS":
                assert technician.max_jobs is not None and len(held) >= technician.max_jobs
            else:
                assert not can_do(technician, one.job)


def objective(told: dict[str, Any], *, rounds: int = 3_000, seed: int = 1) -> tuple[int, int]:
    verdict = judge(told, planned(told, rounds=rounds, seed=seed))
    assert verdict.faults == ()
    return verdict.objective, verdict.served


def test_a_real_day_is_planned_better_the_longer_it_is_thought_about() -> None:
    told = a_day(60, 9, 3)
    costs = [objective(told, rounds=rounds)[0] for rounds in (0, 300, 3_000)]
    assert costs[0] > costs[1] >= costs[2]


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_other_names_in_another_order_make_no_worse_a_day(seed: int) -> None:
    told = a_day(40, 6, seed)
    turned = told | {"jobs": told["jobs"][::-1], "technicians": told["technicians"][::-1]}
    one, other = (objective(day, rounds=30_000)[0] for day in (told, turned))
    assert abs(one - other) <= 0.02 * min(one, other)


def test_one_technician_more_does_not_serve_fewer() -> None:
    told = a_day(70, 8, 5)
    fewer = told | {"technicians": told["technicians"][:-1]}
    assert objective(told)[1] >= objective(fewer)[1]


def test_in_tiers_no_number_of_lower_jobs_outweighs_a_higher_one() -> None:
    told = a_day(90, 6, 6)
    left = judge(told, planned(told, rounds=4_000, policy=CUSTOMER_FIRST)).unserved
    travel = judge(told, planned(told, rounds=4_000)).unserved
    assert (left["safety"], left["high"]) <= (travel["safety"], travel["high"])
    assert left["safety"] == 0


SAME = """
import json, sys
from bench.dispatch.days import a_day
from tests.ground.routing.test_plans import planned
for jobs, people in ((40, 6), (150, 130)):
    print(json.dumps(planned(a_day(jobs, people, 7), rounds=300)["routes"]))
"""


def test_the_plan_is_the_same_with_and_without_a_compiler() -> None:
    """Also where so many technicians are there that only those who are near are asked."""
    printed = []
    for plain in ("", "1"):
        environment = os.environ | {"BIHUAN_PLAIN": plain}
        done = subprocess.run(
            [sys.executable, "-c", SAME], env=environment, capture_output=True, text=True, check=True
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert printed[0].count("technician") > 20


@pytest.mark.parametrize("cpu_seconds", [0.0, 0.3])
def test_a_budget_of_seconds_is_kept(cpu_seconds: float) -> None:
    problem = problem_of(json.dumps(a_day(80, 10, 8)))
    plan: Plan = solve(problem, TRAVEL, Budget(cpu_seconds=cpu_seconds), seed=1)
    assert plan.seconds < cpu_seconds + 0.5
    assert len(plan.routes) > 0


def test_alike_technicians_are_told_apart_by_their_jobs() -> None:
    """Twins are asked once while both have nothing to do, and a pin still finds its own."""
    alike = [Technician(id=n, home=0, shift=(0, 40_000)) for n in range(3)]
    told = {
        "technicians": [{"id": one.id, "home": 0, "shift": [0, 40_000], "lunch": None} for one in alike],
        "jobs": [
            {"id": "a", "at": 1, "seconds": 60, "technician": 2},
            {"id": "b", "at": 1, "seconds": 60, "technician": 1},
        ],
        "travel_seconds": [[0, 600], [600, 0]],
    }
    assert {route["technician"] for route in planned(told)["routes"]} == {1, 2}
