"""The search for a plan: insertion first, then ruin and recreate while there is time, cooling down on the way,
and polish at the end.

Anytime and monotone: the best plan so far is always there. The same seed and count of rounds give the same plan, with
or without a compiler; a budget in seconds of the processor gives whatever was found until then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.compiled import Ints, filled, ints, wake
from bihuan.ground.routing.days import LUCK, Day, blinks

OVERLOOKED = 0.01
SOME = 20  # jobs that are polished between two looks at the clock
STEPS = 400  # temperatures on the way


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a search goes about it: how much cost it gives away at the beginning and at the end, how many visits it
    removes in a round on average and at most in a row, of how many technicians `everybody` is asked who takes them (of
    more, those who are near), and how often it begins anew with half of its budget before the best beginning goes on
    at `again`."""

    hot: float
    cold: float
    average: int = 10
    string: int = 5
    everybody: int = 24
    starts: int = 1
    again: float = 0


FROM_NOTHING = Manner(hot=3_000, cold=60)  # seconds
MANY_JOBS = Manner(hot=3_000, cold=60, average=6, string=4)  # each comes up less often: rounds must be short


@dataclass(frozen=True, kw_only=True)
class Budget:
    """When to stop: after so many seconds of this process's processor, or so many rounds."""

    cpu_seconds: float | None = None
    rounds: int | None = None

    def less(self, seconds: float, rounds: int = 0) -> "Budget":
        """What is left after so many seconds and rounds."""
        return Budget(
            cpu_seconds=None if self.cpu_seconds is None else max(0.0, self.cpu_seconds - seconds),
            rounds=None if self.rounds is None else max(0, self.rounds - rounds),
        )

    def share(self, part: float) -> "Budget":
        """So large a part of it."""
        return Budget(
            cpu_seconds=None if self.cpu_seconds is None else self.cpu_seconds * part,
            rounds=None if self.rounds is None else int(self.rounds * part),
        )


