"""Days that go on: the same for everybody who dispatches, nobody in two places at once, and no call is lost."""

from collections import defaultdict
from dataclasses import replace
from functools import cache

import pytest

from bihuan.ground.routing.model import Window
from bihuan.ground.routing.rolling.engine import Care, Engine
from bihuan.ground.routing.rolling.nearest import Nearest
from bihuan.ground.routing.rolling.office import Desk, Dispatcher
from bihuan.ground.routing.rolling.playing import all_ended, play
from bihuan.ground.routing.rolling.record import Record, Stage, figures
from bihuan.ground.routing.rolling.world import LUNCH, Setting, World, a_world

SMALL = Setting(technicians=4, calls=9, days=2, absent=0.1, cancelled=0.1, ill=0.15)
QUICK = Care(planned=20, mended=5, tuned=5)


@cache
def played(name: str, seed: int) -> tuple[World, Record]:
    world = a_world(SMALL, seed=seed)
    return world, play(world, dispatcher(name, world))


def dispatcher(name: str, world: World) -> Dispatcher:
    return Nearest(world) if name == "nearest" else Engine(world, care=QUICK)


everybody = pytest.mark.parametrize(("name", "seed"), [("nearest", 1), ("nearest", 2), ("engine", 1)])


def test_the_same_seed_gives_the_same_days_and_another_seed_gives_others() -> None:
    one, same, other = a_world(SMALL, seed=3), a_world(SMALL, seed=3), a_world(SMALL, seed=4)
    assert (one.calls, one.truths, one.ill, one.technicians) == (
        same.calls,
        same.truths,
        same.ill,
        same.technicians,
    )
    assert (one.travel == same.travel).all()
    assert one.calls != other.calls and one.truths != other.truths


@everybody
def test_days_played_again_go_the_same_way(name: str, seed: int) -> None:
    world, record = played(name, seed)
    assert play(world, dispatcher(name, world)) == record


@everybody
def test_work_takes_what_was_drawn_whoever_dispatches(name: str, seed: int) -> None:
    world, record = played(name, seed)
    for trip in record.trips:
        truth = world.truths[trip.call]
        assert trip.gone - trip.begun == (600 if truth.absent else truth.takes)


@everybody
def test_nobody_is_in_two_places_at_once_and_everybody_eats(name: str, seed: int) -> None:
    world, record = played(name, seed)
    days = defaultdict(list)
    for trip in record.trips:
        days[trip.technician, trip.left // 86_400].append(trip)
    for (person, day), trips in days.items():
        trips.sort(key=lambda trip: trip.left)
        place, since, breaks = world.technicians[person].home, 0, 0
        for trip in trips:
            assert since <= trip.left <= trip.there <= trip.begun <= trip.gone
            truly = world.driven(place, world.calls[trip.call].at, trip.left, trip.call)
            assert trip.there - trip.left == truly
            breaks = max(breaks, trip.left - since, trip.begun - trip.there)
            place, since = world.calls[trip.call].at, trip.gone
        assert world.calls[trips[0].call].skill in world.technicians[person].skills
        if since > day * 86_400 + LUNCH.begins[1] + LUNCH.seconds:
            assert breaks >= LUNCH.seconds


@everybody
def test_every_call_comes_to_an_end_or_is_promised_for_later(name: str, seed: int) -> None:
    world, record = played(name, seed)
    assert all_ended(record)
    assert sum(record.count(stage) for stage in Stage) == len(world.calls)
    assert sorted(trip.call for trip in record.trips) == [
        number for number, one in enumerate(record.entries) if one.stage in (Stage.SERVED, Stage.ABSENT)
    ]
    for one in record.entries:
        if one.stage is Stage.PROMISED:
            assert one.window is not None and one.window[0] // 86_400 > SMALL.days


@everybody
def test_whoever_comes_has_the_skill_and_comes_in_the_window_or_late(name: str, seed: int) -> None:
    world, record = played(name, seed)
    for trip in record.trips:
        entry = record.entries[trip.call]
        assert world.calls[trip.call].skill in world.technicians[trip.technician].skills
        assert entry.window is not None and trip.begun >= entry.window[0]
        assert entry.late == max(0, trip.begun - entry.window[1])


def test_without_anything_that_goes_wrong_the_engine_is_never_late_and_keeps_every_promise() -> None:
    calm = Setting(technicians=4, calls=12, days=1, work=0, road=0, urgent=0, absent=0, cancelled=0, ill=0)
    world = a_world(calm, seed=1)
    found = figures(play(world, Engine(world, care=replace(QUICK, road=130))))
    assert (found.inside, found.broken, found.late) == (1.0, 0, 0.0)


class _Liar(Nearest):
    def promise(self, call: object, booked: object) -> Window | None:
        return (0, 1)


class _Doubler(Nearest):
    def evening(self, desk: Desk) -> dict[int, list[int]]:
        return {int(one.id): list(desk.calls) for one in desk.technicians}


@pytest.mark.parametrize("wrong", [_Liar, _Doubler])
def test_a_dispatcher_who_cheats_is_found_out(wrong: type[Nearest]) -> None:
    world = a_world(SMALL, seed=1)
    with pytest.raises(AssertionError):
        play(world, wrong(world))
