"""The provider of travel times that dispatch plans with, made anew once a day from what was learnt.

Own history first, then servers if there are any, then the calibrated straight line. Never asked for inside of a
transaction, since a server may be asked.
"""

from collections.abc import Sequence
from datetime import date, datetime
from threading import Lock

from django.utils.timezone import localtime

from bihuan.ground.routing.travel.coordinates import Point
from bihuan.ground.routing.travel.haversine import Haversine, calibrate
from bihuan.ground.routing.travel.history import History
from bihuan.ground.routing.travel.layered import Layered, Told
from bihuan.ground.routing.travel.provider import Layer
from bihuan.service.dispatch.travelling.asked import servers, traffic
from bihuan.service.dispatch.travelling.observed import trips

_kept: dict[date, Layered] = {}
_servers: list[tuple[Layer, ...]] = []  # once a process: they remember what they were told
_lock = Lock()


def provider(*, now: datetime) -> Layered:
    """Travel times as they are known today."""
    day = localtime(now).date()
    with _lock:
        if day not in _kept:
            _kept.clear()
            _kept[day] = _learnt(now)
        return _kept[day]


def straight(*, now: datetime) -> Haversine:
    """Without any server, so also inside of a transaction: the calibrated straight line alone."""
    return provider(now=now).floor


def right_now(origins: Sequence[Point], destination: Point, *, now: datetime) -> Told:
    """From each origin to one job, as the traffic is: the nearest few by who knows it, the others as ever."""
    usual = provider(now=now)
    best = Layered((*traffic(), *usual.layers), usual.floor)
    return best.told(origins, [destination], localtime(now))


def forget() -> None:
    """Learn anew at the next question."""
    with _lock:
        _kept.clear()
        _servers.clear()


def _learnt(now: datetime) -> Layered:
    seen = trips(now=now)
    history = History.of(seen)
    if not _servers:
        _servers.append(servers())
    return Layered(((history,) if history.buckets else ()) + _servers[0], calibrate(seen))
