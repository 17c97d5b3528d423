"""Which characters stand in bytes, whatever the mail says of them. Chinese clients write GBK and call it GB2312, some
call everything UTF-8, some say nothing at all. Nothing here fails: what cannot be read becomes U+FFFD."""

import codecs
import re

LOST = "\ufffd"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME = re.compile(
    r"utf-?(?:8|7|16|32)(?:[-_]?(?:le|be|sig))?|iso-?(?:8859-\d{1,2}|2022-(?:jp|kr)[-_0-9a-z]{0,5})|us-ascii|ascii"
    r"|windows-\d{3,4}|cp\d{3,4}|latin-?\d{1,2}|koi8-[rut]|shift[-_]?jis|euc-(?:jp|kr)|big5(?:-?hkscs)?|hz(?:-gb-2312)?"
)
"""Character sets that may be named. The codecs of Python hold more, and some of those cost too much."""

_SIMPLIFIED = re.compile(
    r"(?:x-)?(?:gb[-_]?(?:2312|k|18030)(?:[-_]?\d{2,4})?|euc-?cn|cp936|ms936|windows-936|chinese)"
)
_TRADITIONAL = re.compile(r"(?:x-)?(?:big-?5(?:-?hkscs)?|cp950|windows-950|x-x-big5)")
_SILENT = frozenset(
    {"", "us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252", "unknown-8bit"}
)
"""What mailers say when they do not know."""


def read_text(raw: bytes, said: str = "") -> str:
    """The text in these bytes. `said` is the character set that the mail names, if it does."""
    name = said.strip().strip("\"'").lower()
    if raw.isascii() and not _shifts(name):
        return raw.decode("ascii")
    if not _shifts(name) and _is_utf8(raw):
        return raw.decode("utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else "utf-8")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not name.startswith("gb"):
        name = "utf-16"
    named = _named(name)
    if named and (text := _strict(raw, named)) is not None:
        return text
    return _guessed(raw, named)


def _shifts(name: str) -> bool:
    """Whether plain ASCII may mean something else in it."""
    return name.startswith(("hz", "iso-2022", "utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf32"))


def _is_utf8(raw: bytes) -> bool:
    """Whether it is UTF-8, and not GBK that looks like it by chance: two bytes a character do, three do not."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(char >= "\u0800" for char in text) or not any(char > "\x7f" for char in text)


def _named(name: str) -> str:
    """Our codec for a name; empty for one that says nothing or that we do not know."""
    if name in _SILENT:
        return ""
    if _SIMPLIFIED.fullmatch(name):
        return "gb18030"
    if _TRADITIONAL.fullmatch(name):
        return "big5hkscs"
    name = {"hz-gb-2312": "hz"}.get(name, name)
    if not _NAME.fullmatch(name):
        return ""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _guessed(raw: bytes, named: str) -> str:
    """The likeliest reading: a code that fits without a fault, else the named one with its gaps."""
    if (text := _strict(raw, "utf-8")) is not None:
        return text if named != "gb18030" else raw.decode("gb18030", "replace")
    fits = [codec for codec in ("gb18030", "big5hkscs") if _strict(raw, codec) is not None]
    if fits:
        return raw.decode(max(fits, key=lambda codec: _usual(raw, codec)))
    texts = [raw.decode(codec, "replace") for codec in ([named] if named else []) + ["utf-8", "gb18030"]]
    best = min(texts, key=lambda text: text.count(LOST))
    if named or best.count(LOST) * 10 < len(best):
        return best
    return raw.decode("latin-1")


def _usual(raw: bytes, codec: str) -> float:
    """The share of characters that are in daily use, by where their code stands: both tables begin with those."""
    first, last, after = (0xB0, 0xD7, 0xA1) if codec == "gb18030" else (0xA4, 0xC6, 0x40)
    usual = seen = at = 0
    sample = raw[:20_000]
    while at < len(sample) - 1:
        if sample[at] < 0x80:
            at += 1
            continue
        seen += 1
        usual += first <= sample[at] <= last and sample[at + 1] >= after
        at += 2
    return usual / seen if seen else 0.0


def without_controls(text: str) -> str:
    """The text without what nobody sees and a database may refuse: controls, and halves of characters. Lines and
    tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)
