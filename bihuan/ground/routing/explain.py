"""Why this technician, at this time: a visit of a plan explained, by taking it out and asking for it again.

Costs, ranks and refusals are what the kernel says of the plan without the visit; the plan itself is not changed.
Seconds throughout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import day_of
from bihuan.ground.routing.model import Id, Job, Problem, Window
from bihuan.ground.routing.plans import Plan
from bihuan.ground.routing.policies import Policy
from bihuan.ground.routing.search import Searching
from bihuan.ground.routing.timetable import Break, Fetch, Route, Stop, route_of
from bihuan.ground.routing.together import Pairs
from bihuan.ground.routing.why import Asking, Reason

ALTERNATIVES = 2


@dataclass(frozen=True)
class Cost:
    """What a visit costs: extra travel, that it is another technician than was told, that it is nobody preferred, work
    above everybody's fair share, and overtime."""

    travel: int
    change: int
    preference: int
    balance: int
    overtime: int

    @property
    def total(self) -> int:
        return self.travel + self.change + self.preference + self.balance + self.overtime


@dataclass(frozen=True)
class Fact:
    """Something that speaks for it. `kind`: skill (level needed and had), certificate (the day, and valid until), part
    (needed, and in the van), fetched (at the store, from when), after (the job before, and the drive from there),
    first (the drive from where the day begins), lunch (from when), told, preferred, pinned, held, together (the other
    job)."""

    kind: str
    about: str = ""
    need: int | str | None = None
    have: int | str | None = None


@dataclass(frozen=True)
class Alternative:
    """Somebody else who could do it: when, what it would cost, and by how much each part of that is more."""

    technician: Id
    start: int
    cost: Cost
    extra: int
    later: int


@dataclass(frozen=True)
class Assigned:
    """A visit: `slack` is how much later it could begin with everything after it still possible; `rank` is the place
    of its technician among the `feasible` by cost."""

    job: Id
    technician: Id
    start: int
    window: Window | None
    slack: int
    policy: str
    cost: Cost
    rank: int
    feasible: int
    because: tuple[Fact, ...]
    alternatives: tuple[Alternative, ...]
    rejected: tuple[Reason, ...]


