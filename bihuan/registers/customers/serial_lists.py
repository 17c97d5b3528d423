"""Lists of serial numbers as people write them: one a line, or a range like SN0001-SN0100. Values in, values out."""

import re
from collections.abc import Iterable

MOST = 480  # stickers of one print: twenty sheets of twenty-four
_RANGE = re.compile(r"\s*(.*?)(\d{1,15})\s*(?:\.\.\.?|~|～|—|–|至|-)\s*(.*?)(\d{1,15})\s*")


class TooMany(ValueError):
    """More serials than one print takes."""


class Unsound(ValueError):
    """A line that is no serial number; `str()` is the line."""


def serials_in(lines: Iterable[str]) -> list[str]:
    """The serials, each once, in the order told."""
    found: dict[str, None] = {}
    for line in lines:
        for one in _of(line):
            found[one] = None
            if len(found) > MOST:
                raise TooMany
    return list(found)


def _of(line: str) -> Iterable[str]:
    told = line.strip()
    if not told:
        return ()
    if span := _span(told):
        return span
    if len(told) > 60 or not all(sign.isascii() and (sign.isalnum() or sign in "-/._") for sign in told):
        raise Unsound(told[:60])
    return (told.upper(),)


def _span(told: str) -> list[str]:
    """A range whose ends share what stands before their digits and how many these are; nothing for a plain serial,
    which may hold a dash itself."""
    match = _RANGE.fullmatch(told)
    if match is None:
        return []
    head, first, other, last = match.groups()
    same = head.upper() == other.upper() and len(first) == len(last) and int(first) <= int(last)
    if not same or not all(sign.isascii() and (sign.isalnum() or sign in "-/._") for sign in head):
        return []
    if int(last) - int(first) >= MOST:
        raise TooMany
    return [f"{head.upper()}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
