"""The board of promises, by what a person sees on it."""

from datetime import timedelta

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase, note
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.outlook import forget_curves
from tests.makers import Company, a_case, company
from tests.statements import statements

pytestmark = pytest.mark.django_db
PAGE = "/manage/promises"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_curves()


def as_(client: Client, made: Company, role: Role = Role.SUPERVISOR) -> Client:
    client.force_login(made.people[role])
    return client


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def late(made: Company, *, hours: float = 80) -> Case:
    case = a_case(made, now=clock.now() - timedelta(hours=hours))
    commitments.mark_broken(clock.now())
    return case


def test_a_case_that_is_late_stands_on_the_board_with_who_is_told_next(client: Client) -> None:
    made = company()
    case = late(made)
    seen = text(as_(client, made))
    assert (case.number in seen, case.district in seen) == (True, True)
    assert "is told" in seen


def test_the_least_time_left_stands_first(client: Client) -> None:
    made = company()
    new, old = late(made, hours=60), late(made, hours=90)
    seen = text(as_(client, made), f"{PAGE}?about=solve")
    assert seen.index(old.number) < seen.index(new.number)
