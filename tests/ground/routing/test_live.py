"""What happens on a day: a plan is mended with few changes, what is confirmed stays, and a broken promise is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.dispatch.days import a_day
from bihuan.ground.routing.live import (
    Asked,
    Delayed,
    Dropped,
    Ill,
    Mended,
    PartArrived,
    Rebooked,
    Seen,
    Today,
    after,
    from_now,
    mended,
)
from bihuan.ground.routing.model import Id, Job, Priority, Problem, Store
from bihuan.ground.routing.plans import Plan, solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import FROM_NOTHING, Budget
from bihuan.ground.routing.timetable import Stop, route_of
from tests.ground.routing.days import HOUR

ROUNDS = Budget(rounds=300)


@pytest.fixture(scope="module")
def a_plan() -> tuple[Problem, Plan]:
    problem = problem_of(json.dumps(a_day(40, 8, 3)))
    return problem, solve(problem, CUSTOMER_FIRST, Budget(rounds=2_000), seed=1, reasons_for=())


def hands(routes: Mapping[Id, Sequence[Id]]) -> dict[Id, Id]:
    return {job: who for who, jobs in routes.items() for job in jobs}


def can_be_driven(done: Mended) -> bool:
    problem = done.today.problem
    return all(
        route_of(one.technician, one.jobs(), problem.travel, store=problem.store) for one in done.plan.routes
    )


def near(problem: Problem, job: Job, **told: Any) -> Asked:
    """A new job two minutes from another one."""
    into, out = problem.travel[:, job.at].tolist(), problem.travel[job.at].tolist()
    into[job.at] = out[job.at] = 120
    return Asked(job=Job(at=0, seconds=3_600, **told), into=into, out=out)


@given(st.integers(0, 39), st.sampled_from([9, 11, 13, 15]))
@settings(max_examples=12)
def test_a_danger_finds_its_technician_and_who_is_confirmed_stays(
    a_plan: tuple[Problem, Plan], number: int, hour: int
) -> None:
    problem, plan = a_plan
    told = plan.orders()
    keep = set(list(hands(told))[::3])
    window = (hour * HOUR, (hour + 2) * HOUR)
    asked = near(problem, problem.jobs[number], id="U", windows=(window,), priority=Priority.SAFETY)
    done = mended(after(asked, Today(problem, told)), CUSTOMER_FIRST, ROUNDS, seed=1, keep=keep)
    now = hands(done.today.routes)
    if "U" not in now:  # then a long search finds nobody either
        long = Budget(rounds=5_000)
        done = mended(
            after(asked, Today(problem, told)), CUSTOMER_FIRST, long, seed=2, keep=keep, manner=FROM_NOTHING
        )
        assert "U" not in hands(done.today.routes)
        now = hands(done.today.routes)
    assert {job: now.get(job) for job in keep} == {job: hands(told)[job] for job in keep}
    assert can_be_driven(done)
    assert {change.job for change in done.changes} == {
        job for job in {*hands(told), *now} if hands(told).get(job) != now.get(job)
    }


def test_whoever_falls_ill_has_nothing_left_and_their_promises_are_kept_or_told(
    a_plan: tuple[Problem, Plan],
) -> None:
    problem, plan = a_plan
    told = plan.orders()
    ill = max(told, key=lambda who: len(told[who]))
    promised = replace(
        problem, jobs=tuple(replace(job, promised=job.id in told[ill]) for job in problem.jobs)
    )
    done = mended(after(Ill(ill, 0), Today(promised, told)), CUSTOMER_FIRST, ROUNDS, seed=1)
    now = hands(done.today.routes)
    assert ill not in now.values()
    assert {job for job in told[ill] if job not in now} == {
        one.job for one in done.broken if one.late is None
    }
    assert can_be_driven(done)


def test_a_visit_that_is_pinned_to_somebody_ill_is_a_conflict_that_is_shown(
    a_plan: tuple[Problem, Plan],
) -> None:
    problem, plan = a_plan
    told = plan.orders()
    ill = max(told, key=lambda who: len(told[who]))
    keep = told[ill][:1]
    done = mended(after(Ill(ill, 0), Today(problem, told)), CUSTOMER_FIRST, ROUNDS, seed=1, keep=keep)
    assert [one.job for one in done.broken] == keep
    assert done.broken[0].late is None
    assert "PIN" in {reason.rule for reason in done.broken[0].why.because}


def test_who_is_late_keeps_what_is_confirmed_late_by_as_little_as_can_be(
    a_plan: tuple[Problem, Plan],
) -> None:
    problem, plan = a_plan
    told = plan.orders()
    route = next(one for one in plan.routes if len(one.jobs()) > 3)
    who = route.technician.id
    first = next(stop for stop in route.stops if isinstance(stop, Stop))
    late = first.job.windows[0][1] - route.technician.shift[0] + 1_800
    done = mended(
        after(Delayed(who, late), Today(problem, told)), CUSTOMER_FIRST, ROUNDS, seed=1, keep=[first.job.id]
    )
    [broken] = [one for one in done.broken if one.job == first.job.id]
    assert broken.late is not None
    whenever = replace(first.job, windows=((0, 24 * HOUR),))
    alone = route_of(route.technician.free_from(route.technician.shift[0] + late), [whenever], problem.travel)
    assert alone is not None
    least = next(one.start for one in alone.stops if isinstance(one, Stop)) - first.job.windows[0][1]
    assert least <= broken.late <= least + HOUR
    assert first.job.id in done.today.routes[who]
    assert can_be_driven(done)


def test_what_was_begun_is_no_part_of_the_rest_of_the_day(a_plan: tuple[Problem, Plan]) -> None:
    problem, plan = a_plan
    noon = 12 * HOUR
    today = from_now(problem, plan.routes, noon)
    left = hands(today.routes)
    people = {one.id: one for one in today.problem.technicians}
    for route in plan.routes:
        begun = [stop.job.id for stop in route.stops if isinstance(stop, Stop) and stop.start < noon]
        assert not set(begun) & set(left)
        assert not set(begun) & {job.id for job in today.problem.jobs}
        assert people[route.technician.id].shift[0] >= noon
    done = mended(today, CUSTOMER_FIRST, ROUNDS, seed=1)
    assert can_be_driven(done)
    starts = [stop.start for route in done.plan.routes for stop in route.stops]
    assert min(starts) >= noon
    assert set(left) <= set(hands(done.today.routes))


def test_a_visit_that_is_off_makes_room(a_plan: tuple[Problem, Plan]) -> None:
    problem, plan = a_plan
    told = plan.orders()
    off = next(iter(hands(told)))
    done = mended(after(Dropped(off), Today(problem, told)), CUSTOMER_FIRST, ROUNDS, seed=1)
    assert off not in hands(done.today.routes)
    assert off not in {job.id for job in done.today.problem.jobs}
    assert set(hands(told)) - {off} <= set(hands(done.today.routes))


def test_another_time_is_planned_within_its_window(a_plan: tuple[Problem, Plan]) -> None:
    problem, plan = a_plan
    told = plan.orders()
    which = next(iter(hands(told)))
    done = mended(
        after(Rebooked(which, ((15 * HOUR, 17 * HOUR),)), Today(problem, told)),
        CUSTOMER_FIRST,
        ROUNDS,
        seed=1,
    )
    starts = [
        stop.start
        for route in done.plan.routes
        for stop in route.stops
        if isinstance(stop, Stop) and stop.job.id == which
    ]
    assert all(15 * HOUR <= start <= 17 * HOUR for start in starts)


def test_whoever_was_seen_sets_out_from_there(a_plan: tuple[Problem, Plan]) -> None:
    problem, plan = a_plan
    who = plan.routes[0].technician.id
    out = problem.travel[plan.routes[0].jobs()[0].at].tolist()
    today = after(Seen(technician=who, at=11 * HOUR, out=out), Today(problem, {}))
    seen = next(one for one in today.problem.technicians if one.id == who)
    assert (seen.start, seen.shift[0]) == (len(problem.travel), 11 * HOUR)
    assert can_be_driven(mended(today, CUSTOMER_FIRST, ROUNDS, seed=1))


def test_a_part_that_arrives_lets_a_job_be_done(a_plan: tuple[Problem, Plan]) -> None:
    problem, plan = a_plan
    told = plan.orders()
    job = replace(problem.jobs[0], parts={"pump": 1}, windows=(), skills={})
    problem = replace(problem, jobs=(job, *problem.jobs[1:]), store=Store(at=0, seconds=300))
    routes = {who: [one for one in jobs if one != job.id] for who, jobs in told.items()}
    without = mended(Today(problem, routes), CUSTOMER_FIRST, ROUNDS, seed=1)
    assert job.id not in hands(without.today.routes)
    arrived = after(PartArrived("pump", 1, 9 * HOUR), Today(problem, routes))
    assert job.id in hands(mended(arrived, CUSTOMER_FIRST, ROUNDS, seed=1).today.routes)
