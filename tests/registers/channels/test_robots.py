"""Robots of chat groups against their published rules: signatures, limits, refusals, and what is tried again."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from bihuan.registers.channels import outward
from bihuan.registers.channels.channel import Provider
from bihuan.registers.channels.dingtalk_robot.provider import ROBOT as DINGTALK
from bihuan.registers.channels.feishu_robot.provider import ROBOT as FEISHU
from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage
from bihuan.registers.channels.wecom_robot.provider import ROBOT as WECOM
from tests.registers.channels.houses import SECRET, Answer, a_house, dingtalk, feishu, saying, slow, wecom

PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=right",
    "dingtalk": "/robot/send?access_token=right",
    "feishu": "/open-apis/bot/v2/hook/right",
}
ROBOTS: dict[str, Provider] = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}
RULES: dict[str, Answer] = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}
WORDS = "新工单 AF20261123001 西湖区 https://bihuan.example/desk/case/AF20261123001"


@pytest.fixture(autouse=True)
def _here(settings: Settings) -> None:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True


def a_message(kind: str, address: str, *, secret: str = SECRET, words: str = WORDS) -> OutgoingMessage:
    return OutgoingMessage(
        id=7, kind=kind, receiver=f"{address}{PATHS[kind]}", secret=secret, subject="新工单", words=words
    )


def refusal(kind: str, answer: Answer, *, secret: str = SECRET) -> NotSent:
    with a_house(answer) as house, pytest.raises(NotSent) as caught:
        ROBOTS[kind].send(a_message(kind, house.address, secret=secret))
    return caught.value


@pytest.mark.demand("U-08", "S3-71")
@pytest.mark.parametrize("kind", ROBOTS)
def test_a_message_is_taken_by_the_house_that_checks_it(kind: str) -> None:
    with a_house(RULES[kind]) as house:
        ROBOTS[kind].send(a_message(kind, house.address))
        told = house.last.told
    said = told["content"]["text"] if kind == "feishu" else told["text"]["content"]
    assert said == WORDS


@pytest.mark.parametrize("secret", ["SEC-wrong", "", "秘密+/= &?"])
@pytest.mark.parametrize(
    ("kind", "code"), [("dingtalk", "sign_wrong 310000"), ("feishu", "sign_wrong 19021")]
)
def test_a_wrong_signature_is_not_tried_again(kind: str, code: str, secret: str) -> None:
    refused = refusal(kind, RULES[kind], secret=secret)
    assert (type(refused), refused.code) == (NeverSent, code)


@pytest.mark.parametrize(
    ("kind", "told", "code", "again"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "rate_limited 45009", 60),
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, "busy_there -1", None),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "no_robot 93000", "never"),
        ("wecom", {"errcode": 40058, "errmsg": "exceed max length"}, "text_refused 40058", "never"),
        ("wecom", {"errcode": 40008, "errmsg": "invalid message type"}, "refused 40008", "never"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, "rate_limited 130101", 600),
        ("dingtalk", {"errcode": 410100, "errmsg": "too fast"}, "rate_limited 410100", 600),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "keyword_missing 310000", "never"),
        ("dingtalk", {"errcode": 310000, "errmsg": "ip X not in whitelist"}, "our_address_refused 310000", "never"),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}, "no_robot 300001", "never"),
        ("dingtalk", {"errcode": 430104, "errmsg": "unsafe"}, "text_refused 430104", "never"),
        ("dingtalk", {"errcode": -1, "errmsg": "busy"}, "busy_there -1", None),
        ("feishu", {"code": 9499, "msg": "too many request"}, "rate_limited 9499", 60),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "rate_limited 11232", 60),
        ("feishu", {"code": 19022, "msg": "Ip Not Allowed"}, "our_address_refused 19022", "never"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "keyword_missing 19024", "never"),
        ("feishu", {"code": 19001, "msg": "token invalid"}, "no_robot 19001", "never"),
    ],
)  # fmt: skip
def test_what_a_house_refuses_is_tried_again_only_where_it_may_pass(
    kind: str, told: dict[str, object], code: str, again: int | str | None
) -> None:
    refused = refusal(kind, saying(told))
    assert refused.code == code
    assert isinstance(refused, NeverSent) == (again == "never")
    wait = timedelta(seconds=again) if isinstance(again, int) else None
    assert refused.again_after == wait


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize(
    ("answer", "code", "never"),
    [
        (saying("<html>Bad gateway</html>", 502), "status 502", False),
        (saying("<html>Sign in to the network</html>"), "unreadable_answer", False),
        (saying([1, 2]), "unreadable_answer", False),
        (saying("", 404), "address_unknown 404", True),
        (saying("", 429, **{"Retry-After": "17"}), "rate_limited", False),
        (saying("", 302, Location="http://127.0.0.1/elsewhere"), "status 302", False),
    ],
)
def test_what_is_no_answer_of_the_house_is_judged_alike(
    kind: str, answer: Answer, code: str, never: bool
) -> None:
    refused = refusal(kind, answer)
    assert (refused.code, isinstance(refused, NeverSent)) == (code, never)


def test_a_house_that_asks_to_wait_is_asked_again_after_that() -> None:
    assert refusal("wecom", saying("", 429, **{"Retry-After": "17"})).again_after == timedelta(seconds=17)
    assert refusal("wecom", saying("", 429, **{"Retry-After": "x"})).again_after == timedelta(minutes=1)


def test_a_house_that_does_not_answer_in_time_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward.ask, "__kwdefaults__", {**(outward.ask.__kwdefaults__ or {}), "timeout": 0.3})
    refused = refusal("wecom", slow(1.5))
    assert (refused.code, isinstance(refused, NeverSent)) == ("timeout", False)


def test_nobody_there_is_tried_again() -> None:
    with a_house(wecom) as house:
        gone = house.address
    with pytest.raises(NotSent) as caught:
        WECOM.send(a_message("wecom", gone))
    assert (caught.value.code, isinstance(caught.value, NeverSent)) == ("unreachable", False)


def test_neither_address_nor_secret_nor_words_are_ever_printed() -> None:
    message = a_message("dingtalk", "https://oapi.dingtalk.com")
    refused = refusal("dingtalk", saying({"errcode": 310000, "errmsg": f"{SECRET} {WORDS}"}))
    for text in (repr(message), str(message), repr(refused), str(refused)):
        assert not any(kept in text for kept in (SECRET, WORDS, "access_token", "right"))
