"""Orders by the API: once by their number, by the platform's own program alone, and what is new of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.models import Token, TokenDay
from bihuan.registers.access.programs import make_program, revoke_program
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import Attachment
from bihuan.service.orders.models import Order
from tests.makers import NOW, Company, company
from tests.service.orders.ordering import a_platform

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-09", "U-03")]
ORDERS = "/api/v1/orders"
BODY: dict[str, Any] = {
    "number": "JD-1001",
    "kind": "安装",
    "phone": "13800001111-1234",
    "name": "李春梅",
    "words": "周末在家",
    "machine": {"category": "air_conditioner", "brand": "澄川"},
    "address": {"city": "杭州市", "district": "西湖区", "door": "文一西路2号"},
    "ordered_at": "2026-11-20T09:30:00+08:00",
    "promised_on": "2026-11-26",
    "invoice": "INV-1",
    "attachments": [{"name": "发票.png", "type": "image/png", "base64": "iVBORw0KGgo="}],
}


def a_program(made: Company, *, platform: str = "jd", **more: Any) -> Client:
    viewer = made.viewer(Role.ADMINISTRATOR)
    told: dict[str, Any] = {"name": f"{platform}-erp", "channel": "third_party", "platform": platform} | more
    clear = make_program(viewer, now=NOW, **told).clear
    return Client(headers={"Authorization": f"Bearer {clear}", "Accept-Language": "en"})


def sent(client: Client, **more: Any) -> Any:
    return client.post(ORDERS, data=BODY | more, content_type="application/json")


def test_a_platforms_program_sends_an_order_and_gets_the_case_number() -> None:
    made = company()
    a_platform(made)
    answer = sent(a_program(made))
    assert answer.status_code == 201, answer.content.decode()
    told, case = answer.json(), Case.objects.get()
    assert (answer.status_code, told["became"], told["case"], told["platform"]) == (
        201,
        "new",
        case.number,
        "jd",
    )
    assert told["promised_by"] == "2026-11-26T23:59:59+08:00"
    assert (Attachment.objects.count(), case.outside_number) == (1, "JD-1001")


def test_the_same_body_again_gets_the_same_case_and_counts_once() -> None:
    made = company()
    a_platform(made)
    client = a_program(made)
    first, second = sent(client), sent(client)
    assert (second.status_code, second.json()["became"]) == (200, "same")
    assert second.json()["case"] == first.json()["case"]
    assert (Order.objects.count(), TokenDay.objects.get().taken) == (1, 1)


def test_other_words_update_and_another_kind_is_refused_with_its_field() -> None:
    made = company()
    a_platform(made)
    client = a_program(made)
    sent(client)
    changed, refused = sent(client, promised_on="2026-11-28"), sent(client, kind="维修")
    assert (changed.status_code, changed.json()["changed"]) == (200, ["promised_on"])
    assert (refused.status_code, list(refused.json()["fields"])) == (409, ["kind"])


def test_faults_are_told_by_field() -> None:
    made = company()
    a_platform(made)
    answer = sent(
        a_program(made), kind="代收", phone="1", promised_on="2099-01-01", machine={"bought_on": "2027-01-01"}
    )
    assert (answer.status_code, set(answer.json()["fields"])) == (422, {"kind", "phone", "promised_on"})
    assert Order.objects.count() == 0


def test_one_platforms_program_neither_sends_nor_reads_for_another() -> None:
    made = company()
    a_platform(made)
    a_platform(made, code="tmall")
    ours, theirs = a_program(made), a_program(made, platform="tmall")
    sent(ours)
    assert sent(theirs, platform="jd").status_code == 422
    assert theirs.get(f"{ORDERS}/JD-1001").status_code == 404
    assert theirs.get(f"{ORDERS}/states").json() == {"states": [], "next": 0}
    assert ours.get(f"{ORDERS}/JD-1001").json()["number"] == "JD-1001"


def test_an_agents_token_names_the_platform() -> None:
    made = company()
    a_platform(made)
    clear = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    client = Client(headers={"Authorization": f"Bearer {clear}"})
    assert (sent(client).status_code, sent(client, platform="jd").status_code) == (422, 201)
    assert client.get(f"{ORDERS}/JD-1001?platform=jd").status_code == 200


def test_what_is_new_is_asked_from_the_last_number_on() -> None:
    made = company()
    a_platform(made)
    client = a_program(made)
    sent(client)
    first = client.get(f"{ORDERS}/states").json()
    sent(client, cancelled=True)
    later = client.get(f"{ORDERS}/states?after={first['next']}").json()
    assert [one["state"] for one in first["states"]] == ["received"]
    assert [one["state"] for one in later["states"]] == ["withdrawn"]


def test_a_revoked_token_opens_nothing_and_a_used_one_says_when() -> None:
    made = company()
    a_platform(made)
    client = a_program(made)
    sent(client)
    token = Token.objects.get()
    assert token.used_at is not None
    revoke_program(made.viewer(Role.ADMINISTRATOR), token.id, now=NOW)
    assert sent(client).status_code == 401


def test_a_token_that_has_ended_opens_nothing() -> None:
    made = company()
    a_platform(made)
    client = a_program(made, until=date(2026, 11, 23))
    Token.objects.update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert sent(client).status_code == 401


def test_a_program_of_a_platform_reads_no_cases() -> None:
    made = company()
    a_platform(made)
    client = a_program(made)
    number = sent(client).json()["case"]
    assert client.get(f"/api/v1/cases/{number}").status_code == 404
    assert client.get("/api/v1/cases").json()["cases"] == []


def test_a_program_without_a_platform_sends_reports_by_its_channel_and_counts_each_once() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    clear = make_program(viewer, name="app", channel="app", now=NOW).clear
    client = Client(headers={"Authorization": f"Bearer {clear}", "Idempotency-Key": "k-1"})
    body = {"words": "冰箱不制冷", "phone": "13900001111", "channel": "web"}
    for _ in range(3):
        assert client.post("/api/v1/reports", data=body, content_type="application/json").status_code == 201
    assert (Case.objects.get().channel, TokenDay.objects.get().taken) == ("app", 1)
    assert sent(client, platform="jd").status_code == 403


def test_an_order_of_a_platform_that_is_none_is_not_here() -> None:
    made = company()
    a_platform(made)
    theirs = a_program(made)
    sent(theirs)
    answers = [theirs.get(f"{ORDERS}/JD-1001{asked}").status_code for asked in ("", "?platform=tm")]
    assert answers == [200, 404]
