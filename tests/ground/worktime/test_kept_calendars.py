"""Calendars that people keep: shipped ones, make-up workdays, versions that stay as they were."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.ground.worktime.actions import (
    forget_day,
    keep_calendar,
    load_shipped_calendars,
    retire_calendar,
    write_day,
)
from bihuan.ground.worktime.calendar import Calendar, worked
from bihuan.ground.worktime.due import due
from bihuan.ground.worktime.errors import CalendarRefused
from bihuan.ground.worktime.queries import (
    all_calendars,
    calendar_at,
    calendar_card,
    calendar_for,
    days_written,
    is_published,
    version_of,
)
from bihuan.ground.worktime.reading import WrittenWrong, read_calendar, spell

pytestmark = pytest.mark.django_db

SHIPPED = ["24x7", "cn-contact", "cn-field", "cn-office", "cn-workdays"]
NINE_TO_TEN = {"mon": [["09:00", "10:00"]]}


@pytest.fixture(autouse=True)
def _shipped(db: None) -> None:
    load_shipped_calendars()


def hours_of(calendar: Calendar, day: str) -> timedelta:
    since = datetime.fromisoformat(f"{day}T00:00:00+08:00")
    return worked(calendar, since, since + timedelta(days=1))


def test_the_shipped_calendars_are_loaded_once_and_what_people_changed_stays() -> None:
    assert [card.code for card in all_calendars() if card.code in SHIPPED] == SHIPPED
    keep_calendar("cn-field", name="上门", timezone="Asia/Shanghai", week=NINE_TO_TEN)
    before = {card.code: card.version for card in all_calendars()}
    load_shipped_calendars()
    assert {card.code: card.version for card in all_calendars()} == before
    assert calendar_card("cn-field").week == NINE_TO_TEN


@pytest.mark.demand("X-10")
def test_an_office_keeps_chinese_holidays_and_works_the_makeup_days() -> None:
    office = calendar_for("cn-office")
    assert hours_of(office, "2026-02-13") == timedelta(hours=8)
    assert hours_of(office, "2026-02-14") == timedelta(hours=8)  # a Saturday worked for the Spring Festival
    assert hours_of(office, "2026-02-17") == timedelta()
    assert hours_of(office, "2026-02-21") == timedelta()
    assert hours_of(office, "2026-10-10") == timedelta(hours=8)


def test_contact_hours_lie_outside_quiet_hours_every_day() -> None:
    contact = calendar_for("cn-contact")
    at_night = datetime.fromisoformat("2026-02-17T22:30:00+08:00")  # on a holiday
    assert due(contact, at_night, 900) == datetime.fromisoformat("2026-02-18T09:15:00+08:00")


def test_around_the_clock_is_told_in_the_offset_of_the_beginning() -> None:
    moment = due(calendar_for("24x7"), datetime(2026, 1, 1, tzinfo=UTC), 60)
    assert moment is not None
    assert moment.isoformat() == "2026-01-01T00:01:00+00:00"


def test_a_year_that_is_not_announced_has_its_statutory_days_and_says_so() -> None:
    assert [is_published(year) for year in (2026, 2027, 1900, 9999)] == [True, False, False, False]
    assert hours_of(calendar_for("cn-office"), "2027-10-01") == timedelta()
    assert hours_of(calendar_for("cn-office"), "2044-01-05") == timedelta(hours=8)
    write_day(date(2027, 10, 9), kind="workday", name="国庆节调休", source="国务院办公厅通知")
    assert is_published(2027) is True


def test_a_day_written_for_all_changes_only_calendars_that_follow_holidays() -> None:
    versions = {card.code: card.version for card in all_calendars()}
    write_day(date(2027, 10, 9), kind="workday", by="person:1")
    assert hours_of(calendar_for("cn-office"), "2027-10-09") == timedelta(hours=8)
    changed = {card.code for card in all_calendars() if card.version != versions[card.code]}
    assert changed == {"cn-office", "cn-workdays"}
    forget_day(date(2027, 10, 9))
    assert hours_of(calendar_for("cn-office"), "2027-10-09") == timedelta()


def test_a_calendars_own_day_wins_over_the_day_for_all() -> None:
    write_day(date(2026, 11, 24), kind="holiday")
    write_day(date(2026, 11, 24), kind="workday", code="cn-office", hours=[["10:00", "12:00"]])
    assert hours_of(calendar_for("cn-office"), "2026-11-24") == timedelta(hours=2)
    written = days_written(year=2026, code="cn-office")
    assert [(day.code, day.kind, day.hours) for day in written] == [
        ("", "holiday", None),
        ("cn-office", "workday", [["10:00", "12:00"]]),
    ]


def test_a_makeup_day_can_be_taken_back_by_a_holiday() -> None:
    write_day(date(2026, 2, 14), kind="holiday", code="cn-office")
    assert hours_of(calendar_for("cn-office"), "2026-02-14") == timedelta()


def test_an_old_version_is_still_what_it_was() -> None:
    first = version_of("cn-field")
    keep_calendar("cn-field", name="上门", timezone="Asia/Shanghai", week=NINE_TO_TEN)
    assert version_of("cn-field") == first + 1
    assert hours_of(calendar_at("cn-field", first), "2026-11-23") == timedelta(hours=12)
    assert hours_of(calendar_for("cn-field"), "2026-11-23") == timedelta(hours=1)


def test_writing_the_same_again_makes_no_version() -> None:
    before = version_of("cn-field")
    told = calendar_card("cn-field")
    keep_calendar("cn-field", name="别名", timezone=told.timezone, week=told.week)
    assert version_of("cn-field") == before
    assert calendar_card("cn-field").name == "别名"


def test_a_calendar_is_asked_for_with_one_statement_once_it_is_known() -> None:
    calendar_for("cn-office")
    with CaptureQueriesContext(
        connection,
    ) as statements:
        calendar_for("cn-office")
    assert len(statements) == 1


def test_a_retired_calendar_goes_on_counting() -> None:
    retire_calendar("cn-field", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert calendar_card("cn-field").retired is True
    assert hours_of(calendar_for("cn-field"), "2026-11-23") == timedelta(hours=12)


def test_what_cannot_be_read_is_refused_and_changes_nothing() -> None:
    before = version_of("cn-field")
    for told in (
        {"timezone": "Mars/Base", "week": NINE_TO_TEN},
        {"timezone": "Asia/Shanghai", "week": {"mon": [["9:00", "10:00"]]}},
        {"timezone": "Asia/Shanghai", "week": NINE_TO_TEN, "follows_holidays": "XX"},
    ):
        with pytest.raises(CalendarRefused):
            keep_calendar("cn-field", name="上门", **told)  # type: ignore[arg-type]
    with pytest.raises(CalendarRefused):
        write_day(date(2026, 1, 1), kind="feast")
    with pytest.raises(CalendarRefused):
        write_day(date(2026, 1, 1), kind="holiday", hours=[["09:00", "10:00"]])
    with pytest.raises(CalendarRefused):
        write_day(date(2026, 1, 1), kind="workday", hours=[["09:00", "09:00"]])
    with pytest.raises(CalendarRefused):
        write_day(date(2026, 1, 1), kind="workday", code="nobody")
    for code, version in (("nobody", 1), ("cn-field", 99)):
        with pytest.raises(CalendarRefused):
            calendar_at(code, version)
    with pytest.raises(CalendarRefused):
        calendar_for("nobody")
    with pytest.raises(CalendarRefused):
        calendar_card("nobody")
    assert version_of("cn-field") == before


def test_a_calendar_is_spelled_as_it_is_read() -> None:
    write_day(date(2026, 11, 24), kind="workday", code="cn-office", hours=[["10:00", "12:00"]])
    for code in SHIPPED:
        calendar = calendar_for(code)
        assert read_calendar(spell(calendar)) == calendar
    with pytest.raises(WrittenWrong, match="dates with their hours"):
        read_calendar({"timezone": "UTC", "week": {}, "overrides": []})
