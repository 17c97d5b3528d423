"""The only writes to calendars. Each change that means something makes a new version."""

from datetime import date, datetime

from django.db import transaction

from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.holidays_of import is_known
from bihuan.ground.worktime.models import CalendarDay, WorkCalendar
from bihuan.ground.worktime.reading import WrittenWrong, read_hours, read_week, read_zone
from bihuan.ground.worktime.shipped import SHIPPED
from bihuan.ground.worktime.versions import refresh

type WrittenHours = list[list[str]]


@transaction.atomic
def keep_calendar(
    code: str,
    *,
    name: str,
    timezone: str,
    week: dict[str, WrittenHours],
    follows_holidays: str = "",
    by: str = "",
) -> WorkCalendar:
    """Make a calendar or change it; `by` is a reference such as "person:7"."""
    try:
        read_zone(timezone)
        read_week(week)
    except WrittenWrong as fault:
        raise CalendarRefused.wrong_words(str(fault)) from fault
    if follows_holidays and not is_known(follows_holidays):
        raise CalendarRefused.unknown_country(follows_holidays)
    told = {"name": name, "timezone": timezone, "week": week, "follows_holidays": follows_holidays}
    calendar, made = WorkCalendar.objects.select_for_update().get_or_create(code=code, defaults=told)
    if not made:
        for field, value in told.items():
            setattr(calendar, field, value)
        calendar.save(update_fields=list(told))
    return refresh(calendar, by=by)


@transaction.atomic
def write_day(
    day: date,
    *,
    kind: str,
    code: str = "",
    hours: WrittenHours | None = None,
    name: str = "",
    source: str = "",
    by: str = "",
) -> None:
    """Make a date a holiday or a workday, in one calendar or (without a code) in all that follow holidays.

    A workday may have hours of its own. What was written for that date before is replaced.
    """
    if kind not in CalendarDay.Kind.values:
        raise CalendarRefused.unknown_kind(kind)
    if hours is not None and kind == CalendarDay.Kind.HOLIDAY:
        raise CalendarRefused.holiday_with_hours()
    try:
        read_hours(hours or [], day.isoformat())
    except WrittenWrong as fault:
        raise CalendarRefused.wrong_words(str(fault)) from fault
    touched = _locked(code)
    CalendarDay.objects.update_or_create(
        calendar=touched[0] if code else None,
        day=day,
        defaults={"kind": kind, "hours": hours, "name": name, "source": source},
    )
    for calendar in touched:
        refresh(calendar, by=by)


@transaction.atomic
def forget_day(day: date, *, code: str = "", by: str = "") -> None:
    """Take back what was written for a date; nothing happens when nothing was."""
    touched = _locked(code)
    CalendarDay.objects.filter(calendar=touched[0] if code else None, day=day).delete()
    for calendar in touched:
        refresh(calendar, by=by)


@transaction.atomic
def retire_calendar(code: str, *, now: datetime) -> None:
    """Take a calendar out of the lists; promises that count on it go on counting."""
    calendar = _locked(code)[0]
    if calendar.retired_at is None:
        calendar.retired_at = now
        calendar.save(update_fields=["retired_at"])


@transaction.atomic
def unretire_calendar(code: str) -> None:
    """Put a calendar back on the lists."""
    calendar = _locked(code)[0]
    calendar.retired_at = None
    calendar.save(update_fields=["retired_at"])


@transaction.atomic
def load_shipped_calendars() -> None:
    """Make the shipped calendars that are missing; never overwrite what people changed. Safe to repeat.

    Calendars that follow holidays get a new version when the shipped holidays have changed.
    """
    for told in SHIPPED:
        WorkCalendar.objects.get_or_create(
            code=told.code,
            defaults={
                "name": told.name,
                "timezone": told.timezone,
                "week": told.week,
                "follows_holidays": told.follows_holidays,
            },
        )
    for calendar in WorkCalendar.objects.select_for_update().order_by("pk"):
        refresh(calendar, by="system")


def _locked(code: str) -> list[WorkCalendar]:
    """The calendars a change touches, held in one order: the named one, or all that follow holidays."""
    rows = WorkCalendar.objects.select_for_update().order_by("pk")
    found = list(rows.filter(code=code) if code else rows.exclude(follows_holidays=""))
    if code and not found:
        raise CalendarRefused.unknown(code)
    return found
