"""What the company's own trips took: the median from one cell of the map to another in one part of the day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from statistics import median

import numpy as np

from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Trip
from bihuan.ground.routing.travel.provider import STREET, UNKNOWN, Table, bucket_of, cell_of, nothing

LEAST = 5  # trips; fewer are no habit

type Pairs = Mapping[tuple[int, int], int]


@dataclass(frozen=True, eq=False)
class History:
    """`buckets` has for each part of the day the seconds from cell to cell."""

    buckets: Mapping[int, Pairs]

    @classmethod
    def of(cls, trips: Iterable[Trip], *, least: int = LEAST) -> "History":
        """Where and when at least so many trips were observed."""
        told: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for trip in trips:
            pair = cell_of(trip.origin, STREET), cell_of(trip.destination, STREET)
            if trip.seconds > 0:
                told[bucket_of(trip.departed), *pair].append(trip.seconds)
        buckets: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
        for (bucket, a, b), seconds in sorted(told.items()):
            if len(seconds) >= least:
                buckets[bucket][a, b] = round(median(seconds))
        return cls(dict(buckets))

    @property
    def name(self) -> str:
        return "history"

    @property
    def version(self) -> str:
        known = repr([(bucket, sorted(pairs.items())) for bucket, pairs in sorted(self.buckets.items())])
        return f"history:{sha256(known.encode()).hexdigest()[:12]}"

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        """Seconds where there is a habit."""
        pairs = self.buckets.get(bucket_of(depart), {})
        if not pairs:
            return Table(nothing(origins, destinations))
        froms, of_origin = _cells(origins)
        tos, of_destination = _cells(destinations)
        few = np.full((len(froms), len(tos)), UNKNOWN, np.int32)
        for (a, b), seconds in pairs.items():
            if a in froms and b in tos:
                few[froms[a], tos[b]] = seconds
        return Table(few[np.ix_(of_origin, of_destination)])


def _cells(points: Sequence[Point]) -> tuple[dict[int, int], list[int]]:
    """Each cell once, and for each point which one it is."""
    seen: dict[int, int] = {}
    return seen, [seen.setdefault(cell_of(point, STREET), len(seen)) for point in points]
