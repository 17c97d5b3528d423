"""The straight line, a detour, the speed of the hour, and time to park: always there, and always the same answer.

What a city is really like is learnt from trips that were observed (`calibrate`): the speed of each part of the day, and
how much longer or shorter it takes from one district to another. Few trips say little: everything is drawn towards the
city's own median.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from statistics import median

import numpy as np
import numpy.typing as npt

from bihuan.ground.routing.model import Travel
from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.provider import DISTRICT, HOURS, LONGEST, Table, bucket_of, cell_of

EARTH = 6_371_008.8  # metres
SAME = 1.0  # metre: closer than this nobody gets into a car
KMH = (40.0, 32.0, 22.0, 26.0, 27.0, 26.0, 21.0, 28.0, 36.0)  # one for each of HOURS

CALM, WILD = 3.0, 120.0  # km/h along the straight line: what is outside was no drive
SHORT = 300.0  # metres: less says more about parking than about driving
CITY, PAIR = 20, 10  # so many trips count as much as what was believed before: of a city or hour, of a pair

type Metres = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One drive that was observed. `departed` is in the city's own time, `seconds` include parking."""

    origin: Point
    destination: Point
    departed: datetime
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Haversine:
    """`kmh` is the speed of each part of the day along the streets, `districts` how many times as long a drive takes
    between two cells of the map."""

    detour: float = 1.35
    kmh: tuple[float, ...] = KMH
    parking: int = 120  # seconds
    districts: Mapping[tuple[int, int], float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "haversine"

    @property
    def version(self) -> str:
        known = repr((self.detour, self.kmh, self.parking, sorted(self.districts.items())))
        return f"haversine:{sha256(known.encode()).hexdigest()[:12]}"

    @property
    def symmetric(self) -> bool:
        return all(self.districts.get((b, a)) == factor for (a, b), factor in self.districts.items())

    @property
    def triangle(self) -> bool:
        return not self.districts and self.parking > 1  # a second is lost by rounding

    def matrix(self, points: Sequence[Point], depart: datetime) -> Travel:
        return self.table(points, points, depart).seconds

    def row(self, origin: Point, points: Sequence[Point], depart: datetime) -> Travel:
        found: Travel = self.table([origin], points, depart).seconds[0]
        return found

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        """Seconds from each origin to each destination; 0 between places that are the same."""
        metres = apart(origins, destinations)
        seconds = metres * (self.detour * 3.6 / self.kmh[bucket_of(depart)])
        if self.districts:
            seconds *= self._factors(origins, destinations)
        seconds += self.parking
        seconds[metres < SAME] = 0
        return Table(np.minimum(np.rint(seconds), LONGEST).astype(np.int32))

    def _factors(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Metres:
        """How many times as long, for each pair."""
        froms, of_origin = _districts(origins)
        tos, of_destination = _districts(destinations)
        few = np.ones((len(froms), len(tos)))
        for (a, b), factor in self.districts.items():
            if a in froms and b in tos:
                few[froms[a], tos[b]] = factor
        found: Metres = few[np.ix_(of_origin, of_destination)]
        return found


def apart(origins: Sequence[Point], destinations: Sequence[Point]) -> Metres:
    """Metres along the great circle from each origin to each destination."""
    a, b = _half(origins), _half(destinations)
    north = _sine(a[:, 0], b[:, 0])
    east = _sine(a[:, 1], b[:, 1])
    level = np.cos(2 * a[:, 0])[:, None] * np.cos(2 * b[:, 0])[None]
    chord = np.sqrt(np.minimum(1.0, north * north + level * east * east))
    found: Metres = 2 * EARTH * np.arcsin(chord)
    return found


def calibrate(trips: Iterable[Trip], base: Haversine | None = None) -> Haversine:
    """What these trips teach: of each group the median of observed by believed, drawn towards what stands above
    it: the city's towards 1, each hour's and then each pair of districts' towards the city's."""
    base = replace(base or Haversine(), districts={})
    told = [
        (bucket, pair, ratio)
        for trip in trips
        if (ratio := _ratio(trip, base)) is not None
        for bucket, pair in [(bucket_of(trip.departed), _pair(trip))]
    ]
    city = _drawn([ratio for _, _, ratio in told], CITY)
    by_hour: dict[int, list[float]] = defaultdict(list)
    for bucket, _, ratio in told:
        by_hour[bucket].append(ratio / city)
    hours = [city * _drawn(by_hour[bucket], CITY) for bucket in range(len(HOURS))]
    by_pair: dict[tuple[int, int], list[float]] = defaultdict(list)
    for bucket, pair, ratio in told:
        by_pair[pair].append(ratio / hours[bucket])
    return replace(
        base,
        kmh=tuple(round(kmh / factor, 3) for kmh, factor in zip(base.kmh, hours, strict=True)),
        districts={pair: round(_drawn(ratios, PAIR), 4) for pair, ratios in sorted(by_pair.items())},
    )


def _ratio(trip: Trip, base: Haversine) -> float | None:
    """How many times as long as believed; nothing where it cannot have been one drive."""
    straight = float(apart([trip.origin], [trip.destination])[0, 0])
    drive = trip.seconds - base.parking
    if straight < SHORT or drive <= 0 or not CALM <= straight / drive * 3.6 <= WILD:
        return None
    return drive / (straight * base.detour * 3.6 / base.kmh[bucket_of(trip.departed)])


def _pair(trip: Trip) -> tuple[int, int]:
    return cell_of(trip.origin, DISTRICT), cell_of(trip.destination, DISTRICT)


def _drawn(ratios: Sequence[float], weight: int) -> float:
    """The median, drawn towards 1 the more the fewer there are."""
    return float(median(ratios) ** (len(ratios) / (len(ratios) + weight))) if ratios else 1.0


def _districts(points: Sequence[Point]) -> tuple[dict[int, int], list[int]]:
    """Each district once, and for each point which one it is."""
    seen: dict[int, int] = {}
    return seen, [seen.setdefault(cell_of(point, DISTRICT), len(seen)) for point in points]


def _half(points: Sequence[Point]) -> Metres:
    """Half the latitude and half the longitude, in radians."""
    told = [(point.latitude, point.longitude) for point in points]
    return np.radians(np.array(told, np.float64).reshape(len(told), 2)) / 2


def _sine(a: Metres, b: Metres) -> Metres:
    """sin(b - a) of each pair, by four products instead of a sine of each."""
    found: Metres = np.cos(a)[:, None] * np.sin(b)[None] - np.sin(a)[:, None] * np.cos(b)[None]
    return found
