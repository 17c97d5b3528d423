"""The least that would have to give way for a job without a technician: each tried by really making room for it in the
plan as it stands. Seconds throughout."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bihuan.ground.routing import kernel as k
from bihuan.ground.routing.model import Id, can_do
from bihuan.ground.routing.parts import NOWHERE
from bihuan.ground.routing.trying import Trying

MINUTE, LONGEST = 60, 7_200  # how finely overtime is reckoned, and how long it is at most
STEP, WIDEST = 300, 8 * 3_600  # how far a window is widened, to both sides, and how finely


@dataclass(frozen=True)
class Relaxation:
    """What would have to give way: `by` seconds of a window or of overtime, or the `job` that is displaced; `cost` is
    the extra travel and fees, and for a displaced job its prize as well."""

    kind: str
    technician: Id
    cost: int
    by: int | None = None
    job: Id | None = None


class Easing(Trying):
    """What would make room for a job. The plan is as before after each answer."""

    def relaxations(self, job: int) -> list[Relaxation]:
        """The smallest of each kind. Nothing has to give way for a job that only costs more than it is worth. Of a
        pair nothing is offered: whatever gives way must give way for both."""
        if self.problem.jobs[job].together is not None:
            return []
        if any(self.price(job, person) is not None for person in self.able(job)):
            return []
        kinds = self._windows(job), self._overtime(job), self._skills(job), self._displaced(job)
        found = [
            min(some, key=lambda one: (one.by or 0, one.cost), default=None) for some in map(list, kinds)
        ]
        return [one for one in found if one is not None]

    def _windows(self, job: int) -> Iterator[Relaxation]:
        """Its windows wider to both sides, by as little as lets somebody take it."""
        was = self.problem.jobs[job].windows

        def cheapest(by: int) -> tuple[int, int] | None:
            with self.windows(job, [(opens - by, closes + by) for opens, closes in was]):
                fitting = [
                    (price, who) for who in self.able(job) if (price := self.price(job, who)) is not None
                ]
            return min(fitting, default=None)

        if not was or cheapest(WIDEST) is None:
            return
        low, high = 1, WIDEST // STEP
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if cheapest(middle * STEP) else (middle + 1, high)
        found = cheapest(high * STEP)
        if found is not None:
            yield Relaxation("window", self.problem.technicians[found[1]].id, found[0], by=high * STEP)

    def _overtime(self, job: int) -> Iterator[Relaxation]:
        """Somebody comes home later, by as few minutes as can be."""
        most, best = LONGEST // MINUTE, None
        for person in self.able(job):
            high = min(most, self._unchanged(person))
            if high < 1 or (price := self._longer(job, person, high)) is None:
                continue
            low = 1
            while low < high:
                middle = (low + high) // 2
                shorter = self._longer(job, person, middle)
                low, high, price = (
                    (low, middle, shorter) if shorter is not None else (middle + 1, high, price)
                )
            if best is None or high < most or price < best.cost:
                who = self.problem.technicians[person].id
                best, most = Relaxation("overtime", who, price, by=high * MINUTE), high
        if best is not None:
            yield best

    def _unchanged(self, person: int) -> int:
        """How many minutes the shift may be longer before lunch is owed as well."""
        technician = self.problem.technicians[person]
        if (
            technician.lunch is None
            or technician.has_lunch()
            or technician.lunch.begins[0] < technician.shift[0]
        ):
            return LONGEST // MINUTE
        return (technician.lunch.begins[1] + technician.lunch.seconds - technician.shift[1] - 1) // MINUTE

    def _longer(self, job: int, person: int, minutes: int) -> int | None:
        """What the job costs if the shift is so much longer. Whoever would have to eat for it is not asked: that is
        another route."""
        technician, row = self.problem.technicians[person], person * k.PERSON
        longer = replace(technician, shift=(technician.shift[0], technician.shift[1] + minutes * MINUTE))
        if longer.has_lunch() != technician.has_lunch():
            return None
        for at in (row + k.ENDS, row + k.ON_TIME):
            self.day.people[at] += minutes * MINUTE
        self.found.time(person)
        price = self.price(job, person)
        for at in (row + k.ENDS, row + k.ON_TIME):
            self.day.people[at] -= minutes * MINUTE
        self.found.time(person)
        return price

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
                if can_do(technician, eased, day) and (price := self.price(job, person)) is not None:
                    yield Relaxation(kind, technician.id, price)

    def _displaced(self, job: int) -> Iterator[Relaxation]:
        """A job that counts no more goes without a technician instead. What is held stays, and so do both of a pair."""
        jobs = self.day.jobs
        worth = jobs[job * k.JOB + k.WORTH]
        for person in self.able(job):
            for other in self.route(person):
                row = other * k.JOB
                told = self.problem.jobs[other]
                if jobs[row + k.WORTH] > worth or told.held or told.together is not None:
                    continue
                with self.without(other, person) as saved:
                    price = self.price(job, person)
                if price is not None:
                    technician = self.problem.technicians[person].id
                    cost = price - saved + int(jobs[row + k.PRIZE])
                    yield Relaxation("displace", technician, cost, job=told.id)
