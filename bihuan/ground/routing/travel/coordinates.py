"""Where a place is, in the three systems of Chinese maps, and the way from one to another.

Everything here is kept in WGS-84 (`Point`). AMap and Tencent speak GCJ-02, Baidu BD-09; each is a type of its own, so
that nothing can be converted twice. Outside China all three are the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin, sqrt

AXIS, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323  # Krasovsky's ellipsoid: metres, squared
DEGREE = pi / 180
NEAR = 1e-9  # degrees: a tenth of a millimetre

# North, west, south, east. What is inside a first one and in no second one is shifted.
INSIDE = (
    (49.2204, 79.4462, 42.8899, 96.33),
    (54.1415, 109.6872, 39.3742, 135.0002),
    (42.8899, 73.1246, 29.5297, 124.143255),
    (29.5297, 82.9684, 26.7186, 97.0352),
    (29.5297, 97.0253, 20.414096, 124.367395),
    (20.414096, 107.975793, 17.871542, 111.744104),
)
OUTSIDE = (
    (25.398623, 119.921265, 21.785006, 122.497559),
    (22.284, 101.8652, 20.0988, 106.665),
    (21.5422, 106.4525, 20.4878, 108.051),
    (55.8175, 109.0323, 50.3257, 119.127),
    (55.8175, 127.4568, 49.5574, 137.0227),
    (44.8922, 131.2662, 42.5692, 137.0227),
)

type Degrees = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees of WGS-84, as satellites tell it and as everything here is kept."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Gcj02:
    """A place as AMap and Tencent tell it."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Bd09:
    """A place as Baidu tells it."""

    latitude: float
    longitude: float


def in_china(latitude: float, longitude: float) -> bool:
    """Whether Chinese maps shift this place, by the usual rectangles: rough at the border, right where people live."""
    return any(map(_holds(latitude, longitude), INSIDE)) and not any(
        map(_holds(latitude, longitude), OUTSIDE)
    )


def gcj02_of(point: Point) -> Gcj02:
    """The place as AMap and Tencent tell it."""
    _must_be(point, Point)
    return Gcj02(*_shifted(point.latitude, point.longitude, _to_gcj02))


def bd09_of(point: Point) -> Bd09:
    """The place as Baidu tells it."""
    _must_be(point, Point)
    return Bd09(*_shifted(point.latitude, point.longitude, _to_bd09))


def point_of(told: Gcj02 | Bd09) -> Point:
    """The place in WGS-84, by iteration, to within a millimetre where `in_china` says the same of both."""
    _must_be(told, Gcj02, Bd09)
    forward = _to_gcj02 if isinstance(told, Gcj02) else _to_bd09
    asked = told.latitude, told.longitude
    latitude, longitude = asked
    for _ in range(20):
        north, east = forward(latitude, longitude)
        off = asked[0] - north, asked[1] - east
        latitude, longitude = latitude + off[0], longitude + off[1]
        if max(map(abs, off)) < NEAR:
            break
    return Point(latitude, longitude) if in_china(latitude, longitude) else Point(*asked)


def _must_be(told: object, *kinds: type) -> None:
    if not isinstance(told, kinds):
        raise TypeError(f"{type(told).__name__} is not what is converted here.")


def _holds(latitude: float, longitude: float) -> Callable[[tuple[float, float, float, float]], bool]:
    return lambda box: box[2] <= latitude <= box[0] and box[1] <= longitude <= box[3]


def _shifted(latitude: float, longitude: float, forward: Callable[[float, float], Degrees]) -> Degrees:
    return forward(latitude, longitude) if in_china(latitude, longitude) else (latitude, longitude)


def _to_gcj02(latitude: float, longitude: float) -> Degrees:
    """The shift of GCJ-02, as everybody has it: a polynomial and waves, in metres, then in degrees."""
    east, north = longitude - 105, latitude - 35
    waves = 20 * sin(6 * pi * east) + 20 * sin(2 * pi * east)
    up = -100 + 2 * east + 3 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * sqrt(abs(east))
    up += (waves + 20 * sin(pi * north) + 40 * sin(pi * north / 3)) * 2 / 3
    up += (160 * sin(pi * north / 12) + 320 * sin(pi * north / 30)) * 2 / 3
    right = 300 + east + 2 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * sqrt(abs(east))
    right += (waves + 20 * sin(pi * east) + 40 * sin(pi * east / 3)) * 2 / 3
    right += (150 * sin(pi * east / 12) + 300 * sin(pi * east / 30)) * 2 / 3
    flat = 1 - ECCENTRICITY * sin(latitude * DEGREE) ** 2
    metres_north = AXIS * (1 - ECCENTRICITY) / (flat * sqrt(flat)) * DEGREE
    metres_east = AXIS / sqrt(flat) * cos(latitude * DEGREE) * DEGREE
    return latitude + up / metres_north, longitude + right / metres_east


def _to_bd09(latitude: float, longitude: float) -> Degrees:
    """What Baidu adds to GCJ-02: a little turn and a step to the north-east."""
    north, east = _to_gcj02(latitude, longitude)
    away = hypot(east, north) + 0.00002 * sin(north * pi * 3_000 / 180)
    angle = atan2(north, east) + 0.000003 * cos(east * pi * 3_000 / 180)
    return away * sin(angle) + 0.006, away * cos(angle) + 0.0065
