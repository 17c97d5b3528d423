"""An authority's notice on the case page: written down from the paper, shown with the time left, answered."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.complaints.models import OfficialNotice
from tests.makers import Company, a_case, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def case(made: Company) -> Case:
    return a_case(made, now=clock.now())


def page(client: Client, case: Case) -> str:
    shown = str(client.get(f"/desk/case/{case.number}").content.decode())
    return re.sub(r"\s+", " ", shown)


def sent(client: Client, case: Case, **more: Any) -> Any:
    today = localdate(clock.now())
    told = {
        "authority": "hotline_12315",
        "official_number": "T-2026-0815",
        "received_on": today.isoformat(),
        "answer_on": (today + timedelta(days=5)).isoformat(),
    }
    return client.post(f"/desk/case/{case.number}/official", {**told, **more})


@pytest.mark.demand("L-18")
def test_a_notice_stands_on_the_page_with_the_time_left_until_it_is_answered(
    agent: Client, case: Case
) -> None:
    assert "No authority has written about this case." in page(agent, case)
    assert sent(agent, case).status_code == 302
    shown = page(agent, case)
    assert "<strong>12315 platform</strong> · T-2026-0815" in shown
    assert re.search(r'bg-orange-lt">5 d[^<]* left<', shown)
    assert "12315 platform wants an answer by" in shown
    notice = OfficialNotice.objects.get()
    at = f"/desk/case/{case.number}/official/{notice.id}/answered"
    assert agent.post(at).status_code == 302
    shown = page(agent, case)
    assert "Answered to: 12315 platform" in shown and not re.search(r'bg-orange-lt">5 d', shown)
    assert agent.post(at).status_code == 409


def test_a_deadline_that_has_passed_is_shown_as_late(agent: Client, case: Case) -> None:
    past = localdate(clock.now()) - timedelta(days=3)
    assert sent(agent, case, received_on=past.isoformat(), answer_on=past.isoformat()).status_code == 302
    assert re.search(r'bg-red-lt">[^<]* late<', page(agent, case))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"authority": ""}, "Choose which authority wrote"),
        ({"answer_on": ""}, "Type the last day"),
        ({"answer_on": "2026-02-31"}, "Type the last day"),
        ({"received_on": "soon"}, "on which day the notice came"),
        ({"official_number": "9" * 80}, "at most 60 signs"),
    ],
)
def test_what_is_missing_is_said(agent: Client, case: Case, more: dict[str, str], says: str) -> None:
    answer = sent(agent, case, **more)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert OfficialNotice.objects.count() == 0


def test_who_only_reads_sees_the_notice_but_no_form(agent: Client, made: Company, case: Case) -> None:
    sent(agent, case)
    agent.force_login(made.people[Role.MANAGER])
    shown = page(agent, case)
    assert "12315 platform" in shown and "Write down a notice" not in shown
    assert "/answered" not in shown
    assert sent(agent, case).status_code == 403
