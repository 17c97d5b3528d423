"""The three systems of Chinese maps: there and back, how far apart they are, and never twice."""

from math import asin, cos, radians, sin, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bihuan.ground.routing.travel.coordinates import Bd09, Gcj02, Point, bd09_of, gcj02_of, in_china, point_of


def well_within(point: Point) -> bool:
    """Whether the place is in China, and not at the very edge of what counts as China."""
    step = 1e-6
    return all(
        in_china(point.latitude + north, point.longitude + east)
        for north in (-step, step)
        for east in (-step, step)
    )


CHINA = st.builds(Point, st.floats(18.0, 53.0), st.floats(74.0, 134.0)).filter(well_within)
ABROAD = st.builds(
    Point, st.one_of(st.floats(-60, 17), st.floats(56, 85)), st.floats(-180, 180, allow_nan=False)
)


def metres(one: Point | Gcj02 | Bd09, other: Point | Gcj02 | Bd09) -> float:
    a, b = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    return 2 * 6_371_000 * asin(sqrt(sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(east / 2) ** 2))


@given(CHINA)
@example(Point(39.908722, 116.397499))
@example(Point(31.230416, 121.473701))
def test_there_and_back_is_the_same_place(point: Point) -> None:
    assert metres(point_of(gcj02_of(point)), point) < 0.5
    assert metres(point_of(bd09_of(point)), point) < 0.5


@given(CHINA)
def test_a_map_is_off_by_one_to_seven_hundred_metres_and_by_less_in_the_west(point: Point) -> None:
    assert (100 if point.longitude > 105 else 10) <= metres(point, gcj02_of(point)) <= 710
    assert 600 <= metres(point, bd09_of(point)) <= 1_600


@given(ABROAD)
def test_abroad_all_maps_agree(point: Point) -> None:
    for told in (gcj02_of(point), bd09_of(point)):
        assert (told.latitude, told.longitude) == (point.latitude, point.longitude)
        assert point_of(told) == point


@given(CHINA)
def test_nothing_is_converted_twice(point: Point) -> None:
    for told in (gcj02_of(point), bd09_of(point)):
        with pytest.raises(TypeError):
            gcj02_of(told)  # type: ignore[arg-type]  # that is the mistake
        with pytest.raises(TypeError):
            bd09_of(told)  # type: ignore[arg-type]  # the same
    with pytest.raises(TypeError):
        point_of(point)  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    ("latitude", "longitude", "north", "east"),
    [
        (39.90734, 116.39123, 39.908744, 116.397473),
        (31.23236, 121.46908, 31.230416, 121.473588),
    ],
)
def test_known_places_are_where_amap_shows_them(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    assert metres(gcj02_of(Point(latitude, longitude)), Gcj02(north, east)) < 5


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [
        (39.9, 116.4, True),
        (43.8, 87.6, True),
        (45.8, 126.5, True),
        (20.0, 110.3, True),
        (22.3, 114.2, True),
        (37.57, 126.98, False),
        (21.03, 105.85, False),
        (25.03, 121.56, False),
        (35.68, 139.76, False),
        (47.92, 106.92, False),
    ],
)
def test_who_is_shifted(latitude: float, longitude: float, inside: bool) -> None:
    assert in_china(latitude, longitude) is inside
