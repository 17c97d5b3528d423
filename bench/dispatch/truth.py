"""Whether what is said of a plan is true, asked of the timetable and the judge and never of the search: rules that are
named must be violated, with the very numbers, and whatever is said to make room must make it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bihuan.ground.routing.judge import judge
from bihuan.ground.routing.model import UNREACHABLE, Id, Job, Problem, Technician, can_do
from bihuan.ground.routing.plans import Plan, Unserved, written
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.timetable import Fetch, Route, Stop, begin, route_of, travel_of
from bihuan.ground.routing.why import Reason, Relaxation

NOBODY_LATER = 300  # seconds between the moments at which two are looked for


class Truth:
    """A plan as anybody could check it with a clock and a map."""

    def __init__(self, told: Mapping[str, Any], problem: Problem, policy: Policy, plan: Plan) -> None:
        self.told, self.problem, self.policy, self.plan = told, problem, policy, plan
        self.people = {one.id: one for one in problem.technicians}
        self.jobs = {job.id: job for job in problem.jobs}
        self.routes: dict[Id, list[Job]] = {who: [] for who in self.people}
        for route in plan.routes:
            self.routes[route.technician.id] = [_settled(one) for one in route.stops if isinstance(one, Stop)]
        self.van, self.store = self._parts()

    def _parts(self) -> tuple[dict[Id, set[Id]], set[Id]]:
        """The jobs whose parts are in each van, and in the store: each part for one job at most, those that go before
        others first."""
        needing = [job for job in self.problem.jobs if job.parts]
        rank = ["safety", "high", "normal"]

        def share(there: Mapping[str, int], order: Sequence[Job]) -> set[Id]:
            left, found = Counter(there), set[Id]()
            for job in sorted(order, key=lambda job: (not job.promised, rank.index(job.priority), -job.age)):
                if all(left[part] >= count for part, count in job.parts.items()):
                    left.subtract(job.parts)
                    found.add(job.id)
            return found

        vans = {}
        for one in self.problem.technicians:
            near = sorted(needing, key=lambda job: self.drive(one.leaves_from, job.at))
            vans[one.id] = share(one.parts, near)
        return vans, share(self.problem.store.parts if self.problem.store else {}, needing)

    def drive(self, here: int, there: int) -> int:
        return 0 if here == there else int(self.problem.travel[here, there])

    def fetches(self, job: Job, who: Id) -> bool:
        return bool(job.parts) and job.id not in self.van[who]

    def drawn(self, technician: Technician, jobs: Sequence[Job]) -> Route | None:
        fetched = [job.id for job in jobs if self.fetches(job, technician.id)]
        if technician.room is not None and sum(job.load for job in jobs) > technician.room:
            return None
        return route_of(technician, jobs, self.problem.travel, store=self.problem.store, fetched=fetched)

    def ways(self, technician: Technician, job: Job, others: Sequence[Job]) -> Iterator[Route]:
        """Every route with the job somewhere among the others."""
        for gap in range(len(others) + 1):
            route = self.drawn(technician, [*others[:gap], job, *others[gap:]])
            if route is not None:
                yield route

    def fits(self, technician: Technician, job: Job, others: Sequence[Job]) -> bool:
        return next(self.ways(technician, job, others), None) is not None

    def may(self, technician: Technician, job: Job) -> bool:
        there = not job.parts or job.id in self.van[technician.id] or job.id in self.store
        return there and can_do(technician, job, self.problem.day)

    # cost

    def fee(self, job: Job, who: Id) -> tuple[int, int]:
        """Of another technician than was told, and of nobody preferred."""
        changed = self.policy.change if job.was is not None and job.was != who else 0
        return changed, self.policy.preference if job.preferred and who not in job.preferred else 0

    def balance(self, technician: Technician, jobs: Sequence[Job]) -> int:
        """What work above everybody's fair share costs."""
        fair = sum(job.seconds for job in self.problem.jobs) * self.policy.fair
        fair //= 100 * len(self.problem.technicians)
        work, store = sum(job.seconds for job in jobs), self.problem.store
        if store is not None:
            fetched = [job for job in jobs if self.fetches(job, technician.id)]
            work += sum(store.seconds + self.drive(store.at, job.at) for job in fetched)
        return max(0, work - fair) * self.policy.balance >> 4

    def cheapest(self, technician: Technician, job: Job, others: Sequence[Job]) -> int | None:
        """Of all places in a route."""
        before = self.travel(technician, others) + self.overtime(technician, others)
        costs = [
            travel_of(self.problem, route) + self.late(route) - before
            for route in self.ways(technician, job, others)
        ]
        if not costs:
            return None
        balance = self.balance(technician, [*others, job]) - self.balance(technician, others)
        return min(costs) + sum(self.fee(job, technician.id)) + balance

    def overtime(self, technician: Technician, jobs: Sequence[Job]) -> int:
        """What the overtime of a route costs; nothing where it cannot be driven."""
        route = self.drawn(technician, jobs) if technician.overtime else None
        return 0 if route is None else self.late(route)

    def late(self, route: Route) -> int:
        allowed = bool(route.technician.overtime)
        return max(0, route.back - route.technician.shift[1]) * self.policy.overtime // 16 * allowed

    def travel(self, technician: Technician, jobs: Sequence[Job]) -> int:
        """Seconds on the road, whether or not the hours allow it."""
        place, seconds, store = technician.leaves_from, 0, self.problem.store
        for job in jobs:
            if store is not None and self.fetches(job, technician.id):
                seconds, place = seconds + self.drive(place, store.at), store.at
            seconds, place = seconds + self.drive(place, job.at), job.at
        return seconds + self.drive(place, technician.home)

    # reasons

    def reason(self, job: Job, one: Reason, routes: Mapping[Id, Sequence[Job]] | None = None) -> str:
        """What is wrong with a reason; nothing if it is true."""
        technician, others = self.people[one.technician], (routes or self.routes)[one.technician]
        wrong = getattr(self, f"_{one.rule.lower()}")(technician, job, others, one)
        return "" if wrong else f"{one.rule} of {one.technician} for {job.id}: {one}"

    def _pin(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        return job.technician not in (None, technician.id) and one.need == job.technician

    def _excluded(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        return technician.id in job.excluded

    def _skill(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        level, has = job.skills[one.about], technician.skills.get(one.about, 0)
        return level > has and (one.need, one.have, one.short_by) == (level, has, level - has)

    def _certificate(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        until = technician.certificates.get(one.about, "")
        return one.about in job.certificates and until < self.problem.day and one.have == until

    def _part(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        aside = sum(self.jobs[other].parts.get(one.about, 0) for other in self.van[technician.id])
        free = technician.parts.get(one.about, 0) - aside
        numbers = (one.need, one.have) == (job.parts[one.about], free) and free < job.parts[one.about]
        return numbers and job.id not in self.van[technician.id] and job.id not in self.store

    def _max_jobs(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        most = technician.max_jobs
        return most is not None and one.need == len(others) + 1 > most == one.have

    def _room(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        load, room = sum(other.load for other in (*others, job)), technician.room
        return room is not None and one.need == load > room == one.have

    def _no_way(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        return self._all_closed(technician, job, others) or self._all_closed(technician, job, ())

    def _all_closed(self, technician: Technician, job: Job, others: Sequence[Job]) -> bool:
        finite = []
        for gap in range(len(others) + 1):
            was = others[gap - 1].at if gap else technician.leaves_from
            then = others[gap].at if gap < len(others) else technician.home
            if gap < len(others) and self.problem.store and self.fetches(others[gap], technician.id):
                then = self.problem.store.at
            legs = [self.drive(was, job.at)]
            if self.problem.store and self.fetches(job, technician.id):
                legs = [self.drive(was, self.problem.store.at), self.drive(self.problem.store.at, job.at)]
            finite.append(max(*legs, self.drive(job.at, then)) < UNREACHABLE)
        return not any(finite)

    def _window(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        late = replace(job, windows=())
        hungry = replace(technician, lunch=None, shift=(technician.shift[0], UNREACHABLE * 2))
        route = self.drawn(hungry, [late])
        arrive = next(stop.start for stop in route.stops if isinstance(stop, Stop)) if route else -1
        closes = max(closes for _, closes in job.windows)
        numbers = (one.need, one.have, one.short_by) == (closes, arrive, arrive - closes)
        return numbers and arrive > closes and begin(job, arrive) is None

    def _shift(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        def until(ends: int) -> bool:
            shift = technician.shift[0], ends
            return self.fits(replace(technician, lunch=None, shift=shift, overtime=0), job, ())

        ends, back = technician.shift[1] + technician.overtime, int(one.have)
        return one.need == ends < back and until(back) and not until(back - 1)

    def _lunch(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        without = self.fits(replace(technician, lunch=None), job, ())
        return (
            without and not self.fits(technician, job, ()) and self._later(technician, job, (), one.short_by)
        )

    def _no_gap(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        alone = self.fits(technician, job, ())
        return (
            alone
            and not self.fits(technician, job, others)
            and self._later(technician, job, others, one.short_by)
        )

    def _later(self, technician: Technician, job: Job, others: Sequence[Job], by: int) -> bool:
        """Whether it would fit if everything could end so much later."""
        if not 0 < by < UNREACHABLE:
            return False
        longer = replace(technician, shift=(technician.shift[0], technician.shift[1] + by))
        if technician.lunch is not None and technician.has_lunch():
            opens, closes = technician.lunch.begins
            longer = replace(longer, lunch=replace(technician.lunch, begins=(opens, closes + by)))
        elif technician.lunch is not None:
            longer = replace(longer, lunch=None)
        jobs = [replace(one, windows=tuple((a, b + by) for a, b in one.windows)) for one in (job, *others)]
        return self.fits(longer, jobs[0], jobs[1:])

    def _together(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        assert job.together is not None
        partner = self.jobs[job.together]
        for who, held in self.routes.items():
            if any(other.id == partner.id for other in held):
                return who == technician.id
        if not self.fits(technician, job, others):
            return False
        return not any(
            self.fits(technician, replace(job, windows=((moment, moment),)), others)
            and self._somebody_else(technician.id, replace(partner, windows=((moment, moment),)))
            for moment in self._moments(job, partner)
        )

    def _somebody_else(self, who: Id, job: Job) -> bool:
        return any(
            other.id != who and self.may(other, job) and self.fits(other, job, self.routes[other.id])
            for other in self.problem.technicians
        )

    def _moments(self, *pair: Job) -> list[int]:
        day = ((min(one.shift[0] for one in self.problem.technicians), 20 * 3_600),)
        mine, yours = (job.windows or day for job in pair)
        spans = [(max(a, c), min(b, d)) for a, b in mine for c, d in yours if max(a, c) <= min(b, d)]
        return [at for a, b in spans for at in (*range(a, b, NOBODY_LATER), b)]

    def _price(self, technician: Technician, job: Job, others: Sequence[Job], one: Reason) -> bool:
        cost = self.cheapest(technician, job, others)
        worth = self.policy.prize(job)
        close = cost is not None and abs(cost - int(one.have)) <= 1 and one.need == worth
        return close and not self.policy.in_tiers and int(one.have) >= worth

    # relaxations

    def relaxation(self, unserved: Unserved, one: Relaxation) -> str:
        """What is wrong with a relaxation; nothing if the job can be done so, at that cost, and not with less."""
        job, technician, others = unserved.job, self.people[one.technician], self.routes[one.technician]
        prize = 0
        if one.kind == "displace":
            gone = self.jobs.get(one.job) if one.job is not None else None
            if gone is None or gone not in others or gone.held or self._rank(gone) > self._rank(job):
                return f"{one} displaces what it may not"
            others, prize = [other for other in others if other.id != gone.id], self.policy.prize(gone)
        eased, who = self._eased(job, technician, one, one.by or 0)
        blocked = one.kind in ("skill", "pin")
        if (
            self.may(technician, job) == blocked
            or self.fits(technician, job, self.routes[technician.id]) > blocked
        ):
            return f"{one} for {job.id}: nothing had to give way, or more"
        if not self.may(who, eased) or (cost := self.cheapest(who, eased, others)) is None:
            return f"{one} for {job.id}: does not fit"
        if prize:
            with_it, without = self.routes[technician.id], others
            prize -= self.travel(technician, with_it) - self.travel(technician, without)
            prize -= sum(self.fee(self.jobs[one.job], technician.id)) if one.job is not None else 0
            prize -= self.balance(technician, with_it) - self.balance(technician, without)
            prize -= self.overtime(technician, with_it) - self.overtime(technician, without)
        if abs(cost + prize - one.cost) > 2:
            return f"{one} for {job.id}: costs {cost + prize}"
        if self._less(job, technician, one):
            return f"{one} for {job.id}: less is enough"
        faults = self._judged(eased, who, others, one)
        return f"{one} for {job.id}: {faults}" if faults else ""

    def _rank(self, job: Job) -> tuple[int, int]:
        if self.policy.in_tiers:
            return -self.policy.tier(job), self.policy.weight(job)
        return self.policy.prize(job), 0

    def _eased(self, job: Job, who: Technician, one: Relaxation, by: int) -> tuple[Job, Technician]:
        if one.kind == "window":
            return replace(job, windows=tuple((a - by, b + by) for a, b in job.windows)), who
        if one.kind == "overtime":
            return job, replace(who, shift=(who.shift[0], who.shift[1] + by))
        if one.kind == "skill":
            return replace(job, skills={}), who
        return (replace(job, technician=None) if one.kind == "pin" else job), who

    def _less(self, job: Job, technician: Technician, one: Relaxation) -> bool:
        """Whether a step less would have done, for anybody."""
        step = {"window": 300, "overtime": 60}.get(one.kind, 0)
        if not step or one.by is None or one.by <= step:
            return False
        for other in self.problem.technicians:
            eased, who = self._eased(job, other, one, one.by - step)
            asked = who.has_lunch() == other.has_lunch() and self.may(other, job)
            if asked and self.fits(who, eased, self.routes[other.id]):
                return True
        return False

    def _judged(self, job: Job, who: Technician, others: Sequence[Job], one: Relaxation) -> tuple[str, ...]:
        """What the judge says of the day with the job in it."""
        made = next(self.ways(who, job, others))
        routes = [route for route in self.plan.routes if route.technician.id != who.id]
        done = {other.id for route in (*routes, made) for other in route.jobs()}
        left = tuple(Unserved(other, (), ()) for other in self.problem.jobs if other.id not in done)
        plan = written(Plan((*routes, made), left, 0, 0.0), setup_seconds=0)
        jobs = [
            row
            if row["id"] != job.id
            else row
            | {
                "windows": [list(window) for window in job.windows],
                "skills": dict(job.skills),
                "technician": job.technician,
            }
            for row in self.told["jobs"]
        ]
        people = [
            row if row["id"] != who.id else row | {"shift": list(who.shift)}
            for row in self.told["technicians"]
        ]
        return judge({**self.told, "jobs": jobs, "technicians": people}, plan).faults


def _settled(stop: Stop) -> Job:
    """One of two stays at its moment."""
    return stop.job if stop.job.together is None else replace(stop.job, windows=((stop.start, stop.start),))


def fetches(route: Route) -> set[Id]:
    """For which jobs a route goes by the store."""
    return {stop.job.id for stop in route.stops if isinstance(stop, Fetch)}
