"""What others may ask about working time: calendars by code, announced years, days written over."""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from bihuan.ground.worktime import holidays_of
from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.holidays_of import FIRST_YEAR, LAST_YEAR
from bihuan.ground.worktime.models import CalendarDay, CalendarVersion, WorkCalendar
from bihuan.ground.worktime.reading import read_calendar


@dataclass(frozen=True, kw_only=True)
class CalendarCard:
    """One calendar as a list or form shows it."""

    code: str
    name: str
    timezone: str
    week: dict[str, list[list[str]]]
    follows_holidays: str
    version: int
    retired: bool


@dataclass(frozen=True, kw_only=True)
class DayCard:
    """One date that people wrote over; `code` is empty when it holds for all calendars with holidays."""

    day: date
    kind: str
    hours: list[list[str]] | None
    name: str
    source: str
    code: str


def calendar_for(code: str) -> Calendar:
    """The calendar in force, for arithmetic; CalendarRefused when no such code exists. One statement."""
    return _read(code, _row(code)[1])


def version_of(code: str) -> int:
    """The number of the calendar's version in force; a promise keeps it."""
    return _row(code)[0]


def calendar_now(code: str) -> tuple[int, Calendar, str]:
    """The calendar in force with the number of its version and the country whose holidays it follows. One statement;
    CalendarRefused when no such code exists."""
    told = WorkCalendar.objects.filter(code=code).values_list("version", "digest", "follows_holidays").first()
    if told is None:
        raise CalendarRefused.unknown(code)
    version, digest, country = told
    return version, _read(code, digest), country


def published_through(country: str = "CN") -> int:
    """The last year such that it and all known years before it have their days off published."""
    year = FIRST_YEAR
    while year < LAST_YEAR and is_published(year + 1, country):
        year += 1
    return year


def calendar_at(code: str, version: int) -> Calendar:
    """The calendar as it stood in one of its versions; CalendarRefused when there was none."""
    digest = (
        CalendarVersion.objects.filter(calendar__code=code, number=version)
        .values_list("digest", flat=True)
        .first()
    )
    if digest is None:
        raise CalendarRefused.unknown(f"{code} v{version}")
    return _read(code, digest)


def is_published(year: int, country: str = "CN") -> bool:
    """Whether a year's days off are known: announced in the shipped data, or written down by people."""
    if holidays_of.is_announced(country, year):
        return True
    return CalendarDay.objects.filter(calendar=None, day__year=year).exists()


def all_calendars() -> list[CalendarCard]:
    """Every calendar by its code, retired ones too."""
    return [_card(calendar) for calendar in WorkCalendar.objects.order_by("code")]


def calendar_card(code: str) -> CalendarCard:
    """One calendar as a form shows it; CalendarRefused when no such code exists."""
    calendar = WorkCalendar.objects.filter(code=code).first()
    if calendar is None:
        raise CalendarRefused.unknown(code)
    return _card(calendar)


def days_written(*, year: int, code: str = "") -> list[DayCard]:
    """The dates of a year that people wrote, for all calendars and for one besides."""
    wanted = Q(calendar=None) | Q(calendar__code=code) if code else Q(calendar=None)
    rows = CalendarDay.objects.filter(wanted, day__year=year).select_related("calendar").order_by("day", "pk")
    return [
        DayCard(
            day=row.day,
            kind=row.kind,
            hours=row.hours,
            name=row.name,
            source=row.source,
            code="" if row.calendar is None else row.calendar.code,
        )
        for row in rows
    ]


def _row(code: str) -> tuple[int, str]:
    row = WorkCalendar.objects.filter(code=code).values_list("version", "digest").first()
    if row is None:
        raise CalendarRefused.unknown(code)
    return row


@lru_cache(maxsize=256)
def _read(code: str, digest: str) -> Calendar:
    """Cached by what the version says: a number may mean something else in another database."""
    version = CalendarVersion.objects.filter(calendar__code=code, digest=digest).order_by("-number")[0]
    return read_calendar(json.loads(version.spelled))


def _card(calendar: WorkCalendar) -> CalendarCard:
    return CalendarCard(
        code=calendar.code,
        name=calendar.name,
        timezone=calendar.timezone,
        week=calendar.week,
        follows_holidays=calendar.follows_holidays,
        version=calendar.version,
        retired=calendar.retired_at is not None,
    )


def calendars_listed(search: str = "") -> QuerySet[WorkCalendar]:
    """Every calendar, retired ones too, for its register."""
    return WorkCalendar.objects.filter(Q(code__icontains=search) | Q(name__icontains=search))


def days_listed(search: str = "") -> QuerySet[CalendarDay]:
    """Every date that people wrote over, for its register."""
    return CalendarDay.objects.select_related("calendar").filter(
        Q(name__icontains=search) | Q(calendar__code__icontains=search)
    )
