"""What a solver's routes are worth, judged alike for all: lunch is placed where it does least harm, and lateness is
counted instead of refused, since not every solver can keep to all of it.

Objective: travel + prizes of the unserved + five times every second of lateness (of a visit, of lunch, of coming home).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bihuan.ground.routing.judge import PRIZES

LATE = 5


@dataclass(frozen=True)
class Worth:
    served: int
    unserved: Mapping[str, int]
    travel: int
    late: int
    wrong: int  # jobs given twice, or to somebody who may not do them

    @property
    def objective(self) -> int:
        missed = sum(PRIZES[name] * count for name, count in self.unserved.items())
        return self.travel + missed + LATE * self.late


def worth(problem: Mapping[str, Any], routes: Mapping[Any, Sequence[Any]]) -> Worth:
    """`routes`: for each technician the jobs in order."""
    people = {one["id"]: one for one in problem["technicians"]}
    jobs = {one["id"]: one for one in problem["jobs"]}
    seen: set[Any] = set()
    travel = late = wrong = 0
    for who, order in routes.items():
        person, work = people[who], [jobs[one] for one in order]
        wrong += sum(one["id"] in seen or not _may(person, one) for one in work)
        seen.update(order)
        if work:
            places = [person["home"], *(one["at"] for one in work), person["home"]]
            travel += sum(problem["travel_seconds"][a][b] for a, b in pairwise(places))
            late += _least_late(problem, person, work)
    left = [one.get("priority", "normal") for name, one in jobs.items() if name not in seen]
    return Worth(len(seen), {name: left.count(name) for name in PRIZES}, travel, late, wrong)


def _may(person: Mapping[str, Any], job: Mapping[str, Any]) -> bool:
    return job.get("technician") in (None, person["id"]) and all(
        person["skills"].get(skill, 0) >= level for skill, level in job["skills"].items()
    )


def _least_late(
    problem: Mapping[str, Any], person: Mapping[str, Any], work: Sequence[Mapping[str, Any]]
) -> int:
    """Seconds late in all, with lunch at its best place: before a drive, or after it."""
    if person["lunch"] is None:
        return _late(problem, person, work, None, False)
    options = [
        (at, there)
        for at in range(len(work) + 1)
        for there in (False, True)
        if not (there and at == len(work))
    ]
    return min(_late(problem, person, work, at, there) for at, there in options)


def _late(
    problem: Mapping[str, Any],
    person: Mapping[str, Any],
    work: Sequence[Mapping[str, Any]],
    lunch: int | None,
    there: bool,
) -> int:
    now, place, late = person["shift"][0], person["home"], 0

    def eat() -> None:
        nonlocal now, late
        opens, closes = person["lunch"]["start"]
        late += max(0, now - closes)
        now = max(now, opens) + person["lunch"]["seconds"]

    for number, job in enumerate(work):
        if number == lunch and not there:
            eat()
        now += problem["travel_seconds"][place][job["at"]]
        if number == lunch and there:
            eat()
        if job["windows"]:
            fitting = [opens for opens, closes in job["windows"] if now <= closes]
            late += 0 if fitting else now - max(closes for _, closes in job["windows"])
            now = max(now, min(fitting)) if fitting else now
        now, place = now + job["seconds"], job["at"]
    if lunch == len(work):
        eat()
    home: int = problem["travel_seconds"][place][person["home"]]
    return late + int(max(0, now + home - person["shift"][1]))
