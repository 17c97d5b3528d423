"""We are still on it: told once an interval in which nothing else was said, by day, and only to those who wish it."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from bihuan.registers.access.roles import Role
from bihuan.registers.customers.registering import set_progress_days
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.commitments.queries import promises_of
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from bihuan.service.notices.still_open import tell_still_open
from tests.makers import NOW, a_case, company, later, settle
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in
from tests.statements import statements

pytestmark = pytest.mark.django_db


def look(now: datetime) -> int:
    cache.clear()
    return tell_still_open(now)


def told(case: Case) -> list[Notice]:
    return list(Notice.objects.filter(case=case, kind="still_open").order_by("id"))


@pytest.mark.demand("S3-101")
def test_after_three_days_without_a_word_the_customer_hears_once_what_is_true() -> None:
    case = a_case(company())
    settle()
    assert look(later(days=2, hours=23)) == 0
    assert [look(later(days=3, hours=1, minutes=n)) for n in (0, 30)] == [1, 0]
    [view] = shown(told(case), links=True)
    assert view.words is not None
    assert case.number in view.words
    assert "暂无新进展" in view.words
    assert look(later(days=6, hours=2)) == 1


def test_whatever_else_is_said_puts_it_off() -> None:
    made = company()
    case = a_case(made)
    settle()
    talking.note(
        case, "配件在路上。", by=made.actor(Role.AGENT), now=later(days=2), contact="phone", public=True
    )
    settle(later(days=2))
    assert [look(later(days=day, hours=1)) for day in (3, 4, 5)] == [0, 0, 1]


def test_at_night_nobody_is_written_to() -> None:
    a_case(company())
    settle()
    night = later(days=3, hours=13)  # 23:00
    assert look(night) == 0
    assert look(night + timedelta(hours=11)) == 1


@pytest.mark.parametrize(("days", "hears"), [(0, []), (1, [1, 2, 3]), (2, [2]), (7, [])])
def test_the_customers_own_choice_counts(days: int, hears: list[int]) -> None:
    case = a_case(company())
    settle()
    set_progress_days(case.customer, days)
    assert [day for day in range(1, 4) if look(later(days=day, hours=1))] == hears


def test_who_waits_for_the_customer_or_is_done_says_nothing() -> None:
    made = company()
    waits, done = a_case(made), a_case(made)
    settle()
    Case.objects.filter(id=waits.id).update(hold_reason="customer")
    Case.objects.filter(id=done.id).update(done_at=NOW)
    assert look(later(days=4)) == 0


def test_a_machines_word_keeps_no_promise_of_progress() -> None:
    made = company()
    case = a_case(made, kind="complaint")
    settle()
    before = [one.id for one in promises_of(case.id, now=later(days=2)) if one.open]
    look(later(days=2))
    settle(later(days=2))
    assert [one.id for one in promises_of(case.id, now=later(days=2)) if one.open] == before


def test_a_case_of_another_system_is_quiet_from_the_day_on_which_it_was_brought_in() -> None:
    heads = ["原工单号", "报修时间", "服务类型", "问题描述", "姓名", "手机", "地址", "状态"]
    address = "浙江省杭州市西湖区文新街道1号"
    row = ["A-1", "2026-10-20", "维修", "不打火", "林一", "13800138000", address, "待派工"]
    run = brought_in(company().viewer(Role.ADMINISTRATOR), "cases", sheets.xlsx([heads, row]))
    assert run.written == {"new": 1}
    settle()
    assert [look(later(days=day, hours=1)) for day in (1, 2, 3)] == [0, 0, 1]


def test_looking_costs_the_same_statements_however_many_are_not_due_yet() -> None:
    made, counts = company(), []
    for _ in range(2):
        a_case(made)
        settle()
        counts.append(len(statements(lambda: look(later(days=2)))))
    assert counts[0] == counts[1]
