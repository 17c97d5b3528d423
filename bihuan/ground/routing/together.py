"""Jobs that two technicians begin at the same moment.

The moment is chosen first, for the pair that costs least, and then holds: both stay where they are while the rest of
the day is sought around them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.model import Id, Job, Problem
from bihuan.ground.routing.search import Searching
from bihuan.ground.routing.trying import Trying

STEP = 900  # seconds between the moments that are tried
NO_MOMENT = -k.NEVER // 4  # before all shifts: nobody goes, and so nobody goes alone
MOST = 40  # moments that are tried for one pair


@dataclass(frozen=True)
class _Place:
    """What a moment costs, and who would come."""

    cost: int
    moment: int
    first: int
    second: int


@dataclass(eq=False)
class Pairs:
    """The pairs of a problem, in a plan that is being sought."""

    problem: Problem
    found: Searching
    pairs: list[tuple[int, int]] = field(init=False)
    windows: list[int] = field(init=False)  # as they were before moments were chosen

    def __post_init__(self) -> None:
        self.windows = [int(one) for one in self.found.day.windows]
        number = {job.id: at for at, job in enumerate(self.problem.jobs)}
        both = [
            (at, number[job.together]) for at, job in enumerate(self.problem.jobs) if job.together is not None
        ]
        self.pairs = sorted((one for one in both if one[0] < one[1]), key=self._first)

    def _first(self, pair: tuple[int, int]) -> int:
        return -int(self.found.day.jobs[pair[0] * k.JOB + k.WORTH])

    @property
    def count(self) -> int:
        return len(self.pairs)

    def place(self) -> None:
        """Put every pair where it costs least just now; a pair without a place has no technician at all."""
        for pair in self.pairs:
            for job in pair:
                self.found.take(job)
            places = [one for moment in self._moments(pair) if (one := self._at(pair, moment))]
            self._hold(pair, min(places, key=lambda one: (one.cost, one.moment), default=None))
        if self.pairs:
            self._mend()
            self.found.reckon()

    def _mend(self) -> None:
        """Where a route cannot be driven any more without the visit that was taken out, others leave it as well."""
        trying = Trying(self.problem, self.found)
        for person in range(len(self.problem.technicians)):
            while trying.broken(person):
                jobs = sorted(
                    trying.route(person), key=lambda job: bool(self.found.day.jobs[job * k.JOB + k.HELD])
                )
                enough = (job for job in jobs if trying.enough(job, person))
                self.found.take(next(enough, jobs[0]))

    def fill(self) -> None:
        """Put every pair that is left where two can begin it at one moment, found exactly."""
        if not self.pairs:
            return
        trying = Trying(self.problem, self.found)
        for pair in self.pairs:
            if self.found.where[pair[0]] >= 0:
                continue
            able = [one for one in trying.able(pair[0]) if trying.has_room(pair[0], one)]
            moments = {moment for one in able for moment, _, _ in trying.common(pair[0], one)}
            if moments:
                places = [one for moment in sorted(moments) if (one := self._at(pair, moment))]
                self._hold(pair, min(places, key=lambda one: (one.cost, one.moment), default=None))
        self.found.reckon()

    def _moments(self, pair: tuple[int, int]) -> list[int]:
        """When both could begin: the ends of what both windows leave, and between them at equal steps."""
        shifts = [(one.shift[0], one.home_by) for one in self.problem.technicians]
        anywhere = ((min((a for a, _ in shifts), default=0), max((b for _, b in shifts), default=0)),)
        mine, yours = (self.problem.jobs[at].windows or anywhere for at in pair)
        spans = [(max(a, c), min(b, d)) for a, b in mine for c, d in yours if max(a, c) <= min(b, d)]
        step = max(STEP, sum(closes - opens for opens, closes in spans) // MOST)
        return sorted({moment for opens, closes in spans for moment in (*range(opens, closes, step), closes)})

    def _at(self, pair: tuple[int, int], moment: int) -> _Place | None:
        """The cheapest two who can both be there then."""
        for job in pair:
            self.narrow(job, moment)
        prices = [sorted(self._prices(job))[:3] for job in pair]
        both = [
            _Place(mine + yours, moment, first, second)
            for mine, first in prices[0]
            for yours, second in prices[1]
            if first != second
        ]
        return min(both, key=lambda one: (one.cost, one.first, one.second), default=None)

    def narrow(self, job: int, moment: int | None) -> None:
        """Only this moment is left of the windows of a job, also for whoever drives by the store; None: no moment."""
        day = self.found.day
        for row in (job, job + len(self.problem.jobs)):
            base = row * k.JOB
            if base >= len(day.jobs):
                continue
            lead = int(day.jobs[base + k.SERVICE]) - self.problem.jobs[job].seconds
            span = range(day.jobs[base + k.OPENS_AT], day.jobs[base + k.CLOSES_AT])
            begins = NO_MOMENT if moment is None else moment - lead
            if not any(self.windows[at] <= begins <= self.windows[at + 1] for at in span[::2]):
                begins = NO_MOMENT
            for at in span:
                day.windows[at] = begins
            day.jobs[base + k.OPENS] = day.jobs[base + k.CLOSES] = begins

    def _prices(self, job: int) -> Iterable[tuple[int, int]]:
        found, day = self.found, self.found.day
        people = day.sizes[k.PEOPLE]
        for person in range(people):
            at = (job * people + person) * 2
            if found.prices[at] == k.FORBIDDEN:
                continue
            k.look(*day.table, day.fees, found.stops, found.routes, found.prices, job, person)
            if found.prices[at + 1] < k.NEVER:
                yield int(found.prices[at + 1]) // int(day.sizes[k.LONGEST]), person

    def _hold(self, pair: tuple[int, int], place: _Place | None) -> None:
        found, day = self.found, self.found.day
        people, longest = day.sizes[k.PEOPLE], day.sizes[k.LONGEST]
        for job in pair:
            day.jobs[job * k.JOB + k.HELD] = 1
            self.narrow(job, None if place is None else place.moment)
            list(self._prices(job))  # what is remembered of other moments holds no more
        if place is None:
            return
        for job, person in zip(pair, (place.first, place.second), strict=True):
            k.look(*day.table, day.fees, found.stops, found.routes, found.prices, job, person)
            gap = int(found.prices[(job * people + person) * 2 + 1]) % longest
            k.put_in(found.stops, found.routes, longest, job, person, gap)
            found.where[job] = person
            found.time(person)


def instants_of(problem: Problem, found: Searching) -> dict[Id, Job]:
    """The jobs of pairs that have their technicians, each with its moment as its only window."""
    made = {}
    for at, job in enumerate(problem.jobs):
        if job.together is not None and found.where[at] >= 0:
            moment = int(found.day.jobs[at * k.JOB + k.OPENS])
            made[job.id] = replace(job, windows=((moment, moment),))
    return made
