"""What happens on a full day: `python -m bench.dispatch.events bihuan WHAT COUNT`, WHAT is `urgent` or `arrivals`.

Urgent: a danger is told on a day of 300 jobs that is planned, a third of its visits confirmed; how many find their
technician in 100 ms, what that costs the others, and whether a search of a minute finds one where 100 ms did not.
Arrivals: a tenth of the jobs come late; how many unconfirmed visits change hands, and what is lost against plans that
may change everything but what is confirmed. Prints one line of JSON.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from time import process_time

from bench.dispatch.days import a_day
from bihuan.ground.routing.live import Asked, Mended, Today, after, mended
from bihuan.ground.routing.model import Id, Job, Priority, Problem
from bihuan.ground.routing.plans import Plan, solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST, TRAVEL
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.search import FROM_NOTHING, Budget
from bihuan.ground.routing.timetable import travel_of

HOUR = 3_600
QUICK, LONG, EVENING, REPLANNING = 0.1, 60.0, 4.0, 2.0  # seconds of the processor
SEED = 400  # the first day; none of them was tuned on


def main() -> int:
    what, count = sys.argv[2], int(sys.argv[3])
    mended(
        Today(problem_of(json.dumps(a_day(3, 2, 1))), {}), CUSTOMER_FIRST, Budget(rounds=1), seed=1
    )  # compiled
    print(json.dumps(urgent(count) if what == "urgent" else arrivals(count)))
    return 0


def planned(problem: Problem) -> dict[Id, list[Id]]:
    return solve(problem, CUSTOMER_FIRST, Budget(cpu_seconds=EVENING), seed=1, reasons_for=()).orders()


def hands(routes: Mapping[Id, Sequence[Id]]) -> dict[Id, Id]:
    return {job: who for who, jobs in routes.items() for job in jobs}


def urgent(count: int) -> dict[str, object]:
    placed = more = 0
    displaced, moved, touched = list[int](), list[int](), 0
    seconds = list[float]()
    for number in range(count):
        if number % 4 == 0:
            problem = problem_of(json.dumps(a_day(300, 40, SEED + number // 4)))
            routes = planned(problem)
        dice = Random(number)
        keep = {job for job in hands(routes) if dice.random() < 0.3}
        today = after(_danger(problem, dice), Today(problem, routes))
        began = process_time()
        done = mended(today, CUSTOMER_FIRST, Budget(cpu_seconds=QUICK), seed=1, keep=keep)
        seconds.append(process_time() - began)
        now = hands(done.today.routes)
        displaced.append(sum(one.now is None for one in done.changes) - _gained(done))
        moved.append(sum(None not in (one.was, one.now) for one in done.changes))
        touched += sum(one.job in keep for one in done.changes)
        placed += "U" in now
        if "U" not in now:
            long = mended(
                today, CUSTOMER_FIRST, Budget(cpu_seconds=LONG), seed=2, keep=keep, manner=FROM_NOTHING
            )
            more += "U" in hands(long.today.routes)
    return {
        "what": f"a danger on a full day, {QUICK * 1_000:.0f} ms, {count} cases",
        "found": f"{placed} placed, a minute places {more} more; {sum(displaced) / count:.2f} displaced,"
        f" {sum(moved) / count:.2f} to somebody else, {touched} confirmed touched;"
        f" {max(seconds):.3f} s at most with reading and writing",
    }


def _gained(done: Mended) -> int:
    """Jobs that had nobody and have somebody now, the danger aside."""
    return sum(one.was is None and one.job != "U" for one in done.changes)


def _danger(problem: Problem, dice: Random) -> Asked:
    beside = problem.jobs[dice.randrange(len(problem.jobs))]
    into, out = problem.travel[:, beside.at].tolist(), problem.travel[beside.at].tolist()
    into[beside.at] = out[beside.at] = 120
    hour = dice.choice([9, 11, 13, 15])
    job = Job(
        id="U",
        at=0,
        seconds=HOUR,
        windows=((hour * HOUR, (hour + 2) * HOUR),),
        skills={f"s{dice.randrange(4)}": 1},
        priority=Priority.SAFETY,
    )
    return Asked(job=job, into=into, out=out)


def arrivals(count: int) -> dict[str, object]:
    days = [_late_comers(number) for number in range(count)]
    changed, lost, best, left = (list(one) for one in zip(*days, strict=True))
    return {
        "what": f"a tenth of the jobs come late, {count} days, {REPLANNING:g} s",
        "found": f"{_spread(changed)} of unconfirmed visits go to somebody else; {_spread(lost)} of the objective"
        f" against one plan that changes freely, {_spread(best)} against the best of four;"
        f" {sum(left) / count:.1f} unconfirmed wait for another day",
        "days": [f"{a:.1%} {b:+.1%} {c:+.1%}" for a, b, c in zip(changed, lost, best, strict=True)],
    }


def _late_comers(number: int) -> tuple[float, float, float, int]:
    """One day: the share that changes hands, what is lost against one plan that changes freely and against the best of
    four, and how many who were planned are left."""
    whole = problem_of(json.dumps(a_day(300, 40, SEED + 50 + number)))
    routes = planned(replace(whole, jobs=tuple(job for at, job in enumerate(whole.jobs) if at % 10)))
    told, dice = hands(routes), Random(number)
    keep = {job for job in told if dice.random() < 0.3}
    budget = Budget(cpu_seconds=REPLANNING)
    done = mended(Today(whole, routes), CUSTOMER_FIRST, budget, seed=1, keep=keep, manner=FROM_NOTHING)
    kept = tuple(replace(job, technician=told[job.id]) if job.id in keep else job for job in whole.jobs)
    free = [
        objective(
            whole, solve(replace(whole, jobs=kept), policy, budget, seed=seed, start=routes, reasons_for=())
        )
        for policy in (TRAVEL, replace(CUSTOMER_FIRST, change=0, told=0))
        for seed in (1, 2)
    ]
    open_ = told.keys() - keep
    moved = [one for one in done.changes if one.job in open_]
    cost = objective(whole, done.plan)
    return (
        sum(one.now is not None for one in moved) / len(open_),
        cost / free[0] - 1,
        cost / min(free) - 1,
        sum(one.now is None for one in moved),
    )


def _spread(shares: Sequence[float]) -> str:
    return f"{sum(shares) / len(shares):.1%} (most {max(shares):.1%})"


def objective(problem: Problem, plan: Plan) -> int:
    """Travel and the prizes of the unserved."""
    return sum(travel_of(problem, route) for route in plan.routes) + sum(
        TRAVEL.prizes[one.job.priority] for one in plan.unserved
    )


if __name__ == "__main__":
    sys.exit(main())
