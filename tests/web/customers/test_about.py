"""Numbers that customers read come from the profile and the calendars in force."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.service.commitments.clause import Sort
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import activate, commitments_in_force, keep_profile
from bihuan.service.commitments.published import public_clauses
from bihuan.web.customers import about
from bihuan.web.customers.about import hours_of_clause
from bihuan.web.customers.kept_publicly import last_month
from bihuan.web.look.hours import hours_words
from bihuan.web.look.throttle import Throttle
from tests.makers import a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db


def test_when_a_promise_counts_is_said_by_its_calendar() -> None:
    assert [hours_words(code) for code in ("24x7", "cn-contact")] == [
        "day and night",
        "between 09:00–21:00",
    ]
    assert hours_words("cn-office").startswith("on working days, ")
    assert hours_words("cn-workdays") == "on working days"


def test_how_soon_we_ring_is_what_the_profile_says() -> None:
    assert (hours_of_clause("callback"), hours_of_clause("no such clause")) == (48, 0)


def test_the_page_of_promises_names_no_hours_of_its_own(client: Client) -> None:
    client.cookies["language"] = "en"
    seen = client.get("/promises").content.decode()
    assert "day and night" in seen or "between 09:00–21:00" in seen


SUMMER = """
name = "summer"
version = 1
sort = "peak"
title_zh = "旺季"
title_en = "Busy summer"
[valid]
from = {begins}
until = {ends}
[clauses.summer_first]
metric = "first_response"
title_zh = "首次联系"
title_en = "First contact in summer"
starts = ["case.opened"]
stops = ["case.contacted", "case.closed"]
within = "6 h"
calendar = "24x7"
public = true
scope = {{ work = ["repair"] }}
"""


@pytest.fixture
def reader() -> Client:
    cache.clear()
    return Client(headers={"Accept-Language": "en"})


@contextmanager
def override_throttle(times: int) -> Iterator[None]:
    usual, about.SEEN = about.SEEN, Throttle(name="commitments-test", times=times, seconds=600)
    try:
        yield
    finally:
        about.SEEN = usual


def seen(reader: Client) -> str:
    answer = reader.get("/promises")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.mark.demand("S3-108", "S3-03", "S3-02")
def test_response_time_service_cycle_and_quality_stand_with_profile_and_version(reader: Client) -> None:
    page = seen(reader)
    for words in ("Response time", "Service cycle", "Service quality", "First contact", "day and night"):
        assert words in page
    assert "What costs money is quoted first; work begins when the customer agrees." in page
    assert "Judged by: Every charged sheet has a quote that the customer accepted." in page
    base = commitments_in_force().base()
    assert f"{base.title.en} · version {base.version}, since" in re.sub(r"<[^>]+>", "", page)
    assert "not measured yet" in page


@pytest.mark.demand("S3-108")
def test_last_months_rate_stands_beside_each_promise_with_its_number(reader: Client) -> None:
    month = last_month(clock.now())
    made = company()
    cases = [a_case(made, channel="app", now=month.since + timedelta(days=day)) for day in range(12)]
    rows = Promise.objects.filter(case__in=cases, clause="first_response")
    for row in rows:
        ended = row.began_at + timedelta(minutes=30)
        Promise.objects.filter(id=row.id).update(
            state="kept", open=False, ended_at=ended, ended_how="done", worked_seconds=1800
        )
    late = rows.order_by("id")[0]
    Promise.objects.filter(id=late.id).update(state="broken", broken_at=late.due_at)
    for case in cases[:3]:
        Promise.objects.filter(case=case, clause="dispatch").update(
            state="kept", open=False, ended_at=month.since + timedelta(days=9), ended_how="done"
        )
    Promise.objects.filter(clause="dispatch", open=True).delete()
    page = seen(reader)
    assert f"counted for {month}" in page
    assert "91.7% kept (n = 12)" in page
    assert "3 of 3 kept; too few to say more" in page


def test_the_figures_are_remembered_for_a_while(reader: Client) -> None:
    def counted() -> list[str]:
        return [one for one in statements(lambda: seen(reader)) if "commitments_promise" in one]

    with CaptureQueriesContext(connection) as asked:
        seen(reader)
    first = [one for one in asked.captured_queries if "commitments_promise" in one["sql"]]
    assert (len(first) > 0, counted()) == (True, [])


@pytest.mark.demand("U-12")
def test_a_busy_season_is_announced_before_it_starts_and_gone_when_it_is_over(reader: Client) -> None:
    today = localdate(clock.now())
    ahead = SUMMER.format(begins=today + timedelta(days=20), ends=today + timedelta(days=50))
    keep_profile(ahead, now=clock.now())
    activate("summer", now=clock.now())
    page = seen(reader)
    assert ("Busy summer" in page, "First contact in summer" in page, "Announced for" in page) == (True,) * 3
    over = SUMMER.replace("version = 1", "version = 2").format(
        begins=today - timedelta(days=50), ends=today - timedelta(days=20)
    )
    keep_profile(over, now=clock.now())
    activate("summer", now=clock.now())
    assert "First contact in summer" not in seen(reader)


def test_whoever_asks_without_end_is_asked_to_wait(reader: Client) -> None:
    with override_throttle(2):
        answers = [reader.get("/promises").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_of_two_promises_for_the_same_cases_only_the_strictest_is_published() -> None:
    law = """
name = "strict"
version = 1
sort = "overlay"
title_zh = "更快"
title_en = "Faster"
[clauses.first_faster]
metric = "first_response"
title_zh = "首次联系"
title_en = "First contact, faster"
starts = ["case.opened"]
stops = ["case.contacted", "case.closed"]
within = "10 min"
public = true
"""
    keep_profile(law, now=clock.now())
    activate("strict", now=clock.now())
    shown = public_clauses(Sort.CLOCK, on=localdate(clock.now()))
    plain = [one.clause.id for one in shown if one.clause.metric == "first_response" and not one.clause.scope]
    assert plain == ["first_faster"]
