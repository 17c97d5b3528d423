"""Whether what is said of a visit is true: its cost, slack and rank, who else could come, and who could not."""

from collections.abc import Iterator
from dataclasses import replace

from bench.dispatch.truth import Truth
from bihuan.ground.routing.explain import Alternative, Assigned, Fact
from bihuan.ground.routing.model import Id, Job
from bihuan.ground.routing.timetable import Break, Stop, begin, travel_of

LATER = (1, 60, 600, 3_600)  # seconds after the last moment that is said to be possible


class Visit:
    """One visit, and the plan without it."""

    def __init__(self, truth: Truth, one: Assigned) -> None:
        self.truth, self.one, self.person = truth, one, truth.people[one.technician]
        self.before = truth.routes[one.technician]
        self.job = next(job for job in self.before if job.id == one.job)
        self.without = truth.routes | {one.technician: [job for job in self.before if job.id != one.job]}

    def wrong(self) -> Iterator[tuple[str, str]]:
        """What was said, each with what is wrong with it."""
        one = self.one
        prices = self._prices()
        yield "visit cost", "" if self._cost() else f"{one.job} costs otherwise: {one.cost}"
        better = [sum(price < one.cost.total + by for price in prices.values()) for by in (-1, 0, 2)]
        ranked = one.feasible == len(prices) + 1 and better[0] < one.rank <= better[2] + 1
        yield "visit rank", "" if ranked else f"{one.job}: {one.rank} of {one.feasible}, {prices}"
        yield "visit slack", "" if self._slack() else f"{one.job} at {one.start}: slack {one.slack}"
        for fact in one.because:
            yield f"fact {fact.kind}", "" if self._fact(fact) else f"{one.job}: {fact}"
        for other, least in zip(one.alternatives, sorted(prices.values()), strict=False):
            wrong = abs(other.cost.total - least) > 2 or not self._alternative(other)
            yield "alternative", f"{one.job}: {other}, {least}" if wrong else ""
        named = [reason.technician for reason in one.rejected]
        everybody = {*named, *prices, one.technician} == set(self.truth.people) and len(set(named)) == len(
            named
        )
        yield "everybody", "" if everybody else f"{one.job}: {named} {prices}"
        for reason in one.rejected:
            yield f"not {reason.rule}", self.truth.reason(self.job, reason, self.without)

    def _prices(self) -> dict[Id, int]:
        """What each of the others would cost, at the best of all places."""
        found = {}
        for other in self.truth.problem.technicians:
            both = any(job.id == self.job.together for job in self.without[other.id])
            if other.id == self.person.id or both or not self.truth.may(other, self.job):
                continue
            cost = self.truth.cheapest(other, self.job, self.without[other.id])
            if cost is not None:
                found[other.id] = cost
        return found

    def _cost(self) -> bool:
        truth, cost, without = self.truth, self.one.cost, self.without[self.person.id]
        travel = truth.travel(self.person, self.before) - truth.travel(self.person, without)
        balance = truth.balance(self.person, self.before) - truth.balance(self.person, without)
        overtime = truth.overtime(self.person, self.before) - truth.overtime(self.person, without)
        return (cost.travel, cost.change, cost.preference, cost.balance, cost.overtime) == (
            travel,
            *truth.fee(self.job, self.person.id),
            balance,
            overtime,
        )

    def _slack(self) -> bool:
        last = self.one.start + self.one.slack
        ends = [closes for _, closes in self.job.windows if closes > last]
        return self._at(last) and not any(self._at(at) for at in (*(last + by for by in LATER), *ends))

    def _at(self, moment: int) -> bool:
        if begin(self.job, moment) != moment:
            return False
        jobs = [_fixed(job, moment) if job.id == self.job.id else job for job in self.before]
        return self.truth.drawn(self.person, jobs) is not None

    def _alternative(self, one: Alternative) -> bool:
        """Whether there is a way with this start and this much travel."""
        truth, who = self.truth, self.truth.people[one.technician]
        before = truth.travel(who, self.without[who.id])
        fees = (one.cost.change, one.cost.preference) == truth.fee(self.job, who.id)
        sums = one.extra == one.cost.total - self.one.cost.total and one.later == one.start - self.one.start
        return (
            fees
            and sums
            and any(
                travel_of(truth.problem, route) - before == one.cost.travel
                and any(
                    isinstance(stop, Stop) and stop.job.id == self.job.id and stop.start == one.start
                    for stop in route.stops
                )
                for route in truth.ways(who, self.job, self.without[who.id])
            )
        )

    def _fact(self, fact: Fact) -> bool:
        job, who = self.truth.jobs[self.job.id], self.person
        at = [other.id for other in self.before].index(job.id)
        came = self.before[at - 1] if at else None
        lunches = [
            stop.start
            for route in self.truth.plan.routes
            if route.technician.id == who.id
            for stop in route.stops
            if isinstance(stop, Break)
        ]
        store, fetches = self.truth.problem.store, self.truth.fetches(job, who.id)
        place = who.leaves_from if came is None else came.at
        drive = self.truth.drive(place, job.at)
        if store is not None and fetches:
            drive = self.truth.drive(place, store.at) + self.truth.drive(store.at, job.at)
        return {
            "skill": (fact.need, fact.have) == (job.skills.get(fact.about), who.skills.get(fact.about)),
            "certificate": str(fact.have) >= self.truth.problem.day
            and fact.have == who.certificates.get(fact.about),
            "part": not fetches and who.parts.get(fact.about, 0) >= job.parts.get(fact.about, 0) == fact.need,
            "fetched": fetches and job.parts.get(fact.about) == fact.need and fact.have is not None,
            "after": came is not None and fact.about == str(came.id) and fact.have == drive,
            "first": came is None and fact.have == drive,
            "lunch": fact.have in lunches,
            "told": job.was == who.id,
            "preferred": who.id in job.preferred,
            "pinned": job.technician == who.id,
            "held": job.held,
            "together": str(job.together) == fact.about,
        }[fact.kind]


def _fixed(job: Job, moment: int) -> Job:
    return replace(job, windows=((moment, moment),))
