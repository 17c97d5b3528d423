"""The agent's desk: what presses comes first, the same few statements for one row and for three."""

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases import owning, talking
from tests.makers import Company, a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def desk(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


def test_the_desk_shows_my_cases_masked_with_the_soonest_promise_in_words(
    desk: Client, made: Company
) -> None:
    case = a_case(made, now=clock.now())
    shown = desk.get("/desk/").content.decode()
    assert case.number in shown
    assert "张*" in shown and "张三丰" not in shown
    assert "****" in shown
    assert "left" in shown


def test_an_empty_lane_says_so(desk: Client) -> None:
    assert "Nothing waits here" in desk.get("/desk/?lane=chased").content.decode()


@pytest.mark.parametrize(
    "lane",
    [
        "mine",
        "unowned",
        "handed",
        "returned",
        "at_risk",
        "broken",
        "chased",
        "on_hold",
        "to_call_back",
        "all",
        "nonsense",
    ],
)
def test_every_lane_opens(desk: Client, made: Company, lane: str) -> None:
    a_case(made, now=clock.now())
    assert desk.get(f"/desk/?lane={lane}").status_code == 200


def test_a_list_costs_the_same_for_one_row_and_for_three_and_at_most_twelve_statements(
    desk: Client, made: Company
) -> None:
    a_case(made, now=clock.now())
    one = len(statements(lambda: desk.get("/desk/")))
    a_case(made, now=clock.now())
    a_case(made, now=clock.now())
    assert len(statements(lambda: desk.get("/desk/"))) == one
    assert one <= 12


@pytest.mark.demand("U-09")
def test_a_case_that_was_chased_and_one_that_was_proposed_stand_in_their_lanes(
    desk: Client, made: Company
) -> None:
    now, case = clock.now(), a_case(made, now=clock.now())
    by = made.actor(Role.SUPERVISOR)
    talking.chase(case, by=by, now=now)
    owning.hand_over(case, to_person_id=made.people[Role.AGENT].id, by=by, now=now)
    assert case.number in desk.get("/desk/?lane=chased").content.decode()
    assert case.number in desk.get("/desk/?lane=handed").content.decode()
    assert case.number not in desk.get("/desk/?lane=unowned").content.decode()


def test_the_list_goes_out_as_it_is_seen(desk: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    answer = desk.get("/desk/queue.csv")
    text = answer.getvalue().decode()
    assert case.number in text and "张*" in text and "张三丰" not in text
    assert desk.get("/desk/queue.xlsx").status_code == 200


def test_only_those_who_may_read_cases_come_in(client: Client, made: Company) -> None:
    assert client.get("/desk/").status_code == 302
    client.force_login(made.people[Role.ADMINISTRATOR])
    assert client.get("/desk/").status_code == 403
