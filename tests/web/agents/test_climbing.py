"""The case page says what was told of a promise that is still owed, who is told next, and what is provisional."""

from datetime import timedelta

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.talking import chase, note
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from tests.makers import Company, a_case, company

pytestmark = pytest.mark.django_db


def seen(client: Client, made: Company, number: str) -> str:
    client.force_login(made.people[Role.SUPERVISOR])
    return client.get(f"/desk/case/{number}").content.decode()


@pytest.mark.demand("X-21")
def test_the_case_page_shows_warnings_given_steps_taken_and_steps_ahead(client: Client) -> None:
    made, now = company(), clock.now()
    case = a_case(made, now=now - timedelta(hours=30))
    commitments.mark_at_risk(now - timedelta(hours=5))
    for minutes in (5, 4, 3):
        chase(case, by=made.actor(Role.AGENT), now=now - timedelta(minutes=minutes))
    commitments.climb(now)
    page = seen(client, made, case.number)
    assert "Warnings given and steps of the ladder" in page
    assert ("1 warning given" in page, "Supervisor, Service point was told" in page) == (True, True)


def test_a_promise_that_was_kept_shows_no_ladder(client: Client) -> None:
    made, now = company(), clock.now()
    case = a_case(made, now=now - timedelta(minutes=3))
    for seconds in (90, 60, 30):
        chase(case, by=made.actor(Role.AGENT), now=now - timedelta(seconds=seconds))
    commitments.climb(now)
    note(case, "已答复", by=made.actor(Role.AGENT), now=now, contact="phone")
    assert "was told" not in seen(client, made, case.number)


def test_a_due_time_in_a_year_whose_holidays_are_unknown_is_marked(client: Client) -> None:
    made = company()
    case = a_case(made, now=clock.now())
    assert "provisional" not in seen(client, made, case.number)
    Promise.objects.filter(case=case, about="solve").update(provisional=True)
    assert "· provisional" in seen(client, made, case.number)
