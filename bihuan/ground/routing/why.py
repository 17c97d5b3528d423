"""Why a job has no technician, and the least that would have to give way.

Every reason is an inequality that the kernel found violated; every relaxation was tried by really making room for the
job in the plan as it stands. Seconds throughout.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.model import UNREACHABLE, Id, Problem, can_do
from bihuan.ground.routing.parts import NOWHERE, fetching
from bihuan.ground.routing.search import Searching

OVERTIME = (900, 1_800, 3_600, 7_200)  # tried one after the other
STEP, WIDEST = 300, 8 * 3_600  # how far a window is widened, to both sides, and how finely


class Rule(StrEnum):
    PIN = "PIN"  # somebody else must do it
    EXCLUDED = "EXCLUDED"  # not this technician
    SKILL = "SKILL"  # level needed and had
    CERTIFICATE = (
        "CERTIFICATE"  # the day of the work, and the last day the certificate is valid, empty for none
    )
    PART = "PART"  # a part that is neither in the van nor in the store for this job
    MAX_JOBS = "MAX_JOBS"  # jobs with this one, and allowed
    ROOM = "ROOM"  # load, or seconds of work outdoors: with this job, and allowed
    NO_WAY = "NO_WAY"  # there is no way there and back
    WINDOW = "WINDOW"  # the latest start allowed, and the earliest possible even without other work
    SHIFT = "SHIFT"  # the end of the shift, and the earliest return even without other work
    LUNCH = "LUNCH"  # with lunch in its hours it cannot be done, even without other work
    NO_GAP = "NO_GAP"  # between the visits planned it is too late, everywhere by at least so much
    TOGETHER = "TOGETHER"  # nobody else has time at the same moment
    PRICE = "PRICE"  # what serving is worth, and what it would cost


@dataclass(frozen=True)
class Reason:
    """`need` and `have` are what the rule compares: levels, jobs or seconds; `short_by` is by how much it fails."""

    rule: Rule
    technician: Id
    need: int | str
    have: int | str
    short_by: int


@dataclass(frozen=True)
class Relaxation:
    """What would have to give way: `by` seconds of a window or of overtime, or the `job` that is displaced; `cost` is
    the extra travel, and for a displaced job its prize as well."""

    kind: str
    technician: Id
    cost: int
    by: int | None = None
    job: Id | None = None


class Asking:
    """Questions about a plan that is found. The plan is as before after each answer."""

    def __init__(self, problem: Problem, found: Searching) -> None:
        self.problem, self.found, self.day = problem, found, found.day
        self.longest = self.day.sizes[k.LONGEST]
        self.parts = fetching(problem)

    def reasons(self, job: int) -> list[Reason]:
        """For each technician why not, the nearest miss first."""
        made = [self._reason(job, person) for person in range(len(self.problem.technicians))]
        order = list(Rule)
        return sorted(made, key=lambda one: (-order.index(one.rule), one.short_by))

    def relaxations(self, job: int) -> list[Relaxation]:
        """The smallest of each kind. Of a pair nothing is offered: whatever gives way must give way for both."""
        if self.problem.jobs[job].together is not None:
            return []
        kinds = self._windows(job), self._overtime(job), self._skills(job), self._displaced(job)
        found = [
            min(some, key=lambda one: (one.by or 0, one.cost), default=None) for some in map(list, kinds)
        ]
        return [one for one in found if one is not None]

    # reasons

    def _reason(self, job: int, person: int) -> Reason:
        gate = self._gate(job, person)
        if gate is not None:
            return gate
        who = self.problem.technicians[person].id
        if self.problem.jobs[job].together is not None:
            return Reason(Rule.TOGETHER, who, 2, 1, 1)
        if (price := self._price(job, person)) is not None:
            worth = int(self.day.jobs[job * k.JOB + k.PRIZE])
            return Reason(Rule.PRICE, who, worth, price, max(0, price - worth))
        late = self._late(job, person)
        return self._alone(job, person) or Reason(Rule.NO_GAP, who, 0, late, late)

    def _gate(self, job: int, person: int) -> Reason | None:
        """What rules a technician out whatever the hour."""
        asked, technician = self.problem.jobs[job], self.problem.technicians[person]
        who, day = technician.id, self.problem.day
        if asked.technician not in (None, who):
            return Reason(Rule.PIN, who, str(asked.technician), str(who), 0)
        if who in asked.excluded:
            return Reason(Rule.EXCLUDED, who, "", str(who), 0)
        for skill, level in asked.skills.items():
            if (has := technician.skills.get(skill, 0)) < level:
                return Reason(Rule.SKILL, who, level, has, level - has)
        for one in sorted(asked.certificates):
            if (until := technician.certificates.get(one, "")) < (day or "0"):
                return Reason(Rule.CERTIFICATE, who, day, until, 0)
        if self.parts is not None and self.parts[job, person] == NOWHERE:
            missing = [part for part, count in asked.parts.items() if technician.parts.get(part, 0) < count]
            return Reason(Rule.PART, who, (missing or sorted(asked.parts))[0], "", 0)
        count, most = int(self.found.routes[person * k.ROUTE + k.STOPS]), technician.max_jobs
        if most is not None and count >= most:
            return Reason(Rule.MAX_JOBS, who, count + 1, most, count + 1 - most)
        load = int(self.found.routes[person * k.ROUTE + k.USED]) + asked.load
        if technician.room is not None and load > technician.room:
            return Reason(Rule.ROOM, who, load, technician.room, load - technician.room)
        return None

    def _alone(self, job: int, person: int) -> Reason | None:
        """Why not even without any other work; None if that would be possible."""
        asked, technician = self.problem.jobs[job], self.problem.technicians[person]
        possible, late = self._without_others(job, person)
        if possible:
            return None
        row = self._row(job, person)
        base = row * k.JOB
        there = self._drive(technician.leaves_from, self.day.jobs[base + k.AT])
        home = self._drive(asked.at, technician.home)
        if max(there, home) >= UNREACHABLE:
            return Reason(Rule.NO_WAY, technician.id, 0, UNREACHABLE, UNREACHABLE)
        arrival, ends = technician.shift[0] + there, technician.shift[1]
        begin = k.earliest(self.day.jobs, self.day.windows, row, arrival)
        if begin == k.NEVER:
            closes = int(self.day.jobs[base + k.CLOSES])
            return Reason(Rule.WINDOW, technician.id, closes, arrival, arrival - closes)
        back = int(begin) + int(self.day.jobs[base + k.SERVICE]) + home
        if back > ends:
            return Reason(Rule.SHIFT, technician.id, ends, back, back - ends)
        return Reason(Rule.LUNCH, technician.id, 0, late, late)

    def _row(self, job: int, person: int) -> int:
        """The row that holds for this technician: the job itself, or with the way to the store."""
        pair = job * len(self.problem.technicians) + person
        return job + (int(self.day.fees[pair]) & 1) * len(self.problem.jobs)

    def _drive(self, here: int, there: int) -> int:
        return 0 if here == there else int(self.problem.travel[here, there])

    def _late(self, job: int, person: int) -> int:
        row = self._row(job, person)
        return int(k.too_late(*self.day.table, self.found.stops, self.found.routes, row, person))

    def _price(self, job: int, person: int) -> int | None:
        """What the job would cost in this route; None where it does not fit. Skills and the like are not looked at."""
        at = (job * len(self.problem.technicians) + person) * 2
        before = self.found.prices[at], self.found.prices[at + 1]
        own = self.found.stops, self.found.routes, self.found.prices
        k.look(*self.day.table, self.day.fees, *own, job, person)
        price = self.found.prices[at + 1]
        self.found.prices[at], self.found.prices[at + 1] = before
        return None if price >= k.NEVER else int(price // self.longest)

    def _without_others(self, job: int, person: int) -> tuple[bool, int]:
        """Whether the job fits when the technician has no other, and if not, by how much it is too late."""
        routes, row = self.found.routes, person * k.ROUTE
        count, routes[row + k.STOPS] = routes[row + k.STOPS], 0
        self.found.time(person)
        answer = self._price(job, person) is not None, self._late(job, person)
        routes[row + k.STOPS] = count
        self.found.time(person)
        return answer

    # relaxations

    def _able(self, job: int) -> Iterator[int]:
        people = len(self.problem.technicians)
        for person in range(people):
            if self.found.prices[(job * people + person) * 2] != k.FORBIDDEN:
                yield person

    def _windows(self, job: int) -> Iterator[Relaxation]:
        """Its windows wider to both sides, by as little as lets somebody take it."""
        jobs, windows, row = self.day.jobs, self.day.windows, job * k.JOB
        if not self.problem.jobs[job].windows:
            return
        span = range(int(jobs[row + k.OPENS_AT]), int(jobs[row + k.CLOSES_AT]), 2)
        was = [(int(windows[at]), int(windows[at + 1])) for at in span]

        def widen(by: int) -> None:
            for at, (opens, closes) in zip(span, was, strict=True):
                windows[at], windows[at + 1] = opens - by, closes + by
            jobs[row + k.OPENS], jobs[row + k.CLOSES] = was[0][0] - by, was[-1][1] + by

        def cheapest(by: int) -> tuple[int, int] | None:
            widen(by)
            fitting = [
                (price, who) for who in self._able(job) if (price := self._price(job, who)) is not None
            ]
            return min(fitting, default=None)

        try:
            low, high = 0, WIDEST // STEP
            if cheapest(WIDEST) is None:
                return
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if cheapest(middle * STEP) else (middle + 1, high)
            found = cheapest(high * STEP)
        finally:
            widen(0)
        if found is not None and high:
            yield Relaxation("window", self.problem.technicians[found[1]].id, found[0], by=high * STEP)

    def _overtime(self, job: int) -> Iterator[Relaxation]:
        """Somebody comes home later."""
        people = self.day.people
        for more in OVERTIME:
            found = []
            for person in self._able(job):
                technician = self.problem.technicians[person]
                longer = replace(technician, shift=(technician.shift[0], technician.shift[1] + more))
                if longer.has_lunch() != technician.has_lunch():
                    continue  # whoever stays so long has to eat, which is another route
                people[person * k.PERSON + k.ENDS] += more
                self.found.time(person)
                price = self._price(job, person)
                people[person * k.PERSON + k.ENDS] -= more
                self.found.time(person)
                if price is not None:
                    found.append(Relaxation("overtime", technician.id, price, by=more))
            if found:
                yield from found
                return

    def _skills(self, job: int) -> Iterator[Relaxation]:
        """Somebody without the skill, or somebody else than the one it is fixed to, who has the time."""
        asked, day = self.problem.jobs[job], self.problem.day
        for person, technician in enumerate(self.problem.technicians):
            if can_do(technician, asked, day) or (
                self.parts is not None and self.parts[job, person] == NOWHERE
            ):
                continue
            for kind, eased in (
                ("skill", replace(asked, skills={})),
                ("pin", replace(asked, technician=None)),
            ):
                if can_do(technician, eased, day) and (price := self._price(job, person)) is not None:
                    yield Relaxation(kind, technician.id, price)

    def _displaced(self, job: int) -> Iterator[Relaxation]:
        """A job of no higher priority goes without a technician instead."""
        jobs, stops = self.day.jobs, self.found.stops
        worth = jobs[job * k.JOB + k.WORTH]
        for person in self._able(job):
            base, row = person * self.longest, person * k.ROUTE
            route = [
                int(stops[(base + at) * k.STOP + k.WHO])
                for at in range(1, self.found.routes[row + k.STOPS] + 1)
            ]
            for gap, other in enumerate(route):
                if jobs[other * k.JOB + k.WORTH] > worth:
                    continue
                before = int(self.found.routes[row + k.COST])
                k.take_out(stops, self.found.routes, self.longest, other, person)
                self.found.time(person)
                saved, price = before - int(self.found.routes[row + k.COST]), self._price(job, person)
                k.put_in(stops, self.found.routes, self.longest, other, person, gap)
                self.found.time(person)
                if price is not None:
                    cost = price - saved + int(jobs[other * k.JOB + k.PRIZE])
                    technician = self.problem.technicians[person].id
                    yield Relaxation("displace", technician, cost, job=self.problem.jobs[other].id)
