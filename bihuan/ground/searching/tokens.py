"""The one tokenizer: what of a text stands in the index, and what of the index a question needs.

Writing without spaces (Chinese, and whatever is not ASCII) is cut into characters and overlapping pairs of them; a run
of Latin letters and digits, its joints left out, into overlapping pieces of one to four. So whatever stands in a text
is found by any piece of it, and every token is asked for as it is: none by its beginning, which would be slow.
"""

import re
import unicodedata

ASIDE = "*"  # before what only some may search by: no other token begins so
WIDE, RUN = 2, 4  # the longest pieces of either sort
TAILS = 3  # of a long run, the pieces at its end that are asked for: numbers differ there

_JOINTS = re.compile(r"(?<=[0-9a-z])[-/]+(?=[0-9a-z])")
_PIECES = re.compile(r"(?P<run>[0-9a-z]+)|(?P<wide>[^\W\x00-\x7f]+)")


def normal(text: str) -> str:
    """As texts are compared: NFKC, lower case. Full-width digits are digits, ＫＦＲ is kfr."""
    return unicodedata.normalize("NFKC", text).lower()


def joined(text: str) -> str:
    """A text without the joints of numbers, which people write or leave out: kfr-35gw and kfr35gw are one."""
    return _JOINTS.sub("", text)


def tokens_of(text: str) -> set[str]:
    """What a text stands under in the index."""
    found: set[str] = set()
    for piece in _PIECES.finditer(joined(normal(text))):
        told, longest = piece[0], WIDE if piece["wide"] else RUN
        for length in range(1, min(longest, len(told)) + 1):
            found.update(_pieces(told, length))
    return found


def aside(tokens: set[str]) -> set[str]:
    """These tokens, found only by who may search by them."""
    return {ASIDE + token for token in tokens}


def needed(term: str) -> tuple[str, ...]:
    """The tokens that a text must have to hold this term, which is normalised; nothing for a term of mere signs."""
    found: dict[str, None] = {}
    for piece in _PIECES.finditer(term):
        told, longest = piece[0], WIDE if piece["wide"] else RUN
        pieces = _pieces(told, min(longest, len(told)))
        if piece["run"] and len(pieces) > TAILS + 1:
            pieces = [pieces[0], *pieces[-TAILS:]]
        found.update(dict.fromkeys(pieces))
    return tuple(found)


def _pieces(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(len(text) - length + 1)]


def contains(text: str, term: str) -> bool:
    """Whether a text holds a term, both normalised: as it stands, or without joints."""
    return term in text or (bool(plain := joined(term)) and plain in joined(text))
