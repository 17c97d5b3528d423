"""Whether a post is about us. Values in, values out."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One keyword rule as it is judged by; `id` is its row."""

    id: int
    name: str
    words: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    about_us: bool = True
    kind: str = ""
    urgency: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rules make of a post, and which of them; `rule` is None where none fits: it is not about us then."""

    about_us: bool
    rule: Rule | None = None


def judge(words: str, rules: Sequence[Rule]) -> Verdict:
    """The first rule that fits decides."""
    told = plain(words)
    for rule in rules:
        if any(plain(one) in told for one in rule.words if plain(one)) and not any(
            plain(one) in told for one in rule.excludes if plain(one)
        ):
            return Verdict(about_us=rule.about_us, rule=rule)
    return Verdict(about_us=False)


def plain(words: str) -> str:
    """Words as they are compared: half-width, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())
