"""When everything on one technician's way happens: visits in a given order, lunch where it fits best.

Tries every place for lunch and is meant for the one route that is shown or asked about; the search has its own way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bihuan.ground.routing.model import UNREACHABLE, Job, Problem, Technician, Travel


@dataclass(frozen=True)
class Stop:
    """One visit: arrival, start of the work, and leaving, in seconds."""

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
    stops: tuple[Stop | Break, ...]
    back: int

    def jobs(self) -> list[Job]:
        return [stop.job for stop in self.stops if isinstance(stop, Stop)]


def route_of(technician: Technician, jobs: Sequence[Job], travel: Travel) -> Route | None:
    """These jobs in this order, home again as early as can be; None when they cannot be done so."""
    if not jobs:
        return Route(technician, (), technician.shift[0])
    if technician.max_jobs is not None and len(jobs) > technician.max_jobs:
        return None
    lunches: Iterator[tuple[int, bool]] = iter([(-1, False)])
    if technician.has_lunch():
        lunches = ((at, arrived) for at in range(len(jobs) + 1) for arrived in (True, False))
    found = [one for at, arrived in lunches if (one := _timed(technician, jobs, travel, at, arrived))]
    return min(found, key=lambda one: one.back, default=None)


def _timed(
    technician: Technician, jobs: Sequence[Job], travel: Travel, lunch_before: int, arrived: bool
) -> Route | None:
    """With lunch before the job of that number (after all: their count), eaten there or where the drive begins."""
    now, place, stops = technician.shift[0], technician.home, list[Stop | Break]()
    for number, job in enumerate(jobs):
        if number == lunch_before and not arrived:
            if (eaten := _lunch(technician, now)) is None:
                return None
            stops.append(eaten)
            now = eaten.leave
        drive = _drive(travel, place, job.at)
        now, arrive, place = now + drive, now + drive, job.at
        if drive >= UNREACHABLE:
            return None
        if number == lunch_before and arrived:
            if (eaten := _lunch(technician, now)) is None:
                return None
            stops.append(eaten)
            now = eaten.leave
        start = begin(job, now)
        if start is None:
            return None
        now = start + job.seconds
        stops.append(Stop(job, arrive, start, now))
    if lunch_before == len(jobs):
        if arrived or (eaten := _lunch(technician, now)) is None:
            return None
        stops.append(eaten)
        now = eaten.leave
    back = now + _drive(travel, place, technician.home)
    return Route(technician, tuple(stops), back) if back <= technician.shift[1] else None


def begin(job: Job, arrival: int) -> int | None:
    """When work can begin for whoever is there then; None after the last window."""
    if not job.windows:
        return arrival
    return next((max(arrival, opens) for opens, closes in job.windows if arrival <= closes), None)


def _drive(travel: Travel, place: int, there: int) -> int:
    return 0 if place == there else int(travel[place, there])


def _lunch(technician: Technician, now: int) -> Break | None:
    if technician.lunch is None:
        return None
    opens, closes = technician.lunch.begins
    start = max(now, opens)
    return Break(start, start + technician.lunch.seconds) if start <= closes else None


def travel_of(problem: Problem, route: Route) -> int:
    """Seconds on the road, from home and back."""
    places = [route.technician.home, *(job.at for job in route.jobs()), route.technician.home]
    return sum(_drive(problem.travel, a, b) for a, b in pairwise(places))
