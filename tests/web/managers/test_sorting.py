"""A manager tries a sentence, sees what is doubtful and what people corrected, and takes it along as a file."""

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.knowledge.linting import doubts_of
from bihuan.registers.knowledge.reading import shipped
from tests.makers import Company, a_case, company

pytestmark = pytest.mark.django_db
PAGE = "/manage/sorting"


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def supervisor(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.SUPERVISOR])
    client.cookies["language"] = "en"
    return client


def test_a_sentence_is_tried_with_its_reasons(supervisor: Client) -> None:
    answer = supervisor.post(PAGE, {"words": "投诉！空调没有冒烟，可是还没人来"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ("Complaint" in page, "投诉" in page, "raised no alarm" in page, "asking again" in page) == (
        True,
    ) * 4


def test_an_empty_sentence_is_asked_for_again(supervisor: Client) -> None:
    assert supervisor.post(PAGE, {"words": " "}).status_code == 422


def test_corrections_are_a_file_of_codes_without_the_customers_words(
    supervisor: Client, made: Company
) -> None:
    case = a_case(made, now=clock.now(), words="冰箱不制冷了", kind="inspection")
    answer = supervisor.get(f"{PAGE}.csv")
    body = b"".join(answer)
    told = body.decode("utf-8-sig")
    assert (case.number in told, "inspection" in told, "冰箱不制冷" in told) == (True, True, False)


def test_the_shipped_rules_have_nothing_doubtful() -> None:
    assert [(one.code, one.rules, one.said) for one in doubts_of(shipped())] == []
