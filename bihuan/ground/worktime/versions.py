"""How a calendar's rows become one frozen version, spelled out whole, and how that is kept."""

import hashlib
import json
from datetime import date

from django.db.models import Q

from bihuan.ground.worktime.holidays_of import days_off, makeup_workdays
from bihuan.ground.worktime.models import CalendarDay, CalendarVersion, WorkCalendar
from bihuan.ground.worktime.reading import WEEKDAYS


def refresh(calendar: WorkCalendar, *, by: str = "") -> WorkCalendar:
    """Give the calendar a new version when what it means has changed; else leave it alone.

    Must run inside a transaction that holds the calendar's row.
    """
    spelled = spelled_out(calendar)
    digest = hashlib.sha256(spelled.encode()).hexdigest()
    if digest == calendar.digest:
        return calendar
    calendar.version += 1
    calendar.digest = digest
    calendar.save(update_fields=["version", "digest"])
    CalendarVersion.objects.create(
        calendar=calendar, number=calendar.version, digest=digest, spelled=spelled, changed_by=by
    )
    return calendar


def spelled_out(calendar: WorkCalendar) -> str:
    """The calendar as canonical JSON: hours, holidays of its country, and the days people wrote over them."""
    holidays: set[date] = set()
    workdays: set[date] = set()
    if calendar.follows_holidays:
        holidays.update(days_off(calendar.follows_holidays))
        workdays.update(makeup_workdays(calendar.follows_holidays))
        holidays -= workdays
    overrides: dict[date, object] = {}
    for written in _days_of(calendar):
        _write_over(written, holidays, workdays, overrides)
    if _never_closes(calendar) and not holidays and not overrides:
        return json.dumps("24x7")
    told = {
        "timezone": calendar.timezone,
        "week": calendar.week,
        "holidays": sorted(day.isoformat() for day in holidays),
        "workdays": sorted(day.isoformat() for day in workdays),
        "overrides": {day.isoformat(): hours for day, hours in sorted(overrides.items())},
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _days_of(calendar: WorkCalendar) -> list[CalendarDay]:
    """Days for all first, the calendar's own after them: the later one wins."""
    own = Q(calendar=calendar)
    wanted = own | Q(calendar=None) if calendar.follows_holidays else own
    return sorted(CalendarDay.objects.filter(wanted), key=lambda day: (day.calendar_id is not None, day.day))


def _write_over(
    written: CalendarDay, holidays: set[date], workdays: set[date], overrides: dict[date, object]
) -> None:
    holidays.discard(written.day)
    workdays.discard(written.day)
    overrides.pop(written.day, None)
    if written.kind == CalendarDay.Kind.HOLIDAY:
        holidays.add(written.day)
    elif written.hours is None:
        workdays.add(written.day)
    else:
        overrides[written.day] = written.hours


def _never_closes(calendar: WorkCalendar) -> bool:
    return all(calendar.week.get(day) == [["00:00", "24:00"]] for day in WEEKDAYS) and not (
        calendar.follows_holidays
    )
