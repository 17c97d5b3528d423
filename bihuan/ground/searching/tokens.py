"""The one tokenizer: what of a text stands in the index, and what of the index a question needs.

Writing without spaces (Chinese, and whatever is not ASCII) is cut into overlapping pairs of characters and the last
one; a run of Latin letters and digits is kept whole and from each of its signs on, so that every part of it begins
something. Whatever stands in a text is found by any piece of it.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 24  # signs of a run that a token keeps
ASIDE = "*"  # before what only some may search by: no run and no character begins so

_PIECES = re.compile(r"(?P<run>[0-9a-z]+(?:[-/][0-9a-z]+)*)|(?P<wide>[^\W\x00-\x7f]+)")
_JOINTS = re.compile(r"[-/]")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that a text must hold; with `begins`, one that begins so."""

    text: str
    begins: bool = False


def normal(text: str) -> str:
    """As texts are compared: NFKC, lower case. Full-width digits are digits, ＫＦＲ is kfr."""
    return unicodedata.normalize("NFKC", text).lower()


def joined(text: str) -> str:
    """A number without the joints that people write or leave out: kfr-35gw and kfr35gw are one."""
    return _JOINTS.sub("", text)


def tokens_of(text: str) -> set[str]:
    """The tokens of free text."""
    found: set[str] = set()
    for piece in _PIECES.finditer(normal(text)):
        if wide := piece["wide"]:
            found.update(wide[at : at + 2] for at in range(len(wide)))  # the last is one character
            continue
        run = piece["run"]
        found.update(run[at : at + LONGEST] for at, sign in enumerate(run) if sign not in "-/")
        found.add(joined(run)[:LONGEST])
    return found


def number_tokens(text: str) -> set[str]:
    """The tokens of a number of a case, a serial, an order: whole, its parts, its digits, and its last four and six.
    Fewer than for free text: such numbers are many and never twice the same."""
    told = normal(text)
    if not told.isascii():
        return tokens_of(told)
    found: set[str] = set()
    for piece in _PIECES.finditer(told):
        run = piece["run"]
        plain = joined(run)
        found |= {run[:LONGEST], plain[:LONGEST], plain[-4:], plain[-6:]}
        found.update(part[:LONGEST] for part in _JOINTS.split(run))
        found.update(digits[:LONGEST] for digits in re.findall(r"\d{4,}", plain))
    return found


def aside(tokens: set[str]) -> set[str]:
    """These tokens, found only by who may search by them."""
    return {ASIDE + token for token in tokens}


def needed(term: str) -> tuple[Token, ...]:
    """What a text must hold to hold this term, which is normalised; nothing for a term of mere signs."""
    found: dict[Token, None] = {}
    for piece in _PIECES.finditer(term):
        if run := piece["run"]:
            found[Token(run[:LONGEST], begins=True)] = None
        elif len(wide := piece["wide"]) == 1:
            found[Token(wide, begins=True)] = None
        else:
            found.update((Token(wide[at : at + 2]), None) for at in range(len(wide) - 1))
    return tuple(found)


def contains(text: str, term: str) -> bool:
    """Whether a text holds a term, both normalised: as it stands, or without joints."""
    return term in text or (bool(plain := joined(term)) and plain in joined(text))
