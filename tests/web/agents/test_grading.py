"""The case page: its grade, a customer who waits on the line, a note that tells the plan."""

import re
from typing import Any

import pytest
from django.test import Client

from bihuan.ground.journal.queries import story_of
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Note
from tests.makers import Company, a_case, a_person, company

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
    return str(client.get(f"/desk/case/{case.number}").content.decode())


def done(client: Client, case: Case, deed: str, **told: Any) -> Any:
    return client.post(f"/desk/case/{case.number}/{deed}", told)


def test_the_grade_is_changed_on_the_page_and_shown_unless_it_is_general(agent: Client, case: Case) -> None:
    badge = re.compile(r'<span class="urgency urgency-high"><svg[^>]*>.*?</svg>Major</span>')
    assert not badge.search(page(agent, case))
    assert done(agent, case, "grade", grade="major").status_code == 302
    shown = page(agent, case)
    assert badge.search(shown) and "Graded as Major" in shown
    assert done(agent, case, "grade", grade="enormous").status_code == 422
    case.refresh_from_db()
    assert case.grade == "major"


def test_a_technician_does_not_grade(agent: Client, made: Company, case: Case) -> None:
    agent.force_login(made.people[Role.TECHNICIAN])
    assert done(agent, case, "grade", grade="major").status_code == 403


@pytest.mark.demand("S4-06")
def test_the_page_notes_that_the_customer_waits_on_the_line(agent: Client, made: Company, case: Case) -> None:
    to = a_person(Role.AGENT, node=made.head, name="接手的人")
    assert "ask whether they can wait" in page(agent, case)
    done(agent, case, "hand-over", to=str(to.id), live="on")
    assert "Hand-over proposed to 接手的人; the customer waits on the line" in page(agent, case)


def test_a_note_may_say_that_it_tells_the_customer_the_plan(agent: Client, case: Case) -> None:
    untold = done(agent, case, "note", words="We bring a new pump", plan="on")
    assert (untold.status_code, Note.objects.count()) == (422, 0)
    assert "Say how the customer was told" in untold.content.decode()
    assert (
        done(agent, case, "note", words="We bring a new pump", plan="on", contact="phone").status_code == 302
    )
    kinds = [fact.event.kind for fact in story_of(case.chain_id)]
    assert kinds.count("case.plan_told") == 1
    assert "The customer knows the plan" in page(agent, case)


def test_the_hold_form_asks_what_is_waited_for(agent: Client, case: Case) -> None:
    Case.objects.filter(id=case.id).update(stands_at="to_book")
    assert '<option value="">Please choose</option>' in page(agent, case)
    refused = done(agent, case, "move", move="hold", code="", reason="somebody said so")
    assert refused.status_code == 422 and "Say what is waited for" in refused.content.decode()
    done(agent, case, "move", move="hold", code="parts", reason="the pump is ordered")
    case.refresh_from_db()
    assert (case.stands_at, case.hold_reason, Note.objects.count()) == ("on_hold", "parts", 1)
