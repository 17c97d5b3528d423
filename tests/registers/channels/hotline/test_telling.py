"""What a telephone system says, and whether it is ours."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.channels.hotline.reader import READER, WISHES
from bihuan.registers.channels.hotline.signing import is_genuine, is_path_secret, signed
from bihuan.registers.channels.hotline.telling import CallTold, told_in
from bihuan.registers.channels.message import Unreadable

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


def test_json_and_a_form_say_the_same() -> None:
    said = CallTold(sort="answered", call="c-1", at=NOW, number="13800138000", agent="8001")
    as_json = f'{{"event": "answered", "call": "c-1", "at": {STAMP}, "from": "13800138000", "agent": "8001"}}'
    as_form = f"event=answered&call=c-1&at={STAMP}&from=13800138000&agent=8001"
    assert [told_in(as_json.encode()), told_in(as_form.encode())] == [said, said]


@pytest.mark.parametrize(
    ("raw", "sort", "call"),
    [
        (b'{"Event": "Hangup", "UniqueID": "1700.5"}', "ended", "1700.5"),
        (b"type=incoming&call_uuid=abc", "ringing", "abc"),
        (b'{"event": "dtmf", "callid": 77, "digits": "1#x"}', "key", "77"),
        (b"event=callback-requested&call=9", "ring_back", "9"),
    ],
)
def test_each_system_may_use_its_own_names(raw: bytes, sort: str, call: str) -> None:
    told = told_in(raw)
    assert (told.sort, told.call) == (sort, call)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_event"),
        (b"{", "broken_json"),
        (b"[1]", "no_event"),
        (b"\xff\xfe", "not_text"),
        (b'{"event": "ringing"}', "no_call"),
        (b'{"event": "dance", "call": "1"}', "no_event"),
        (b"x" * 20_000, "too_large"),
        (b'{"event": "ringing\x00", "call": "1"}', "not_text"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        told_in(raw)
    assert refused.value.code == code


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_unreadable(raw: bytes) -> None:
    try:
        assert told_in(raw).sort
    except Unreadable as refused:
        assert refused.code


@given(st.text(max_size=200), st.text(max_size=60), st.integers(-10, 2**80))
def test_whatever_json_holds_is_read(words: str, number: str, at: int) -> None:
    import json

    raw = json.dumps({"event": "ringing", "call": "1", "from": number, "at": at, "agent": words})
    try:
        assert told_in(raw.encode()).call == "1"
    except Unreadable as refused:
        assert refused.code in {"too_large", "not_text"}


def test_only_the_holder_of_the_secret_is_believed_and_only_for_five_minutes() -> None:
    body, secret = b'{"event": "ringing"}', "s" * 32
    right = signed(secret, timestamp=STAMP, body=body)

    def genuine(**changed: object) -> bool:
        told = {"secret": secret, "timestamp": STAMP, "signature": right, "body": body, "now": NOW} | changed
        return is_genuine(told.pop("secret"), **told)  # type: ignore[arg-type]

    assert genuine()
    assert genuine(signature="sha256=" + right.upper())
    assert not genuine(body=body + b" ")
    assert not genuine(timestamp=str(int(STAMP) + 1))
    assert not genuine(signature="")
    assert not genuine(now=NOW + timedelta(seconds=301))
    assert not is_genuine(
        "", timestamp=STAMP, signature=signed("", timestamp=STAMP, body=body), body=body, now=NOW
    )
    assert not genuine(signature="é")


def test_an_empty_path_secret_opens_nothing() -> None:
    assert [is_path_secret("", ""), is_path_secret("a" * 20, "a" * 20), is_path_secret("a" * 20, "é")] == [
        False,
        True,
        False,
    ]


def test_a_call_and_a_wish_to_be_rung_are_followed_elsewhere() -> None:
    assert READER.read(b"event=ringing&call=1").live
    assert WISHES.read(b'{"form": "ring_back"}').live
    assert READER.read(b"event=probe&token=probe.hotline.1.x").probe == "probe.hotline.1.x"
