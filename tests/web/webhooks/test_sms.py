"""What the providers of SMS tell us, by their published formats: receipts and answers, each once."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.registers.channels.sms.account import callback_key
from bihuan.registers.customers.actions import note_consents
from bihuan.registers.customers.queries import consents_of
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.notices.models import Notice
from tests.makers import NOW, a_case, company, settle

pytestmark = pytest.mark.django_db
PHONE = "13800138000"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr("bihuan.web.webhooks.sms.now", lambda: NOW)


def knock(house: str, told: Any, *, key: str = "") -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/in/sms/{house}/{key or callback_key()}", data=body, content_type="application/json")


def aliyun_reply(words: str, number: str = "1") -> dict[str, Any]:
    return {
        "phone_number": PHONE, "send_time": "2026-11-23 10:00:00", "content": words, "sign_name": "闭环",
        "dest_code": "1065", "sequence_id": number,
    }  # fmt: skip


def tencent_reply(words: str) -> dict[str, Any]:
    return {
        "extend": "",
        "mobile": PHONE,
        "nationcode": "86",
        "sign": "闭环",
        "text": words,
        "time": 1795000000,
    }


def sent(case: Case, provider: str, reference: str) -> Notice:
    settle()
    rows = Notice.objects.filter(case=case, channel="sms", customer__isnull=False)
    rows.update(state="sent", sent_at=NOW, provider=provider, reference=reference)
    return rows.get()


@pytest.mark.parametrize(
    "house, told", [("aliyun", [aliyun_reply("漏水了")]), ("tencent", tencent_reply("漏水了"))]
)
@pytest.mark.demand("S3-116")
def test_an_answer_by_sms_becomes_a_case_once(house: str, told: Any) -> None:
    company()
    answers = [knock(house, told).json() for _ in range(3)]
    settle()
    assert answers == [answers[0]] * 3
    assert set(answers[0].values()) & {0} == {0}
    assert (RawMessage.objects.filter(channel="sms").count(), Report.objects.count()) == (1, 1)
    assert Case.objects.get().report.channel == "sms"


@pytest.mark.demand("S2-34")
def test_an_answer_of_a_customer_joins_their_open_case() -> None:
    case = a_case(company(), phone=PHONE)
    settle()
    knock("aliyun", [aliyun_reply("明天下午可以"), aliyun_reply("三点以后", "2")])
    settle()
    assert Case.objects.count() == 1
    assert Note.objects.filter(case=case, by_kind="customer").count() == 2


def test_a_receipt_says_that_it_arrived() -> None:
    case = a_case(company(), phone=PHONE)
    row = sent(case, "aliyun_sms", "900619746936498440^0")
    receipt = {
        "phone_number": PHONE, "success": True, "err_code": "DELIVERED", "biz_id": row.reference,
        "out_id": str(row.id), "report_time": "2026-11-23 10:00:05", "sms_size": "1",
    }  # fmt: skip
    assert knock("aliyun", [receipt]).json() == {"code": 0, "msg": "OK"}
    row.refresh_from_db()
    assert (row.state, row.arrived_at) == ("sent", NOW)
    settle()
    assert RawMessage.objects.get(channel="sms").reason == "receipt"


def test_a_message_that_did_not_arrive_goes_by_mail_where_there_is_one() -> None:
    case = a_case(company(), phone=PHONE, email="zhang@example.com")
    row = sent(case, "tencent_sms", "5000:1")
    receipt = {
        "user_receive_time": "2026-11-23 10:00:05", "nationcode": "86", "mobile": PHONE,
        "report_status": "FAIL", "errmsg": "MK:0001", "description": "空号", "sid": "5000:1",
    }  # fmt: skip
    for _ in range(2):
        assert knock("tencent", [receipt]).json() == {"result": 0, "errmsg": "OK"}
    row.refresh_from_db()
    assert (row.state, row.fell_to, row.trouble) == ("given_up", "mail", "not_arrived MK:0001")
    assert Notice.objects.filter(case=case, channel="mail", state="waiting").count() == 1


def test_a_message_that_did_not_arrive_is_rung_about_where_there_is_no_other_way() -> None:
    case = a_case(company(), phone=PHONE)
    row = sent(case, "tencent_sms", "5000:2")
    knock("tencent", [{"sid": "5000:2", "report_status": "FAIL", "errmsg": "MK:0001", "mobile": PHONE}])
    row.refresh_from_db()
    assert (row.state, row.fell_to) == ("given_up", "")


@pytest.mark.parametrize("words", ["TD", "td", "退订", " T。", "stop"])
def test_whoever_answers_td_gets_no_more_offers_and_opens_no_case(words: str) -> None:
    case = a_case(company(), phone=PHONE)
    settle()
    note_consents(case.customer, {"marketing": True}, how="web", now=NOW)
    knock("aliyun", [aliyun_reply(words)])
    settle()
    assert consents_of(case.customer_id)["marketing"] is False
    assert (Case.objects.count(), RawMessage.objects.get(channel="sms").reason) == (1, "opt_out")


@pytest.mark.parametrize("house, key", [("aliyun", "wrong"), ("nobody", ""), ("tencent", "x" * 32)])
def test_whoever_does_not_know_the_address_is_refused(house: str, key: str) -> None:
    response = knock(house, [aliyun_reply("漏水了")], key=key)
    assert (response.status_code, RawMessage.objects.count()) == (403, 0)


def test_a_short_word_in_the_address_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_SMS_CALLBACK_KEY", "short")
    assert knock("aliyun", [], key="short").status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[1,2]", b'"x"', b"\xff\xfe", b"[" * 5000])
def test_what_cannot_be_taken_apart_is_kept_for_a_person(body: bytes) -> None:
    company()
    assert knock("aliyun", body).status_code == 200
    settle()
    [message] = RawMessage.objects.all()
    assert (message.channel, message.state) == ("sms", "quarantined")
