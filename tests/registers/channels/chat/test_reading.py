"""What a chat began with, read again; and how the company chats, as the environment tells it."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.chat.account import USUAL_CALENDAR, account
from bihuan.registers.channels.message import Unreadable


def test_a_first_line_is_live_and_a_probe_says_its_token() -> None:
    line = reader("chat").read(json.dumps({"words": "在吗"}).encode())
    probe = reader("chat").read(json.dumps({"probe": "probe.chat.1.x"}).encode())
    assert (line.live, line.words, probe.live, probe.probe) == (True, "在吗", False, "probe.chat.1.x")


@given(st.binary(max_size=200))
def test_any_other_bytes_are_kept_for_a_person(raw: bytes) -> None:
    try:
        read = reader("chat").read(raw)
    except Unreadable as fault:
        assert fault.code in ("not_json", "no_words")
    else:
        assert read.live or read.probe


def test_the_environment_says_how_we_chat_and_nonsense_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, told in {
        "CALENDAR": "24x7",
        "AT_ONCE": "8",
        "ANSWER_SECONDS": "-1",
        "SILENT_MINUTES": "x",
    }.items():
        monkeypatch.setenv(f"BIHUAN_CHAT_{name}", told)
    held = account()
    assert (held.calendar, held.at_once) == ("24x7", 8)
    assert (held.answer_within, held.silent_for) == (timedelta(seconds=60), timedelta(minutes=10))
    monkeypatch.delenv("BIHUAN_CHAT_CALENDAR")
    assert account().calendar == USUAL_CALENDAR
