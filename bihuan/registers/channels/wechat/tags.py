"""The XML that WeChat speaks: one level of tags, a second one where a place or a scan is told. Nothing of XML's
dangers is read: no document type, no entity, nothing large."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_BYTES = 256 * 1024
MOST_TAGS = 200


class NoTags(Exception):
    """This is no message of theirs; its one argument says why in a word."""


def read_tags(raw: bytes) -> dict[str, str]:
    """Tag → text; what lies deeper reads as `Outer.Inner`. The first of several tags of one name counts."""
    if len(raw) > MOST_BYTES:
        raise NoTags("too_large")
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise NoTags("not_xml") from fault
    if root.tag != "xml":
        raise NoTags("not_xml")
    found: dict[str, str] = {}
    for number, one in enumerate(root):
        if number >= MOST_TAGS:
            raise NoTags("too_many")
        found.setdefault(one.tag, one.text or "")
        for inner in list(one)[:MOST_TAGS]:
            found.setdefault(f"{one.tag}.{inner.tag}", inner.text or "")
    return found


def write_tags(told: Mapping[str, str | int]) -> str:
    """The same the other way: numbers bare, texts escaped."""
    lines = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())
    return f"<xml>{lines}</xml>"
