"""A large day by regions: everything is in one of them, and the plan is one of the whole day."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.routing.model import Id, Job, Problem, Technician
from bihuan.ground.routing.plans import solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST
from bihuan.ground.routing.regions import LARGE, is_large, regions_of
from bihuan.ground.routing.search import Budget

HOUR = 3_600


def a_day(people: int, jobs: int, *, seed: int = 1) -> Problem:
    """Technicians at home all over the town, half of them for gas; every tenth job asks for gas."""
    dice = np.random.default_rng(seed)
    places = dice.integers(0, 3_000, (people + jobs, 2))
    travel = np.abs(places[:, None] - places[None]).sum(axis=2).astype(np.int32)
    return Problem(
        technicians=tuple(
            Technician(
                id=f"t{at}", home=at, shift=(8 * HOUR, 18 * HOUR), skills={"gas": at % 2} if at % 2 else {}
            )
            for at in range(people)
        ),
        jobs=tuple(
            Job(id=at, at=people + at, seconds=HOUR // 2, skills={"gas": 1} if at % 10 == 0 else {})
            for at in range(jobs)
        ),
        travel=travel,
    )


@given(people=st.integers(1, 12), jobs=st.integers(0, 30), count=st.integers(1, 5), seed=st.integers(0, 99))
def test_every_technician_and_job_is_in_one_region_and_who_has_a_job_keeps_it(
    people: int, jobs: int, count: int, seed: int
) -> None:
    day = a_day(people, jobs, seed=seed)
    start: dict[Id, list[Id]] = {"t0": [job.id for job in day.jobs if not job.skills][:3]}
    regions = regions_of(day, start, count)
    assert sorted(one.id for each in regions for one in each.problem.technicians) == sorted(
        one.id for one in day.technicians
    )
    found = {job.id: number for number, each in enumerate(regions) for job in each.problem.jobs}
    assert len(found) == sum(len(each.problem.jobs) for each in regions) == jobs
    for each in regions:
        mine = {one.id for one in each.problem.technicians}
        assert set(each.start) <= mine
        assert {job for some in each.start.values() for job in some} <= {job.id for job in each.problem.jobs}
        homes = {one.id: one.home for one in day.technicians}
        places = {job.id: job.at for job in day.jobs}
        for one in each.problem.technicians:
            for job in each.problem.jobs:
                assert each.problem.travel[one.home, job.at] == day.travel[homes[one.id], places[job.id]]


def test_a_large_day_on_several_threads_is_planned_whole_and_the_same_every_time() -> None:
    day = a_day(16, LARGE)
    assert is_large(day)
    plans = [
        solve(day, CUSTOMER_FIRST, Budget(rounds=30), seed=3, threads=2, reasons_for=()) for _ in range(2)
    ]
    served = [job for jobs in plans[0].orders().values() for job in jobs]
    assert plans[0].orders() == plans[1].orders()
    assert len(served) == len(set(served)) == LARGE - len(plans[0].unserved)
    alone = solve(day, CUSTOMER_FIRST, Budget(rounds=30), seed=3, reasons_for=())
    assert len(plans[0].unserved) <= len(alone.unserved) + LARGE // 50
