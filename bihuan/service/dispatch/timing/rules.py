"""When a technician will be there: a span that narrows, and a day's visits reckoned one after the other. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bihuan.ground.routing.travel.haversine import Haversine
from bihuan.ground.routing.travel.provider import bucket_of

WIDE, NARROW = timedelta(minutes=20), timedelta(minutes=10)  # either side of the forecast
CLOSE = timedelta(minutes=20)  # nearer than this it is narrow
STEP = timedelta(minutes=5)
DRIVE = timedelta(minutes=30)  # where one of the two places is not known
WORK = {"installation": 120, "relocation": 150, "inspection": 45, "cleaning": 60}
USUAL_WORK = 60  # minutes, of every other kind
CALM = timedelta(minutes=10)  # by so much a visit must fit again before a warning is taken back
LIKE_NOON = time(12)  # by whose traffic a day is planned
BY_ROAD = Haversine()  # where nothing was learnt yet

_SECONDS_A_METRE = BY_ROAD.detour * 3.6 / BY_ROAD.kmh[bucket_of(datetime.combine(date.min, LIKE_NOON))]

PLANNED, WIDELY, NARROWLY = "planned", "widely", "narrowly"


@dataclass(frozen=True, kw_only=True)
class Span:
    """Between when and when the technician arrives. `how`: as agreed or said, or forecast widely or narrowly.
    `late`: not before the agreed slot is over."""

    begins: datetime
    ends: datetime
    how: str
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One visit of a day, in the order in which they are driven to. `arrived_at` once somebody is there. `along`: as
    the second of two, whose day it fills; when both come is told of the first."""

    visit_id: int
    slot_from: datetime
    slot_until: datetime
    kind: str
    place: tuple[float, float] | None
    arrived_at: datetime | None = None
    set_off_at: datetime | None = None
    along: bool = False


type Drive = Callable[[tuple[float, float] | None, tuple[float, float] | None], timedelta]


def drive_of(metres: int | None) -> timedelta:
    """How long a straight way of so many metres takes by road, with parking: never longer than a plan of the day
    reckons that knows no more."""
    if metres is None:
        return DRIVE
    return timedelta(seconds=int(metres * _SECONDS_A_METRE) + BY_ROAD.parking)


def work_of(kind: str) -> timedelta:
    """How long work of this kind usually takes."""
    return timedelta(minutes=WORK.get(kind, USUAL_WORK))


def span(
    *,
    slot_from: datetime,
    slot_until: datetime,
    said_at: datetime | None,
    arrives_at: datetime | None,
    now: datetime,
) -> Span:
    """What a customer is told. `said_at`: the new time of a late notice; `arrives_at`: the forecast once the technician
    is on the road."""
    if arrives_at is not None:
        ahead = max(arrives_at, now + STEP)
        half = NARROW if ahead - now <= CLOSE else WIDE
        begins, ends = max(rounded(ahead - half), rounded(now)), rounded(ahead + half)
        return Span(
            begins=begins, ends=ends, how=NARROWLY if half == NARROW else WIDELY, late=ahead > slot_until
        )
    if said_at is not None:
        return Span(begins=rounded(said_at - WIDE), ends=rounded(said_at + WIDE), how=WIDELY, late=True)
    return Span(begins=slot_from, ends=slot_until, how=PLANNED)


def rounded(at: datetime) -> datetime:
    """To the nearest five minutes."""
    seconds, step = at.timestamp(), STEP.total_seconds()
    return at + timedelta(seconds=round(seconds / step) * step - seconds)


def arrivals(
    stops: Sequence[Stop],
    *,
    here: tuple[float, float] | None,
    seen_at: datetime | None,
    drive: Drive,
    now: datetime,
) -> dict[int, datetime]:
    """visit → when the technician gets there, one after the other from where they are (`here`; `seen_at` is when they
    were seen there). Nobody rings before the slot begins; who is there stays as long as such work usually takes."""
    free, at, found = now, here, dict[int, datetime]()
    for stop in sorted(stops, key=_order):
        if stop.arrived_at is not None:
            arrival = stop.arrived_at
            free = max(now, arrival + work_of(stop.kind))
        else:
            if stop.set_off_at is not None:
                arrival = max((seen_at or stop.set_off_at) + drive(at, stop.place), now)
            else:
                arrival = max(stop.slot_from, free + drive(at, stop.place))
            free = arrival + work_of(stop.kind)
        found[stop.visit_id] = arrival
        at = stop.place or at
    return found


def _order(stop: Stop) -> tuple[int, datetime]:
    """First where somebody is, then where somebody drives to, then by the slot."""
    return (0 if stop.arrived_at else 1 if stop.set_off_at else 2), stop.slot_from


def is_late(arrival: datetime, stop: Stop) -> bool:
    """Whether the technician comes when the agreed slot is over."""
    return stop.arrived_at is None and arrival > stop.slot_until


def fits_again(arrival: datetime, stop: Stop) -> bool:
    """Whether a warning may be taken back: well inside the slot."""
    return arrival <= stop.slot_until - CALM


def round_up(at: datetime) -> datetime:
    """To the next full five minutes: what is said to a customer is not too early."""
    up = rounded(at)
    return up if up >= at else up + STEP
