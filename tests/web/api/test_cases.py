"""Cases by the API: who sees which, what is masked, what each open move lacks, and one shape for every refusal."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.ground.vault.actions import fingerprint
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.satisfaction.asking import token_of
from bihuan.service.satisfaction.models import Survey
from tests.makers import NOW, Company, a_case, a_person, company
from tests.statements import statements

pytestmark = pytest.mark.django_db
CASES = "/api/v1/cases"


def reader(made: Company, role: Role = Role.AGENT, **more: Any) -> Client:
    return bearer(make_token(role=role, now=NOW, person=more.pop("person", made.people.get(role)), **more))


def bearer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})


def ask(client: Client, path: str, **query: Any) -> Any:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def send(client: Client, path: str, body: object) -> tuple[int, Any]:
    answer = client.post(path, data=json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


class TestScope:
    def test_head_office_sees_all_and_the_list_is_masked(self) -> None:
        made = company()
        case = a_case(made, phone="13800138000", name="张三丰")
        [line] = ask(reader(made), CASES)["cases"]
        assert line["number"] == case.number
        assert line["customer"] == {
            "name": "张*", "phone": "138****8000", "address": "杭州市西湖区文新街道***", "full": False,
        }  # fmt: skip

    def test_the_agent_who_holds_the_case_reads_it_in_full_and_others_do_not(self) -> None:
        made = company()
        case = a_case(made, phone="13800138000")
        path = f"{CASES}/{case.number}"
        assert ask(reader(made), path)["customer"]["phone"] == "+8613800138000"
        other = a_person(Role.AGENT, node=made.head)
        assert ask(reader(made, person=other), path)["customer"]["phone"] == "138****8000"

    @pytest.mark.parametrize("more", ["", "/promises", "/visits", "/surveys"])
    def test_an_agent_of_another_node_finds_nothing(self, more: str) -> None:
        made = company()
        case = a_case(made)
        elsewhere = reader(made, person=a_person(Role.AGENT, node=made.authorised))
        assert ask(elsewhere, CASES)["cases"] == []
        answer = elsewhere.get(f"{CASES}/{case.number}{more}")
        unknown = elsewhere.get(f"{CASES}/AF20200101001{more}")
        assert (answer.status_code, answer.json()) == (404, unknown.json())

    def test_an_agent_of_another_node_changes_nothing(self) -> None:
        made = company()
        case = a_case(made)
        elsewhere = reader(made, person=a_person(Role.AGENT, node=made.authorised))
        for path, body in (
            ("moves", {"move": "cancel", "reason": "x"}),
            ("notes", {"words": "x"}),
            ("chase", None),
        ):
            assert send(elsewhere, f"{CASES}/{case.number}/{path}", body)[0] == 404
        case.refresh_from_db()
        assert (case.stands_at, case.chases) == ("to_accept", 0)

    def test_a_customers_token_sees_only_their_own(self) -> None:
        made = company()
        mine, other = a_case(made), a_case(made)
        customer = reader(made, Role.CUSTOMER, customer_id=mine.customer_id)
        assert [line["number"] for line in ask(customer, CASES)["cases"]] == [mine.number]
        assert ask(customer, f"{CASES}/{mine.number}")["customer"]["full"] is True
        assert customer.get(f"{CASES}/{other.number}").status_code == 404

    def test_a_customer_reads_only_the_promises_made_to_them(self) -> None:
        made = company()
        case = a_case(made)
        customer = reader(made, Role.CUSTOMER, customer_id=case.customer_id)
        assert {one["public"] for one in ask(customer, f"{CASES}/{case.number}/promises")} == {True}

    def test_a_channels_token_reads_no_case(self) -> None:
        made = company()
        case = a_case(made)
        channel = reader(made, Role.CUSTOMER, person=None, channel="wechat")
        assert ask(channel, CASES)["cases"] == []
        assert channel.get(f"{CASES}/{case.number}").status_code == 404

    def test_a_role_without_the_right_is_told_so(self) -> None:
        made = company()
        case = a_case(made)
        status, answer = send(reader(made, Role.ANALYST), f"{CASES}/{case.number}/notes", {"words": "x"})
        assert (status, set(answer)) == (403, {"message", "fields"})


class TestList:
    def test_pages_follow_each_other_without_a_gap(self) -> None:
        made = company()
        numbers = [a_case(made).number for _ in range(5)]
        client, seen, after = reader(made), [], ""
        for _ in range(3):
            page = ask(client, CASES, size=2, after=after)
            seen += [line["number"] for line in page["cases"]]
            after = page["next"] or ""
        assert seen == numbers[::-1]
        assert after == ""

    def test_one_case_and_three_cost_the_same_statements(self) -> None:
        made = company()
        client, counts = reader(made), []
        for more in (1, 2):
            for _ in range(more):
                a_case(made)
            counts.append(len(statements(lambda: ask(client, CASES))))
        assert counts[0] == counts[1]
        assert counts[0] <= 12

    @pytest.mark.parametrize("query", [{"size": 0}, {"size": 1000}, {"size": "x"}, {"state": "half"}])
    def test_a_wrong_filter_is_refused_by_name(self, query: dict[str, Any]) -> None:
        answer = reader(company()).get(CASES, query)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, list(query))


class TestMoves:
    def test_open_moves_say_what_each_still_lacks(self) -> None:
        made = company()
        case = a_case(made)
        Case.objects.filter(id=case.id).update(
            stands_at="on_site", technician_person=made.people[Role.TECHNICIAN]
        )
        moves = ask(reader(made, Role.TECHNICIAN), f"{CASES}/{case.number}")["moves"]
        finish = next(move for move in moves if move["name"] == "finish")
        assert [need["code"] for need in finish["lacks"]] == ["customer_signed", "functions_tested"]
        assert finish["lacks"][0]["title"] == "the customer's signature"

    def test_a_refused_move_says_what_is_missing_and_changes_nothing(self) -> None:
        made = company()
        case = a_case(made)
        Case.objects.filter(id=case.id).update(
            stands_at="on_site", technician_person=made.people[Role.TECHNICIAN]
        )
        status, answer = send(
            reader(made, Role.TECHNICIAN), f"{CASES}/{case.number}/moves", {"move": "finish"}
        )
        assert status == 409
        assert "the customer's signature" in answer["message"]
        case.refresh_from_db()
        assert case.stands_at == "on_site"

    def test_a_move_without_its_reason_is_refused_by_field(self) -> None:
        made = company()
        case = a_case(made)
        status, answer = send(reader(made), f"{CASES}/{case.number}/moves", {"move": "cancel"})
        assert (status, list(answer["fields"])) == (422, ["reason"])

    def test_a_customer_cancels_their_own_case(self) -> None:
        made = company()
        case = a_case(made)
        customer = reader(made, Role.CUSTOMER, customer_id=case.customer_id)
        status, answer = send(
            customer, f"{CASES}/{case.number}/moves", {"move": "cancel", "reason": "works_again"}
        )
        assert (status, answer["place"]["code"], answer["open"]) == (200, "withdrawn", False)

    def test_an_unknown_move_and_an_unknown_field_are_refused(self) -> None:
        made = company()
        case = a_case(made)
        client = reader(made)
        assert send(client, f"{CASES}/{case.number}/moves", {"move": "fly"})[0] == 422
        status, answer = send(client, f"{CASES}/{case.number}/moves", {"move": "cancel", "force": True})
        assert (status, list(answer["fields"])) == (422, ["force"])


def test_notes_and_chases_are_written_down() -> None:
    made = company()
    case = a_case(made)
    client = reader(made)
    assert send(client, f"{CASES}/{case.number}/notes", {"words": "已联系", "contact": "phone"})[0] == 201
    assert send(client, f"{CASES}/{case.number}/chase", None) == (200, {"number": case.number, "chases": 1})


def test_a_survey_is_answered_once_and_only_by_its_token() -> None:
    made = company()
    case = a_case(made)
    Survey.objects.create(
        case=case, node_id=case.node_id, link_seed="seed", link_print=_print("seed"), done_at=NOW, sent_at=NOW,
        confirm_due_at=NOW, due_at=NOW,
    )  # fmt: skip
    nobody = Client(headers={"Accept-Language": "en"})
    path = f"/api/v1/surveys/{token_of('seed')}"
    ratings = {"speed": 5, "effect": 5, "attitude": 5, "overall": 5}
    assert list(send(nobody, path, ratings | {"speed": 6})[1]["fields"]) == ["speed"]
    assert send(nobody, path, ratings | {"words": "很好"})[0] == 201
    assert send(nobody, path, ratings)[0] == 409
    assert send(nobody, "/api/v1/surveys/guessed", ratings)[0] == 404
    [kept] = ask(reader(made), f"{CASES}/{case.number}/surveys")
    assert (kept["ratings"], kept["words"]) == (ratings, "很好")


def _print(seed: str) -> str:
    return fingerprint(token_of(seed))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/v1/", 404),
        ("delete", "/api/v1/cases", 405),
        ("put", "/api/v1/reports", 405),
        ("get", "/api/v1/cases/%00", 401),
        ("get", "/api/v1/cases", 401),
    ],
)
def test_every_refusal_has_one_shape(method: str, path: str, status: int) -> None:
    answer = getattr(Client(), method)(path)
    assert (answer.status_code, set(answer.json())) == (status, {"message", "fields"})


def test_an_accident_is_told_without_its_details(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company()
    client = reader(made)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("张三丰 13800138000")

    monkeypatch.setattr("bihuan.web.api.cases.visible", broken)
    answer = client.get(CASES)
    assert (answer.status_code, set(answer.json())) == (500, {"message", "fields"})
    assert "13800138000" not in answer.content.decode()


def test_wrong_tokens_are_slowed_down() -> None:
    cache.clear()
    statuses = [bearer(f"guess-{number}").get(CASES).status_code for number in range(301)]
    assert (statuses[0], statuses[299], statuses[300]) == (401, 401, 429)
    cache.clear()
