"""Calendars, moments and rests as people and programs spell them, read strictly.

Every refusal is a WrittenWrong whose message is a sentence for whoever wrote the words. The same
spelling stands in the database, so that a calendar of any version can be read again.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from bihuan.ground.worktime.calendar import ALWAYS, Calendar, Hours
from bihuan.ground.worktime.due import Rest

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCK = {f"{minute // 60:02}:{minute % 60:02}": minute for minute in range(1440)}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class WrittenWrong(ValueError):
    """What was written cannot be read; the message says what and why."""


def read_calendar(told: object) -> Calendar:
    """A calendar from "24x7" or {"timezone", "week", "holidays", "workdays", "overrides"}."""
    if told == "24x7":
        return ALWAYS
    if not isinstance(told, dict):
        raise WrittenWrong('The calendar must be "24x7" or an object with timezone and week.')
    zone = read_zone(told.get("timezone"))
    week = read_week(told.get("week"))
    holidays = _dates(told.get("holidays", []), "holidays")
    workdays = _dates(told.get("workdays", []), "workdays")
    if both := sorted(holidays & workdays):
        raise WrittenWrong(f"{both[0].isoformat()} is both a holiday and a workday.")
    mon, tue, wed, thu, fri, sat, sun = (week.get(day, ()) for day in WEEKDAYS)
    return Calendar(
        zone=zone,
        week=(mon, tue, wed, thu, fri, sat, sun),
        workday=week.get("workday"),
        holidays=holidays,
        workdays=workdays,
        overrides=_overrides(told.get("overrides", {})),
    )


def read_zone(told: object) -> ZoneInfo:
    """A time zone by its IANA name, such as "Asia/Shanghai"."""
    if not isinstance(told, str) or not told:
        raise WrittenWrong("The calendar needs a timezone, such as Asia/Shanghai.")
    try:
        return ZoneInfo(told)
    except (KeyError, ValueError, OSError) as fault:
        raise WrittenWrong(f"There is no time zone called {told!r}.") from fault


def read_week(told: object) -> dict[str, Hours]:
    """The hours of mon to sun and of make-up workdays; a day that is absent has none."""
    if not isinstance(told, dict):
        raise WrittenWrong("The week must be an object with the days mon to sun.")
    for day in told:
        if day not in (*WEEKDAYS, "workday"):
            raise WrittenWrong(f"The week knows mon to sun and workday, not {day!r}.")
    return {day: read_hours(hours, day) for day, hours in told.items()}


def read_hours(told: object, day: str) -> Hours:
    """Intervals ["HH:MM", "HH:MM"] of one day, in order; they may touch and must not overlap."""
    if not isinstance(told, list):
        raise WrittenWrong(f"The hours of {day} must be a list of intervals.")
    hours = sorted(_interval(pair, day) for pair in told)
    for (_, end), (start, _) in pairwise(hours):
        if start < end:
            raise WrittenWrong(f"Two intervals of {day} overlap.")
    return tuple(hours)


def read_moment(told: object, what: str) -> datetime:
    """An ISO 8601 moment with an offset or Z."""
    if not isinstance(told, str):
        raise WrittenWrong(f"{what} must be a time such as 2026-11-23T09:00:00+08:00.")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as fault:
        raise WrittenWrong(f"{what} is no time: {told!r}.") from fault
    if moment.utcoffset() is None:
        raise WrittenWrong(f"{what} needs an offset or Z: {told!r}.")
    return moment


def read_rests(told: object) -> list[Rest]:
    """Rests as [from, to]; `to` is null while the rest lasts."""
    if not isinstance(told, list):
        raise WrittenWrong("The rests must be a list of [from, to].")
    rests: list[Rest] = []
    for pair in told:
        if not isinstance(pair, list) or len(pair) != 2:
            raise WrittenWrong("A rest must be [from, to].")
        since, until = pair
        rests.append(
            (
                read_moment(since, "The beginning of a rest"),
                None if until is None else read_moment(until, "The end of a rest"),
            )
        )
    return rests


def spell(calendar: Calendar) -> dict[str, object] | str:
    """A calendar in the spelling that `read_calendar` reads."""
    if calendar.zone is None:
        return "24x7"
    week = {day: spell_hours(hours) for day, hours in zip(WEEKDAYS, calendar.week, strict=True)}
    if calendar.workday is not None:
        week["workday"] = spell_hours(calendar.workday)
    return {
        "timezone": calendar.zone.key,
        "week": week,
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "workdays": sorted(day.isoformat() for day in calendar.workdays),
        "overrides": {day.isoformat(): spell_hours(hours) for day, hours in sorted(calendar.overrides)},
    }


def spell_hours(hours: Hours) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in pair] for pair in hours]


def _interval(told: object, day: str) -> tuple[int, int]:
    if not isinstance(told, list) or len(told) != 2:
        raise WrittenWrong(f'An interval of {day} must be ["HH:MM", "HH:MM"].')
    start, end = _minute(told[0], day), 1440 if told[1] == "24:00" else _minute(told[1], day)
    if end <= start:
        raise WrittenWrong(f"An interval of {day} must end after it starts: {told[0]} to {told[1]}.")
    return start, end


def _minute(told: object, day: str) -> int:
    minute = _CLOCK.get(told) if isinstance(told, str) else None
    if minute is None:
        raise WrittenWrong(f"{told!r} on {day} is no time of day between 00:00 and 23:59 (24:00 only ends).")
    return minute


def _dates(told: object, what: str) -> frozenset[date]:
    if not isinstance(told, list):
        raise WrittenWrong(f"The {what} must be a list of dates.")
    return frozenset(_date(day, what) for day in told)


def _date(told: object, what: str) -> date:
    if not isinstance(told, str) or not _DATE.fullmatch(told):
        raise WrittenWrong(f"The {what} hold {told!r}, which is no date such as 2026-10-01.")
    try:
        return date.fromisoformat(told)
    except ValueError as fault:
        raise WrittenWrong(f"The {what} hold {told!r}, a day that does not exist.") from fault


def _overrides(told: object) -> tuple[tuple[date, Hours], ...]:
    if not isinstance(told, Mapping):
        raise WrittenWrong("The overrides must be an object of dates with their hours.")
    return tuple(
        sorted((_date(day, "overrides"), read_hours(hours, str(day))) for day, hours in told.items())
    )
