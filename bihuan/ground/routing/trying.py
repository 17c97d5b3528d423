"""What a job would cost, miss or need in a plan that is found: tried in the plan, which is as before afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.days import ANYTIME, from_the_store
from bihuan.ground.routing.model import UNREACHABLE, Problem, Window
from bihuan.ground.routing.parts import FETCHED
from bihuan.ground.routing.search import Searching

DAYS = 1 << 18  # seconds: later than any lunch


class Trying:
    """A plan in which jobs are tried. Jobs and technicians go by their numbers."""

    def __init__(self, problem: Problem, found: Searching) -> None:
        self.problem, self.found, self.day = problem, found, found.day
        self.longest = int(self.day.sizes[k.LONGEST])
        self.parts = found.day.parts
        self.number = {job.id: at for at, job in enumerate(problem.jobs)}

    def able(self, job: int) -> Iterator[int]:
        """Whom nothing but the hours and the room keeps from it."""
        people = len(self.problem.technicians)
        for person in range(people):
            if self.found.prices[(job * people + person) * 2] != k.FORBIDDEN:
                yield person

    def route(self, person: int) -> list[int]:
        """The jobs of a technician, in order."""
        base, stops = person * self.longest, self.found.stops
        count = int(self.found.routes[person * k.ROUTE + k.STOPS])
        return [int(stops[(base + at) * k.STOP + k.WHO]) for at in range(1, count + 1)]

    def row(self, job: int, person: int) -> int:
        """The row that holds for this technician: the job itself, or with the way to the store."""
        pair = job * len(self.problem.technicians) + person
        return job + (int(self.day.fees[pair]) & 1) * len(self.problem.jobs)

    def fetches(self, job: int, person: int) -> bool:
        return self.parts is not None and bool(self.parts[job, person] == FETCHED)

    def drive(self, here: int, there: int) -> int:
        return 0 if here == there else int(self.problem.travel[here, there])

    def cheapest(self, job: int, person: int) -> tuple[int, int] | None:
        """What the job would cost in this route, and after how many visits; None where it does not fit. Skills and the
        like are not looked at."""
        at = (job * len(self.problem.technicians) + person) * 2
        before = self.found.prices[at], self.found.prices[at + 1]
        own = self.found.stops, self.found.routes, self.found.prices
        k.look(*self.day.table, self.day.fees, *own, job, person)
        price = int(self.found.prices[at + 1])
        self.found.prices[at], self.found.prices[at + 1] = before
        return None if price >= k.NEVER else divmod(price, self.longest)

    def price(self, job: int, person: int) -> int | None:
        found = self.cheapest(job, person)
        return None if found is None else found[0]

    def no_way(self, job: int, person: int) -> bool:
        """Whether no place in the route has a way there and on from there."""
        base = self.row(job, person) * k.JOB
        there, asked = int(self.day.jobs[base + k.AT]), self.problem.jobs[job]
        technician = self.problem.technicians[person]
        if self.drive(there, asked.at) >= UNREACHABLE:
            return True
        route = self.route(person)
        leaves = [technician.leaves_from, *(self.problem.jobs[one].at for one in route)]
        enters = [*(int(self.day.jobs[self.row(one, person) * k.JOB + k.AT]) for one in route)]
        enters.append(technician.home)
        return all(
            max(self.drive(was, there), self.drive(asked.at, then)) >= UNREACHABLE
            for was, then in zip(leaves, enters, strict=True)
        )

    def late(self, job: int, person: int) -> int:
        """So many seconds later its window, lunch, the visits after it and the end of the shift would have to be, for
        the job to fit; 0 where it does."""
        late = self._too_late(job, person)
        if late < UNREACHABLE:
            return late
        at = person * k.PERSON + k.LUNCH_CLOSES  # nobody could eat in time, so lunch is later as well
        closes, low, high = int(self.day.people[at]), 0, DAYS
        while low < high:
            self.day.people[at] = closes + (middle := (low + high) // 2)
            self.found.time(person)
            fits = self._too_late(job, person) < UNREACHABLE
            low, high = (low, middle) if fits else (middle + 1, high)
        self.day.people[at] = closes + low
        self.found.time(person)
        late = low + self._too_late(job, person)
        self.day.people[at] = closes
        self.found.time(person)
        return late

    def broken(self, person: int) -> bool:
        """Whether the route cannot be driven."""
        return int(self.found.routes[person * k.ROUTE + k.COST]) >= k.BROKEN

    def enough(self, job: int, person: int) -> bool:
        """Whether the route can be driven without this job."""
        with self.without(job, person):
            return not self.broken(person)

    def _too_late(self, job: int, person: int) -> int:
        own = self.found.stops, self.found.routes
        return int(k.too_late(*self.day.table, *own, self.row(job, person), person))

    @contextmanager
    def idle(self, person: int) -> Iterator[None]:
        """As if a technician had no work."""
        routes, row = self.found.routes, person * k.ROUTE
        count, routes[row + k.STOPS] = routes[row + k.STOPS], 0
        self.found.time(person)
        try:
            yield
        finally:
            routes[row + k.STOPS] = count
            self.found.time(person)

    @contextmanager
    def without(self, job: int, person: int) -> Iterator[int]:
        """As if a job stood in no route; gives what its route costs less."""
        gap, row = self.route(person).index(job), person * k.ROUTE
        before = int(self.found.routes[row + k.COST]) % k.BROKEN
        k.take_out(self.found.stops, self.found.routes, self.longest, job, person)
        self.found.time(person)
        try:
            yield before - int(self.found.routes[row + k.COST]) % k.BROKEN
        finally:
            k.put_in(self.found.stops, self.found.routes, self.longest, job, person, gap)
            self.found.time(person)

    @contextmanager
    def windows(self, job: int, windows: Sequence[Window]) -> Iterator[None]:
        """As if a job had these windows, at most as many as it has; none: at any time."""
        jobs, all_windows = self.day.jobs, self.day.windows
        kept_jobs, kept_windows = dict[int, int](), dict[int, int]()
        for row in (job, job + len(self.problem.jobs)):
            base = row * k.JOB
            if base >= len(jobs):
                continue
            span = range(int(jobs[base + k.OPENS_AT]), int(jobs[base + k.CLOSES_AT]))
            kept_jobs |= {at: int(jobs[at]) for at in (base + k.OPENS, base + k.CLOSES)}
            kept_windows = {
                at: int(all_windows[at]) for at in span
            } | kept_windows  # both rows may share them
            told = self._as_row(job, row, windows)[-(len(span) // 2) :]
            told = [told[0]] * (len(span) // 2 - len(told)) + told
            for at, number in zip(span, (number for one in told for number in one), strict=True):
                all_windows[at] = number
            jobs[base + k.OPENS], jobs[base + k.CLOSES] = told[0][0], told[-1][1]
        try:
            yield
        finally:
            for at, number in kept_windows.items():
                all_windows[at] = number
            for at, number in kept_jobs.items():
                jobs[at] = number

    def _as_row(self, job: int, row: int, windows: Sequence[Window]) -> list[Window]:
        """Windows as they stand in a row: from the store's door on, for whoever drives by it."""
        asked, store = self.problem.jobs[job], self.problem.store
        if row == job or store is None or not asked.parts:
            return sorted(windows) or [ANYTIME]
        return from_the_store(windows, asked, store, self.drive(store.at, asked.at))

    def moments(self, job: int, person: int) -> list[Window]:
        """When exactly the technician could begin the job, at the customer's: spans of its windows, in no order."""
        row = self.row(job, person)
        base, stops, people = row * k.JOB, self.found.stops, self.day.people
        there, out = int(self.day.jobs[base + k.AT]), int(self.day.jobs[base + k.OUT])
        service = int(self.day.jobs[base + k.SERVICE])
        count = int(self.found.routes[person * k.ROUTE + k.STOPS])
        spans: list[Window] = []
        for gap in range(count + 1):
            was = (person * self.longest + gap) * k.STOP
            free, fed, then = int(stops[was + k.FREE]), int(stops[was + k.FED]), was + k.STOP
            drive = self.drive(int(stops[was + k.LEAVE]), there)
            onward = self.drive(out, int(stops[then + k.ENTER]))
            if max(drive, onward) >= UNREACHABLE:
                continue
            due, due_fed, arrived = int(stops[then + k.DUE]), int(stops[then + k.DUE_FED]), fed + drive
            if free < k.NEVER:
                arrived = min(arrived, int(k.after_lunch(people, person, free, drive, False)))
                leave = int(k.before_lunch(people, person, due_fed, onward, gap == count))
                spans.append((free + drive, max(leave, due - onward) - service))
            spans.append((arrived, due_fed - onward - service))
        lead = service - self.problem.jobs[job].seconds
        return [
            (max(a, c) + lead, min(b, d) + lead)
            for a, b in spans
            for c, d in self._as_row(job, row, self.problem.jobs[job].windows)
            if max(a, c) <= min(b, d)
        ]

    def common(self, job: int, person: int) -> list[tuple[int, int, int]]:
        """For a job of two: the moments at which this technician and somebody else can begin, the cheapest to know of
        each span: moment, this technician, the other."""
        together = self.problem.jobs[job].together
        if together is None:
            return []
        partner, mine = self.number[together], self.moments(job, person)
        return [
            (max(a, c), person, other)
            for other in self.able(partner)
            if other != person and self.has_room(partner, other)
            for c, d in self.moments(partner, other)
            for a, b in mine
            if max(a, c) <= min(b, d)
        ]

    def has_room(self, job: int, person: int) -> bool:
        """Whether the technician may have one job more, and this one's load."""
        row, technician = person * k.ROUTE, self.problem.technicians[person]
        count, used = int(self.found.routes[row + k.STOPS]), int(self.found.routes[row + k.USED])
        fewer = technician.max_jobs is None or count < technician.max_jobs
        return fewer and (technician.room is None or used + self.problem.jobs[job].load <= technician.room)
