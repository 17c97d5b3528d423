"""Text made plain without changing its length: half width, simplified, no signs that cannot be seen."""

import unicodedata
from functools import lru_cache
from pathlib import Path

TAKEN = "\0"  # stands where something was understood already
_PAIRS = Path(__file__).parent / "traditional.txt"
_SIGNS = {
    "：": ":",
    "，": ",",
    "；": ";",
    "（": "(",
    "）": ")",
    "－": "-",
    "—": "-",
    "–": "-",
    "～": "~",
    "｜": "|",
}


@lru_cache(maxsize=1)
def _simplified() -> dict[str, str]:
    lines = _PAIRS.read_text(encoding="utf-8").splitlines()
    return {pair[0]: pair[1] for line in lines if not line.startswith("#") for pair in line.split()}


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    """One character as rules read it; what cannot be seen is a space."""
    if sign in "\n\t":
        return sign
    if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"}:
        return " "
    held = unicodedata.normalize("NFKC", sign)
    held = held if len(held) == 1 else sign
    held = _SIGNS.get(held, held)
    return _simplified().get(held, held)


def folded(text: str) -> str:
    """The text as rules read it, of the same length."""
    return "".join(map(_sign, text))


def lowered(text: str) -> str:
    """Small letters, of the same length."""
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)


def without(text: str, *spans: tuple[int, int]) -> str:
    """The text with these spans blotted out, of the same length."""
    signs = list(text)
    for begin, end in spans:
        signs[begin:end] = TAKEN * (end - begin)
    return "".join(signs)
