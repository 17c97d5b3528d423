"""Where in a text the words of a question stand: a short piece around the first, each of them marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bihuan.ground.searching.tokens import normal

BEFORE, LENGTH = 16, 90  # characters


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; `hit` where it is what was asked for."""

    text: str
    hit: bool = False


def excerpt(text: str, words: Sequence[str], *, length: int = LENGTH) -> list[Piece]:
    """About `length` characters of a text around the first word found in it, as it was written; `words` are
    normalised. A text that holds none of them begins at its beginning."""
    plain = " ".join(text.split())
    spots = _spots(plain, words)
    start = max(0, spots[0][0] - BEFORE) if spots else 0
    end = min(len(plain), start + length)
    pieces = [Piece("…")] if start else []
    at = start
    for begins, ends in spots:
        if begins >= end:
            break
        if begins > at:
            pieces.append(Piece(plain[at:begins]))
        pieces.append(Piece(plain[begins:ends], hit=True))
        at = ends
    if at < end:
        pieces.append(Piece(plain[at:end]))
    return [*pieces, Piece("…")] if max(at, end) < len(plain) else pieces


def _spots(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text as written, from left to right, never overlapping."""
    folded, origin = [], []
    for at, sign in enumerate(text):
        for one in normal(sign):
            folded.append(one)
            origin.append(at)
    flat = "".join(folded)
    found: list[tuple[int, int]] = []
    for word in words:
        at = flat.find(word) if word else -1
        while at >= 0:
            found.append((origin[at], origin[at + len(word) - 1] + 1))
            at = flat.find(word, at + len(word))
    kept: list[tuple[int, int]] = []
    for begins, ends in sorted(found):
        if not kept or begins >= kept[-1][1]:
            kept.append((begins, ends))
        elif ends > kept[-1][1]:
            kept[-1] = (kept[-1][0], ends)
    return kept
