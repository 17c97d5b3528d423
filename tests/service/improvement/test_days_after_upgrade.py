"""After an upgrade the facts of days are gathered from the journal while work goes on."""

from datetime import timedelta

import pytest

from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.improvement.day_facts import gather_day_facts
from bihuan.service.improvement.day_reports import gather_once, load_rule, report_days
from bihuan.service.improvement.models import DayFact
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
