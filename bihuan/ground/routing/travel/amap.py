"""AMap, which knows the traffic of this moment: `GET /v3/distance`, only for the few who are nearest to one job.

Each question counts against a key's quota, so a table of many destinations is never asked. Places go out in GCJ-02;
nothing but seconds comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np

from bihuan.ground.routing.model import UNREACHABLE
from bihuan.ground.routing.travel.asking import NoAnswer, Points, Server
from bihuan.ground.routing.travel.coordinates import Point, gcj02_of, in_china
from bihuan.ground.routing.travel.haversine import apart
from bihuan.ground.routing.travel.provider import LONGEST, UNKNOWN, Table, nothing

MOST_ORIGINS = 100  # of one question
DRIVING = 1
NO_STREET = "1"  # the code of a pair between which nobody can drive
QUOTA = frozenset({"10003", "10004", "10010", "10014", "10019", "10020", "10021", "10029", "10044", "10045"})
BUSY = frozenset({"10015", "10016", "10017"})


@dataclass(frozen=True)
class Amap:
    """`nearest` is how many candidates of one job are asked for."""

    server: Server
    key: str = field(repr=False)
    nearest: int = 20

    @property
    def name(self) -> str:
        return "amap"

    @property
    def version(self) -> str:
        return f"amap:{self.nearest}"

    def table(self, origins: Sequence[Point], destinations: Sequence[Point], depart: datetime) -> Table:
        """Seconds from the nearest origins to the only destination, as it is now: for drives that begin soon."""
        seconds, faults = nothing(origins, destinations), []
        if len(destinations) != 1 or not in_china(destinations[0].latitude, destinations[0].longitude):
            return Table(seconds)
        metres = apart(origins, destinations)[:, 0]
        asked = [int(at) for at in np.argsort(metres, kind="stable")[: self.nearest]]
        asked = [at for at in asked if in_china(origins[at].latitude, origins[at].longitude)]
        for begin in range(0, len(asked), MOST_ORIGINS):
            some = asked[begin : begin + MOST_ORIGINS]
            try:
                found = self._told([origins[at] for at in some], destinations[0])
            except NoAnswer as fault:
                faults.append(fault.word)
                break
            seconds[some, 0] = found.seconds[:, 0]
            faults += found.faults
        return Table(seconds, tuple(faults))

    def _told(self, origins: Points, destination: Point) -> Table:
        asked = {
            "key": self.key,
            "origins": "|".join(map(_place, origins)),
            "destination": _place(destination),
            "type": DRIVING,
            "output": "JSON",
        }
        told = self.server.told(f"/v3/distance?{urlencode(asked)}")
        if not isinstance(told, dict):
            raise NoAnswer("garbage")
        if told.get("status") != "1":
            code = str(told.get("infocode"))
            raise NoAnswer("quota" if code in QUOTA else "busy" if code in BUSY else "refused")
        results = told.get("results")
        if not isinstance(results, list):
            raise NoAnswer("garbage")
        return self._read(results, len(origins))

    def _read(self, results: list[Any], count: int) -> Table:
        seconds = np.full((count, 1), UNKNOWN, np.int32)
        for one in results:
            at = _whole(one, "origin_id")
            if not 1 <= at <= count:
                continue
            if str(one.get("code", "")) == NO_STREET:
                seconds[at - 1] = UNREACHABLE
            elif "code" not in one and (took := _whole(one, "duration")) >= 0:
                seconds[at - 1] = min(took + self.server.parking, LONGEST)
        return Table(seconds, ("partial",) if (seconds == UNKNOWN).any() else ())


def _place(point: Point) -> str:
    told = gcj02_of(point)
    return f"{told.longitude:.6f},{told.latitude:.6f}"


def _whole(told: Any, name: str) -> int:
    """A number that is written as text; -1 for anything else."""
    try:
        return int(told[name])
    except (KeyError, TypeError, ValueError):
        return -1
