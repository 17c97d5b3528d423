"""WeChat's knocks: ours agrees with a second opinion in both directions, and nothing that is not theirs gets in."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from bench.fuzz_wechat import Gate, damaged, run
from bihuan.registers.channels.message import Unreadable
from bihuan.registers.channels.wechat.account import Account
from bihuan.registers.channels.wechat.callback import Callback, echo_of, key_of, opened, reply
from bihuan.registers.channels.wechat.playing import answer_in, knock_of, message_xml
from bihuan.registers.channels.wechat.reader import READER
from bihuan.registers.channels.wechat.signing import NotTheirs, decrypt, encrypt, signature_of
from bihuan.registers.channels.wechat.tags import NoTags, read_tags

TOKEN, KEY, APP = "a-token-of-theirs", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef"
PLAIN = Account(app_id=APP, secret="s", token=TOKEN, aes_key="", address="https://api.weixin.qq.com")
SEALED = replace(PLAIN, aes_key=KEY)
AT = 1_795_000_000
TEXT: dict[str, str | int] = {
    "MsgType": "text",
    "Content": "空调不制冷 <b>&amp;",
    "MsgId": 6054768590064713728,
}


def remembers() -> Callable[[str, str], bool]:
    held: dict[str, str] = {}
    return lambda mark, digest: held.setdefault(mark, digest) == digest


def opens(query: dict[str, str], body: bytes, account: Account, *, now: float = AT) -> Callback:
    return opened(query, body, account=account, now=now, remember=remembers())


def knock(account: Account, told: dict[str, str | int] = TEXT) -> tuple[dict[str, str], bytes]:
    xml = message_xml(told, sender="oOpenId1", account=account, at=AT)
    return knock_of(xml, account=account, at=AT, nonce="n-1")


def refused(query: dict[str, str], body: bytes, account: Account, *, now: float = AT) -> str:
    with pytest.raises(NotTheirs) as refusal:
        opens(query, body, account, now=now)
    return refusal.value.code


@given(st.text(max_size=300), st.integers(0, 2**31))
def test_what_we_seal_a_second_opinion_opens_and_the_other_way_round(words: str, at: int) -> None:
    clear = words.replace("\x00", "").encode(errors="replace")
    other = WeChatCrypto(TOKEN, KEY, APP)
    sealed = encrypt(clear, aes_key=KEY, app_id=APP)
    made = signature_of(TOKEN, str(at), "n", sealed)
    inner = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    assert other.decrypt_message(inner, made, str(at), "n") == clear.decode()
    theirs = read_tags(other.encrypt_message(clear.decode(), "n", str(at)).encode())
    assert decrypt(theirs["Encrypt"], aes_key=KEY, app_id=APP) == clear
    assert theirs["MsgSignature"] == signature_of(TOKEN, str(at), "n", theirs["Encrypt"])


def test_the_plain_signature_is_the_one_of_a_second_opinion() -> None:
    check_signature(TOKEN, signature_of(TOKEN, "1", "nonce"), "1", "nonce")
    with pytest.raises(InvalidSignatureException):
        check_signature(TOKEN, signature_of("other", "1", "nonce"), "1", "nonce")


@pytest.mark.parametrize("account", [PLAIN, SEALED])
@pytest.mark.demand("S1-02", "S2-08")
def test_a_message_is_read_as_a_second_opinion_reads_it(account: Account) -> None:
    heard = opens(*knock(account), account)
    other = parse_message(heard.xml)
    read = READER.read(heard.xml)
    assert (read.words, read.handle) == (other.content, other.source)
    assert heard.once == f"message {other.id}"


@pytest.mark.parametrize("account", [PLAIN, SEALED])
def test_the_same_knock_again_is_taken_and_another_message_under_its_signature_is_not(
    account: Account,
) -> None:
    remember = remembers()
    query, body = knock(account)
    first = opened(query, body, account=account, now=AT, remember=remember)
    assert opened(query, body, account=account, now=AT + 5, remember=remember) == first
    xml = message_xml({**TEXT, "Content": "别的话"}, sender="oOpenId1", account=account, at=AT)
    other_query, other_body = knock_of(xml, account=account, at=AT, nonce="n-1")
    with pytest.raises(NotTheirs, match="used_before"):
        opened(other_query, other_body, account=account, now=AT, remember=remember)


def test_an_old_knock_and_one_of_tomorrow_are_refused() -> None:
    for now in (AT + 601, AT - 601):
        assert refused(*knock(SEALED), SEALED, now=now) == "too_old"


def test_an_account_that_encrypts_takes_no_plain_message() -> None:
    query, body = knock(PLAIN)
    assert refused(query, body, SEALED) == "signature"
    assert refused(query | {"msg_signature": query["signature"]}, body, SEALED) == "signature"


def test_a_message_for_another_app_is_refused() -> None:
    assert refused(*knock(replace(SEALED, app_id="wx-of-somebody")), SEALED) == "other_app"


def test_a_wrong_token_or_none_lets_nobody_in() -> None:
    assert refused(*knock(replace(PLAIN, token="guess")), PLAIN) == "signature"
    assert refused(*knock(replace(PLAIN, token="")), replace(PLAIN, token="")) == "signature"


def test_the_look_of_theirs_is_echoed_only_when_it_is_signed() -> None:
    query = {
        "timestamp": str(AT),
        "nonce": "n",
        "signature": signature_of(TOKEN, str(AT), "n"),
        "echostr": "77",
    }
    assert echo_of(query, account=PLAIN, now=AT) == "77"
    with pytest.raises(NotTheirs):
        echo_of(query | {"signature": "0" * 40}, account=PLAIN, now=AT)


@pytest.mark.parametrize("account", [PLAIN, SEALED])
def test_the_answer_goes_back_to_whoever_wrote_in_the_way_it_came(account: Account) -> None:
    heard = opens(*knock(account), account)
    said = reply(heard, "收到 ]]> <x>&", account=account, at=AT, nonce="r")
    assert answer_in(said, account=account) == "收到 ]]> <x>&"
    assert ("Encrypt" in read_tags(said.encode())) == account.encrypts
    assert reply(heard, "", account=account, at=AT, nonce="r") == "success"


def test_an_event_is_known_by_who_when_and_what() -> None:
    click: dict[str, str | int] = {"MsgType": "event", "Event": "CLICK", "EventKey": "report"}
    heard = opens(*knock(PLAIN, click), PLAIN)
    assert heard.once == f"event oOpenId1 {AT} CLICK report "
    assert READER.read(heard.xml).automatic == "event"
    assert key_of({}, b"?").startswith("bytes ")


@pytest.mark.parametrize(
    "told, words",
    [
        ({"MsgType": "image", "PicUrl": "http://mmbiz.qpic.cn/1", "MediaId": "m1"}, "[图片]"),
        ({"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": "漏水了"}, "[语音] 漏水了"),
        ({"MsgType": "location", "Location_X": "30.2", "Location_Y": "120.1", "Label": "文一西路"},
         "[位置] 文一西路 (30.2,120.1)"),
        ({"MsgType": "link", "Title": "说明", "Description": "", "Url": "https://a.example"}, "[链接] 说明 https://a.example"),
    ],
)  # fmt: skip
def test_whatever_a_person_sends_is_their_words(told: dict[str, str | int], words: str) -> None:
    read = READER.read(message_xml(told, sender="o1", account=PLAIN, at=AT))
    assert (read.words, read.automatic, read.handle) == (words, "", "o1")
    assert read.told.get("media_id", "") == told.get("MediaId", "")


def test_what_nobody_can_read_is_said_to_be_so() -> None:
    for raw in (b"", b"<xml>", b"<xml><MsgType>text</MsgType></xml>", b"hello", b"<html/>"):
        with pytest.raises(Unreadable):
            READER.read(raw)
    for kind in ("hologram", ""):
        with pytest.raises(Unreadable, match="unknown_kind"):
            READER.read(message_xml({"MsgType": kind}, sender="o1", account=PLAIN, at=AT))


def test_nothing_of_xmls_dangers_is_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Content>&a;</Content></xml>'
    for raw in (bomb, outside, b"<xml>" + b"<a/>" * 5000 + b"</xml>", b"<xml>" + b"x" * 300_000 + b"</xml>"):
        with pytest.raises(NoTags):
            read_tags(raw)


def test_no_damaged_knock_breaks_anything_or_is_taken_for_another() -> None:
    told = run(count=400, seed=7)
    assert (told.crashes, told.forged) == (0, 0)
    assert told.count == 400


def test_the_fuzz_would_see_a_forgery() -> None:
    gate = Gate(SEALED, now=float(time.time()))
    assert gate.judge(*gate.sound()) == "taken"
    assert damaged is not None
