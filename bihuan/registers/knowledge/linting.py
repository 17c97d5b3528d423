"""What is doubtful about the rules of sorting: nothing here is refused, a person looks at it. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.registers.knowledge.content import Knowledge
from bihuan.registers.knowledge.matching import plain

SHORT = 1  # characters: words so short are said by chance
TOLD_OTHERWISE = frozenset({"safety", "fault", "order_work", "other"})  # problems that need no words


@dataclass(frozen=True)
class Doubt:
    """`code`: twice (the same words in two rules), short, silent (a rule without words), danger (words of danger that
    another list calls harmless); `rules` and `said` tell where."""

    code: str
    rules: tuple[str, ...]
    said: str


def doubts_of(known: Knowledge) -> list[Doubt]:
    """Everything doubtful, in the order of the lists."""
    return [*_twice(known), *_short(known), *_silent(known), *_harmless(known)]


def _twice(known: Knowledge) -> Iterator[Doubt]:
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mark in known.marks:
        for said in mark.said:
            where[mark.about, plain(said)].append(mark.code)
    for route in known.routes:
        for said in route.said:
            where["problem", plain(said)].append(route.problem)
    for (_, said), rules in where.items():
        if len(rules) > 1:
            yield Doubt("twice", tuple(rules), said)


def _short(known: Knowledge) -> Iterator[Doubt]:
    for mark in known.marks:
        for said in mark.said:
            if len(said) <= SHORT:
                yield Doubt("short", (mark.code,), said)


def _silent(known: Knowledge) -> Iterator[Doubt]:
    for mark in known.marks:
        if not mark.said:
            yield Doubt("silent", (mark.code,), "")
    for route in known.routes:
        if not route.said and route.problem not in TOLD_OTHERWISE:
            yield Doubt("silent", (route.problem,), "")


def _harmless(known: Knowledge) -> Iterator[Doubt]:
    harmless = {plain(said) for said in known.not_meant}
    for hazard in known.hazards:
        for said in hazard.said:
            if plain(said) in harmless:
                yield Doubt("danger", (hazard.code,), said)
