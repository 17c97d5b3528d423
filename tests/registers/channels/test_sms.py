"""SMS and calls through Alibaba Cloud and Tencent Cloud against their published rules: signatures worked out a second
time by the server, templates, refusals."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from bihuan.registers.channels.aliyun.account import Account, account
from bihuan.registers.channels.aliyun.provider import SMS as ALIYUN
from bihuan.registers.channels.aliyun.provider import VOICE, number_of
from bihuan.registers.channels.aliyun.signing import signed_headers
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage
from bihuan.registers.channels.tencent_sms.provider import SMS as TENCENT
from tests.registers.channels.houses import Answer, Heard, a_house, saying

KEY_ID, KEY = "LTAI-test", "key+secret/with=signs"
TEMPLATES = {
    "staff.urgent_case": {"code": "SMS_1", "params": ["number", "place"]},
    "": {"code": "SMS_9", "params": ["words"]},
}


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    told = {
        "BIHUAN_SMS_TEMPLATES": json.dumps(TEMPLATES),
        "BIHUAN_ALIYUN_KEY_ID": KEY_ID,
        "BIHUAN_ALIYUN_KEY_SECRET": KEY,
        "BIHUAN_ALIYUN_SIGN_NAME": "闭环",
        "BIHUAN_ALIYUN_VOICE_TEMPLATE": "TTS_3",
        "BIHUAN_TENCENT_SECRET_ID": KEY_ID,
        "BIHUAN_TENCENT_SECRET_KEY": KEY,
        "BIHUAN_TENCENT_SMS_APP_ID": "1400006666",
        "BIHUAN_TENCENT_SIGN_NAME": "闭环",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def a_message(**more: Any) -> OutgoingMessage:
    usual: dict[str, Any] = {
        "id": 12,
        "kind": "sms",
        "receiver": "+8613800138000",
        "subject": "紧急新单",
        "words": "紧急新单 AF1 西湖区",
        "template": "staff.urgent_case",
        "fill": {"number": "AF1", "place": "西湖区 *~'()"},
    }
    return OutgoingMessage(**(usual | more))


def checks_acs3(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """The house works the signature out again, from the rule, out of what it heard."""
    scheme, _, rest = heard.headers["authorization"].partition(" ")
    told = dict(part.split("=", 1) for part in rest.split(","))
    canonical = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(heard.query.items())
    )
    names = told["SignedHeaders"].split(";")
    lines = "\n".join(f"{name}:{heard.headers[name].strip()}" for name in names)
    payload = hashlib.sha256(heard.body).hexdigest()
    asked = f"POST\n{heard.path}\n{canonical}\n{lines}\n\n{told['SignedHeaders']}\n{payload}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(asked.encode()).hexdigest()}"
    wanted = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    needed = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}
    sound = scheme == "ACS3-HMAC-SHA256" and told["Credential"] == KEY_ID and needed <= set(names)
    at = datetime.strptime(heard.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - at) > timedelta(minutes=15):
        return saying({"Code": "InvalidTimeStamp.Expired"}, 400)(heard)
    if not sound or told["Signature"] != wanted:
        return saying({"Code": "SignatureDoesNotMatch", "Message": "…"}, 400)(heard)
    return saying({"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "CallId": "1"})(heard)


def checks_tc3(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    at = int(heard.headers["x-tc-timestamp"])
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    asked = (
        f"POST\n/\n\ncontent-type:{heard.headers['content-type']}\nhost:{heard.headers['host']}\n"
        f"x-tc-action:{heard.headers['x-tc-action'].lower()}\n\ncontent-type;host;x-tc-action\n"
        f"{hashlib.sha256(heard.body).hexdigest()}"
    )
    text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{hashlib.sha256(asked.encode()).hexdigest()}"
    step = hmac.digest(f"TC3{KEY}".encode(), day.encode(), "sha256")
    step = hmac.digest(hmac.digest(step, b"sms", "sha256"), b"tc3_request", "sha256")
    wanted = hmac.new(step, text.encode(), hashlib.sha256).hexdigest()
    if not heard.headers["authorization"].endswith(f"Signature={wanted}"):
        return saying({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}})(heard)
    taken = {"SerialNo": "5000:1045710669157053657849499619", "Code": "Ok", "Fee": 1}
    return saying({"Response": {"SendStatusSet": [taken], "RequestId": "a"}})(heard)


def to_aliyun(house_says: Answer, monkeypatch: pytest.MonkeyPatch, send: Callable[[], Any]) -> Heard:
    with a_house(house_says) as house:
        monkeypatch.setenv("BIHUAN_ALIYUN_SMS_ADDRESS", f"{house.address}/")
        monkeypatch.setenv("BIHUAN_ALIYUN_VOICE_ADDRESS", f"{house.address}/")
        monkeypatch.setenv("BIHUAN_TENCENT_SMS_ADDRESS", f"{house.address}/")
        send()
        return house.last


def test_the_signature_is_that_of_the_houses_own_example() -> None:
    nobody = Account(
        key_id="YourAccessKeyId", key_secret="YourAccessKeySecret", sign_name="",
        voice_number="", voice_template="", sms_address="", voice_address="",
    )  # fmt: skip
    headers = signed_headers(
        account=nobody,
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        params={
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            "RegionId": "cn-shanghai",
        },
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.demand("S3-70", "U-08")
def test_alibaba_takes_a_signed_sms_with_its_template(monkeypatch: pytest.MonkeyPatch) -> None:
    references: list[str] = []
    heard = to_aliyun(checks_acs3, monkeypatch, lambda: references.append(ALIYUN.send(a_message()).reference))
    assert references == ["900619746936498440^0"]
    assert {name: heard.query[name] for name in ("PhoneNumbers", "SignName", "TemplateCode", "OutId")} == {
        "PhoneNumbers": "13800138000", "SignName": "闭环", "TemplateCode": "SMS_1", "OutId": "12",
    }  # fmt: skip
    assert json.loads(heard.query["TemplateParam"]) == {"number": "AF1", "place": "西湖区 *~'()"}


def test_a_kind_without_a_template_of_its_own_uses_the_common_one(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = to_aliyun(checks_acs3, monkeypatch, lambda: ALIYUN.send(a_message(template="staff.chased")))
    assert heard.query["TemplateCode"] == "SMS_9"
    assert json.loads(heard.query["TemplateParam"]) == {"words": "紧急新单 AF1 西湖区"}


@pytest.mark.demand("S3-71")
def test_a_phone_is_rung_by_a_machine_that_says_only_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = to_aliyun(checks_acs3, monkeypatch, lambda: VOICE.send(a_message(kind="ring")))
    assert (heard.headers["x-acs-action"], heard.query["TtsCode"]) == ("SingleCallByTts", "TTS_3")
    assert json.loads(heard.query["TtsParam"]) == {"number": "AF1"}


@pytest.mark.demand("S3-70", "U-08")
def test_tencent_takes_a_signed_sms_with_its_template(monkeypatch: pytest.MonkeyPatch) -> None:
    references: list[str] = []
    heard = to_aliyun(checks_tc3, monkeypatch, lambda: references.append(TENCENT.send(a_message()).reference))
    assert references == ["5000:1045710669157053657849499619"]
    assert (heard.told["PhoneNumberSet"], heard.told["TemplateParamSet"], heard.told["TemplateId"]) == (
        ["+8613800138000"], ["AF1", "西湖区 *~'()"], "SMS_1",
    )  # fmt: skip


def refused(
    answer: Answer, send: Callable[[OutgoingMessage], Any], monkeypatch: pytest.MonkeyPatch
) -> NotSent:
    with pytest.raises(NotSent) as caught:
        to_aliyun(answer, monkeypatch, lambda: send(a_message()))
    return caught.value


@pytest.mark.parametrize(
    ("told", "status", "code", "never"),
    [
        ({"Code": "isv.BUSINESS_LIMIT_CONTROL"}, 200, "rate_limited isv.BUSINESS_LIMIT_CONTROL", False),
        ({"Code": "Throttling.User"}, 400, "rate_limited Throttling.User", False),
        ({"Code": "isp.SYSTEM_ERROR"}, 200, "busy_there isp.SYSTEM_ERROR", False),
        ({"Code": "isv.AMOUNT_NOT_ENOUGH"}, 200, "no_money isv.AMOUNT_NOT_ENOUGH", False),
        ({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, 200, "number_refused isv.MOBILE_NUMBER_ILLEGAL", True),
        ({"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, 200, "template_refused isv.SMS_TEMPLATE_ILLEGAL", True),
        ({"Code": "SignatureDoesNotMatch"}, 400, "sign_wrong SignatureDoesNotMatch", True),
        ({"Code": "InvalidAccessKeyId.NotFound"}, 404, "account_refused InvalidAccessKeyId.NotFound", True),
        ({"Code": "isv.SOMETHING_NEW"}, 200, "refused isv.SOMETHING_NEW", True),
        ("<html>gateway</html>", 503, "unreadable_answer 503", False),
        ("<html>gateway</html>", 502, "status 502", False),
    ],
)
def test_what_alibaba_refuses(
    told: Any, status: int, code: str, never: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = refused(saying(told, status), ALIYUN.send, monkeypatch)
    assert (refusal.code, isinstance(refusal, NeverSent)) == (code, never)


@pytest.mark.parametrize(
    ("code", "word", "never"),
    [
        ("LimitExceeded.PhoneNumberDailyLimit", "day_limit", False),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", "rate_limited", False),
        ("RequestLimitExceeded", "rate_limited", False),
        ("InternalError.Timeout", "busy_there", False),
        ("FailedOperation.InsufficientBalanceInSmsPackage", "no_money", False),
        ("AuthFailure.SignatureFailure", "sign_wrong", True),
        ("AuthFailure.SecretIdNotFound", "account_refused", True),
        ("FailedOperation.TemplateIncorrectOrUnapproved", "template_refused", True),
        ("InvalidParameterValue.IncorrectPhoneNumber", "number_refused", True),
        ("FailedOperation.SomethingNew", "refused", True),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_what_tencent_refuses(
    code: str, word: str, never: bool, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"SendStatusSet": [{"Code": code, "SerialNo": ""}]} if inside else {"Error": {"Code": code}}
    refusal = refused(saying({"Response": told}), TENCENT.send, monkeypatch)
    assert (refusal.code, isinstance(refusal, NeverSent)) == (f"{word} {code}", never)


@pytest.mark.parametrize("told", [{}, {"Response": 3}, {"Response": {}}, {"Response": {"SendStatusSet": []}}])
def test_an_answer_of_tencents_without_an_answer_is_tried_again(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = refused(saying(told), TENCENT.send, monkeypatch)
    assert (refusal.code, isinstance(refusal, NeverSent)) == ("unreadable_answer", False)


@pytest.mark.parametrize(
    ("templates", "code"),
    [
        ("", "no_template"),
        ("{}", "no_template"),
        ("{not json", "template_unreadable"),
        ("[]", "template_unreadable"),
        ('{"": {"params": ["words"]}}', "template_unreadable"),
        ('{"": {"code": "1", "params": ["nobody_fills_this"]}}', "template_unreadable"),
    ],
)
def test_without_a_sound_template_nothing_is_asked(
    templates: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_SMS_TEMPLATES", templates)
    for provider in (ALIYUN, TENCENT):
        with pytest.raises(NeverSent) as caught:
            provider.send(a_message())
        assert caught.value.code == code


def test_without_an_account_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIHUAN_ALIYUN_KEY_SECRET")
    monkeypatch.delenv("BIHUAN_TENCENT_SECRET_KEY")
    for provider in (ALIYUN, VOICE, TENCENT):
        with pytest.raises(NeverSent) as caught:
            provider.send(a_message())
        assert caught.value.code == "account_missing"


def test_a_key_is_never_printed() -> None:
    assert KEY not in repr(account())


@pytest.mark.parametrize(
    ("receiver", "number"), [("+8613800138000", "13800138000"), ("+85291234567", "85291234567")]
)
def test_numbers_are_written_as_the_house_wants_them(receiver: str, number: str) -> None:
    assert number_of(receiver) == number
