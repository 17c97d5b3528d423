"""The page of how a case was sorted: reasons are read, corrected, twins merged and parted by the deeds on it."""

import pytest
from django.test import Client

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Correction
from tests.makers import Company, a_case, company

pytestmark = pytest.mark.django_db
PHONE = "13912340000"


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.demand("S2-23", "S3-73")
def test_the_page_tells_the_rule_and_the_words_and_is_corrected_in_one_click(
    agent: Client, made: Company
) -> None:
    case = a_case(made, now=clock.now(), words="投诉师傅态度很差", symptoms=())
    address = f"/desk/case/{case.number}/sorting"
    page = shown(agent, address)
    assert ("Manner" in page, "态度很差" in page, "投诉" in page) == (True, True, True)
    answer = agent.post(f"/desk/case/{case.number}/sort", {"field": "problem", "value": "charges"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    case.refresh_from_db()
    assert (case.problem, Correction.objects.filter(field="problem").count()) == ("charges", 1)
    assert "said by a person" in shown(agent, address)


def test_who_only_counts_reads_no_words(client: Client, made: Company) -> None:
    case = a_case(made, now=clock.now(), words="投诉师傅态度很差", symptoms=())
    client.force_login(made.people[Role.ANALYST])
    assert "态度很差" not in shown(client, f"/desk/case/{case.number}/sorting")


@pytest.mark.demand("S3-40")
def test_a_twin_is_offered_merged_and_taken_apart(agent: Client, made: Company) -> None:
    first, second = (a_case(made, now=clock.now(), phone=PHONE) for _ in range(2))
    offered = shown(agent, f"/desk/case/{second.number}")
    assert (f"Maybe the same as {first.number}" in offered, f"Go on in {first.number}" in offered) == (
        True,
        True,
    )
    assert "maybe reported twice" in shown(agent, "/desk/?lane=all")
    answer = agent.post(f"/desk/case/{second.number}/merge", {"into": first.number})
    assert answer["Location"] == f"/desk/case/{first.number}"
    merged = shown(agent, f"/desk/case/{second.number}")
    assert f"The same as {first.number}" in merged
    assert ["Choose a service point" in page for page in (offered, merged)] == [True, False]
    assert ["What can be done next" in page for page in (offered, merged)] == [True, False]
    agent.post(f"/desk/case/{second.number}/unmerge")
    second.refresh_from_db()
    assert (second.open, second.merged_into_id) == (True, None)


def test_merging_is_refused_with_a_sentence(agent: Client, made: Company) -> None:
    first, other = (a_case(made, now=clock.now()) for _ in range(2))
    answer = agent.post(f"/desk/case/{first.number}/merge", {"into": other.number})
    assert (answer.status_code, "two customers" in answer.content.decode()) == (409, True)
    assert Case.objects.filter(merged_into__isnull=False).count() == 0


def test_what_cannot_be_parted_is_refused(agent: Client, made: Company) -> None:
    case = a_case(made, now=clock.now())
    for asked, status in (("1" * 14, 422), ("x", 404), ("9" * 40, 404)):
        assert agent.post(f"/desk/case/{case.number}/part", {"report": asked}).status_code == status
