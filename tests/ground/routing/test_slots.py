"""Windows offered to a customer: the kernel's answers, the cheapest first, and never one that is not free."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.dispatch.days import a_day
from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.model import Job, Problem, Window
from bihuan.ground.routing.policies import TRAVEL
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import Searching
from bihuan.ground.routing.slots import SCARCE, Slot, Wanted, Week
from tests.ground.routing.days import HOUR, problems

WINDOWS: list[Window] = [(hour * HOUR, (hour + 2) * HOUR) for hour in (9, 11, 13, 15)]


def planned_but_for_one(told: dict[str, Any]) -> tuple[Problem, Problem, Searching, Job]:
    """The whole problem, the same without its last job, that one planned, and the job."""
    whole = problem_of(json.dumps(told))
    job = replace(whole.jobs[-1], technician=None)
    whole = replace(whole, jobs=(*whole.jobs[:-1], job))
    rest = replace(whole, jobs=whole.jobs[:-1])
    found = Searching.over(day_of(rest, TRAVEL), seed=1)
    found.insert()
    return whole, rest, found, job


def wanted(problem: Problem, job: Job) -> Wanted:
    travel = problem.travel.astype(np.int64)
    np.fill_diagonal(travel, 0)
    return Wanted(job, travel[:, job.at], travel[job.at], WINDOWS)


def by_the_kernel(whole: Problem, found: Searching, job: Job, window: Window) -> tuple[int, int] | None:
    """The least extra travel, and how many could come."""
    only = replace(whole, jobs=(*whole.jobs[:-1], replace(job, windows=(window,))))
    asked = Searching.over(day_of(only, replace(TRAVEL, overtime=0)), seed=1)
    asked.stand(found.routes_found())
    people, number = len(whole.technicians), len(whole.jobs) - 1
    prices = []
    for person in range(people):
        if asked.prices[(number * people + person) * 2] != k.FORBIDDEN:
            price = int(
                k.best_gap(*asked.day.table, asked.day.fees, asked.stops, asked.routes, number, person)
            )
            if price < k.NEVER:
                prices.append(price // int(asked.day.sizes[k.LONGEST]))
    return (min(prices), len(prices)) if prices else None


@given(st.one_of(problems(), st.integers(0, 10_000).map(lambda seed: a_day(12, 3, seed))))
def test_numpy_finds_the_same_gaps_as_the_kernel(told: dict[str, Any]) -> None:
    if not (told["jobs"] and told["technicians"]):
        return
    whole, rest, found, job = planned_but_for_one(told)
    slots = {slot.window: slot for slot in Week([(rest, found)]).best([wanted(whole, job)], count=9)}
    for window in WINDOWS:
        expected = by_the_kernel(whole, found, job, window)
        slot = slots.get(window)
        assert (slot and (slot.extra, slot.price)) == (
            expected and (expected[0], expected[0] + SCARCE // expected[1])
        )
        if slot is not None:
            assert window[0] <= slot.start <= window[1]


def test_the_five_best_of_a_week_come_in_the_order_of_their_prices() -> None:
    days = [planned_but_for_one(a_day(30, 6, seed)) for seed in range(7)]
    week = Week([(rest, found) for _, rest, found, _ in days])
    found = week.best([wanted(whole, days[0][3]) for whole, *_ in days])
    every = week.best([wanted(whole, days[0][3]) for whole, *_ in days], count=99)
    assert len(found) == 5
    assert found == every[:5]
    assert [slot.price for slot in every] == sorted(slot.price for slot in every)
    assert len({(slot.day, slot.window) for slot in every}) == len(every)


def test_nobody_is_offered_on_a_day_without_technicians_or_windows() -> None:
    whole, rest, found, job = planned_but_for_one(a_day(8, 2, 1))
    empty = replace(rest, technicians=(), jobs=())
    nobody = Searching.over(day_of(empty, TRAVEL), seed=1)
    none: list[Slot] = []
    assert Week([(empty, nobody)]).best([wanted(whole, job)]) == none
    assert Week([(rest, found)]).best([replace(wanted(whole, job), windows=())]) == none
    assert Week([]).best([]) == none
