"""Days that go on: customers ask, technicians drive, work takes longer, people fall ill, and a dispatcher answers.

Whoever has left for a customer stays on the way, whatever is replanned. A technician leaves so that they are at the
door when the window opens, eats when the plan says so and in any case before lunch is over, and leaves for nobody after
the shift. A promise that nobody came for is broken; the customer is asked anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count

from bihuan.ground.routing.model import Lunch, Technician, Window
from bihuan.ground.routing.rolling.office import LUNCH_FIRST, Desk, Dispatcher, Queues
from bihuan.ground.routing.rolling.record import ENDS, Entry, Record, Stage, Trip
from bihuan.ground.routing.rolling.world import AHEAD, DAY, HOUR, LUNCH, SHIFT, WINDOWS, Call, World

MORNING, EVENING = 6 * HOUR, 37 * HOUR // 2
EARLY = 600  # seconds before the window opens that somebody means to be there
NOBODY = 600  # seconds that are lost where nobody is at home
LOOK = 1_200  # seconds between two looks at the day


@dataclass(kw_only=True)
class _Person:
    """Where somebody is, and until when they are thought to be busy. `turn` counts what was set for them to do."""

    place: int
    free: int = 0
    gone: int = 0  # from the last customer
    queue: list[int] = field(default_factory=list)
    fed: bool = False
    busy: bool = False
    well: bool = True
    turn: int = 0


def play(world: World, dispatcher: Dispatcher) -> Record:
    """All days of a world under a dispatcher."""
    days = _Days(world, dispatcher)
    days.run()
    return days.record


class _Days:
    def __init__(self, world: World, dispatcher: Dispatcher) -> None:
        self.world, self.dispatcher = world, dispatcher
        self.people = [_Person(place=one.home) for one in world.technicians]
        self.record = Record([Entry(urgent=one.urgent) for one in world.calls])
        self.calls = list(world.calls)  # as asked last
        self.published: dict[int, list[int]] = {}
        self.now, self.day = 0, 0
        self.order = count()
        self.waiting: list[tuple[int, int, Callable[[], None]]] = []

    def run(self) -> None:
        for call in self.world.calls:
            self._at(call.asks, partial(self._asks, call))
        for day in range(self.world.setting.days + 1):
            self._at(day * DAY + EVENING, self._evening)
            if day:
                self._at(day * DAY + MORNING, self._morning)
                for moment in range(*SHIFT, LOOK):
                    self._at(day * DAY + moment, self._replan)
        for (person, _), since in self.world.ill.items():
            self._at(since, partial(self._ill, person))
        while self.waiting:
            self.now, _, happens = heappop(self.waiting)
            happens()
        self._home()

    def _at(self, moment: int, happens: Callable[[], None]) -> None:
        heappush(self.waiting, (moment, next(self.order), happens))

    # customers

    def _asks(self, call: Call) -> None:
        if call.urgent:
            entry = self.record.entries[call.number]
            entry.window, entry.stage = call.wishes[0], Stage.PROMISED
            self._replan(urgent=call.number)
        else:
            self._promise(call)

    def _promise(self, call: Call) -> None:
        entry = self.record.entries[call.number]
        booked = {n: (self.calls[n], window) for n, window in self._booked()}
        entry.window = self.dispatcher.promise(call, booked)
        if entry.window is None:
            entry.stage = Stage.REFUSED
            return
        if entry.window not in call.wishes:
            raise AssertionError(f"Call {call.number} was promised a window that the customer cannot take.")
        entry.stage = Stage.PROMISED
        off = self.world.truths[call.number].off
        if off is not None:
            moment = self.now + (entry.window[0] - self.now) * off // 100
            self._at(moment, partial(self._off, call.number))

    def _booked(self) -> Iterator[tuple[int, Window]]:
        for number, entry in enumerate(self.record.entries):
            if entry.stage is Stage.PROMISED and entry.window is not None:
                yield number, entry.window

    def _off(self, number: int) -> None:
        entry = self.record.entries[number]
        if entry.stage is Stage.PROMISED:
            entry.stage = Stage.CANCELLED
            for queue in (*self.published.values(), *(one.queue for one in self.people)):
                if number in queue:
                    queue.remove(number)
            self._replan()

    # the office

    def _evening(self) -> None:
        """What was not begun today will not be; then tomorrow is planned."""
        for number, window in list(self._booked()):
            if window[0] // DAY == self.day:
                self._break(number)
        for one in self.people:
            one.queue = []
        self.day += 1
        if self.day > self.world.setting.days:
            return
        people = tuple(self._rested(number) for number in range(len(self.people)))
        desk = self._desk(people, {})
        self.published = {
            person: list(queue) for person, queue in self._checked(self.dispatcher.evening(desk), desk)
        }
        for person, queue in self.published.items():
            for number in queue:
                if number != LUNCH_FIRST:
                    entry = self.record.entries[number]
                    entry.told = entry.technician = person

    def _break(self, number: int) -> None:
        entry, call = self.record.entries[number], self.calls[number]
        entry.broken += 1
        entry.told = entry.technician = None
        wishes = [
            ((self.day + ahead) * DAY + opens, (self.day + ahead) * DAY + closes)
            for ahead in range(1, AHEAD + 1)
            for opens, closes in WINDOWS
        ]
        self.calls[number] = replace(call, wishes=tuple(wishes))
        self._promise(self.calls[number])

    def _home(self) -> None:
        """Everybody has driven home after the work of the last day."""
        for number, person in enumerate(self.people):
            drive = self.world.drive(person.place, self.world.technicians[number].home)
            self.record.travel += drive
            if person.gone:
                self.record.overtime += max(0, (person.gone + drive) % DAY - SHIFT[1])

    def _morning(self) -> None:
        self._home()
        for number, before in enumerate(self.people):
            one = self._rested(number)
            self.people[number] = _Person(
                place=one.home, free=one.shift[0], queue=self.published.get(number, []), turn=before.turn + 1
            )
            self._wake(number, one.shift[0])
        self.published = {}

    def _ill(self, number: int) -> None:
        person = self.people[number]
        person.well, person.queue = False, []
        self._replan()

    def _replan(self, urgent: int | None = None) -> None:
        """Ask the dispatcher, during the day."""
        worked = 1 <= self.day <= self.world.setting.days
        if not worked or not MORNING <= self.now - self.day * DAY < EVENING:
            return
        people = tuple(self._as_known(number) for number, one in enumerate(self.people) if one.well)
        queues = {number: tuple(one.queue) for number, one in enumerate(self.people) if one.well}
        desk = self._desk(people, queues, urgent)
        found = self.dispatcher.replan(desk)
        if found is None:
            return
        for person in self.people:
            person.queue = []
        for number, queue in self._checked(found, desk):
            self.people[number].queue = list(queue)
            for one in queue:
                if one != LUNCH_FIRST:
                    entry = self.record.entries[one]
                    entry.told = number if entry.told is None else entry.told
                    entry.technician = number
        for number, person in enumerate(self.people):
            if person.well and not person.busy and self.now >= self.day * DAY + SHIFT[0]:
                self._go(number)

    def _desk(self, people: tuple[Technician, ...], queues: Queues, urgent: int | None = None) -> Desk:
        windows = {number: window for number, window in self._booked() if window[0] // DAY == self.day}
        told = {one: self.record.entries[one].technician for one in windows}
        return Desk(
            now=self.now,
            day=self.day,
            technicians=people,
            calls={number: self.calls[number] for number in windows},
            windows=windows,
            queues=queues,
            told={one: person for one, person in told.items() if person is not None},
            urgent=urgent,
        )

    def _checked(self, queues: Queues, desk: Desk) -> Iterator[tuple[int, Sequence[int]]]:
        """Queues as they are given, if no call stands in them that cannot, or twice."""
        seen, able = set[int](), {int(one.id): one.skills for one in desk.technicians}
        for person, queue in queues.items():
            for one in queue:
                if one == LUNCH_FIRST:
                    continue
                if one in seen or one not in desk.calls or self.calls[one].skill not in able[person]:
                    raise AssertionError(f"Call {one} cannot be given to technician {person}.")
                seen.add(one)
            yield person, queue

    def _rested(self, number: int) -> Technician:
        """Somebody on the morning of the day."""
        one, midnight = self.world.technicians[number], self.day * DAY
        begins = (midnight + LUNCH.begins[0], midnight + LUNCH.begins[1])
        return replace(
            one,
            shift=(midnight + SHIFT[0], midnight + SHIFT[1]),
            lunch=Lunch(seconds=LUNCH.seconds, begins=begins),
        )

    def _as_known(self, number: int) -> Technician:
        """Somebody from when they are thought to be free, where they are then."""
        person, one = self.people[number], self._rested(number)
        free = max(one.shift[0], self.now, person.free)
        if person.busy and person.free <= self.now:
            free += EARLY  # should have been ready by now
        opens, closes = self._lunch()
        lunch = (
            None if person.fed else Lunch(seconds=LUNCH.seconds, begins=(max(opens, free), max(closes, free)))
        )
        return replace(one.free_from(free), start=person.place, lunch=lunch)

    def _lunch(self) -> Window:
        return self.day * DAY + LUNCH.begins[0], self.day * DAY + LUNCH.begins[1]

    # technicians

    def _wake(self, number: int, moment: int) -> None:
        person = self.people[number]
        person.turn += 1
        self._at(moment, partial(self._woken, number, person.turn))

    def _woken(self, number: int, turn: int) -> None:
        if self.people[number].turn == turn:
            self._go(number)

    def _go(self, number: int) -> None:
        """Eat, wait, or leave for the next customer."""
        person, now = self.people[number], self.now
        person.busy, person.turn = False, person.turn + 1
        person.free = max(person.free, now)
        calls = [one for one in person.queue if one != LUNCH_FIRST]
        (opens, closes), hungry = self._lunch(), not person.fed
        if not person.well or now > self.day * DAY + SHIFT[1]:
            return
        if not calls:
            if hungry and opens <= now <= closes:
                self._eat(number)
            elif hungry and now < opens:
                self._wake(number, opens)
            return
        call, window = self.calls[calls[0]], self.record.entries[calls[0]].window
        assert window is not None
        drive = self.world.drive(person.place, call.at)
        leaves, planned = max(now, window[0] - drive - EARLY), person.queue[0] == LUNCH_FIRST
        eats = hungry and (planned or now + drive + call.seconds > closes)
        if hungry and now >= opens and (eats or now + LUNCH.seconds <= leaves):
            self._eat(number)
        elif leaves > now:
            self._wake(number, min(leaves, opens) if hungry and now < opens else leaves)
        else:
            self._leave(number, call, eats=eats)

    def _eat(self, number: int) -> None:
        person = self.people[number]
        person.fed = person.busy = True
        person.queue = [one for one in person.queue if one != LUNCH_FIRST]
        person.free = self.now + LUNCH.seconds
        self._wake(number, person.free)

    def _leave(self, number: int, call: Call, *, eats: bool) -> None:
        person, entry = self.people[number], self.record.entries[call.number]
        left, believed = self.now, self.world.drive(person.place, call.at)
        drive = self.world.driven(person.place, call.at, left, call.number)
        person.queue = person.queue[person.queue.index(call.number) + 1 :]
        person.fed, person.busy = person.fed or eats, True
        person.place, entry.stage = call.at, Stage.BEGUN
        self.record.travel += drive
        person.free = self._begins(call, left + believed, eats=eats) + call.seconds
        self._at(left + drive, partial(self._there, number, call, left, eats=eats))

    def _begins(self, call: Call, there: int, *, eats: bool) -> int:
        window = self.record.entries[call.number].window
        assert window is not None
        if eats:
            there = max(there, self._lunch()[0]) + LUNCH.seconds
        return max(there, window[0])

    def _there(self, number: int, call: Call, left: int, *, eats: bool) -> None:
        person, entry, truth = (
            self.people[number],
            self.record.entries[call.number],
            self.world.truths[call.number],
        )
        assert entry.window is not None
        begun = self._begins(call, self.now, eats=eats)
        entry.late = max(0, begun - entry.window[1])
        gone = begun + (NOBODY if truth.absent else truth.takes)
        person.free = begun + call.seconds
        self.record.trips.append(Trip(number, call.number, left, self.now, begun, gone))
        self._at(gone, partial(self._done, number, call))

    def _done(self, number: int, call: Call) -> None:
        person, absent = self.people[number], self.world.truths[call.number].absent
        self.record.entries[call.number].stage = Stage.ABSENT if absent else Stage.SERVED
        person.busy, person.free, person.gone = False, self.now, self.now
        self._replan()
        if not person.busy:
            self._go(number)


def all_ended(record: Record) -> bool:
    """Whether every call has come to an end, or is promised for a day that was not played."""
    return all(one.stage in (*ENDS, Stage.PROMISED) for one in record.entries)
