"""A week in the season: `python -m bench.dispatch.peak DISPATCHER OPEN TECHNICIANS ARRIVALS SEED ROUNDS SECONDS`.

OPEN customers wait when it begins, for up to ten days by then; for five days ARRIVALS more ask each day, which is more
than can be served. A quarter was promised a window of two hours on one of the days ahead; the others are at home in one
half of the day, and are told the evening before. After the week half as many ask each day, and days go on until
everybody who asked before its end was served: `longest` is how many days anybody waited until then.

Nearest gives what was promised to the nearest technician, appended in the order of windows, and whoever is free takes
the nearest customer that can be served before the next promise. What bihuan breaks within the week is sought again
among the promises of that day alone, with SECONDS of the processor: `could` is how many more would have been kept.
Prints one line of JSON.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from bench.dispatch.days import HOUR, WINDOWS, a_day
from bench.dispatch.solvers import nearest
from bihuan.ground.routing.policies import CUSTOMER_FIRST
from bihuan.ground.routing.reading import problem_of
from bihuan.ground.routing.rolling.world import MINUTES, SHARES, SKILLS
from bihuan.ground.routing.search import Budget
from bihuan.ground.routing.turns import solve_in_turns

DAYS, AFTER, LAST = (
    5,
    0.5,
    45,
)  # days of the week; so many ask after it, as a share; days that are played at most
LONGEST = 10  # days that somebody has waited when it begins
PROMISED, AHEAD = 0.25, 3
HALVES = ((8.5, 13), (13, 17.5))
SIDE, KMH = 30.0, 25.0

type Told = Mapping[str, Any]


@dataclass(frozen=True)
class Season:
    """All who ask: the day each asks (up to 0: before the week), and for some the day that was promised."""

    people: Sequence[dict[str, Any]]
    jobs: Sequence[dict[str, Any]]
    spots: Any
    asks: Sequence[int]
    promised: Sequence[int | None]

    def on(self, today: int, waiting: Sequence[int]) -> dict[str, Any]:
        """The problem of a day: those who wait, but nobody who was promised a day to come."""
        jobs, places = [], list(range(len(self.people)))
        for one in waiting:
            day = self.promised[one]
            if self.asks[one] < today and (day is None or day <= today):
                own = {"age": today - self.asks[one], "promised": day == today, "at": len(places)}
                jobs.append(self.jobs[one] | own)
                places.append(len(self.people) + one)
        x, y = self.spots[places].T
        km = np.hypot(x[:, None] - x[None], y[:, None] - y[None]) * 1.35
        travel = np.rint(km / KMH * HOUR + 120 * (km > 0)).astype(int).tolist()
        return {"technicians": self.people, "jobs": jobs, "travel_seconds": travel}


def a_season(waiting: int, people: int, arrivals: int, seed: int) -> Season:
    """The same seed gives the same season."""
    dice = np.random.default_rng([seed, waiting, people, arrivals])
    asks = [1 - int(one) for one in dice.integers(1, LONGEST + 1, waiting)]
    for day in range(1, LAST):
        asks += [day] * round(arrivals * (1 if day <= DAYS else AFTER))
    count = people + len(asks)
    centres = dice.uniform(4, SIDE - 4, (8, 2))
    near = centres[dice.choice(8, count)] + dice.normal(0, 2.2, (count, 2))
    spots = np.where((dice.random(count) < 0.7)[:, None], near, dice.uniform(0, SIDE, (count, 2)))
    minutes, skills = dice.choice(MINUTES, count, p=SHARES), dice.choice(len(SKILLS), count, p=SKILLS)
    promised, jobs = list[int | None](), []
    for one, asked in enumerate(asks):
        told = bool(dice.random() < PROMISED)
        ahead = 1 + int(dice.integers(AHEAD if asked >= 1 else DAYS))
        promised.append(max(0, asked) + ahead if told else None)
        opens, closes = WINDOWS[int(dice.integers(4))] if told else HALVES[int(dice.integers(2))]
        jobs.append(
            {
                "id": f"J{one}",
                "seconds": int(minutes[one]) * 60,
                "windows": [[int(opens * HOUR), int(closes * HOUR)]],
                "skills": {f"s{skills[one]}": 1},
                "priority": "normal",
                "technician": None,
            }
        )
    return Season(a_day(1, people, seed)["technicians"], jobs, np.clip(spots, 0, SIDE), asks, promised)


def main() -> int:
    solver = sys.argv[1]
    open_now, people, arrivals, seed, rounds = map(int, sys.argv[2:7])
    season = a_season(open_now, people, arrivals, seed)
    waiting, found = list(range(len(season.asks))), _Found()
    week = sum(asked <= DAYS for asked in season.asks)
    began, today = process_time(), 0
    while today < LAST - 1 and waiting[0] < week:
        today += 1
        problem = season.on(today, waiting)
        served = _appended(problem) if solver == "nearest" else _planned(problem, Budget(rounds=rounds))
        found.day(today, problem, served, last=today == LAST - 1)
        if today <= DAYS and solver == "bihuan":
            found.seek(problem, served, float(sys.argv[7]))
        waiting = [one for one in waiting if f"J{one}" not in served]
    told = found.told() | ({"could": None} if solver == "nearest" else {})
    told |= {"all": waiting[0] >= week, "days": today, "cpu": round(process_time() - began, 1)}
    print(json.dumps({"solver": solver, "seed": seed} | told))
    return 0


class _Found:
    """What came of it, day by day."""

    def __init__(self) -> None:
        self.served = self.promises = self.broken = self.could = 0
        self.waits: list[int] = []
        self.at_end = 0

    def day(self, today: int, problem: Told, served: set[str], *, last: bool) -> None:
        for one in problem["jobs"]:
            age = one["age"]
            if one["id"] in served or last:
                self.waits.append(age)
            if today == DAYS and one["id"] not in served:
                self.at_end = max(self.at_end, age)
            if today <= DAYS:
                self.served += one["id"] in served
                self.promises += one["promised"]
                self.broken += one["promised"] and one["id"] not in served

    def seek(self, problem: Told, served: set[str], seconds: float) -> None:
        """How many promises more another order would have kept, sought for long among the promised alone."""
        promised = [one for one in problem["jobs"] if one["promised"]]
        kept = sum(one["id"] in served for one in promised)
        if kept < len(promised):
            alone = _planned(dict(problem) | {"jobs": promised}, Budget(cpu_seconds=seconds))
            self.could += max(0, len(alone) - kept)

    def told(self) -> dict[str, Any]:
        return {
            "served": self.served,
            "promises": self.promises,
            "broken": self.broken,
            "could": self.could,
            "open_longest": self.at_end,
            "longest": max(self.waits, default=0),
            "mean_wait": round(sum(self.waits) / max(1, len(self.waits)), 2),
        }


def _planned(problem: Told, budget: Budget) -> set[str]:
    told = problem_of(json.dumps(problem))
    plan = solve_in_turns(told, CUSTOMER_FIRST, budget, seed=1, reasons_for=())
    return {str(job.id) for route in plan.routes for job in route.jobs()}


def _appended(problem: Told) -> set[str]:
    """What was promised first; then whoever is free takes the nearest."""
    promised = [one for one in problem["jobs"] if one["promised"]]
    routes, _ = nearest(dict(problem) | {"jobs": promised}, 0, 1)
    jobs = {one["id"]: one for one in problem["jobs"]}
    free = {name: one for name, one in jobs.items() if not one["promised"]}
    served = {one for route in routes.values() for one in route}
    for person in problem["technicians"]:
        now, place, fed = person["shift"][0], person["home"], False
        for fixed in (*routes[person["id"]], None):
            target = None if fixed is None else jobs[fixed]
            while True:
                fits = [
                    (problem["travel_seconds"][place][one["at"]], name)
                    for name, one in free.items()
                    if one["skills"].keys() <= person["skills"].keys()
                    and _before(problem, person, now, place, fed, one, target)
                ]
                if not fits:
                    break
                _, name = min(fits)
                now, fed = _after(problem, person, now, place, fed, free[name])
                place = free.pop(name)["at"]
                served.add(name)
            if target is not None:
                now, fed = _after(problem, person, now, place, fed, target)
                place = target["at"]
    return served


def _after(problem: Told, person: Told, now: int, place: int, fed: bool, job: Told) -> tuple[int, bool]:
    """When somebody is done with a job, and whether they have eaten by then."""
    opens, closes = person["lunch"]["start"]
    drive, (begins, _) = problem["travel_seconds"][place][job["at"]], job["windows"][0]
    if not fed and (now >= opens or max(now + drive, begins) > closes):
        now, fed = max(now, opens) + person["lunch"]["seconds"], True
    return max(now + drive, begins) + job["seconds"], fed


def _before(
    problem: Told, person: Told, now: int, place: int, fed: bool, job: Told, target: Told | None
) -> bool:
    """Whether a job can be done in its window, and after it the target in its own, or the way home."""
    done, fed = _after(problem, person, now, place, fed, job)
    if done - job["seconds"] > job["windows"][0][1]:
        return False
    onward = problem["travel_seconds"][job["at"]]
    if target is None:
        eats = 0 if fed else person["lunch"]["seconds"]
        return bool(done + eats + onward[person["home"]] <= person["shift"][1])
    after, _ = _after(problem, person, done, job["at"], fed, target)
    return bool(after - target["seconds"] <= target["windows"][0][1])


if __name__ == "__main__":
    sys.exit(main())
