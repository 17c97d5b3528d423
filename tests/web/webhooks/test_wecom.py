"""微信客服: WeCom says that there is something, and every message is asked for and kept once."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from wechatpy.enterprise.crypto import WeChatCrypto

from bihuan.registers.channels.models import PulledTo
from bihuan.registers.channels.wechat.tags import read_tags
from bihuan.service.cases.models import Case
from bihuan.service.intake.kf_pulling import pull_messages
from bihuan.service.intake.models import RawMessage
from tests.makers import NOW, company, later, settle
from tests.registers.channels.houses import Heard, a_house, saying

pytestmark = pytest.mark.django_db
TOKEN, KEY, CORP = "kf-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww0123456789abcdef"


class TheirHouse:
    """Keeps messages and gives them out two at a time, after the cursor that is named."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.falls_silent_after = 99
        self.asked = 0

    def __call__(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        if heard.path == "/cgi-bin/gettoken":
            right = heard.query == {"corpid": CORP, "corpsecret": "s"}
            return saying(
                {"errcode": 0, "access_token": "T", "expires_in": 7200} if right else {"errcode": 40001}
            )(heard)
        self.asked += 1
        if self.asked > self.falls_silent_after:
            return 502, {}, b"bad gateway"
        begins = int(heard.told.get("cursor", 0))
        some = self.messages[begins : begins + 2]
        told = {
            "errcode": 0,
            "next_cursor": str(begins + len(some)),
            "has_more": int(begins + 2 < len(self.messages)),
        }
        return saying(told | {"msg_list": some})(heard)

    def hears(self, words: str, *, who: str = "wmOne", origin: int = 3) -> None:
        number = f"m{len(self.messages)}"
        self.messages.append(
            {"msgid": number, "open_kfid": "wk1", "external_userid": who, "send_time": 1, "origin": origin,
             "msgtype": "text", "text": {"content": words}}
        )  # fmt: skip


@pytest.fixture
def their(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TheirHouse]:
    cache.clear()
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    made = TheirHouse()
    with a_house(made) as house:
        for name, value in {
            "CORP_ID": CORP, "KF_SECRET": "s", "KF_TOKEN": TOKEN, "KF_AES_KEY": KEY, "ADDRESS": house.address,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"BIHUAN_WECOM_{name}", value)
        yield made


def sealed(clear: str, at: str) -> dict[str, str]:
    """Sealed and signed by the second opinion."""
    return read_tags(WeChatCrypto(TOKEN, KEY, CORP).encrypt_message(clear, "n1", at).encode())


def test_what_customers_write_is_pulled_kept_once_and_becomes_a_case(their: TheirHouse) -> None:
    company()
    their.hears("洗衣机不转")
    their.hears("自动回复", origin=5)
    their.hears("地址是文一西路1号")
    assert pull_messages(now=NOW) == 2
    settle()
    assert Case.objects.count() == 1
    their.hears("什么时候来")
    assert pull_messages(now=NOW) == 1
    assert PulledTo.objects.get().cursor == "4"
    PulledTo.objects.update(cursor="")  # as if a process had died before it moved on
    assert pull_messages(now=NOW) == 0
    assert RawMessage.objects.filter(channel="wechat").count() == 3


def test_a_house_that_falls_silent_loses_nothing(their: TheirHouse) -> None:
    company()
    for number in range(5):
        their.hears(f"第{number}句")
    their.falls_silent_after = 1
    assert pull_messages(now=NOW) == 0
    assert (PulledTo.objects.get().trouble, RawMessage.objects.count()) == ("status 502", 2)
    their.falls_silent_after = 99
    assert pull_messages(now=NOW) == 3
    assert PulledTo.objects.get().trouble == ""


def test_only_one_asks_at_a_time(their: TheirHouse) -> None:
    company()
    their.hears("在吗")
    PulledTo.objects.create(name="wecom_kf", taken_until=later(minutes=1))
    assert pull_messages(now=NOW) == 0
    assert pull_messages(now=later(minutes=2)) == 1


def test_wecom_is_let_in_by_its_seal_and_nobody_else(their: TheirHouse) -> None:
    client, at = Client(), str(int(time.time()))
    event = "<xml><MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>hint</Token></xml>"
    told = sealed(event, at)
    query = {"timestamp": at, "nonce": "n1", "msg_signature": told["MsgSignature"]}
    body = f"<xml><Encrypt>{told['Encrypt']}</Encrypt></xml>"

    def knock(changed: dict[str, str]) -> tuple[int, bytes]:
        response = client.post("/in/wecom/", data=body, content_type="text/xml", query_params=query | changed)
        return response.status_code, response.content

    assert knock({}) == (200, b"success")
    assert knock({"msg_signature": "0" * 40}) == (403, b"")
    assert knock({"timestamp": "1"}) == (403, b"")
    look = sealed("8124", at)
    looked = {**query, "msg_signature": look["MsgSignature"], "echostr": look["Encrypt"]}
    assert client.get("/in/wecom/", query_params=looked).content == b"8124"


def test_where_it_is_not_set_up_nobody_is_let_in() -> None:
    assert Client().post("/in/wecom/", data="", content_type="text/xml").status_code == 403
    assert pull_messages(now=NOW) == 0
