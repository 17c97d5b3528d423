"""Out by WeChat: its own house answers; the key of access is fetched once and replaced when it ends; texts are cut
kindly; what it refuses is understood."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage
from bihuan.registers.channels.models import MessageTemplate
from bihuan.registers.channels.wechat.account import account
from bihuan.registers.channels.wechat.allowance import allowance, opens_anew
from bihuan.registers.channels.wechat.menu import menu, put_menu
from bihuan.registers.channels.wechat.provider import LONGEST_TEXT, WECHAT, fitted, spoken
from bihuan.registers.channels.wechat.tokens import access_token
from tests.makers import NOW
from tests.registers.channels.houses import Heard, House, a_house, saying

pytestmark = pytest.mark.django_db


class TheirHouse:
    """Gives out one key after another; `ended` are those that it takes no more; `refuses` what it says instead."""

    def __init__(self) -> None:
        self.given = 0
        self.ended: set[str] = set()
        self.refuses = 0

    def __call__(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        if heard.path == "/cgi-bin/stable_token":
            self.given += 1
            return saying({"access_token": f"T{self.given}", "expires_in": 7200})(heard)
        if heard.query.get("access_token") != f"T{self.given}" or f"T{self.given}" in self.ended:
            return saying({"errcode": 42001, "errmsg": "access_token expired"})(heard)
        if self.refuses:
            return saying({"errcode": self.refuses, "errmsg": "no"})(heard)
        return saying({"errcode": 0, "errmsg": "ok", "msgid": 200228332})(heard)


@pytest.fixture
def their() -> TheirHouse:
    return TheirHouse()


@pytest.fixture
def house(their: TheirHouse, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    cache.clear()
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with a_house(their) as found:
        for name, value in {"APP_ID": "wx1", "SECRET": "s", "ADDRESS": found.address}.items():
            monkeypatch.setenv(f"BIHUAN_WECHAT_{name}", value)
        yield found


def a_message(**more: Any) -> OutgoingMessage:
    usual: dict[str, Any] = {
        "id": 5, "kind": "wechat", "receiver": "o1", "subject": "", "words": "已约好 https://a.example/c/x",
        "link": "https://a.example/c/x", "template": "customer.booked", "language": "zh-hans",
        "fill": {"number": "AF20261123001", "slot": "明天08:00–10:00"}, "manner": "service",
    }  # fmt: skip
    return OutgoingMessage(**(usual | more))


def a_template(**more: Any) -> MessageTemplate:
    usual: dict[str, Any] = {
        "provider": "wechat", "message": "customer.booked", "code": "TPL1", "state": "approved",
        "places": ["character_string1=number", "thing2=slot"], "changed_at": NOW,
    }  # fmt: skip
    return MessageTemplate.objects.create(**(usual | more))


def test_a_customer_service_message_is_a_text_to_the_chat(house: House) -> None:
    assert WECHAT.send(a_message()).reference == ""
    assert house.last.path == "/cgi-bin/message/custom/send"
    assert house.last.told == {
        "touser": "o1", "msgtype": "text", "text": {"content": "已约好 https://a.example/c/x"},
    }  # fmt: skip


def test_a_template_message_fills_its_fields_and_leads_to_the_page(house: House) -> None:
    a_template()
    assert WECHAT.send(a_message(manner="template")).reference == "200228332"
    assert house.last.told == {
        "touser": "o1", "template_id": "TPL1", "url": "https://a.example/c/x",
        "data": {"character_string1": {"value": "AF20261123001"}, "thing2": {"value": "明天08:00–10:00"}},
    }  # fmt: skip


@pytest.mark.parametrize("state", ["draft", "submitted", "refused"])
def test_a_template_that_is_not_approved_is_never_tried(house: House, state: str) -> None:
    a_template(state=state)
    with pytest.raises(NeverSent, match="template_waiting"):
        WECHAT.send(a_message(manner="template"))
    assert house.heard == []


def test_the_key_of_access_is_fetched_once_for_many(house: House, their: TheirHouse) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: access_token(account()), range(16)))
    assert (tokens, their.given) == ({"T1"}, 1)


def test_a_key_that_ended_is_replaced_once(house: House, their: TheirHouse) -> None:
    WECHAT.send(a_message())
    their.ended.add("T1")
    WECHAT.send(a_message())
    assert their.given == 2
    their.ended |= {"T2", "T3"}
    with pytest.raises(NotSent, match="token_ended 42001"):
        WECHAT.send(a_message())


@pytest.mark.parametrize(
    "number, code, kind",
    [
        (45015, "wechat_window 45015", NeverSent), (45047, "wechat_share 45047", NeverSent),
        (43004, "wechat_gone 43004", NeverSent), (45009, "day_limit 45009", NotSent),
        (-1, "busy_there -1", NotSent), (40164, "our_address_refused 40164", NeverSent),
        (99999, "refused 99999", NeverSent),
    ],
)  # fmt: skip
def test_what_wechat_refuses_is_understood(
    house: House, their: TheirHouse, number: int, code: str, kind: type[NotSent]
) -> None:
    their.refuses = number
    with pytest.raises(NotSent) as refused:
        WECHAT.send(a_message())
    assert (refused.value.code, type(refused.value)) == (code, kind)


@given(
    st.sampled_from(["thing1", "phrase3", "character_string12", "time5", "unknown9"]), st.text(max_size=80)
)
def test_a_field_is_one_line_of_the_length_that_wechat_takes(name: str, value: str) -> None:
    said = fitted(name, value)
    assert 0 < len(said) <= {"thing1": 20, "phrase3": 5, "character_string12": 32, "time5": 24}.get(name, 20)
    assert said.split() == said.split(" ")
    if len(" ".join(value.split())) <= 5 and value.split():
        assert said == " ".join(value.split())


@given(st.text(max_size=3000))
def test_a_long_text_keeps_its_link(words: str) -> None:
    link = "https://a.example/c/x"
    said = spoken(a_message(words=f"{words.encode(errors='replace').decode()} {link}", link=link))["text"]
    assert len(said["content"].encode()) <= LONGEST_TEXT
    assert said["content"].endswith(link)


def test_the_menu_is_one_that_wechat_takes(house: House) -> None:
    put_menu(account())
    told = json.loads(house.last.body)
    assert told == menu()
    assert len(told["button"]) <= 3
    for column in told["button"]:
        assert len(column["name"].encode()) <= 16
        assert all(len(one["name"].encode()) <= 60 for one in column["sub_button"])


@given(st.sampled_from(["message", "click", "follow", "scan"]), st.integers(0, 9), st.integers(0, 3 * 86400))
def test_nothing_is_left_once_the_window_is_over_or_used_up(how: str, told: int, seconds: int) -> None:
    left = allowance(heard_at=NOW, how=how, told=told, now=NOW + timedelta(seconds=seconds))
    most, span = (5, 48 * 3600 - 300) if how == "message" else (3, 60)
    assert left.left == (max(0, most - told) if seconds < span else 0)


def test_a_tap_never_narrows_the_window_that_a_message_opened() -> None:
    later = NOW + timedelta(hours=1)
    assert not opens_anew(heard_at=NOW, held="message", told=1, how="click", now=later)
    assert opens_anew(heard_at=NOW, held="message", told=5, how="click", now=later)
    assert opens_anew(heard_at=NOW, held="click", told=0, how="message", now=NOW)
