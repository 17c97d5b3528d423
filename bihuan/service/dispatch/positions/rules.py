"""Which positions may be kept, and how they are written. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

KEPT_DAYS = 30
CONSENT_VERSION = 1
APART = timedelta(seconds=45)  # between two positions that are kept
AHEAD = timedelta(minutes=2)  # a phone's clock may be that fast
OLDEST = timedelta(hours=24)  # how long a phone without network may keep one back
COARSEST = 3000  # metres of accuracy: beyond, it says nothing
MOST_AT_ONCE = 200
DECIMALS = 4  # of a degree: about ten metres
FRESH = timedelta(minutes=15)  # how old a position may be and still say where somebody is
ON_THE_MAP = "on_the_map"  # the purpose of a look at the map of the day's plan
ONE_LOOK = timedelta(minutes=15)  # a map that stays open is written down as often
ASKS_AGAIN = timedelta(minutes=2)  # such a map asks at least as often

FUTURE, TOO_OLD, BEFORE_CONSENT, OFF_SHIFT = "future", "too_old", "before_consent", "off_shift"
NOWHERE, TOO_COARSE = "nowhere", "too_coarse"

type Hours = Mapping[int, Sequence[tuple[time, time]]]  # weekday (0 = Monday) → hours at work
type Spans = Sequence[tuple[int, int]]  # epoch seconds [from, until)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A position as a phone tells it: degrees of WGS-84, accuracy in metres."""

    at: datetime
    latitude: float
    longitude: float
    accuracy: float


def shift_at(at: datetime, hours: Hours, away: Spans, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """The hours at work around this moment, or None: off shift, or on leave."""
    local, second = at.astimezone(zone), at.timestamp()
    if any(begins <= second < ends for begins, ends in away):
        return None
    for opens, closes in hours.get(local.weekday(), ()):
        if opens <= local.time() < closes:
            return datetime.combine(local.date(), opens, zone), datetime.combine(local.date(), closes, zone)
    return None


def fault(fix: Fix, *, hours: Hours, away: Spans, since: datetime, now: datetime, zone: tzinfo) -> str:
    """Why this position may not be kept; empty when it may. `since`: when the consent was given."""
    if not (-90 <= fix.latitude <= 90 and -180 <= fix.longitude <= 180) or (
        fix.latitude == 0 and fix.longitude == 0
    ):
        return NOWHERE
    if not 0 <= fix.accuracy <= COARSEST:
        return TOO_COARSE
    if fix.at > now + AHEAD:
        return FUTURE
    if fix.at < now - OLDEST:
        return TOO_OLD
    if fix.at < since:
        return BEFORE_CONSENT
    return "" if shift_at(fix.at, hours, away, zone) else OFF_SHIFT


def thinned(fixes: Sequence[Fix], kept: Sequence[datetime]) -> list[Fix]:
    """Those at least 45 seconds from each other and from what is kept already, in order."""
    moments, found = list(kept), []
    for fix in sorted(fixes, key=lambda one: one.at):
        if all(abs(fix.at - moment) >= APART for moment in moments):
            moments.append(fix.at)
            found.append(fix)
    return found


def written(fix: Fix) -> str:
    """How a position is written before it is sealed."""
    return f"{fix.latitude:.{DECIMALS}f},{fix.longitude:.{DECIMALS}f},{round(fix.accuracy)}"


def read(at: datetime, text: str) -> Fix:
    """What `written` wrote."""
    latitude, longitude, accuracy = text.split(",")
    return Fix(at=at, latitude=float(latitude), longitude=float(longitude), accuracy=float(accuracy))


def first_day_kept(today: date) -> date:
    """The oldest day that is not forgotten yet."""
    return today - timedelta(days=KEPT_DAYS)


def kept_until(day: date) -> date:
    """The last day on which a day's positions can be read."""
    return day + timedelta(days=KEPT_DAYS)


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody looked at a technician's `day`, from `since` to `until`. `purpose` in their words, or `ON_THE_MAP`."""

    person_id: int
    name: str
    day: date
    purpose: str
    since: datetime
    until: datetime


def joined(looks: Iterable[Look]) -> list[Look]:
    """In order of time; those at the map that follow each other without a gap are one."""
    found: list[Look] = []
    open_: dict[tuple[int, date], int] = {}
    for one in sorted(looks, key=lambda look: look.since):
        key = one.person_id, one.day
        at = open_.get(key) if one.purpose == ON_THE_MAP else None
        if at is not None and one.since - found[at].until <= ONE_LOOK + ASKS_AGAIN:
            found[at] = replace(found[at], until=one.until)
            continue
        found.append(one)
        if one.purpose == ON_THE_MAP:
            open_[key] = len(found) - 1
    return found
