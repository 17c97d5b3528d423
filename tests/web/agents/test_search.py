"""The page of what was found: masked, marked, filtered, page by page, and as a file."""

import pytest
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.searching.building import keep_index
from bihuan.web.agents import search
from tests.makers import NOW, Company, a_case, company, later
from tests.statements import statements

PHONE = "13977778888"


@pytest.fixture
def made(db: None) -> Company:
    return company()


def client_of(made: Company, role: Role, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(made.people[role])
    return client


def text(client: Client, **asked: str) -> str:
    answer = client.get("/desk/search", asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.demand("S3-88")
def test_the_hit_is_marked_and_everything_else_is_masked(made: Company) -> None:
    case = a_case(made, words=f"张三丰家的空调不制冷，电话{PHONE}", phone=PHONE, name="张三丰")
    for asked in ("不制冷", "张三丰", PHONE):
        shown = text(client_of(made, Role.AGENT), q=asked)
        main = shown[shown.index('id="list-title"') :].replace(f"“{asked}”", "")
        assert (case.number in main, "张三丰" in main, PHONE in main) == (True, False, False), asked
    shown = text(client_of(made, Role.AGENT), q="不制冷")
    assert "张*家的空调<mark>不制冷</mark>，电话139****8888" in shown
    assert "Customer&#x27;s words" in shown


def test_nothing_found_says_what_to_try(made: Company) -> None:
    for asked in ("没有这样的话", "？？", '"><script>'):
        shown = text(client_of(made, Role.AGENT), q=asked)
        assert ("Nothing found" in shown, "<script>" in shown) == (True, False)


def test_the_page_says_that_older_cases_are_not_indexed_yet(made: Company) -> None:
    agent = client_of(made, Role.AGENT)
    assert "still being made" in text(agent, q="制冷")
    keep_index(NOW)
    assert "still being made" not in text(agent, q="制冷")


def test_filters_narrow_what_was_found(made: Company) -> None:
    case, agent = a_case(made, words="空调不制冷", channel="web"), client_of(made, Role.AGENT)
    for wanted, there in (
        ({"state": "open"}, True),
        ({"state": "closed"}, False),
        ({"channel": "web"}, True),
        ({"channel": "hotline"}, False),
        ({"kind": "repair"}, True),
        ({"kind": "installation"}, False),
    ):
        assert (case.number in text(agent, q="制冷", **wanted)) is there, wanted


def test_more_leads_on_until_every_case_was_shown_once(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SIZE", 2)
    cases = [a_case(made, words="空调不制冷", now=later(minutes=at)) for at in range(5)]
    agent, after, seen = client_of(made, Role.AGENT), "", []
    for _page in range(5):
        answer = agent.get("/desk/search", {"q": "不制冷", "after": after})
        seen += [one.row.case.number for one in answer.context["found"]]
        after = answer.context["page"].next or ""
        if not after:
            break
    assert seen == [case.number for case in reversed(cases)]


def test_tokens_that_meet_by_chance_are_passed_over(made: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SIZE", 1)
    wanted = a_case(made, words="空调不制冷", now=NOW)
    a_case(made, words="不制热，制冷好的", now=later(minutes=1))  # both pairs, never together
    assert wanted.number in text(client_of(made, Role.AGENT), q="不制冷")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_was_found_is_given_as_a_file_to_who_may_have_it(made: Company, ending: str) -> None:
    case = a_case(made, words="=1+1不制冷", phone=PHONE, name="张三丰")
    a_case(made, words="漏水")
    answer = client_of(made, Role.AGENT).get(f"/desk/cases.{ending}", {"q": "不制冷"})
    body = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    if ending == "csv":
        lines = body.decode().splitlines()
        assert (len(lines), case.number in lines[1], PHONE in lines[1]) == (2, True, False)
        assert "'=1+1不制冷" in lines[1]
    assert client_of(made, Role.TECHNICIAN).get(f"/desk/cases.{ending}", {"q": "制冷"}).status_code == 403


@pytest.mark.demand("S3-88")
def test_a_technician_finds_their_own_work_only(made: Company) -> None:
    mine, other = a_case(made, words="空调不制冷"), a_case(made, words="冰箱不制冷")
    Case.objects.filter(id=mine.id).update(technician_person=made.people[Role.TECHNICIAN])
    shown = text(client_of(made, Role.TECHNICIAN), q="不制冷")
    assert (mine.number in shown, other.number in shown) == (True, False)


def test_a_search_costs_the_same_for_one_case_and_for_three(made: Company) -> None:
    agent = client_of(made, Role.AGENT)
    a_case(made, words="空调不制冷")
    one = len(statements(lambda: text(agent, q="不制冷")))
    a_case(made, words="空调不制冷")
    a_case(made, words="空调不制冷")
    assert len(statements(lambda: text(agent, q="不制冷"))) == one <= 19
