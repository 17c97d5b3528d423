"""Mails that were damaged on purpose; the full run is `bench/fuzz_mail.py`."""

import random

import pytest

from bench.fuzz_mail import DAMAGES, damaged, healthy
from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.reader import READER, file_name
from bihuan.registers.channels.message import Unreadable


@pytest.mark.demand("S2-20")
def test_no_damage_breaks_the_reader() -> None:
    for raw in damaged(60, seed=3):
        try:
            read = READER.read(raw)
        except Unreadable as unreadable:
            assert unreadable.code
        else:
            assert "\0" not in read.whole.encode().decode()
        assert key_of(raw) == key_of(raw)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_gives_bytes(damage: object) -> None:
    chance = random.Random(5)
    assert isinstance(damage(healthy(chance), chance), bytes)  # type: ignore[operator]


def test_a_name_without_end_costs_nothing() -> None:
    assert len(file_name("x" * 1_000_000)) == 110
