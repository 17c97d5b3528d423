"""Whether a plan may be carried out, and what it costs. Shares no code with the search: it reads the problem and the
plan as they are written (JSON), and believes neither times nor sums.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PRIZES = {"safety": 100_000, "high": 20_000, "normal": 8_000}
NO_WAY = 1_000_000_000
OVERTIME = 32  # sixteenths of its seconds


@dataclass(frozen=True)
class Verdict:
    """`faults` in words, none for a plan that holds; `objective` is travel, the prizes of the unserved, and overtime at
    its price."""

    faults: tuple[str, ...]
    served: int
    travel: int
    overtime: int
    objective: int
    unserved: Mapping[str, int]


def judge(problem: Mapping[str, Any], plan: Mapping[str, Any]) -> Verdict:
    """Check every stop of every route, and that each job is either done once or told as unserved."""
    people = {one["id"]: one for one in problem["technicians"]}
    jobs = {one["id"]: one for one in problem["jobs"]}
    faults: list[str] = []
    starts: dict[Any, int] = {}
    fetched: dict[str, int] = {}
    done: list[Any] = []
    gone: set[Any] = set()
    travel = overtime = 0
    for route in plan["routes"]:
        who = route["technician"]
        if who not in people or who in gone:
            faults.append(f"{who} is nobody, or goes twice")
            continue
        gone.add(who)
        drawn = _Drawn(people[who], jobs, problem)
        drawn.follow(route["stops"], route["back"])
        starts |= drawn.starts
        for part, count in drawn.fetched.items():
            fetched[part] = fetched.get(part, 0) + count
        faults += [f"{who}: {fault}" for fault in drawn.faults]
        done += drawn.done
        travel += drawn.travel
        overtime += drawn.overtime
    missing = [one["job"] for one in plan["unserved"]]
    if sorted(map(str, [*done, *missing])) != sorted(map(str, jobs)):
        faults.append("the jobs of the routes and the unserved are not all jobs, each once")
    for one in starts:
        other = jobs[one].get("together")
        if other is not None and starts.get(other) != starts[one]:
            faults.append(f"{one} and {other} do not begin together")
    stored = (problem.get("store") or {}).get("parts") or {}
    faults += [
        f"more of {part} fetched than there are"
        for part, count in fetched.items()
        if count > stored.get(part, 0)
    ]
    policy = problem.get("policy") or {}
    prizes = PRIZES | dict(policy.get("prizes") or {})
    rate = (policy.get("weights") or {}).get("overtime", OVERTIME)
    left = [jobs[one].get("priority", "normal") for one in missing if one in jobs]
    return Verdict(
        faults=tuple(faults),
        served=len(done),
        travel=travel,
        overtime=overtime,
        objective=travel + sum(prizes[priority] for priority in left) + overtime * rate // 16,
        unserved={name: left.count(name) for name in PRIZES},
    )


class _Drawn:
    """One route, followed stop by stop."""

    def __init__(
        self, person: Mapping[str, Any], jobs: Mapping[Any, Any], problem: Mapping[str, Any]
    ) -> None:
        self.person, self.jobs, self.seconds = person, jobs, problem["travel_seconds"]
        self.store, self.day = problem.get("store"), problem.get("day", "")
        self.faults: list[str] = []
        self.done: list[Any] = []
        self.starts: dict[Any, int] = {}
        self.fetched: dict[str, int] = {}
        self.fetched_for: Any = None
        self.van = dict(person.get("parts") or {})
        self.outdoors = self.travel = self.overtime = 0
        leaves_from = person.get("start")
        self.place, self.now = person["home"] if leaves_from is None else leaves_from, person["shift"][0]
        self.lunches: list[Mapping[str, Any]] = []

    def follow(self, stops: Sequence[Mapping[str, Any]], back: int) -> None:
        waiting: Mapping[str, Any] | None = None
        for stop in stops:
            if stop.get("lunch"):
                self.lunches.append(stop)
                self.need(
                    stop["leave"] == stop["start"] + self.person["lunch"]["seconds"], "lunch is cut short"
                )
                self.need(waiting is None, "lunch follows lunch")
                waiting = stop
            else:
                self.visit(stop, waiting) if "job" in stop else self.fetch(stop, waiting)
                waiting = None
        if waiting is not None:
            self.need(waiting["start"] >= self.now, "lunch before the work is over")
            self.now = waiting["leave"]
        self.now += self.drive(self.person["home"])
        self.need(back >= self.now, f"is back at {back}, before {self.now}")
        latest = self.person["shift"][1] + (self.person.get("overtime_seconds") or 0)
        self.need(back <= latest, f"is back at {back}, after {latest}")
        self.overtime = max(0, back - self.person["shift"][1])
        self.lunch_is_right()
        most = self.person.get("max_jobs")
        self.need(most is None or len(self.done) <= most, "has too many jobs")

    def fetch(self, stop: Mapping[str, Any], lunch: Mapping[str, Any] | None) -> None:
        """At the store, for the parts of the job that comes next."""
        job = self.jobs.get(stop["fetch"])
        if job is None or self.store is None:
            self.faults.append(f"{stop['fetch']} is no job, or there is no store")
            return
        self.reach(f"store for {stop['fetch']}", self.store["at"], stop, lunch)
        self.need(
            stop["leave"] >= stop["start"] + self.store.get("seconds", 0), "is gone from the store too soon"
        )
        ready = self.store.get("ready") or {}
        for part, count in (job.get("parts") or {}).items():
            self.need(stop["start"] >= ready.get(part, stop["start"]), f"{part} is not there yet")
            self.fetched[part] = self.fetched.get(part, 0) + count
        self.place, self.now, self.fetched_for = self.store["at"], stop["leave"], stop["fetch"]

    def visit(self, stop: Mapping[str, Any], lunch: Mapping[str, Any] | None) -> None:
        job = self.jobs.get(stop["job"])
        if job is None:
            self.faults.append(f"{stop['job']} is no job")
            return
        about = f"job {stop['job']}"
        self.reach(about, job["at"], stop, lunch)
        self.may(about, job)
        windows = job.get("windows") or []
        inside = any(opens <= stop["start"] <= closes for opens, closes in windows)
        self.need(not windows or inside, f"{about}: begins outside of its windows")
        self.need(stop["leave"] >= stop["start"] + job["seconds"], f"{about}: is cut short")
        self.done.append(stop["job"])
        self.starts[stop["job"]] = stop["start"]
        self.place, self.now = job["at"], stop["leave"]

    def may(self, about: str, job: Mapping[str, Any]) -> None:
        """Whether this technician may do it, with the parts."""
        for skill, level in (job.get("skills") or {}).items():
            self.need((self.person.get("skills") or {}).get(skill, 0) >= level, f"{about}: lacks {skill}")
        for one in job.get("certificates") or []:
            until = (self.person.get("certificates") or {}).get(one, "")
            self.need(until != "" and until >= self.day, f"{about}: lacks the certificate {one}")
        self.need(job.get("technician") in (None, self.person["id"]), f"{about}: belongs to somebody else")
        self.need(
            self.person["id"] not in (job.get("excluded") or []), f"{about}: not by {self.person['id']}"
        )
        if job["id"] != self.fetched_for:
            for part, count in (job.get("parts") or {}).items():
                self.van[part] = self.van.get(part, 0) - count
                self.need(self.van[part] >= 0, f"{about}: lacks the part {part}")
        self.outdoors += job["seconds"] if job.get("outdoors") else 0
        most = self.person.get("outdoors_seconds")
        self.need(most is None or self.outdoors <= most, f"{about}: too long outdoors")

    def reach(self, about: str, place: int, stop: Mapping[str, Any], lunch: Mapping[str, Any] | None) -> None:
        """Driven there and lunch eaten, in an order that can be."""
        drive = self.drive(place)
        if lunch is None:
            self.need(stop["arrive"] >= self.now + drive, f"{about}: arrives too soon")
            self.need(stop["start"] >= stop["arrive"], f"{about}: begins before arriving")
        elif lunch["start"] >= stop["arrive"]:
            self.need(stop["arrive"] >= self.now + drive, f"{about}: arrives too soon")
            self.need(stop["start"] >= lunch["leave"], f"{about}: begins during lunch")
        else:
            self.need(lunch["start"] >= self.now, f"{about}: lunch before the work is over")
            self.need(stop["arrive"] >= lunch["leave"] + drive, f"{about}: drives during lunch")
            self.need(stop["start"] >= stop["arrive"], f"{about}: begins before arriving")

    def drive(self, there: int) -> int:
        seconds = 0 if self.place == there else self.seconds[self.place][there]
        if seconds is None or seconds >= NO_WAY:
            self.faults.append(f"there is no way from {self.place} to {there}")
            return 0
        self.travel += int(seconds)
        return int(seconds)

    def lunch_is_right(self) -> None:
        lunch, (begins, ends) = self.person.get("lunch"), self.person["shift"]
        owed = bool(
            self.done
            and lunch
            and begins <= lunch["start"][0]
            and lunch["start"][1] + lunch["seconds"] <= ends
        )
        self.need(len(self.lunches) == int(owed), f"{len(self.lunches)} lunches instead of {int(owed)}")
        for one in self.lunches:
            opens, closes = lunch["start"] if lunch else (0, -1)
            self.need(opens <= one["start"] <= closes, "lunch outside of its hours")

    def need(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)
