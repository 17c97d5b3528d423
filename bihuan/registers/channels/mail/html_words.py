"""A page of HTML as the words that a person would read: no tags, no scripts, no hidden head. One pass, linear in its
length; what stands in a quoted block begins with `> `, as in plain text."""

import html
import re

LONGEST = 2_000_000  # characters of a page that are looked at
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "object"})
_BLOCKS = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "section"}
    | {"article", "header", "footer", "address", "dd", "dt", "dl", "blockquote", "center", "form", "fieldset"}
)
_TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_SMALL = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}
_QUOTE = "\ue000"  # marks, of Unicode's private use, that no line keeps
_UNQUOTE = "\ue001"


def words_in(page: str) -> str:
    """The words of a page, line by line."""
    said: list[str] = []
    at, page = 0, page[:LONGEST].replace(_QUOTE, "").replace(_UNQUOTE, "")
    low = page.translate(
        _SMALL
    )  # sign for sign: lower() makes two of an İ, and every place behind it another
    endless: set[str] = set()  # ends that are known not to come any more
    while (begin := page.find("<", at)) >= 0:
        said.append(_text(page[at:begin]))
        at, mark = _after_tag(page, low, begin, endless)
        said.append(mark)
    said.append(_text(page[at:]))
    return _lines("".join(said))


def _text(piece: str) -> str:
    return _SPACES.sub(" ", html.unescape(piece)) if piece else ""


def _after_tag(page: str, low: str, begin: int, endless: set[str]) -> tuple[int, str]:
    """Where the tag that begins here ends, with all that it hides, and what it means for the words."""
    if page.startswith("<!--", begin):
        return _past(page, "-->", begin + 4, endless), ""
    tag = _TAG.match(page, begin + 1)
    if tag is None and page[begin + 1 : begin + 2] not in {"!", "?", "/"}:
        return begin + 1, "<"  # a sign of the text: 3 < 4
    end = _past(page, ">", begin + 1, endless)
    if tag is None:
        return end, ""
    name, closes = tag[1].lower(), page[begin + 1] == "/"
    if name in _HIDDEN and not closes and page[end - 2 : end] != "/>":
        closing = f"</{name}"
        if closing in endless or (found := low.find(closing, end)) < 0:
            endless.add(closing)
            return end, ""
        return _past(page, ">", found, endless), ""
    return end, _meaning(name, closes)


def _past(page: str, mark: str, at: int, endless: set[str]) -> int:
    """Behind the next such mark; `at` itself when none comes any more."""
    if mark in endless:
        return at
    found = page.find(mark, at)
    if found < 0:
        endless.add(mark)
        return at
    return found + len(mark)


def _meaning(name: str, closes: bool) -> str:
    if name == "br":
        return "\n"
    if name == "blockquote":
        return f"\n{_UNQUOTE}" if closes else f"\n{_QUOTE}"
    if name in {"td", "th"}:
        return " " if closes else ""
    return "\n" if name in _BLOCKS else ""


def _lines(text: str) -> str:
    """Lines without needless spaces; those of a quoted block marked."""
    depth, lines = 0, []
    for line in text.split("\n"):
        depth += line.count(_QUOTE)
        words = line.replace(_QUOTE, "").replace(_UNQUOTE, "").strip()
        lines.append(f"> {words}" if depth > 0 and words else words)
        depth = max(depth - line.count(_UNQUOTE), 0)
    return "\n".join(lines)
