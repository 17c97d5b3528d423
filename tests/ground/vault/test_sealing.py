"""Sealing: whatever was sealed opens again with its key, with no other, and never after the key was destroyed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.vault import cipher, files
from bihuan.ground.vault.actions import (
    Forgotten,
    blind,
    destroy,
    fingerprint,
    keys,
    keys_for,
    keys_of,
    new_key,
    new_keys,
    signature,
)
from bihuan.ground.vault.models import Key

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RARE = ["𠮷野家", "㙍", "欧阳㙍", "👩🏽‍🔧", "a\u0301", "\x00", "\u202e", "ﷺ", "，。！", " ", "x" * 10_000]
texts = st.one_of(st.sampled_from(RARE), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))


@given(texts, st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens_again_to_the_very_same_text(clear: str, about: bytes) -> None:
    key = cipher.new_key()
    packed = cipher.pack(7, cipher.encrypt(key, clear.encode(), about=about))
    assert cipher.unpack(packed)[0] == 7
    assert cipher.decrypt(key, cipher.unpack(packed)[1], about=about).decode() == clear
    assert clear not in packed or len(clear) < 3


@given(st.binary(max_size=200), st.data())
def test_no_bit_can_be_changed_unseen(clear: bytes, data: Any) -> None:
    key = cipher.new_key()
    sealed = bytearray(cipher.encrypt(key, clear, about=b"text"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << (place % 8)
    with pytest.raises(cipher.NotReadable):
        cipher.decrypt(key, bytes(sealed), about=b"text")


def test_another_key_and_another_use_do_not_open_it() -> None:
    key = cipher.new_key()
    sealed = cipher.encrypt(key, b"x", about=b"text")
    for other, about in ((cipher.new_key(), b"text"), (key, b"file")):
        with pytest.raises(cipher.NotReadable):
            cipher.decrypt(other, sealed, about=about)


def test_the_same_text_is_never_sealed_the_same_twice() -> None:
    key = cipher.new_key()
    assert len({cipher.encrypt(key, b"same", about=b"text") for _ in range(200)}) == 200


@given(texts, texts)
def test_a_blind_index_finds_equals_and_only_equals(one: str, two: str) -> None:
    assert (blind("mobile", one) == blind("mobile", two)) == (one == two)
    assert blind("mobile", one) != blind("email", one)
    assert len(blind("mobile", one)) == 64


def test_signatures_differ_by_purpose_and_parts_and_cannot_be_shifted() -> None:
    made = {signature("a", 1, 23), signature("a", 12, 3), signature("b", 1, 23), signature("a", 123)}
    assert (len(made), {len(one) for one in made}) == (4, {43})


def test_an_empty_token_opens_nothing() -> None:
    with pytest.raises(ValueError):
        fingerprint("")


@pytest.mark.django_db
@pytest.mark.parametrize("clear", RARE)
def test_a_customers_key_seals_and_opens_rare_characters(clear: str) -> None:
    key = new_key(now=NOW)
    sealed = keys(key).seal(key.id, clear)
    assert keys_of([sealed]).open(sealed) == clear


@pytest.mark.django_db
def test_a_destroyed_key_opens_and_seals_nothing_and_is_not_stored() -> None:
    first, second = new_keys(2, now=NOW)
    hand = keys_for([first.id, second.id])
    one, two = hand.seal(first.id, "张三"), hand.seal(second.id, "李四")
    destroy(first.id, now=NOW)
    again = keys_of([one, two])
    assert (again.open(one), again.open(two)) == (None, "李四")
    with pytest.raises(Forgotten):
        again.seal(first.id, "more")
    row = Key.objects.get(id=first.id)
    assert (row.wrapped, row.destroyed_at) == (None, NOW)


@pytest.mark.django_db
def test_a_key_is_stored_wrapped_and_never_bare() -> None:
    bare = keys(new_key(now=NOW))._keys
    (clear,) = bare.values()
    assert clear is not None and clear not in bytes(Key.objects.get().wrapped or b"")


@pytest.mark.django_db
def test_a_text_moved_under_another_customers_key_does_not_open() -> None:
    first, second = new_keys(2, now=NOW)
    hand = keys(first, second)
    moved = hand.seal(first.id, "张三").replace(f"v1.{first.id}.", f"v1.{second.id}.", 1)
    with pytest.raises(cipher.NotReadable):
        hand.open(moved)


@pytest.mark.django_db
def test_files_are_kept_encrypted_found_again_and_unreadable_without_their_key(
    settings: Any, tmp_path: Path
) -> None:
    settings.BIHUAN_DATA = tmp_path
    key = new_key(now=NOW)
    clear = b"\x89PNG of a kitchen" * 1000
    kept = files.keep(clear, key_id=key.id, by=keys(key))
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file())
    assert (b"kitchen" in on_disk, kept.size, files.key_of(kept.name)) == (False, len(clear), key.id)
    assert files.fetch(kept.name, by=keys_for([key.id])) == clear
    destroy(key.id, now=NOW)
    assert files.fetch(kept.name, by=keys_for([key.id])) is None
    assert (files.count_of(key.id), files.drop_of(key.id), files.count_of(key.id)) == (1, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../secrets.1.x", "/etc/passwd.1.x", "aa/../../x.1.y"])
def test_no_name_leads_out_of_the_folder_of_files(settings: Any, tmp_path: Path, name: str) -> None:
    settings.BIHUAN_DATA = tmp_path
    with pytest.raises(ValueError):
        files.fetch(name, by=keys_for([]))
