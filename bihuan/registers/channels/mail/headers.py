"""What the headers of a mail say: encoded words (RFC 2047), parameters in pieces and in other alphabets (RFC 2231),
and raw bytes where neither was used."""

import binascii
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from bihuan.registers.channels.mail.charsets import read_text, without_controls

LONGEST = 20_000  # bytes of one header that are looked at
_WORD = re.compile(rb"=\?([A-Za-z0-9_.:*-]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_PARAM = re.compile(
    rb';\s*([A-Za-z0-9_.$#*!&+^`|~%\'-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL
)
_ADDRESS = re.compile(
    r"[^\s@<>\"'(),;:\\\[\]]{1,64}@[A-Za-z0-9\u0080-\uffff](?:[A-Za-z0-9.\u0080-\uffff-]{0,189})"
)


class Headers:
    """Headers in their order. Names are lower case, values the bytes after the colon."""

    def __init__(self, found: Iterable[tuple[str, bytes]]) -> None:
        self._found = list(found)

    def raw(self, name: str) -> list[bytes]:
        """All values of a header, as they stand, at most `LONGEST` bytes of each."""
        return [value[:LONGEST] for key, value in self._found if key == name]

    def all(self, name: str) -> list[str]:
        """All values of a header, unfolded and decoded."""
        return [decoded(value) for value in self.raw(name)]

    def first(self, name: str) -> str:
        """The first value of a header as plain text, encoded words left alone; empty without one."""
        return next((_plain(value) for value in self.raw(name)), "")

    def text(self, name: str) -> str:
        """The first value of a header, decoded; empty without one."""
        return next(iter(self.all(name)), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _value in self._found)


def _plain(value: bytes) -> str:
    return _FOLD.sub(b" ", value).strip().decode("latin-1")


def decoded(value: bytes) -> str:
    """A header in clear. Words of one alphabet that stand together are one text: clients cut characters in two."""
    value = _FOLD.sub(b" ", value).strip()
    said: list[str] = []
    held, alphabet, end = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        name = word[1].decode("ascii").partition("*")[0].lower()
        if end == 0 or between.strip() or name != alphabet:
            said.append(read_text(held, alphabet))
            held = b""
        if end == 0 or between.strip():
            said.append(read_text(between))
        held += _unpacked_word(word[3], word[2])
        alphabet, end = name, word.end()
    said += [read_text(held, alphabet), read_text(value[end:])]
    return " ".join(without_controls("".join(said)).split())


def _unpacked_word(text: bytes, packed: bytes) -> bytes:
    if packed in b"qQ":
        return binascii.a2b_qp(text, header=True)
    text = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def field_of(value: str) -> tuple[str, dict[str, str]]:
    """A header such as Content-Type: its value in lower case, and its parameters decoded. The first one of a name
    holds, but a name in the way of RFC 2231 comes before the others."""
    raw = value.encode("latin-1", "replace")
    main, _semicolon, _rest = raw.partition(b";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for found in _PARAM.finditer(raw):
        name, told = found[1].decode("ascii").lower(), _value(found)
        base, star, rest = name.partition("*")
        number = rest.rstrip("*")
        if not star:
            plain.setdefault(base, decoded(told))
        elif (not number or number.isdecimal()) and len(number) < 4:
            pieces.setdefault(base, {}).setdefault(int(number or 0), (told, rest.endswith("*") or not rest))
    return main.strip().decode("latin-1").lower(), plain | {name: _joined(of) for name, of in pieces.items()}


def _value(found: re.Match[bytes]) -> bytes:
    if found[2] is not None:
        return re.sub(rb"\\(.)", rb"\1", found[2], flags=re.DOTALL) if _escapes(found[2]) else found[2]
    return found[3].strip()


def _escapes(quoted: bytes) -> bool:
    """Whether a backslash there escapes: not in a path of Windows, nor as the second half of a GBK character."""
    return quoted.isascii() and b":\\" not in quoted


def _joined(pieces: dict[int, tuple[bytes, bool]]) -> str:
    """A parameter in pieces, each maybe percent-encoded; the first names the alphabet: gb2312''%C4%E3."""
    alphabet, whole = "", b""
    for number in sorted(pieces):
        told, encoded = pieces[number]
        if number == min(pieces) and encoded and told.count(b"'") >= 2:
            name, _language, told = told.split(b"'", 2)
            alphabet = name.decode("latin-1")
        whole += unquote_to_bytes(told) if encoded else told
    return (
        decoded(whole) if b"=?" in whole else " ".join(without_controls(read_text(whole, alphabet)).split())
    )


def sender_of(value: str) -> tuple[str, str]:
    """Name and address of a From line; empty what it does not say. The address is the last one in brackets, since a
    name may look like an address to deceive."""
    before, bracket, after = value.rpartition("<")
    found = list(_ADDRESS.finditer(after if bracket else value))
    if not found:
        before, found = "", list(_ADDRESS.finditer(value))
    if not found:
        return value.strip(" \"'<>")[:120], ""
    address = found[0 if bracket else -1][0].rstrip(".")
    name = before if bracket else re.sub(r"[()]", " ", value.replace(found[-1][0], " "))
    return " ".join(name.replace('\\"', '"').strip(" \"'<>").split())[:120], address.lower()
