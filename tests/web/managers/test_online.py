"""How the services online are used: counted from cases and pages, cut by node, without following anybody."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.journal.event import Actor
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Opened
from bihuan.registers.customers.opened import opened_between
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.improvement.online import used_between
from bihuan.web.look import opened
from tests.makers import NOW, a_case, company, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()
    opened._counting.pages.clear()
    opened._counting.written_at = None


@pytest.mark.demand("S3-200", "S3-191")
def test_each_service_says_what_was_asked_solved_and_how_soon() -> None:
    made = company()
    answered = a_case(made, channel="web", kind="consultation")
    talking.note(
        answered,
        "请先断电再试。",
        by=made.actor(Role.AGENT),
        now=later(minutes=30),
        contact="phone",
        public=True,
    )
    alone = a_case(made, channel="qr")
    doer = Doer(by=Actor(kind="customer", id=alone.customer_id), roles=frozenset({"customer"}))
    move_case(alone, "cancel", doer=doer, now=later(hours=1), reason="works_again")
    a_case(made, channel="hotline")
    day = localdate(NOW)
    found = {one.service: one for one in used_between(made.viewer(Role.MANAGER), day, day)}
    one, other, all_ = found["consultation"], found["work_order"], found["all"]
    assert (one.inquiries, one.human, one.response_minutes, one.ended) == (1, 1, 30.0, 0)
    assert (other.inquiries, other.own_rate, other.human_rate, other.solved_rate) == (1, 100.0, 0.0, 100.0)
    assert (all_.inquiries, all_.own, all_.human, found["complaint"].own_rate) == (2, 1, 1, None)


def test_another_nodes_cases_are_not_counted() -> None:
    made = company()
    a_case(made, channel="web")
    day = localdate(NOW)
    assert used_between(made.viewer(Role.SERVICE_POINT_OWNER), day, day)[-1].inquiries == 0
    assert (
        used_between(made.viewer(Role.MANAGER), day - timedelta(days=2), day - timedelta(days=1))[
            -1
        ].inquiries
        == 0
    )


def test_visits_are_a_count_and_set_no_cookie() -> None:
    company()
    reader = Client()
    for page in ("/report/", "/report/", "/track/", "/my/sign-in"):
        assert reader.get(page).status_code == 200
    assert dict(reader.cookies) == {}
    opened.write_down()
    today = localdate(clock.now())
    counted = opened_between(today, today)
    assert (counted["report"], counted["track"], counted["my"]) == (2, 1, 1)
    assert {field.name for field in Opened._meta.get_fields()} == {"id", "day", "page", "count"}


def test_the_page_and_its_files_open_for_leaders() -> None:
    made = company()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[Role.MANAGER])
    assert "Solved by themselves" in client.get("/manage/online?days=7").content.decode()
    csv = b"".join(client.get("/manage/online.csv")).decode()
    assert csv.splitlines()[0].endswith("Settled by now")
    assert client.get("/manage/online.xlsx").status_code == 200