class Explaining:
    """A plan, ready for questions about its visits."""

    def __init__(self, problem: Problem, policy: Policy, plan: Plan) -> None:
        self.problem, self.policy = problem, policy
        self.people = {one.id: at for at, one in enumerate(problem.technicians)}
        self.routes = {self.people[route.technician.id]: route for route in plan.routes}
        found = Searching.over(day_of(problem, policy), seed=1)
        self.asking = Asking(problem, found)
        number = self.asking.number
        self.starts = {
            number[stop.job.id]: stop
            for route in plan.routes
            for stop in route.stops
            if isinstance(stop, Stop)
        }
        pairs, self.settled = Pairs(problem, found), list(problem.jobs)
        for job, stop in self.starts.items():
            if problem.jobs[job].together is not None:
                pairs.narrow(job, stop.start)
                self.settled[job] = replace(problem.jobs[job], windows=((stop.start, stop.start),))
        found.stand(
            [
                [number[job.id] for job in self.routes[at].jobs()] if at in self.routes else []
                for at in range(len(problem.technicians))
            ]
        )

    def assigned(self, which: Id) -> Assigned | None:
        """Why it is done by whom and when; None for a job that nobody does. Raises KeyError for one that is unknown."""
        job = self.asking.number[which]
        person = int(self.asking.found.where[job])
        if person < 0:
            return None
        asked, stop = self.problem.jobs[job], self.starts[job]
        slack, around = self._slack(job, person) - stop.start, self.asking.route(person)
        with self.asking.without(job, person) as saved:
            cost = self._cost(job, person, saved, around)
            prices = self._prices(job, person, cost.total)
            next_best = [who for _, who in prices if who != person][:ALTERNATIVES]
            others = [self._alternative(job, who, stop.start, cost.total) for who in next_best]
            out = sorted(set(self.people.values()) - {who for _, who in prices})
            rejected = [self.asking.reason(job, who) for who in out]
        return Assigned(
            job=asked.id,
            technician=self.problem.technicians[person].id,
            start=stop.start,
            window=next((one for one in asked.windows if one[0] <= stop.start <= one[1]), None),
            slack=slack,
            policy=f"{self.policy.name}@{self.policy.version}",
            cost=cost,
            rank=1 + sum(price < cost.total for price, who in prices if who != person),
            feasible=len(prices),
            because=tuple(self._facts(job, person)),
            alternatives=tuple(others),
            rejected=tuple(sorted(rejected, key=lambda one: (one.rule, one.short_by))),
        )

    def _prices(self, job: int, person: int, own: int) -> list[tuple[int, int]]:
        """Who could do it, for how much, the cheapest first. It costs its own technician what it costs now. Nobody does
        both jobs of a pair."""
        together = self.problem.jobs[job].together
        taken = -1 if together is None else int(self.asking.found.where[self.asking.number[together]])
        asked = (who for who in self.asking.able(job) if who not in (person, taken))
        prices = [(price, who) for who in asked if (price := self.asking.price(job, who)) is not None]
        return sorted([*prices, (own, person)])

    def _cost(self, job: int, person: int, total: int, jobs: Sequence[int]) -> Cost:
        """A total in its parts; `jobs` is the route with the job."""
        asked, who = self.problem.jobs[job], self.problem.technicians[person].id
        change = self.policy.change if asked.was is not None and asked.was != who else 0
        preference = self.policy.preference if asked.preferred and who not in asked.preferred else 0
        without = [one for one in jobs if one != job]
        travel = self._travel(person, jobs) - self._travel(person, without)
        overtime = self._overtime(person, jobs) - self._overtime(person, without)
        return Cost(travel, change, preference, total - travel - change - preference - overtime, overtime)

    def _overtime(self, person: int, jobs: Sequence[int]) -> int:
        """What the overtime of a route costs; nothing where it cannot be driven."""
        if not self.problem.technicians[person].overtime:
            return 0
        route = self._way(person, jobs)
        return 0 if route is None else route.overtime * self.policy.overtime >> 4

    def _travel(self, person: int, jobs: Sequence[int]) -> int:
        """Seconds on the road, whether or not the hours allow it."""
        technician, seconds = self.problem.technicians[person], 0
        place, store = technician.leaves_from, self.problem.store
        for job in jobs:
            stops = [self.problem.jobs[job].at]
            if store is not None and self.asking.fetches(job, person):
                stops.insert(0, store.at)
            for there in stops:
                seconds, place = seconds + self.asking.drive(place, there), there
        return seconds + self.asking.drive(place, technician.home)

    def _alternative(self, job: int, person: int, start: int, least: int) -> Alternative:
        """Somebody else's route with the job where it costs least there."""
        found = self.asking.cheapest(job, person)
        if found is None:
            raise AssertionError("Whoever was priced has a place for it.")
        price, gap = found
        jobs = self.asking.route(person)
        jobs.insert(gap, job)
        route = self._drawn(person, jobs)
        begins = next(stop.start for stop in route.stops if isinstance(stop, Stop) and self._is(stop, job))
        cost = self._cost(job, person, price, jobs)
        who = self.problem.technicians[person].id
        return Alternative(who, begins, cost, price - least, begins - start)

    def _is(self, stop: Stop, job: int) -> bool:
        return stop.job.id == self.problem.jobs[job].id

    def _drawn(self, person: int, jobs: Sequence[int]) -> Route:
        route = self._way(person, jobs)
        if route is None:
            who = self.problem.technicians[person].id
            raise AssertionError(f"{who} cannot drive where a job was found to fit.")
        return route

    def _way(self, person: int, jobs: Sequence[int]) -> Route | None:
        fetched = [self.problem.jobs[at].id for at in jobs if self.asking.fetches(at, person)]
        technician, visits = self.problem.technicians[person], [self.settled[at] for at in jobs]
        return route_of(technician, visits, self.problem.travel, store=self.problem.store, fetched=fetched)

    def _slack(self, job: int, person: int) -> int:
        """The last moment at which it can begin in its route."""
        asking, stops = self.asking, self.asking.found.stops
        at = (person * asking.longest + asking.route(person).index(job) + 1) * k.STOP
        was = at - k.STOP
        free, fed, drive = int(stops[was + k.FREE]), int(stops[was + k.FED]), int(stops[was + k.LEG])
        arrived, last = fed + drive, -k.NEVER
        if free < k.NEVER:
            arrived = min(arrived, int(k.after_lunch(asking.day.people, person, free, drive, False)))
            if free + drive <= stops[at + k.DUE]:
                last = int(stops[at + k.DUE])
        if arrived <= stops[at + k.DUE_FED]:
            last = max(last, int(stops[at + k.DUE_FED]))
        row = asking.row(job, person) * k.JOB
        return last + int(asking.day.jobs[row + k.SERVICE]) - self.problem.jobs[job].seconds

    def _facts(self, job: int, person: int) -> Iterator[Fact]:
        asked, technician = self.problem.jobs[job], self.problem.technicians[person]
        yield from _wishes(asked, technician.id)
        for skill, level in sorted(asked.skills.items()):
            if level:
                yield Fact("skill", skill, level, technician.skills.get(skill, 0))
        for one in sorted(asked.certificates):
            yield Fact("certificate", one, self.problem.day, technician.certificates[one])
        stops = self.routes[person].stops
        fetches = self.asking.fetches(job, person)
        for part, count in sorted(asked.parts.items()):
            in_van = technician.parts.get(part, 0)
            yield (
                Fact("part", part, count, in_van)
                if not fetches
                else Fact("fetched", part, count, _fetched(stops, asked.id))
            )
        yield self._before(job, person)
        for stop in stops:
            if isinstance(stop, Break):
                yield Fact("lunch", have=stop.start)

    def _before(self, job: int, person: int) -> Fact:
        """Where the technician comes from, and how far it is; by the store where parts are fetched."""
        route, asked, store = self.asking.route(person), self.problem.jobs[job], self.problem.store
        gap = route.index(job)
        came = self.problem.jobs[route[gap - 1]] if gap else None
        place = self.problem.technicians[person].leaves_from if came is None else came.at
        if store is not None and self.asking.fetches(job, person):
            drive = self.asking.drive(place, store.at) + self.asking.drive(store.at, asked.at)
        else:
            drive = self.asking.drive(place, asked.at)
        return Fact("first", have=drive) if came is None else Fact("after", str(came.id), have=drive)


def _wishes(asked: Job, who: Id) -> Iterator[Fact]:
    if asked.technician == who:
        yield Fact("pinned")
    if asked.held:
        yield Fact("held")
    if asked.was == who:
        yield Fact("told")
    if who in asked.preferred:
        yield Fact("preferred")
    if asked.together is not None:
        yield Fact("together", str(asked.together))


def _fetched(stops: Sequence[Stop | Fetch | Break], job: Id) -> int | None:
    """When the parts of a job are fetched."""
    return next((stop.start for stop in stops if isinstance(stop, Fetch) and stop.job.id == job), None)
