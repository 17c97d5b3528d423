"""The last second of a day and of a year, the middle of the night, the second a promise is due."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime

from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.queries import promises_of
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.models import Notice
from bihuan.service.notices.sending import send_one
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Survey
from tests import makers
from tests.afterwards import a_done_case
from tests.makers import settle

pytestmark = pytest.mark.django_db

LAST = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 of New Year's Eve in Shanghai
MINUTE, MILLI = timedelta(minutes=1), timedelta(milliseconds=1)


def contact(case: Case, at: datetime) -> None:
    talking.note(case, "已联系客户", by=CLOCK, now=at, contact="phone")


def first_contact(case: Case) -> Promise:
    return Promise.objects.get(case=case, clause__startswith="first_response")


def test_a_promise_met_in_its_last_second_is_kept_whatever_sweeps_at_that_instant() -> None:
    made = makers.company()
    in_time, too_late = (makers.a_case(made, channel="web") for _ in range(2))
    due = first_contact(in_time).due_at
    assert due is not None
    mark_broken(due - MINUTE)  # the confirmations, which no worker sends here
    assert mark_broken(due) == 0
    contact(in_time, due)
    contact(too_late, due + MILLI)
    mark_broken(due + MINUTE)
    assert [first_contact(case).state for case in (in_time, too_late)] == [Promise.KEPT, Promise.BROKEN]


def test_a_report_in_the_last_second_of_the_year_is_answered_like_any_other() -> None:
    made = makers.company()
    cases = [makers.a_case(made, now=LAST + timedelta(seconds=more)) for more in (0, 1)]
    assert [case.number for case in cases] == ["AF20261231001", "AF20270101001"]
    for case in cases:
        due = [row.due_at for row in Promise.objects.filter(case=case) if row.due_at]
        assert due
        assert min(due) > case.opened_at
        assert Client().get("/" + link_of(case.report).split("/", 3)[3]).status_code == 200
        assert promises_of(case.id, now=LAST)


def test_a_report_from_years_whose_holidays_nobody_knows_has_its_promises() -> None:
    made = makers.company()
    for year in (2031, 2044):
        case = makers.a_case(made, now=datetime(year, 1, 31, 15, 59, 59, tzinfo=UTC))
        assert Promise.objects.filter(case=case, due_at__isnull=False).exists(), year


def test_nobody_is_asked_at_night_whenever_the_work_ended_and_the_clock_came_back() -> None:
    made = makers.company()
    done = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    case = a_done_case(made, now=done - timedelta(hours=5), done_at=done)
    survey = Survey.objects.get(case=case)
    for moment in (survey.confirm_due_at, survey.due_at):
        assert 9 <= localtime(moment).hour < 21
    night = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # 02:00, and the clock stood still for a day
    asking.ask_confirms(night)
    asking.send_surveys(night)
    settle(night)
    asked = Notice.objects.filter(case=case, customer__isnull=False, made_at__gte=night)
    assert asked.exists()
    for notice in asked:
        assert 9 <= localtime(notice.next_at).hour < 21, notice.kind


@pytest.mark.parametrize(("kind", "hour"), [("survey", 9), ("booked", 2)])
def test_what_slipped_into_the_night_waits_for_the_morning_unless_it_answers_directly(
    kind: str, hour: int
) -> None:
    made = makers.company()
    case = makers.a_case(made)
    settle()
    evening, night = datetime(2026, 11, 23, 12, 59, tzinfo=UTC), datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    Notice.objects.filter(case=case, customer__isnull=False).update(
        state=Notice.WAITING, kind=kind, attempts=0, next_at=evening, sent_at=None
    )
    one = Notice.objects.filter(case=case, customer__isnull=False)[0]
    assert send_one(one.id, attempts=0, now=night) == (kind == "booked")
    one.refresh_from_db()
    assert (one.state, one.attempts) == ((Notice.SENT, 1) if kind == "booked" else (Notice.WAITING, 0))
    waits = localtime(one.next_at) if kind == "survey" else localtime(one.sent_at)
    assert waits.hour == hour
