"""The dispatcher that plans: a window is promised only where the plan of that day has a gap, days are planned with more
time than work takes on the whole, and what happens is answered with as few changes as can be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bihuan.ground.routing.live import MENDING
from bihuan.ground.routing.model import Id, Job, Priority, Problem, Technician, Window
from bihuan.ground.routing.plans import Plan, solve
from bihuan.ground.routing.policies import CUSTOMER_FIRST, Policy
from bihuan.ground.routing.rolling.office import LUNCH_FIRST, Desk, Queues
from bihuan.ground.routing.rolling.world import DAY, HOUR, LUNCH, SHIFT, Call, World
from bihuan.ground.routing.search import FROM_NOTHING, Budget
from bihuan.ground.routing.timetable import Break, Route, Stop

CHANGE = 7_200  # seconds that it costs during the day to send somebody else than was told


@dataclass(frozen=True, kw_only=True)
class Care:
    """How carefully is planned: `work` and `road` are percent of what they take on the whole (107: the 65th percentile
    at a coefficient of variation of 0.3); work is meant to begin so many seconds before a window closes, when it is
    promised, in the evening, and during the day; `full` is the percent of a shift that work may fill when a window is
    promised, so that there is time for drives and for what is urgent. Budgets are rounds of the search."""

    work: int = 107
    road: int = 105
    promised: int = 2_700
    evening: int = 2_700
    today: int = 900
    full: int = 62
    tuned: int = 300
    planned: int = 4_000
    mended: int = 400


class Engine:
    """Plans by the engine of this house."""

    name = "engine"

    def __init__(
        self, world: World, *, care: Care | None = None, policy: Policy = CUSTOMER_FIRST, seed: int = 1
    ) -> None:
        self.world, self.care, self.policy, self.seed = world, care or Care(), policy, seed
        # what is left of a day says nothing about who works more than others
        self.mending = replace(policy, name=f"{policy.name}, mending", balance=0, change=CHANGE)
        self.plans: dict[int, dict[int, list[int]]] = {}
        room = (SHIFT[1] - SHIFT[0] - LUNCH.seconds) * self.care.full // 100
        self.people = [replace(one, room=room) for one in world.technicians]

    def promise(self, call: Call, booked: Mapping[int, tuple[Call, Window]]) -> Window | None:
        """The window of the cheapest gap on the first day that has one; a full day is sought through once."""
        for day in sorted({opens // DAY for opens, _ in call.wishes}):
            wishes = [one for one in call.wishes if one[0] // DAY == day]
            jobs = [
                self._job(other, [window], self.care.promised)
                for other, window in booked.values()
                if window[0] // DAY == day
            ]
            jobs.append(self._job(call, wishes, self.care.promised))
            people = [_on(day, one) for one in self.people]
            for rounds in (0, self.care.tuned):
                plan = self._solved(people, jobs, rounds, self.plans.get(day, {}), self.policy)
                begins = {stop.job.id: stop.start for route in plan.routes for stop in _stops(route)}
                if len(begins) == len(jobs):
                    self.plans[day] = _order(plan.routes)
                    begun = begins[call.number]
                    return next(one for one in wishes if one[0] <= begun <= one[1])
        return None

    def evening(self, desk: Desk) -> Queues:
        """The plan that grew with the promises, improved."""
        start = self.plans.pop(desk.day, {})
        return self._in_levels(desk, start, self.care.evening, self.care.planned, self.policy)

    def replan(self, desk: Desk) -> Queues | None:
        """Mended when something has no technician, or when somebody is going to be late."""
        if not desk.calls:
            return None
        planned = {one for queue in desk.queues.values() for one in queue}
        if planned >= desk.calls.keys() and not any(self._late(desk, one) for one in desk.technicians):
            return None
        start = {
            person: [one for one in queue if one != LUNCH_FIRST] for person, queue in desk.queues.items()
        }
        return self._in_levels(desk, start, self.care.today, self.care.mended, self.mending)

    def _late(self, desk: Desk, one: Technician) -> bool:
        """Whether somebody will come after a window, as things stand."""
        now, place, lunch = one.shift[0], one.leaves_from, one.lunch
        for number in desk.queues.get(int(one.id), ()):
            if number == LUNCH_FIRST:
                if lunch is not None:
                    now, lunch = max(now, lunch.begins[0]) + lunch.seconds, None
                continue
            call, (opens, closes) = desk.calls[number], desk.windows[number]
            now = max(now + self.world.drive(place, call.at) * self.care.road // 100, opens)
            if now > closes or (lunch is not None and now > lunch.begins[1]):
                return True
            now, place = now + call.seconds * self.care.work // 100, call.at
        return now > one.shift[1]

    def _in_levels(
        self,
        desk: Desk,
        start: Mapping[int, Sequence[int]],
        margin: int,
        rounds: int,
        policy: Policy,
    ) -> Queues:
        """First as it should be; what finds no place so may be planned to the end of its window, then an hour late, and
        at last until the shift and an hour more are over. Late is better than not at all."""
        people = list(desk.technicians)
        levels = [(margin, 0), (0, 0), (-HOUR, 0), (-5 * HOUR, HOUR)]
        margins = dict.fromkeys(desk.calls, margin)
        plan = None
        for level, (less, more) in enumerate(levels):
            if plan is not None:
                left = [int(one.job.id) for one in plan.unserved]
                if not left:
                    break
                margins |= dict.fromkeys(left, less)
                start = _order(plan.routes)
                people = [replace(one, shift=(one.shift[0], one.shift[1] + more)) for one in people]
            jobs = [
                self._job(call, [desk.windows[number]], margins[number], desk.told.get(number), desk.now)
                for number, call in desk.calls.items()
            ]
            plan = self._solved(people, jobs, rounds if level == 0 else rounds // 4, start, policy)
        assert plan is not None
        return {int(route.technician.id): _queue(route) for route in plan.routes}

    def _job(
        self, call: Call, windows: Sequence[Window], margin: int, was: int | None = None, now: int = 0
    ) -> Job:
        """The call as it is planned: work takes longer and windows close earlier than they do. A window that is nearly
        over stays open as long as it is."""
        narrow = tuple((opens, max(opens, closes - margin, min(closes, now))) for opens, closes in windows)
        return Job(
            id=call.number,
            at=call.at,
            seconds=call.seconds * self.care.work // 100,
            windows=narrow,
            skills={call.skill: 1},
            priority=Priority.HIGH if call.urgent else Priority.NORMAL,
            promised=True,
            was=was,
            load=call.seconds,
        )

    def _solved(
        self,
        people: Sequence[Technician],
        jobs: Iterable[Job],
        rounds: int,
        start: Mapping[int, Sequence[int]],
        policy: Policy,
    ) -> Plan:
        """A plan over the places of these people and jobs alone."""
        jobs = list(jobs)
        places = sorted(
            {one.at for one in jobs} | {at for one in people for at in (one.home, one.leaves_from)}
        )
        where = {place: at for at, place in enumerate(places)}
        table = self.world.travel[np.ix_(places, places)].astype(np.int64) * self.care.road // 100
        problem = Problem(
            technicians=tuple(
                replace(one, home=where[one.home], start=where[one.leaves_from]) for one in people
            ),
            jobs=tuple(replace(one, at=where[one.at]) for one in jobs),
            travel=table.astype(np.int32),
        )
        begun: dict[Id, Sequence[Id]] = {person: list(order) for person, order in start.items()}
        manner = FROM_NOTHING if policy is self.policy else MENDING
        return solve(
            problem, policy, Budget(rounds=rounds), seed=self.seed, start=begun, reasons_for=(), manner=manner
        )


def _on(day: int, one: Technician) -> Technician:
    """Somebody on a day to come."""
    opens, closes = LUNCH.begins
    lunch = replace(LUNCH, begins=(day * DAY + opens, day * DAY + closes))
    return replace(one, shift=(day * DAY + SHIFT[0], day * DAY + SHIFT[1]), lunch=lunch)


def _stops(route: Route) -> list[Stop]:
    return [stop for stop in route.stops if isinstance(stop, Stop)]


def _order(routes: Iterable[Route]) -> dict[int, list[int]]:
    return {int(route.technician.id): [int(stop.job.id) for stop in _stops(route)] for route in routes}


def _queue(route: Route) -> list[int]:
    return [LUNCH_FIRST if isinstance(stop, Break) else int(stop.job.id) for stop in route.stops]
