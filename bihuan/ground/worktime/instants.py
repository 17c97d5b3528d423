"""Moments as whole microseconds since 1970 (UTC), and back: nothing rounds, nothing overflows."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime.combine(date(1970, 1, 1), time.min)  # naive on purpose: a wall, no place
EPOCH_DAY = EPOCH.toordinal()
LAST_DAY = date.max.toordinal()
_BEGINNING = EPOCH.replace(tzinfo=UTC)


def on_the_wall(wall: datetime) -> int:
    """A naive wall time as if it were UTC, in microseconds since 1970."""
    return (wall - EPOCH) // MICROSECOND


def instant(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment; ValueError for a naive one."""
    try:
        since = moment - _BEGINNING
    except TypeError as fault:
        raise ValueError("A moment needs a time zone or an offset.") from fault
    return since.days * DAY + since.seconds * SECOND + since.microseconds


@lru_cache(maxsize=4096)
def offsets_on(zone: ZoneInfo, days: range) -> tuple[int | None, ...]:
    """The zone's offset in microseconds on each of these days (as ordinals); None where it changes.

    A day with one offset at both its midnights has that offset all day, because no zone changes twice
    within three days. The last day of all counts as changing.
    """
    at_midnight = [
        (zone.utcoffset(datetime.fromordinal(day)) or timedelta()) // MICROSECOND
        for day in range(days.start, min(days.stop, LAST_DAY) + 1)
    ]
    same = [first if first == then else None for first, then in pairwise(at_midnight)]
    return tuple(same) if days.stop <= LAST_DAY else (*same, None)


def in_zone(at: int, zone: ZoneInfo) -> datetime | None:
    """The instant on the wall of a zone; None outside the years 1 to 9999 there."""
    try:
        moment = datetime.fromtimestamp(at // SECOND, zone)
    except (OverflowError, ValueError, OSError):  # outside what the system's own clock can tell
        return _in_zone_by_hand(at, zone)
    return moment.replace(microsecond=at % SECOND) if at % SECOND else moment


def _in_zone_by_hand(at: int, zone: ZoneInfo) -> datetime | None:
    try:
        return (_BEGINNING + at * MICROSECOND).astimezone(zone)
    except (OverflowError, ValueError):  # the first or last day: UTC may lie outside, the wall inside
        edge = datetime.combine(date.max if at > 0 else date.min, time(12))
        return _shifted(at, zone.utcoffset(edge) or timedelta(), zone)


def in_offset_of(at: int, like: datetime) -> datetime | None:
    """The instant in the fixed offset that `like` carries; None outside the years 1 to 9999 there."""
    offset = like.utcoffset() or timedelta()
    return _shifted(at, offset, timezone(offset))


def _shifted(at: int, offset: timedelta, zone: ZoneInfo | timezone) -> datetime | None:
    try:
        wall = EPOCH + timedelta(microseconds=at + offset // MICROSECOND)
    except OverflowError:
        return None
    return wall.replace(tzinfo=zone)
