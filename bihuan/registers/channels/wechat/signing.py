"""How WeChat signs and encrypts its callbacks: sha1 over the sorted parts; AES-256-CBC, the key's first half as the
vector, blocks of 32, four bytes of length, the app's id at the end.

https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html
"""

import base64
import binascii
import hmac
import secrets
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM, LENGTH = 16, 4


class NotTheirs(Exception):
    """What came was not made by whoever holds our token and key. `code` says in a word which check failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def signature_of(*parts: str) -> str:
    """sha1 over the parts, sorted and joined: token, timestamp, nonce, and the cipher text where there is one."""
    return sha1("".join(sorted(parts)).encode(errors="replace"), usedforsecurity=False).hexdigest()


def is_signed(told: str, *parts: str) -> bool:
    """Whether this is their signature; takes the same time whatever is wrong. Without a token nothing is."""
    return bool(parts[0]) and hmac.compare_digest(
        told.encode(errors="replace"), signature_of(*parts).encode()
    )


def encrypt(clear: bytes, *, aes_key: str, app_id: str, salt: bytes = b"") -> str:
    """The text as WeChat sends it, in base64. `salt`: 16 bytes, random when none are given."""
    body = (
        (salt or secrets.token_bytes(RANDOM)) + len(clear).to_bytes(LENGTH, "big") + clear + app_id.encode()
    )
    fill = BLOCK - len(body) % BLOCK
    machine = _cipher(aes_key).encryptor()
    return base64.b64encode(machine.update(body + bytes([fill]) * fill) + machine.finalize()).decode()


def decrypt(sealed: str, *, aes_key: str, app_id: str) -> bytes:
    """The clear bytes; NotTheirs when they were not sealed with this key for this app."""
    try:
        body = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotTheirs("not_base64") from fault
    if not body or len(body) % 16:
        raise NotTheirs("not_whole")
    machine = _cipher(aes_key).decryptor()
    clear = machine.update(body) + machine.finalize()
    fill = clear[-1]
    if not 1 <= fill <= BLOCK or clear[-fill:] != bytes([fill]) * fill:
        raise NotTheirs("not_padded")
    clear = clear[:-fill]
    size = int.from_bytes(clear[RANDOM : RANDOM + LENGTH], "big")
    begins = RANDOM + LENGTH
    if len(clear) < begins + size:
        raise NotTheirs("too_short")
    if not hmac.compare_digest(clear[begins + size :], app_id.encode()):
        raise NotTheirs("other_app")
    return clear[begins : begins + size]


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotTheirs("our_key") from fault
    if len(key) != 32:
        raise NotTheirs("our_key")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
