"""Danger in a customer's words: what is told, and what only sounds like it. Pure.

An alarm is silenced by a clear denial, by a name that only holds the word, or where danger is imagined, prevented or
asked about before the thing is even there. Whatever is silenced is told too, without the words, so that it is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bihuan.registers.knowledge.content import Hazard, Knowledge
from bihuan.registers.knowledge.denial import denied
from bihuan.registers.knowledge.matching import Found, Phrase, clause_before, find, longest, phrase, plain
from bihuan.registers.knowledge.reading import shipped

DENIED, NOT_MEANT, SUPPOSED = "denied", "not_meant", "supposed"


@dataclass(frozen=True)
class Alarm:
    """A hazard heard, and the customer's words that told it."""

    hazard: Hazard
    phrase: str


@dataclass(frozen=True)
class Silenced:
    """A word of danger that raised no alarm, and why: denied, not_meant or supposed. Never the words."""

    hazard: str
    why: str


@dataclass(frozen=True)
class Danger:
    """All that was heard of danger, each alarm once, in reading order."""

    alarms: tuple[Alarm, ...]
    silenced: tuple[Silenced, ...]


@lru_cache(maxsize=4)
def _phrases(known: Knowledge) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    dangers = tuple(phrase(h.code, said) for h in known.hazards for said in h.said)
    dangers += tuple(phrase("", said) for said in known.not_meant)
    supposed = tuple(
        phrase(m.means, said) for m in known.marks if m.about == "supposed" and m.means for said in m.said
    )
    return dangers, supposed


def danger(words: str, *, knowledge: Knowledge | None = None) -> Danger:
    """The dangers told, and the ones that only sounded so."""
    known = knowledge or shipped()
    text, by_code = plain(words), {h.code: h for h in known.hazards}
    dangers, supposed = _phrases(known)
    every = find(dangers, text)
    alarms: dict[str, Alarm] = {}
    silenced: list[Silenced] = []
    before, before_denied = None, False
    for found in longest(every):
        no = denied(text, found, before=before, before_denied=before_denied)
        before, before_denied = found, no
        if not found.code:
            silenced += [Silenced(code, NOT_MEANT) for code in _under(found, every)]
        elif no:
            silenced.append(Silenced(found.code, DENIED))
        elif _imagined(text, found, supposed):
            silenced.append(Silenced(found.code, SUPPOSED))
        else:
            alarms.setdefault(found.code, Alarm(by_code[found.code], found.text))
    return Danger(tuple(alarms.values()), tuple(one for one in silenced if one.hazard not in alarms))


def hazards(words: str, *, knowledge: Knowledge | None = None) -> list[Alarm]:
    """The dangers said, each once, in reading order."""
    return list(danger(words, knowledge=knowledge).alarms)


def _under(found: Found, every: Sequence[Found]) -> list[str]:
    """The hazards whose words lie in a phrase that means none."""
    inside = [one.code for one in every if one.code and one.start < found.end and found.start < one.end]
    return list(dict.fromkeys(inside))


def _imagined(text: str, found: Found, supposed: Sequence[Phrase]) -> bool:
    """Whether the same clause said before that this is only imagined."""
    return bool(find(supposed, clause_before(text, found.start)))
