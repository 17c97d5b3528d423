"""What is common: windows are free by count, and whoever is nearest gets the call at the end of the list."""

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.ground.routing.model import Technician, Window
from bihuan.ground.routing.rolling.office import Desk, Queues
from bihuan.ground.routing.rolling.world import DAY, SHIFT, WINDOWS, Call, World

DRIVE = 1_200  # seconds on the road for each call, as a rule of thumb


@dataclass(kw_only=True)
class _End:
    """Where and when somebody's list ends, as far as can be thought."""

    technician: Technician
    place: int
    free: int
    fed: bool

    def begins(self, call: Call, window: Window, drive: int) -> int:
        return max(self._after_lunch(self.free + drive), window[0])

    def _after_lunch(self, moment: int) -> int:
        lunch = self.technician.lunch
        if self.fed or lunch is None or moment < lunch.begins[0]:
            return moment
        return moment + lunch.seconds

    def take(self, call: Call, begins: int) -> None:
        lunch = self.technician.lunch
        self.fed = self.fed or lunch is None or begins >= lunch.begins[0] + lunch.seconds
        self.place, self.free = call.at, begins + call.seconds


class Nearest:
    """The nearest qualified technician who should be there in time; if nobody should, whoever is least late. Nothing is
    planned anew but what nobody has any more."""

    name = "nearest"

    def __init__(self, world: World, *, reserve: int = 10) -> None:
        self.world = world
        seconds = sum(call.seconds for call in world.calls) // max(1, len(world.calls)) + DRIVE
        rest = (SHIFT[1] - SHIFT[0] - 2_700) * (100 - reserve) // 100
        able = [set(one.skills) for one in world.technicians]
        self.room = {
            skill: sum(skill in some for some in able) * rest // seconds // len(WINDOWS)
            for skill in set().union(*able)
        }
        self.all = len(able) * rest // seconds // len(WINDOWS)

    def promise(self, call: Call, booked: Mapping[int, tuple[Call, Window]]) -> Window | None:
        """The first window that is not full by count: of all technicians, and of those who can do it."""
        for wish in call.wishes:
            there = [other for other, window in booked.values() if window == wish]
            same = sum(other.skill == call.skill for other in there)
            if len(there) < self.all and same < self.room[call.skill]:
                return wish
        return None

    def evening(self, desk: Desk) -> Queues:
        """All calls in the order of their windows."""
        return self._appended(desk, {int(one.id): [] for one in desk.technicians})

    def replan(self, desk: Desk) -> Queues | None:
        """Whatever is in no queue is appended: what is urgent, and the calls of whoever is ill."""
        planned = {one for queue in desk.queues.values() for one in queue}
        if planned >= desk.calls.keys() or desk.now % DAY < SHIFT[0]:
            return None
        return self._appended(desk, {person: list(queue) for person, queue in desk.queues.items()})

    def _appended(self, desk: Desk, queues: dict[int, list[int]]) -> Queues:
        ends = {}
        for one in desk.technicians:
            end = _End(technician=one, place=one.leaves_from, free=one.shift[0], fed=one.lunch is None)
            for number in queues[int(one.id)]:
                call = desk.calls[number]
                drive = self.world.drive(end.place, call.at)
                end.take(call, end.begins(call, desk.windows[number], drive))
            ends[int(one.id)] = end
        planned = {one for queue in queues.values() for one in queue}
        left = [call for number, call in desk.calls.items() if number not in planned]
        for call in sorted(left, key=lambda call: (desk.windows[call.number][0], call.asks)):
            self._append(call, desk.windows[call.number], ends, queues)
        for queue in queues.values():
            queue.sort(key=lambda number: desk.windows[number][0])
        return queues

    def _append(
        self, call: Call, window: Window, ends: Mapping[int, _End], queues: dict[int, list[int]]
    ) -> None:
        able = [person for person, end in ends.items() if call.skill in end.technician.skills]
        if not able:
            return
        drives = {person: self.world.drive(ends[person].place, call.at) for person in able}
        begins = {person: ends[person].begins(call, window, drives[person]) for person in able}
        person = min(able, key=lambda one: (max(0, begins[one] - window[1]), drives[one], one))
        queues[person].append(call.number)
        ends[person].take(call, begins[person])
