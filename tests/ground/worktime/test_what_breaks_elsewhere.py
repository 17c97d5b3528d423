"""One test for each way in which working calendars are known to fail elsewhere, named after what ours keeps."""

from datetime import date, datetime, timedelta

import pytest

from bihuan.ground.worktime.actions import forget_day, keep_calendar, load_shipped_calendars, write_day
from bihuan.ground.worktime.calendar import is_open, next_open, worked
from bihuan.ground.worktime.due import due
from bihuan.ground.worktime.models import CalendarVersion, WorkCalendar
from bihuan.ground.worktime.queries import calendar_at, calendar_for, is_published, version_of
from bihuan.ground.worktime.reading import WEEKDAYS

pytestmark = pytest.mark.django_db

LUNCH = [["09:00", "12:00"], ["13:30", "18:00"]]
MONDAY = datetime.fromisoformat("2026-06-01T00:00:00+08:00")  # a week without holidays
HOUR = 3600


@pytest.fixture(autouse=True)
def _shipped(db: None) -> None:
    load_shipped_calendars()


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"{words}:00+08:00")


def hours_on(code: str, day: str) -> float:
    since = at(f"{day}T00:00")
    return worked(calendar_for(code), since, since + timedelta(days=1)) / timedelta(hours=1)


# --- a lunch break can be said


def test_a_lunch_break_is_said_as_two_intervals_and_no_promise_is_due_in_it() -> None:
    keep_calendar("desk", name="客服", timezone="Asia/Shanghai", week=dict.fromkeys(WEEKDAYS[:5], LUNCH))
    desk = calendar_for("desk")
    for minutes in range(0, 9 * 60, 7):
        began = at("2026-06-01T09:00") + timedelta(minutes=minutes)
        for allowed in (HOUR // 2, 2 * HOUR, 4 * HOUR, 20 * HOUR):
            found = due(desk, began, allowed)
            assert found is not None
            assert is_open(desk, found - timedelta(seconds=1))
            assert worked(desk, began, found) == timedelta(seconds=allowed)
    assert due(desk, at("2026-06-01T11:45"), HOUR) == at("2026-06-01T14:15")


def test_a_lunch_break_may_differ_from_day_to_day_and_may_be_missing() -> None:
    week = {"mon": LUNCH, "tue": [["09:00", "18:00"]], "wed": [["09:00", "11:30"], ["12:00", "18:00"]]}
    keep_calendar("desk", name="客服", timezone="Asia/Shanghai", week=week)
    assert [hours_on("desk", f"2026-06-0{day}") for day in (1, 2, 3, 4)] == [7.5, 9, 8.5, 0]


# --- a week with gaps never makes a promise overdue at once


@pytest.mark.parametrize("chosen", range(1, 128))
def test_no_set_of_weekdays_makes_a_promise_overdue_at_once(chosen: int) -> None:
    days = [day for at, day in enumerate(WEEKDAYS) if chosen >> at & 1]
    keep_calendar("odd", name="排班", timezone="Asia/Shanghai", week=dict.fromkeys(days, LUNCH))
    odd = calendar_for("odd")
    for ahead in range(7):
        for began in (MONDAY + timedelta(days=ahead, hours=hour) for hour in (0, 10, 12.75, 18, 23.5)):
            opens, found = next_open(odd, began), due(odd, began, 2 * HOUR)
            assert opens is not None and found is not None
            assert found >= opens + timedelta(hours=2) >= began + timedelta(hours=2)
            assert found < began + timedelta(days=9)
            assert is_open(odd, found - timedelta(seconds=1))
            assert WEEKDAYS[found.weekday()] in days


# --- years whose notice is not out yet


@pytest.mark.parametrize("year", [1999, 2014, 2015, 2026, 2027, 2030, 2045, 2046, 2200])
def test_no_year_raises_and_an_unknown_one_says_so(year: int) -> None:
    office = calendar_for("cn-office")
    found = due(office, at(f"{year}-09-28T17:30"), 40 * HOUR)
    assert found is not None and is_open(office, found - timedelta(seconds=1))
    assert is_published(year) is (2015 <= year <= 2026)


def test_makeup_workdays_are_known_for_every_published_year() -> None:
    office = calendar_for("cn-office")
    weekend_days = {day for day in office.workdays if day.weekday() >= 5}
    assert {day.year for day in weekend_days} == set(range(2015, 2027))
    assert all(hours_on("cn-office", day.isoformat()) == 8 for day in weekend_days)


@pytest.mark.parametrize("saturday", ["2024-02-04", "2025-01-26", "2026-01-04", "2026-02-14", "2026-10-10"])
def test_a_makeup_workday_overrides_the_weekend(saturday: str) -> None:
    assert date.fromisoformat(saturday).weekday() >= 5
    assert hours_on("cn-office", saturday) == 8
    assert hours_on("cn-workdays", saturday) == 24
    morning = at(f"{saturday}T09:00")
    assert due(calendar_for("cn-office"), morning, HOUR) == morning + timedelta(hours=1)


def test_next_years_days_are_written_by_people_and_no_release_is_needed() -> None:
    began = at("2027-10-08T17:00")  # a Friday; the notice of that year is not shipped
    assert is_published(2027) is False
    old = version_of("cn-office")
    assert due(calendar_for("cn-office"), began, 2 * HOUR) == at("2027-10-11T10:00")
    write_day(date(2027, 10, 9), kind="workday", name="国庆节调休", source="国务院办公厅通知", by="person:1")
    assert is_published(2027) is True
    assert due(calendar_for("cn-office"), began, 2 * HOUR) == at("2027-10-09T10:00")
    assert due(calendar_at("cn-office", old), began, 2 * HOUR) == at("2027-10-11T10:00")
    write_day(date(2027, 10, 11), kind="holiday", by="person:1")
    assert hours_on("cn-office", "2027-10-11") == hours_on("cn-workdays", "2027-10-11") == 0
    forget_day(date(2027, 10, 9), by="person:1")
    assert due(calendar_for("cn-office"), began, 2 * HOUR) == at("2027-10-12T10:00")


# --- whole working days


def test_five_working_days_are_five_whole_days_of_the_working_day_calendar() -> None:
    whole = calendar_for("cn-workdays")
    assert due(whole, at("2026-06-01T10:20"), 5 * 24 * HOUR) == at("2026-06-08T10:20")  # over a weekend
    assert due(whole, at("2026-06-06T15:00"), 24 * HOUR) == at("2026-06-09T00:00")  # begun on a Saturday
    # over the autumn holidays of 2026, with the Saturday after them worked
    assert due(whole, at("2026-09-30T12:00"), 5 * 24 * HOUR) == at("2026-10-13T12:00")


def test_an_older_installation_gets_the_working_day_calendar_and_nothing_else_changes() -> None:
    CalendarVersion.objects.filter(calendar__code="cn-workdays").delete()
    WorkCalendar.objects.filter(code="cn-workdays").delete()
    keep_calendar("cn-office", name="我们的办公时间", timezone="Asia/Shanghai", week={"mon": LUNCH})
    before = {row.code: (row.version, row.name) for row in WorkCalendar.objects.all()}
    for _ in range(2):
        load_shipped_calendars()
    after = {row.code: (row.version, row.name) for row in WorkCalendar.objects.all()}
    assert after == before | {"cn-workdays": (1, "整工作日（含调休）")}
