"""Which events a clause listens to: a kind, and what its fields must say. Pure.

Written as `"dispatch.withdrawn by_customer=no"` or `"case.chased times>=3"`: first the kind, then conditions, all
of which must hold. Yes and no stand for true and false.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_CONDITION = re.compile(r"([a-z_]+)(>=|=)(\S+)")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Condition:
    field: str
    sign: str  # "=" or ">="
    value: str

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether an event with these facts meets it; a field that is missing never does."""
        told = facts.get(self.field)
        if told is None:
            return False
        if self.sign == ">=":
            return int(told) >= int(self.value)
        return ("yes" if told else "no") == self.value if isinstance(told, bool) else str(told) == self.value


@dataclass(frozen=True)
class Pattern:
    kind: str
    conditions: tuple[Condition, ...] = ()

    def fits(self, kind: str, facts: Mapping[str, Any]) -> bool:
        return self.kind == kind and all(one.holds(facts) for one in self.conditions)

    def __str__(self) -> str:
        return " ".join([self.kind, *(f"{one.field}{one.sign}{one.value}" for one in self.conditions)])


def read_pattern(text: str) -> Pattern:
    """The pattern of such a text; ValueError when a condition cannot be read."""
    kind, *told = text.split()
    conditions = []
    for words in told:
        found = _CONDITION.fullmatch(words)
        if found is None or (found[2] == ">=" and not _NUMBER.fullmatch(found[3])):
            raise ValueError(words)
        conditions.append(Condition(found[1], found[2], found[3]))
    return Pattern(kind, tuple(conditions))
