"""What a file is, by its own bytes; what it calls itself is only compared. Nothing here knows Django.

A name is brought to its plain form before anybody looks at it: signs that cannot be seen, and whole paths, have led
others to run what they took for a picture.
"""

import re
import unicodedata
from dataclasses import dataclass

import puremagic

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heif"})
VIDEOS = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/3gpp"})
SOUNDS = frozenset({"audio/mpeg", "audio/amr", "audio/wav", "audio/mp4", "audio/ogg"})
PAPERS = frozenset({"application/pdf"})
UNKNOWN, TEXT = "application/octet-stream", "text/plain"
ENDINGS: dict[str, tuple[str, ...]] = {  # what we know → how such files are named, the usual one first
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/heif": ("heic", "heif", "hif"),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm",),
    "video/3gpp": ("3gp", "3gpp"),
    "audio/mpeg": ("mp3",),
    "audio/amr": ("amr",),
    "audio/wav": ("wav",),
    "audio/mp4": ("m4a",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "application/pdf": ("pdf",),
    TEXT: ("txt", "csv", "log", "eml"),
}
BY_ENDING = {ending: media for media, endings in ENDINGS.items() for ending in endings}
LOOKED_AT = 64 * 1024  # bytes from the beginning
LONGEST_NAME = 120
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """A file as its bytes show it. `name` is safe to offer; `agrees`: its name promised no other kind."""

    media: str
    name: str
    agrees: bool


def inspect(name: str, content: bytes) -> Inspected:
    """Look at a file. One of a kind that we do not know is bytes and nothing more, whatever it calls itself."""
    media, plain = media_of(content), plain_name(name)
    _stem, dot, ending = plain.rpartition(".")
    promised = BY_ENDING.get(ending.lower(), "") if dot else ""
    if media == TEXT and promised != TEXT:
        media = UNKNOWN  # a script is text too
    usual = ENDINGS.get(media, ("bin",))
    agrees = promised == media or (not promised and not dot and media != UNKNOWN)
    if not dot or ending.lower() not in usual:
        plain = f"{plain[: LONGEST_NAME - 5]}.{usual[0]}" if plain else f"file.{usual[0]}"
    return Inspected(media=media, name=plain, agrees=agrees and (media != UNKNOWN))


def media_of(content: bytes) -> str:
    """The kind of a file by its first bytes: one of `ENDINGS`, or bytes and nothing more."""
    head = content[:LOOKED_AT]
    for media in _guessed(head):
        return media
    return TEXT if _reads_as_text(head) else UNKNOWN


def _guessed(head: bytes) -> list[str]:
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
    known = [BY_ENDING.get(one.extension.lstrip(".").lower(), "") for one in found]
    return [media for media in known if media and media != TEXT]


def _reads_as_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as fault:
            if fault.start < len(head) - 4:  # a sign may be cut in two at the end
                continue
        return True
    return False


def plain_name(name: str) -> str:
    """A name without a path, without signs that cannot be seen, in its plain form; "" when nothing is left."""
    folded = unicodedata.normalize("NFKC", name[:1000])
    seen = "".join(sign for sign in folded if unicodedata.category(sign)[0] != "C")
    last = seen.replace("\\", "/").rpartition("/")[2]
    plain = re.sub(r'[<>:"|?*\s]+', " ", last).strip(" .")
    if len(plain) > LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        plain = f"{stem[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if dot else plain[:LONGEST_NAME]
    return f"_{plain}" if RESERVED.match(plain) else plain
