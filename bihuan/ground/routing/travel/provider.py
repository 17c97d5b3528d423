"""What everybody offers who knows how long a drive takes: whole seconds from places to places, for a time of the day.

A `Provider` always answers. A `Layer` may say `UNKNOWN`; `layered.py` makes a provider of several.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import h3.api.basic_int as h3
import numpy as np

from bihuan.ground.routing.model import UNREACHABLE, Travel
from bihuan.ground.routing.travel.coordinates import Point

UNKNOWN = -1  # instead of seconds: ask somebody else
LONGEST = UNREACHABLE - 1  # seconds of any drive

HOURS = (0, 6, 7, 9, 11, 14, 17, 19, 22)  # when the traffic changes; each is the beginning of a bucket
DISTRICT, STREET = 6, 8  # resolutions of cells: 36 square kilometres, and 0.7


class Provider(Protocol):
    """`version` is another one whenever an answer may be. `depart` is in the city's own time."""

    @property
    def version(self) -> str: ...

    @property
    def symmetric(self) -> bool:
        """Whether the way back takes as long."""

    @property
    def triangle(self) -> bool:
        """Whether no way round is shorter than the way itself."""

    def matrix(self, points: Sequence[Point], depart: datetime) -> Travel: ...

    def row(self, origin: Point, points: Sequence[Point], depart: datetime) -> Travel: ...


@dataclass(frozen=True, eq=False)
class Table:
    """Seconds from each origin to each destination; `UNKNOWN` where the layer cannot say, `UNREACHABLE` and more where
    there is no way. `faults` says in words why it cannot, as often as it happened."""

    seconds: Travel
    faults: tuple[str, ...] = ()


class Layer(Protocol):
    """Somebody who knows some of it."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table: ...


def bucket_of(depart: datetime) -> int:
    """Which part of the day it is: an index into `HOURS`."""
    return bisect_right(HOURS, depart.hour) - 1


def cell_of(point: Point, resolution: int) -> int:
    """The cell of the map that a place lies in."""
    return int(h3.latlng_to_cell(point.latitude, point.longitude, resolution))


def nothing(origins: Sequence[Point], destinations: Sequence[Point]) -> Travel:
    """A table in which all is `UNKNOWN`."""
    return np.full((len(origins), len(destinations)), UNKNOWN, np.int32)
