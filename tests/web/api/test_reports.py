"""POST /api/v1/reports: each sentence of the contract, told by a stranger's script."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.models import Token
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment, Report
from bihuan.service.intake.queries import words_of
from bihuan.web.api.reading import BODY
from tests.makers import NOW, Company, a_report, company

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/reports"
LEAST = {"words": "机器突然不制冷了", "phone": "13800138000"}
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(16)
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(12 * 1024 * 1024)


def client(made: Company, role: Role = Role.AGENT, **more: Any) -> Client:
    person = made.people.get(role)
    return bearer(make_token(role=role, now=NOW, person=person, **more))


def bearer(token: str, language: str = "en") -> Client:
    return Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": language})


def post(by: Client, body: object, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    answer = by.post(REPORTS, data=data, content_type="application/json", headers=headers)
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.demand("S0-09", "S2-01")
def test_words_and_a_phone_are_enough() -> None:
    status, answer = post(client(company()), LEAST)
    assert status == 201
    assert set(answer) == {"number", "link", "promises"}
    case = Case.objects.get(number=answer["number"])
    assert answer["link"].startswith("http://127.0.0.1:8000/c/")
    assert words_of(case.report, keys(case.customer.key)).words == LEAST["words"]
    assert [set(one) for one in answer["promises"]] == [{"about", "due", "words"}] * 4
    assert [one["about"] for one in answer["promises"]] == ["first_response", "plan", "dispatch", "solve"]


def test_an_email_is_enough_too() -> None:
    assert post(client(company()), {"words": "洗衣机不脱水", "email": "li@example.com"})[0] == 201


def test_a_full_report_keeps_all_of_it() -> None:
    body = LEAST | {
        "name": "张三丰",
        "channel": "third_party",
        "outside_number": "TM-1",
        "address": {"city": "杭州市", "district": "西湖区", "street": "文新街道", "door": "1幢"},
        "machine": {"category": "refrigerator", "brand": "澄川", "serial": "SN1", "bought_on": "2025-05-15"},
        "attachments": [{"name": "../../a.jpg", "type": "image/jpeg", "base64": base64.b64encode(PHOTO).decode()}],
    }  # fmt: skip
    status, answer = post(client(company()), body)
    assert status == 201, answer
    case = Case.objects.select_related("machine", "customer__key").get(number=answer["number"])
    assert (case.channel, case.district, case.outside_number) == ("third_party", "西湖区", "TM-1")
    assert case.machine is not None
    assert (case.machine.brand, case.machine.bought_on) == ("澄川", date(2025, 5, 15))
    [kept] = Attachment.objects.filter(report=case.report)
    hand = keys(case.customer.key)
    assert (hand.open(kept.name_sealed), files.fetch(kept.kept_as, by=hand)) == ("a.jpg", PHOTO)


def test_a_simple_sender_may_say_machine_and_address_in_one_line() -> None:
    assert post(client(company()), LEAST | {"machine": "澄川冰箱", "address": "文一西路1号"})[0] == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "13800138000"}, "words"),
        ({"words": "   ", "phone": "13800138000"}, "words"),
        ({"words": "不制冷"}, "phone"),
        ({"words": "不制冷", "phone": "12345"}, "phone"),
        ({"words": "不制冷", "email": "nobody"}, "email"),
        (LEAST | {"words": "不" * 20_001}, "words"),
        (LEAST | {"words": 7}, "words"),
        (LEAST | {"colour": "white"}, "colour"),
        (LEAST | {"machine": {"bought_on": "2099-01-01"}}, "machine.bought_on"),
        (LEAST | {"machine": {"bought_on": "2026-13-01"}}, "machine.bought_on"),
        (LEAST | {"machine": {"colour": "white"}}, "machine.colour"),
        (LEAST | {"channel": "telepathy"}, "channel"),
        (LEAST | {"kind": "magic"}, "kind"),
        (LEAST | {"attachments": [{"name": "a", "type": "x", "base64": "###"}]}, "attachments.0.base64"),
        (LEAST | {"attachments": [{"name": "a", "type": "x"}]}, "attachments.0.base64"),
        (LEAST | {"name": "a\u0000b"}, "name"),
        (LEAST | {"machine": 5}, "machine"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_changes_nothing(body: dict[str, Any], field: str) -> None:
    status, answer = post(client(company()), body)
    assert (status, set(answer)) == (422, {"message", "fields"})
    assert list(answer["fields"]) == [field]
    assert answer["fields"][field].strip()
    assert Report.objects.count() == 0


def test_twenty_thousand_characters_are_kept() -> None:
    assert post(client(company()), LEAST | {"words": "不" * 20_000})[0] == 201


@pytest.mark.parametrize("body", ["", "{", '{"words": "\\ud800"}', "not json", b"\xff\xfe"])
def test_broken_json_is_400(body: str | bytes) -> None:
    status, answer = post(client(company()), body)
    assert (status, set(answer)) == (400, {"message", "fields"})


def test_a_list_is_no_report() -> None:
    assert post(client(company()), [LEAST])[0] == 422


def test_refusals_speak_the_readers_language() -> None:
    made = company()
    token = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    answer = bearer(token, "zh-CN").post(REPORTS, data="{", content_type="application/json")
    assert answer.headers["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_without_a_token_nobody_comes_in(token: str) -> None:
    status, answer = post(bearer(token), LEAST)
    assert (status, set(answer)) == (401, {"message", "fields"})


def test_an_ended_token_is_none() -> None:
    made = company()
    token = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    Token.objects.update(revoked_at=NOW)
    assert post(bearer(token), LEAST)[0] == 401


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ANALYST, Role.DISPATCHER])
def test_other_roles_may_not_report(role: Role) -> None:
    assert post(client(company(), role), LEAST)[0] == 403


def test_a_customers_token_reports_for_that_customer() -> None:
    made = company()
    report = a_report(made)
    status, answer = post(client(made, Role.CUSTOMER, customer_id=report.customer_id), {"words": "灯不亮"})
    assert status == 201
    assert Case.objects.get(number=answer["number"]).customer_id == report.customer_id


def test_a_channels_token_speaks_for_its_channel() -> None:
    by = client(company(), Role.CUSTOMER, channel="wechat")
    status, answer = post(by, LEAST | {"channel": "hotline"})
    assert status == 201
    assert Case.objects.get(number=answer["number"]).channel == "wechat"


def test_over_twenty_mebibytes_is_413() -> None:
    status, answer = post(client(company()), LEAST | {"words": "x" * (BODY + 1)})
    assert (status, set(answer)) == (413, {"message", "fields"})
    assert Report.objects.count() == 0


def test_an_attachment_over_ten_megabytes_is_refused() -> None:
    large = base64.b64encode(b"x" * (10 * 1024 * 1024 + 1)).decode()
    body = LEAST | {"attachments": [{"name": "film.mp4", "type": "video/mp4", "base64": large}]}
    status, answer = post(client(company()), body)
    assert (status, list(answer["fields"])) == (422, ["attachments.0"])


def test_two_attachments_of_ten_megabytes_pass() -> None:
    large = base64.b64encode(b"x" * 10_000_000).decode()
    files_sent = [{"name": f"{n}.jpg", "type": "image/jpeg", "base64": large} for n in (1, 2)]
    assert post(client(company()), LEAST | {"attachments": files_sent})[0] == 201


def test_a_larger_file_comes_by_multipart() -> None:
    by = client(company())
    film = SimpleUploadedFile("film.mp4", FILM, content_type="video/mp4")
    answer = by.post(REPORTS, data=LEAST | {"machine": '{"brand": "澄川"}', "film": film})
    assert answer.status_code == 201, answer.content
    assert [(one.media, one.size) for one in Attachment.objects.all()] == [("video/mp4", len(FILM))]


def test_multipart_refuses_unknown_fields_too() -> None:
    answer = client(company()).post(REPORTS, data=LEAST | {"colour": "white"})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["colour"])


class TestIdempotencyKey:
    KEY = {"Idempotency-Key": "a-key"}

    def test_the_same_request_gets_the_same_answer(self) -> None:
        by = client(company())
        first = post(by, LEAST, **self.KEY)
        assert post(by, LEAST, **self.KEY) == first
        assert Report.objects.count() == 1

    def test_another_body_under_the_same_key_is_refused(self) -> None:
        by = client(company())
        post(by, LEAST, **self.KEY)
        assert post(by, LEAST | {"words": "不脱水"}, **self.KEY)[0] == 422
        assert Report.objects.count() == 1

    def test_the_key_belongs_to_its_token(self) -> None:
        made = company()
        assert post(client(made), LEAST, **self.KEY)[1] != post(client(made), LEAST, **self.KEY)[1]

    def test_a_refused_request_does_not_use_the_key_up(self) -> None:
        by = client(company())
        assert post(by, {"words": ""}, **self.KEY)[0] == 422
        assert post(by, LEAST, **self.KEY)[0] == 201

    def test_a_key_of_nothing_or_too_much_is_refused(self) -> None:
        by = client(company())
        for key in ("", " ", "k" * 201):
            assert post(by, LEAST, **{"Idempotency-Key": key})[0] == 422


def at_once(count: int, ask: Callable[[], tuple[int, Any]]) -> list[tuple[int, Any]]:
    def one(_: int) -> tuple[int, Any]:
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_requests_at_once_are_one_report() -> None:
    by = client(company())
    answers = at_once(50, lambda: post(by, LEAST, **{"Idempotency-Key": "fifty"}))
    assert {status for status, _ in answers} == {201}
    assert len({json.dumps(answer) for _, answer in answers}) == 1
    assert Report.objects.count() == 1
