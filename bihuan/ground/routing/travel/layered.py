"""Several who know how long a drive takes, one after the other: whoever comes first and knows is believed.

At the end stands the calibrated straight line, which always knows. No drive is faster than a straight motorway, whoever
says so, and between one place and itself there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing.model import Travel
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import SAME, Haversine, apart
from bihuan.ground.routing.travel.provider import UNKNOWN, Layer, Table, bucket_of, cell_of, nothing

FASTEST = 130 / 3.6  # metres in a second
HOUSE = 10  # the resolution at which an answer is remembered: cells of 130 metres


@dataclass(frozen=True, eq=False)
class Told:
    """Seconds, and by whom: `said[i, j]` is an index into `names`, of which the last is what all else falls back to.
    `faults` are pairs of who and why."""

    seconds: Travel
    said: npt.NDArray[np.int8]
    names: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def fell_back(self) -> npt.NDArray[np.bool_]:
        """Where only the straight line knew."""
        found: npt.NDArray[np.bool_] = self.said == len(self.names) - 1
        return found


@dataclass(frozen=True)
class Layered:
    """A provider of layers, the best first, and of a floor under them."""

    layers: tuple[Layer, ...]
    floor: Haversine = field(default_factory=Haversine)

    @property
    def version(self) -> str:
        return "+".join(layer.version for layer in (*self.layers, self.floor))

    @property
    def symmetric(self) -> bool:
        return not self.layers and self.floor.symmetric

    @property
    def triangle(self) -> bool:
        return not self.layers and self.floor.triangle

    def matrix(self, points: Sequence[Point], depart: datetime) -> Travel:
        return self.told(points, points, depart).seconds

    def row(self, origin: Point, points: Sequence[Point], depart: datetime) -> Travel:
        found: Travel = self.told([origin], points, depart).seconds[0]
        return found

    def told(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Told:
        """Seconds from each origin to each destination, with a mark of who said so."""
        seconds = nothing(origins, destinations)
        said = np.full(seconds.shape, len(self.layers), np.int8)
        faults: list[tuple[str, str]] = []
        for number, layer in enumerate(self.layers):
            rows, columns = _where_unknown(seconds)
            if not len(rows):
                break
            found = layer.table([origins[at] for at in rows], [destinations[at] for at in columns], depart)
            part = np.ix_(rows, columns)
            new = (seconds[part] == UNKNOWN) & (found.seconds != UNKNOWN)
            seconds[part] = np.where(new, found.seconds, seconds[part])
            said[part] = np.where(new, number, said[part])
            faults += [(layer.name, word) for word in found.faults]
        seconds = np.where(
            seconds == UNKNOWN, self.floor.table(origins, destinations, depart).seconds, seconds
        )
        metres = apart(origins, destinations)
        seconds = np.maximum(seconds, np.ceil(metres / FASTEST).astype(np.int32))
        seconds[metres < SAME] = 0
        names = (*(layer.name for layer in self.layers), self.floor.name)
        return Told(seconds, said, names, tuple(faults))


@dataclass(eq=False)
class Remembered:
    """A layer whose answers are kept in memory by pair of cells and part of the day, so that a server is asked once.
    `most` pairs of each part of the day; with one more it begins anew."""

    layer: Layer
    resolution: int = HOUSE
    most: int = 4_000_000
    _cells: dict[int, int] = field(default_factory=dict)
    _kept: dict[int, tuple[npt.NDArray[np.int64], Travel]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def version(self) -> str:
        return self.layer.version

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        """What is remembered; for the rest the layer is asked, by one place of each cell."""
        froms, first, of_origin = self._named(origins)
        tos, first_to, of_destination = self._named(destinations)
        keys = (froms[:, None] << 32) | tos[None]
        seconds, bucket = self._recalled(keys, bucket_of(depart)), bucket_of(depart)
        rows, columns = _where_unknown(seconds)
        faults: tuple[str, ...] = ()
        if len(rows):
            found = self.layer.table(
                [origins[first[at]] for at in rows], [destinations[first_to[at]] for at in columns], depart
            )
            part, faults = np.ix_(rows, columns), found.faults
            new = (seconds[part] == UNKNOWN) & (found.seconds != UNKNOWN)
            seconds[part] = np.where(new, found.seconds, seconds[part])
            self._keep(keys[part][new], found.seconds[new], bucket)
        return Table(seconds[np.ix_(of_origin, of_destination)], faults)

    def _named(
        self, points: Sequence[Point]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Numbers of the cells, each once; a point of each; and for each point which one it is."""
        with self._lock:
            numbers = [
                self._cells.setdefault(cell_of(point, self.resolution), len(self._cells)) for point in points
            ]
        return np.unique(np.array(numbers, np.int64), return_index=True, return_inverse=True)

    def _recalled(self, keys: npt.NDArray[np.int64], bucket: int) -> Travel:
        known, seconds = self._kept.get(bucket, (np.zeros(0, np.int64), np.zeros(0, np.int32)))
        if not len(known):
            return np.full(keys.shape, UNKNOWN, np.int32)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[at] == keys, seconds[at], UNKNOWN).astype(np.int32)

    def _keep(self, keys: npt.NDArray[np.int64], seconds: Travel, bucket: int) -> None:
        with self._lock:
            known, before = self._kept.get(bucket, (keys[:0], seconds[:0]))
            if len(known) + len(keys) > self.most:
                known, before = keys[:0], seconds[:0]
            order, first = np.unique(np.concatenate([keys, known])[: self.most], return_index=True)
            self._kept[bucket] = order, np.concatenate([seconds, before])[: self.most][first]


def _where_unknown(seconds: Travel) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The rows and the columns that have something unknown."""
    unknown = seconds == UNKNOWN
    return np.flatnonzero(unknown.any(axis=1)), np.flatnonzero(unknown.any(axis=0))