@dataclass(eq=False)
class Searching:
    """A plan that is being improved, with everything remembered on the way."""

    day: Day
    stops: Ints
    routes: Ints
    where: Ints
    prices: Ints
    counters: Ints
    best: Ints
    work: tuple[Ints, Ints, Ints, Ints, Ints]

    @classmethod
    def over(cls, day: Day, *, seed: int) -> "Searching":
        wake()
        people, jobs, longest = day.sizes[k.PEOPLE], day.sizes[k.JOBS], day.sizes[k.LONGEST]
        made = cls(
            day=day,
            stops=filled(people * longest * k.STOP),
            routes=filled(people * k.ROUTE),
            where=filled(jobs, -1),
            prices=filled(people * jobs * 2),
            counters=filled(k.COUNTERS),
            best=filled(people * longest),
            work=(
                filled(people * longest * k.STOP),
                filled(people * k.ROUTE),
                filled(people),
                filled(3 * jobs + 1),
                filled(3 * jobs + people + 8),
            ),
        )
        for pair in day.forbidden:
            made.prices[pair * 2] = k.FORBIDDEN
        made.counters[k.DICE] = (seed * 2_654_435_761 + 97) % (1 << 32) or 1
        for _ in range(8):
            k.dice(made.counters)
        for person in range(people):
            made.time(person)
        return made

    def insert(self) -> None:
        """Give every job without a technician to somebody, where that costs less than leaving it."""
        day, jobs = self.day, self.day.jobs
        absent = [job for job in range(day.sizes[k.JOBS]) if self.where[job] < 0]
        absent.sort(key=lambda job: (-jobs[job * k.JOB + k.WORTH], job))
        if absent and day.sizes[k.PEOPLE]:
            scratch = filled(4 * day.sizes[k.JOBS])
            own = self.stops, self.routes, self.where, self.prices, self.counters
            k.construct(*day.table, day.fees, *own, ints(absent), scratch)
        self.reckon()

    def fill(self) -> None:
        """Give whoever is left to somebody who has the time, however far it is: in tiers no travel outweighs a job."""
        dear = k.NEVER // (4 * self.day.sizes[k.LONGEST])
        absent = [job * k.JOB for job in range(self.day.sizes[k.JOBS]) if self.where[job] < 0]
        for row in absent:
            self.day.jobs[row + k.PRIZE] = dear
        self.insert()
        for row in absent:
            self.day.jobs[row + k.PRIZE] = self.day.jobs[row + k.FACE]
        self.reckon()

    def reckon(self) -> None:
        """Cost and worth of the plan as it stands, which becomes the best so far."""
        day, jobs = self.day, self.day.jobs
        people = day.sizes[k.PEOPLE]
        absent = [job for job in range(day.sizes[k.JOBS]) if self.where[job] < 0]
        travel = sum(int(self.routes[person * k.ROUTE + k.COST]) for person in range(people))
        self.counters[k.WORTH_NOW] = travel + sum(int(jobs[job * k.JOB + k.WORTH]) for job in absent)
        self.counters[k.BEST] = self.counters[k.WORTH_NOW]
        for person in range(people):
            self.routes[person * k.ROUTE + k.CHANGED] = 1
        k.remember(day.sizes, self.stops, self.routes, self.best)

    def improve(
        self,
        budget: Budget,
        *,
        clock: Callable[[], float] = process_time,
        manner: Manner = FROM_NOTHING,
    ) -> int:
        """Ruin and recreate until the budget is used up. Returns how many rounds there were."""
        day = self.day
        if day.sizes[k.JOBS] == 0 or day.sizes[k.PEOPLE] == 0:
            return 0
        luck, blinking = ints(LUCK), ints(blinks(OVERLOOKED))
        strings = max(16, 64 * manner.average // (1 + manner.string) - 16)
        began, rounds, some = clock(), 0, 20
        while True:
            at = clock()
            done = _done(budget, rounds, at - began)
            if done >= 1:
                return rounds
            sixteenths = int(16 * manner.hot * (manner.cold / manner.hot) ** done)
            if budget.rounds is not None:
                some = min(max(1, budget.rounds // STEPS), budget.rounds - rounds)
            k.search(
                *day.table,
                day.fees,
                day.neighbours,
                luck,
                blinking,
                self.stops,
                self.routes,
                self.where,
                self.prices,
                self.counters,
                self.best,
                *self.work,
                some,
                sixteenths,
                strings,
                manner.string,
                manner.everybody,
            )
            rounds += some
            k.miss(day.sizes, day.jobs, self.where)
            if budget.cpu_seconds is not None:
                took = max(clock() - at, 1e-6)
                some = max(1, int(some * min(4.0, max(0.25, budget.cpu_seconds / STEPS / took))))

    def polish(self, budget: Budget, *, clock: Callable[[], float] = process_time) -> None:
        """2-opt* and or-opt between neighbours, until neither helps or the seconds of the budget are over."""
        day, jobs, began, better = self.day, self.day.sizes[k.JOBS], clock(), 1
        while better:
            better = 0
            for begins in range(0, jobs, SOME):
                if budget.cpu_seconds is not None and clock() - began >= budget.cpu_seconds:
                    better = 0
                    break
                own = self.stops, self.routes, self.where, self.prices, self.counters, *self.work[:2]
                ends = min(begins + SOME, jobs)
                better += k.polish(*day.table, day.fees, day.neighbours, *own, begins, ends)
        self.reckon()

    def begin_often(
        self, budget: Budget, *, manner: Manner, clock: Callable[[], float] = process_time
    ) -> int:
        """Search from nothing several times with equal shares of the budget, and stand at the best. Returns how many
        rounds there were."""
        rounds, found, began = 0, list[tuple[int, list[list[int]]]](), clock()
        for _ in range(manner.starts):
            if found and budget.cpu_seconds is not None and clock() - began >= budget.cpu_seconds:
                break
            self.stand([[] for _ in range(self.day.sizes[k.PEOPLE])])
            self.insert()
            rounds += self.improve(budget.share(1 / manner.starts), clock=clock, manner=manner)
            found.append((int(self.counters[k.BEST]), self.routes_found()))
        self.stand(min(found)[1])
        return rounds

    def settle(self) -> None:
        """Go back to the best plan so far, and stand there. Jobs are worth again what the policy says."""
        for row in range(0, self.day.sizes[k.JOBS] * k.JOB, k.JOB):
            self.day.jobs[row + k.PRIZE] = self.day.jobs[row + k.FACE]
        self.stand(self.routes_found())

    def stand(self, routes: Sequence[Sequence[int]]) -> None:
        """Make this the plan: for each technician the jobs, in order. Nothing is checked."""
        for job in range(self.day.sizes[k.JOBS]):
            self.where[job] = -1
        for person, jobs in enumerate(routes):
            self.routes[person * k.ROUTE + k.STOPS] = len(jobs)
            for at, job in enumerate(jobs, start=person * self.day.sizes[k.LONGEST] + 1):
                self.stops[at * k.STOP + k.WHO] = job
                self.where[job] = person
            self.time(person)
        self.reckon()

    def take(self, job: int) -> None:
        """Take a job from its technician, if it has one."""
        if (person := self.where[job]) >= 0:
            k.take_out(self.stops, self.routes, self.day.sizes[k.LONGEST], job, person)
            self.where[job] = -1
            self.time(person)

    def time(self, person: int) -> None:
        """Reckon a route's times anew after it was changed by hand."""
        k.time(*self.day.table, self.day.fees, self.stops, self.routes, person)
        k.renew(self.routes, self.counters, person)

    def routes_found(self) -> list[list[int]]:
        """The best plan: for each technician the jobs, in order."""
        longest = self.day.sizes[k.LONGEST]
        return [
            [int(self.best[base + at]) for at in range(1, self.best[base] + 1)]
            for base in range(0, self.day.sizes[k.PEOPLE] * longest, longest)
        ]


def _done(budget: Budget, rounds: int, seconds: float) -> float:
    """The share of the budget that is used up."""
    shares = [rounds / budget.rounds] if budget.rounds else []
    if budget.cpu_seconds is not None:
        shares.append(seconds / budget.cpu_seconds if budget.cpu_seconds > 0 else 1.0)
    return max(shares, default=1.0)
