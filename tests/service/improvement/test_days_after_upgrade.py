"""Days are told rightly also after an upgrade, while their past is still being gathered, and after long holidays."""

from datetime import date, timedelta

import pytest

from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.improvement.day_facts import gather_day_facts
from bihuan.service.improvement.day_reports import gather_once, load_rule, report_days, told_on
from bihuan.service.improvement.models import DayFact, DayRule
from tests.makers import NOW, a_case, company, later

pytestmark = pytest.mark.django_db


def facts() -> list[tuple[object, ...]]:
    rows = DayFact.objects.values_list("what", "case", "node", "sign", "at", "recorded_at")
    return sorted(rows)


def test_a_case_that_moves_before_its_past_is_gathered_is_counted_once() -> None:
    made = company()
    case = a_case(made)
    DayFact.objects.all().delete()
    move_case(case, "cancel", doer=Doer.house(CLOCK), now=later(hours=1), reason="customer")
    gather_day_facts()
    went = facts()
    DayFact.objects.all().delete()
    gather_day_facts()
    assert facts() == went
    assert sorted(DayFact.objects.values_list("what", "sign")) == [("opened", 1), ("withdrawn", -1)]


def test_no_day_is_frozen_while_its_past_is_still_being_gathered() -> None:
    a_case(company())
    morning = NOW + timedelta(days=1, hours=4)
    DayFact.objects.all().delete()
    load_rule()
    assert report_days(morning) == 0
    gather_once(morning)
    assert report_days(morning) > 0


def test_after_nine_days_of_spring_festival_its_eve_is_told_too() -> None:
    company()
    first_morning = date(2026, 2, 24)
    told = told_on(DayRule(calendar="cn-workdays"), first_morning)
    assert told == [first_morning - timedelta(days=back) for back in range(1, 11)]
    assert told_on(DayRule(calendar="cn-workdays"), date(2026, 2, 25)) == [first_morning]
