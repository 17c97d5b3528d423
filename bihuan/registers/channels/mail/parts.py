"""What a mail is made of: headers and parts, cut out of the bytes without reading them. Every mail has parts, however
broken it is; one that would cost too much to take apart is `Unreadable`.

Each step is linear in the size of the mail: nothing that a sender writes makes it slow (RFC 2045, 2046, 5322).
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bihuan.registers.channels.mail.headers import Headers, field_of
from bihuan.registers.channels.message import Unreadable

LARGEST = 30 * 1024 * 1024  # bytes of a mail
LARGEST_HEADERS = 256 * 1024
MOST_HEADERS = 2_000
MOST_PARTS = 400
DEEPEST = 24

_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_NEWLINE = ord("\n")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64)))


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part: what its headers say, its bytes as they stand, and the parts within it."""

    headers: Headers
    media: str  # text/plain, …; lower case
    params: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    parts: tuple["Part", ...] = ()

    @property
    def disposition(self) -> str:
        """inline, attachment, or nothing."""
        return field_of(self.headers.first("content-disposition"))[0]

    @property
    def name(self) -> str:
        """What its file is called; empty where nobody says so."""
        told = field_of(self.headers.first("content-disposition"))[1]
        return told.get("filename") or self.params.get("name", "")

    def content(self) -> bytes:
        """Its bytes as they were before they were packed for the way."""
        return unpacked(self.body, self.headers.first("content-transfer-encoding").strip().lower())

    def walk(self) -> Iterator["Part"]:
        """This part and all within it, in order."""
        yield self
        for one in self.parts:
            yield from one.walk()


@dataclass
class _Budget:
    """How many parts may still come."""

    parts: int = MOST_PARTS


def taken_apart(raw: bytes) -> Part:
    """The mail as parts; Unreadable when it is too large, or made to be too much."""
    if len(raw) > LARGEST:
        raise Unreadable("too_large")
    if not raw.strip():
        raise Unreadable("empty")
    return _part(raw, usual="text/plain", depth=0, budget=_Budget())


def _part(raw: bytes, *, usual: str, depth: int, budget: _Budget) -> Part:
    budget.parts -= 1
    if budget.parts < 0 or depth > DEEPEST:
        raise Unreadable("too_many_parts")
    headers, body = _headers(raw)
    media, params = field_of(headers.first("content-type"))
    if "/" not in media:
        media = usual
    inner: tuple[Part, ...] = ()
    if media.startswith("multipart/") and params.get("boundary"):
        usual = "message/rfc822" if media == "multipart/digest" else "text/plain"
        pieces = _pieces(body, params["boundary"])
        inner = tuple(_part(piece, usual=usual, depth=depth + 1, budget=budget) for piece in pieces)
    if (
        media.startswith("multipart/") and not inner
    ):  # it promises parts and has none: what stands there is text
        media, params = "text/plain", {}
    return Part(headers=headers, media=media, params=params, body=b"" if inner else body, parts=inner)


def _headers(raw: bytes) -> tuple[Headers, bytes]:
    """The headers and what follows. They end with an empty line, or where a line is none of them."""
    found: list[
        tuple[str, list[bytes]]
    ] = []  # lines, put together at the end: one long fold must not cost its square
    at = 0
    if raw.startswith(b"From "):  # the line that folders of mail begin with
        at = raw.find(b"\n") + 1 or len(raw)
    while at < len(raw):
        end = raw.find(b"\n", at)
        end = len(raw) if end < 0 else end + 1
        line = raw[at:end]
        if not line.strip(b"\r\n"):
            return _whole(found), raw[end:]
        if line[:1] in b" \t" and found:
            found[-1][1].append(line)
        elif match := _HEADER.match(line):
            found.append((match[1].decode("ascii").lower(), [match[2]]))
        else:
            break  # no header and no blank line: the text begins without one
        at = end
        if at > LARGEST_HEADERS or len(found) > MOST_HEADERS:
            raise Unreadable("too_many_headers")
    return _whole(found), raw[at:]


def _whole(found: list[tuple[str, list[bytes]]]) -> Headers:
    return Headers((name, b"".join(lines)) for name, lines in found)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the lines of a boundary; the last piece may lack its end."""
    mark = b"--" + boundary.encode("latin-1", "replace")
    pieces: list[bytes] = []
    begin, at = -1, 0
    while (hit := body.find(mark, at)) >= 0:
        at = hit + len(mark)
        if hit and body[hit - 1] != _NEWLINE:
            continue
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        rest = body[at:end].strip(b" \t\r")
        if rest not in {b"", b"--"}:
            continue
        if begin >= 0:
            pieces.append(body[begin : max(_without_newline(body, hit), begin)])
        if rest:
            return pieces
        begin = at = min(end + 1, len(body))
        if len(pieces) > MOST_PARTS:
            raise Unreadable("too_many_parts")
    if begin >= 0:
        pieces.append(body[begin:])
    return pieces


def _without_newline(body: bytes, at: int) -> int:
    """Where the line before this one ends: its newline belongs to the boundary."""
    if body[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1


def unpacked(body: bytes, packed: str) -> bytes:
    """The bytes of a part as they were. What is broken is read as far as it goes."""
    if packed in {"base64", "b"}:
        return _from_base64(body)
    if packed in {"quoted-printable", "q"}:
        return binascii.a2b_qp(body)
    return body


def _from_base64(body: bytes) -> bytes:
    """Several texts may follow each other, each with its own end: mailing lists add theirs."""
    text = body.translate(None, _NOT_BASE64)
    if len(text) * 2 < len(body.strip()):  # said to be base64, and is none
        return body
    ends = text.count(b"=")
    pieces = re.split(rb"=+", text) if ends <= MOST_PARTS else [text.replace(b"=", b"")]
    return b"".join(map(from_base64, pieces))


def from_base64(text: bytes) -> bytes:
    """The bytes of base64 without its padding; a last character that can mean nothing is left out."""
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
