"""When two mails are the same: same Message-ID and same SHA-256 of decoded From, Date, Subject and body. The same
number with another body is another mail; a mail without a number is known by its contents alone."""

import hashlib

from bihuan.registers.channels.mail.parts import Part, taken_apart
from bihuan.registers.channels.mail.reader import whole_text
from bihuan.registers.channels.message import Unreadable


def key_of(raw: bytes) -> str:
    """The key under which a mail is kept once, however often it is brought. Never fails: a mail that cannot be read
    is known by its bytes."""
    try:
        mail = taken_apart(raw)
        return f"{_number(mail)} {_digest(mail)}"
    except Exception:  # nothing that a mail holds may keep it from being kept
        return f"bytes {hashlib.sha256(raw).hexdigest()}"


def _number(mail: Part) -> str:
    number = mail.headers.first("message-id")
    return hashlib.sha256(number.encode()).hexdigest() if number else "none"


def _digest(mail: Part) -> str:
    headers = (mail.headers.text(name) for name in ("from", "date", "subject"))
    digest = hashlib.sha256("\0".join(headers).encode())
    digest.update(b"\0" + _body(mail))
    return digest.hexdigest()


def _body(mail: Part) -> bytes:
    """The text, or where there is none all that is there."""
    if text := "".join(_text(mail).split()):
        return text.encode()
    return b"\0".join(part.content() for part in mail.walk() if not part.parts)


def _text(mail: Part) -> str:
    try:
        return whole_text(mail)
    except Unreadable:  # too many files, say: then every byte counts
        return ""
