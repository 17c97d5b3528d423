"""Sealing and opening with one key. AES-256-GCM; nothing here knows a database.

A sealed text reads `v1.KEY.BASE64`: the version, the number of the key, then nonce and cipher text.
"""

import base64
import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
VERSION = "v1"


class NotReadable(Exception):
    """A sealed text that this key does not open."""


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def encrypt(key: bytes, clear: bytes, *, about: bytes) -> bytes:
    """`about` binds the cipher text to its use: it must be the same again to decrypt."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, about)


def decrypt(key: bytes, sealed: bytes, *, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about)
    except InvalidTag as error:
        raise NotReadable("The sealed text was altered or belongs to another key.") from error


def pack(key_id: int, sealed: bytes) -> str:
    return f"{VERSION}.{key_id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def unpack(text: str) -> tuple[int, bytes]:
    """The number of the key and the cipher text of a packed text."""
    version, key_id, body = text.split(".", 2)
    if version != VERSION:
        raise NotReadable(f"Sealed by version {version!r}, which this program does not know.")
    return int(key_id), base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def blind(secret: bytes, kind: str, value: str) -> str:
    """A keyed hash to find a value by, without storing it: 64 hexadecimal digits."""
    return hmac.new(secret, f"{kind}\x00{value}".encode(), sha256).hexdigest()
