"""When everything on one technician's way happens: visits in a given order, lunch where it fits best.

Tries every place for lunch and is meant for the one route that is shown or asked about; the search has its own way.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bihuan.ground.routing.model import UNREACHABLE, Id, Job, Problem, Store, Technician, Travel


@dataclass(frozen=True)
class Stop:
    """One visit: arrival, start of the work, and leaving, in seconds."""

    job: Job
    arrive: int
    start: int
    leave: int


@dataclass(frozen=True)
class Fetch:
    """At the store for the parts of the job that follows."""

    job: Job
    arrive: int
    start: int
    leave: int


@dataclass(frozen=True)
class Break:
    """Lunch: from when to when."""

    start: int
    leave: int


@dataclass(frozen=True)
class Route:
    """What one technician does, in order, and when they are back home."""

    technician: Technician
    stops: tuple[Stop | Fetch | Break, ...]
    back: int

    @property
    def overtime(self) -> int:
        """Seconds from the end of the shift to the return."""
        return max(0, self.back - self.technician.shift[1])

    def jobs(self) -> list[Job]:
        return [stop.job for stop in self.stops if isinstance(stop, Stop)]


def route_of(
    technician: Technician,
    jobs: Sequence[Job],
    travel: Travel,
    *,
    store: Store | None = None,
    fetched: Collection[Id] = (),
) -> Route | None:
    """These jobs in this order, home again as early as can be; None when they cannot be done so. Before the jobs
    `fetched` the technician drives by the store."""
    if not jobs:
        return Route(technician, (), technician.shift[0])
    if technician.max_jobs is not None and len(jobs) > technician.max_jobs:
        return None
    lunches: Iterator[tuple[int, bool]] = iter([(-1, False)])
    if technician.has_lunch():
        lunches = ((at, arrived) for at in range(len(jobs) + 1) for arrived in (True, False))
    way = _Way(technician, jobs, travel, store, frozenset(fetched))
    found = [one for at, arrived in lunches if (one := way.timed(at, arrived))]
    return min(found, key=lambda one: one.back, default=None)


@dataclass(frozen=True)
class _Way:
    technician: Technician
    jobs: Sequence[Job]
    travel: Travel
    store: Store | None
    fetched: frozenset[Id]

    def timed(self, lunch_before: int, arrived: bool) -> Route | None:
        """With lunch before the job of that number (after all: their count), eaten there or where the drive begins."""
        technician = self.technician
        now, place, stops = technician.shift[0], technician.leaves_from, list[Stop | Fetch | Break]()
        for number, job in enumerate(self.jobs):
            fetch = self.store if job.id in self.fetched else None
            first = job.at if fetch is None else fetch.at
            drive = _drive(self.travel, place, first)
            lunch = number == lunch_before
            if drive >= UNREACHABLE or (lunch and not arrived and (now := self._eat(stops, now)) < 0):
                return None
            now, arrive = now + drive, now + drive
            if lunch and arrived and (now := self._eat(stops, now)) < 0:
                return None
            if fetch is not None:
                start = max(now, *(fetch.ready.get(part, now) for part in job.parts), now)
                stops.append(Fetch(job, arrive, start, start + fetch.seconds))
                now = arrive = start + fetch.seconds + _drive(self.travel, fetch.at, job.at)
            begins = begin(job, now)
            if begins is None:
                return None
            stops.append(Stop(job, arrive, begins, begins + job.seconds))
            now, place = begins + job.seconds, job.at
        if lunch_before == len(self.jobs) and (arrived or (now := self._eat(stops, now)) < 0):
            return None
        back = now + _drive(self.travel, place, technician.home)
        return Route(technician, tuple(stops), back) if back <= technician.home_by else None

    def _eat(self, stops: list[Stop | Fetch | Break], now: int) -> int:
        """Lunch now; when it is over, below 0 when it cannot be."""
        if self.technician.lunch is None:
            return -1
        opens, closes = self.technician.lunch.begins
        start = max(now, opens)
        if start > closes:
            return -1
        stops.append(Break(start, start + self.technician.lunch.seconds))
        return start + self.technician.lunch.seconds


def begin(job: Job, arrival: int) -> int | None:
    """When work can begin for whoever is there then; None after the last window."""
    if not job.windows:
        return arrival
    return next((max(arrival, opens) for opens, closes in job.windows if arrival <= closes), None)


def _drive(travel: Travel, place: int, there: int) -> int:
    return 0 if place == there else int(travel[place, there])


def travel_of(problem: Problem, route: Route) -> int:
    """Seconds on the road, until home."""
    visits = [stop for stop in route.stops if not isinstance(stop, Break)]
    store = problem.store.at if problem.store else -1
    places = [stop.job.at if isinstance(stop, Stop) else store for stop in visits]
    places = [route.technician.leaves_from, *places, route.technician.home]
    return sum(_drive(problem.travel, a, b) for a, b in pairwise(places))
