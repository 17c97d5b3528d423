"""Making, using and destroying keys."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings

from bihuan.ground.vault import cipher
from bihuan.ground.vault.models import Key

_ABOUT_KEY = b"bihuan.vault.key"


class SealedBy:
    """Keys at hand, to seal and open many fields at the price of one query. Keep it for one request at most:
    a destroyed key must not live on in a worker's memory."""

    def __init__(self, keys: Mapping[int, bytes | None]) -> None:
        self._keys = dict(keys)

    def with_more(self, more: "SealedBy") -> "SealedBy":
        """These keys and those."""
        return SealedBy(self._keys | more._keys)

    def seal(self, key_id: int, clear: str) -> str:
        """The clear text sealed with that key; an empty text stays empty."""
        key = self._held(key_id)
        return cipher.pack(key_id, cipher.encrypt(key, clear.encode(), about=b"text")) if clear else ""

    def open(self, sealed: str) -> str | None:
        """The clear text; None when its key was destroyed: the person was forgotten."""
        if not sealed:
            return ""
        key_id, body = cipher.unpack(sealed)
        key = self._keys.get(key_id)
        return None if key is None else cipher.decrypt(key, body, about=b"text").decode()

    def seal_bytes(self, key_id: int, clear: bytes) -> bytes:
        return cipher.encrypt(self._held(key_id), clear, about=b"file")

    def wrap(self, key_id: int, *, under: int) -> bytes:
        """One of these keys, wrapped by another of them."""
        return cipher.encrypt(self._held(under), self._held(key_id), about=_ABOUT_KEY)

    def _held(self, key_id: int) -> bytes:
        key = self._keys[key_id]
        if key is None:
            raise Forgotten(key_id)
        return key

    def open_bytes(self, key_id: int, sealed: bytes) -> bytes | None:
        key = self._keys.get(key_id)
        return None if key is None else cipher.decrypt(key, sealed, about=b"file")


class Forgotten(Exception):
    """What was asked for belonged to somebody whose key was destroyed."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"Key {key_id} was destroyed; nothing can be sealed or read with it any more.")


def new_key(*, now: datetime) -> Key:
    """A key for one customer, raw message or file."""
    return Key.objects.create(wrapped=_wrap(cipher.new_key()), made_at=now)


def new_keys(count: int, *, now: datetime) -> list[Key]:
    return Key.objects.bulk_create([Key(wrapped=_wrap(cipher.new_key()), made_at=now) for _ in range(count)])


def keys(*at_hand: Key) -> SealedBy:
    """The keys in these rows, without asking the database (but for those that others lie under)."""
    return SealedBy(
        {key.id: _unwrap(key.wrapped, *((key.under.wrapped,) if key.under else ())) for key in at_hand}
    )


def keys_for(key_ids: Iterable[int]) -> SealedBy:
    """The keys with these numbers, in one query. Unknown and destroyed ones read as forgotten."""
    wanted = {key_id for key_id in key_ids if key_id}
    if not wanted:
        return SealedBy({})
    rows = Key.objects.filter(id__in=wanted).values_list("id", "wrapped", "under_id", "under__wrapped")
    return SealedBy(
        {key_id: _unwrap(wrapped, *((over,) if under else ())) for key_id, wrapped, under, over in rows}
    )


def keys_of(sealed: Iterable[str]) -> SealedBy:
    """The keys that these sealed texts were sealed with, in one query."""
    return keys_for(cipher.unpack(text)[0] for text in sealed if text)


def tie(key_id: int, *, under: int) -> None:
    """From now on the first key opens only together with the other, and is lost with it. What was sealed with it
    stays as it is. Nothing can be tied under a key that itself lies under one; Forgotten when either is destroyed.
    """
    held = {key.id: key for key in Key.objects.select_related("under").filter(id__in=(key_id, under))}
    if held[under].under_id is not None:
        raise ValueError("A key that others shall lie under must not lie under one itself.")
    opened = keys(held[key_id], held[under])
    Key.objects.filter(id=key_id).update(wrapped=opened.wrap(key_id, under=under), under_id=under)


def keys_under(key_id: int) -> list[int]:
    """The keys that are lost with this one."""
    return list(Key.objects.filter(under_id=key_id).order_by("id").values_list("id", flat=True))


def destroy(key_id: int, *, now: datetime) -> None:
    """Nothing sealed with this key can be read again: at once here, in every backup when its keys are gone."""
    Key.objects.filter(id=key_id).update(wrapped=None, destroyed_at=now)


def destroy_all(key_ids: Iterable[int], *, now: datetime) -> None:
    """Destroy many keys in one statement."""
    Key.objects.filter(id__in=list(key_ids)).update(wrapped=None, destroyed_at=now)


def blind(kind: str, value: str) -> str:
    """The blind index of a value (already normalised): equal values find each other, nobody reads them back."""
    return cipher.blind(settings.BIHUAN_SECRETS.blind_index, kind, value)


def signature(purpose: str, *parts: object) -> str:
    """A token nobody can guess, derived from the installation's key: 43 URL-safe characters, 256 bits."""
    digest = cipher.blind(
        settings.BIHUAN_SECRETS.installation, purpose, "\x00".join(str(part) for part in parts)
    )
    return urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def fingerprint(token: str) -> str:
    """What is stored of a token: its keyed hash. An empty token has none and finds nothing."""
    if not token:
        raise ValueError("An empty token opens nothing.")
    return cipher.blind(settings.BIHUAN_SECRETS.installation, "token", token)


def _wrap(key: bytes) -> bytes:
    return cipher.encrypt(settings.BIHUAN_SECRETS.installation, key, about=_ABOUT_KEY)


def _unwrap(wrapped: bytes | memoryview | None, *over: bytes | memoryview | None) -> bytes | None:
    """The key in clear; `over` is the wrapped key that it lies under, if it does."""
    if wrapped is None:
        return None
    outer = _unwrap(over[0]) if over else settings.BIHUAN_SECRETS.installation
    return None if outer is None else cipher.decrypt(outer, bytes(wrapped), about=_ABOUT_KEY)
