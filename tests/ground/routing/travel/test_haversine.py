"""The straight line and its habits: right distances, learnt from trips, drawn towards the city."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import acos, cos, degrees, radians, sin
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Haversine, Trip, apart, calibrate
from bihuan.ground.routing.travel.history import History
from bihuan.ground.routing.travel.provider import HOURS, UNKNOWN, Provider, bucket_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHANGHAI = Point(31.23, 121.47)
SUZHOU = Point(31.30, 120.58)

PLACES = st.lists(st.builds(Point, st.floats(30.9, 31.5), st.floats(121.0, 121.9)), min_size=1, max_size=6)


def some(count: int, seed: int = 1, *, wide: float = 0.15) -> list[Point]:
    dice = Random(seed)
    return [
        Point(31.23 + dice.uniform(-wide, wide), 121.47 + dice.uniform(-wide, wide)) for _ in range(count)
    ]


def driven(points: Sequence[Point], truth: Haversine, count: int, seed: int = 2) -> list[Trip]:
    """Trips as they are in a city of which `truth` is true, give or take a fifth."""
    dice = Random(seed)
    made = []
    for _ in range(count):
        origin, destination = dice.sample(list(points), 2)
        departed = NOON.replace(hour=dice.randrange(24))
        drive = int(truth.row(origin, [destination], departed)[0]) - truth.parking
        seconds = truth.parking + round(drive * dice.uniform(0.8, 1.2))
        trip = Trip(origin=origin, destination=destination, departed=departed, seconds=seconds)
        made.append(trip)
    return made


def test_a_known_distance_is_right() -> None:
    a, b = radians(SHANGHAI.latitude), radians(SUZHOU.latitude)
    east = radians(SUZHOU.longitude - SHANGHAI.longitude)
    angle = degrees(acos(sin(a) * sin(b) + cos(a) * cos(b) * cos(east)))
    assert apart([SHANGHAI], [SUZHOU])[0, 0] == pytest.approx(angle * 111_195.08, rel=1e-6)


def test_seconds_are_detour_speed_and_parking() -> None:
    plain = Haversine(detour=1.5, kmh=(30.0,) * len(HOURS), parking=90)
    metres = apart([SHANGHAI], [SUZHOU])[0, 0]
    assert plain.row(SHANGHAI, [SUZHOU, SHANGHAI], NOON).tolist() == [
        round(metres * 1.5 / (30 / 3.6) + 90),
        0,
    ]


@given(PLACES)
def test_the_way_back_is_as_long_and_no_way_round_is_shorter(points: list[Point]) -> None:
    plain = Haversine()
    seconds = plain.matrix(points, NOON)
    assert (plain.symmetric, plain.triangle) == (True, True)
    assert (seconds == seconds.T).all()
    for middle in range(len(points)):
        assert (seconds <= seconds[:, middle, None] + seconds[None, middle]).all()
    assert [plain.row(one, points, NOON).tolist() for one in points] == seconds.tolist()


def test_the_rush_hour_is_slower() -> None:
    drives = [
        int(Haversine().row(SHANGHAI, [SUZHOU], NOON.replace(hour=hour))[0]) for hour in (3, 8, 12, 18, 23)
    ]
    assert sorted(drives) == [drives[0], drives[4], drives[2], drives[1], drives[3]]
    assert [bucket_of(NOON.replace(hour=hour)) for hour in (0, 5, 6, 8, 18, 23)] == [0, 0, 1, 2, 6, 8]


def test_a_city_is_learnt_from_its_trips() -> None:
    truth = Haversine(kmh=tuple(kmh * 0.7 for kmh in Haversine().kmh))
    learnt = calibrate(driven(some(60), truth, 4_000))
    for kmh, true in zip(learnt.kmh, truth.kmh, strict=True):
        assert kmh == pytest.approx(true, rel=0.04)
    assert all(factor == pytest.approx(1, abs=0.08) for factor in learnt.districts.values())


def test_a_slow_district_is_learnt_apart_from_the_city() -> None:
    here, there = some(20, 3), [Point(one.latitude + 0.6, one.longitude) for one in some(20, 4, wide=0.04)]
    slow = Haversine(kmh=tuple(kmh / 2 for kmh in Haversine().kmh))
    learnt = calibrate(driven(here, Haversine(), 1_500) + driven(there, slow, 700))
    for points, truth in ((here, Haversine()), (there, slow)):
        ratio = learnt.matrix(points, NOON).sum() / truth.matrix(points, NOON).sum()
        assert ratio == pytest.approx(1, abs=0.15)


def test_few_trips_move_little_and_wild_ones_nothing() -> None:
    points = some(2)
    trip = driven(points, Haversine(kmh=tuple(kmh / 3 for kmh in Haversine().kmh)), 1)[0]
    once = calibrate([trip]).row(trip.origin, [trip.destination], trip.departed)[0]
    before = Haversine().row(trip.origin, [trip.destination], trip.departed)[0]
    assert before < once < before * 1.25
    wild = [replace(trip, seconds=seconds) for seconds in (0, 1, 130, 90_000)]
    assert calibrate(wild) == Haversine() == calibrate([])


def test_the_same_trips_in_any_order_teach_the_same_under_the_same_version() -> None:
    trips = driven(some(12), Haversine(), 200)
    one, other = calibrate(trips), calibrate(trips[::-1])
    assert one == other
    assert one.version == other.version != Haversine().version
    assert (one.symmetric, one.triangle) == (False, False)


def test_a_habit_needs_five_trips_in_the_same_part_of_the_day() -> None:
    def trip(seconds: int, hour: int = 12, origin: Point = SHANGHAI) -> Trip:
        return Trip(origin=origin, destination=SUZHOU, departed=NOON.replace(hour=hour), seconds=seconds)

    four = [trip(seconds) for seconds in (4_000, 4_200, 9_000, 4_100)]
    near = Point(SHANGHAI.latitude + 0.0001, SHANGHAI.longitude)
    assert History.of(four).table([SHANGHAI], [SUZHOU], NOON).seconds.tolist() == [[UNKNOWN]]
    habit = History.of([*four, trip(4_300, 13, near), trip(1, 18)])
    table = habit.table([SUZHOU, near, SHANGHAI], [SUZHOU, SHANGHAI], NOON).seconds
    assert table.tolist() == [[UNKNOWN, UNKNOWN], [4_200, UNKNOWN], [4_200, UNKNOWN]]
    assert (habit.table([SHANGHAI], [SUZHOU], NOON.replace(hour=18)).seconds == UNKNOWN).all()
    assert habit.version != History.of(four).version


def test_a_table_of_a_large_day_has_whole_seconds_of_32_bits() -> None:
    provider: Provider = Haversine()
    table = provider.matrix(some(300), NOON)
    assert table.dtype == np.int32
    assert table.shape == (300, 300)
    assert (np.diag(table) == 0).all()
