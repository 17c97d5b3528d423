"""Moments as whole microseconds since 1970 (UTC), and back: nothing rounds, nothing overflows."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400 * SECOND
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime.combine(date(1970, 1, 1), time.min)  # naive on purpose: a wall, no place
EPOCH_DAY = EPOCH.toordinal()


def on_the_wall(wall: datetime) -> int:
    """A naive wall time as if it were UTC, in microseconds since 1970."""
    return (wall - EPOCH) // MICROSECOND


def instant(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment; ValueError for a naive one."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("A moment needs a time zone or an offset.")
    return on_the_wall(moment.replace(tzinfo=None, fold=0)) - offset // MICROSECOND


def in_zone(at: int, zone: ZoneInfo) -> datetime | None:
    """The instant on the wall of a zone; None outside the years 1 to 9999 there."""
    try:
        return (EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=at)).astimezone(zone)
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
