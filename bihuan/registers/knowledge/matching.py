"""Finds known phrases in a customer's own words, in Chinese and English. Pure.

A phrase may hold "…": up to six other characters of the same clause (twenty-four in English).
Where phrases overlap, the one with more characters of its own wins, then the tighter one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bihuan.registers.knowledge.spelling import standard

LONGEST_TEXT = 5_000
COMPILED = 8_192  # expressions kept, more than there are phrases
CLAUSE_ENDS = "，。！？；：,.!?;:\n"
_STOP = re.escape(CLAUSE_ENDS)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})


@dataclass(frozen=True)
class Phrase:
    """A phrase that points to a code; `body` is the regular expression of it."""

    code: str
    said: str
    first: str
    body: str
    weight: int

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when a text first holds the beginning: most phrases are never said."""
        return _compiled(self.body)


@dataclass(frozen=True)
class Found:
    """Where a phrase stands in a text; `gaps` is what stood for each "…"."""

    code: str
    said: str
    text: str
    start: int
    end: int
    weight: int
    gaps: tuple[str, ...] = ()


@lru_cache(maxsize=COMPILED)
def _compiled(body: str) -> re.Pattern[str]:
    return re.compile(body)


def plain(words: str) -> str:
    """The text as phrases are written: full width folded, lower case, straight apostrophes, usual slips mended."""
    return standard(unicodedata.normalize("NFKC", words[:LONGEST_TEXT]).translate(_APOSTROPHES).lower())


def phrase(code: str, said: str) -> Phrase:
    """A phrase made ready. English ones stand as whole words and may carry an ending."""
    pieces = plain(said.replace("…", "\0")).split("\0")
    latin = all(piece.isascii() for piece in pieces)
    gap = rf"([^{_STOP}]{{0,{24 if latin else 6}}}?)"
    body = gap.join(re.escape(piece) for piece in pieces)
    if latin:
        body = rf"(?<![a-z0-9]){body}(?:s|es|ed|ing)?(?![a-z0-9])"
    weight = sum(len(piece) for piece in pieces)
    return Phrase(code, said, pieces[0], body, weight)


def find(phrases: Iterable[Phrase], text: str) -> list[Found]:
    """Every place of every phrase in a text made `plain`."""
    return [
        Found(p.code, p.said, hit.group(), hit.start(), hit.end(), p.weight, hit.groups())
        for p in phrases
        if p.first in text
        for hit in p.pattern.finditer(text)
    ]


def longest(found: Iterable[Found]) -> list[Found]:
    """The finds that stand when overlaps are settled, in reading order; equal claims of several codes all stay."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (-f.weight, f.end - f.start, f.start)):
        rivals = [k for k in kept if one.start < k.end and k.start < one.end]
        equal = all((k.start, k.end, k.weight) == (one.start, one.end, one.weight) for k in rivals)
        if equal and all(k.code != one.code for k in rivals):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


def clause_before(text: str, at: int) -> str:
    """The part of the clause that stands before a place."""
    begin = max((text.rfind(mark, 0, at) for mark in CLAUSE_ENDS), default=-1) + 1
    return text[begin:at]


def clause_after(text: str, at: int) -> str:
    """The part of the clause that stands after a place, with the mark that ends it."""
    ends = [text.find(mark, at) for mark in CLAUSE_ENDS]
    stop = min((end for end in ends if end >= 0), default=len(text))
    return text[at : stop + 1]
