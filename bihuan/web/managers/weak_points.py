"""Weak points and groups of answers in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from bihuan.service.cases.words import KINDS
from bihuan.service.improvement.analysing import FACTORS
from bihuan.service.improvement.rules import Measured
from bihuan.service.improvement.words import FACTORS as FACTOR_WORDS
from bihuan.service.improvement.words import PROMISE_GROUPS, STAGES
from bihuan.web.look.naming import family_name


def group_name(factor: str, key: str, nodes: Mapping[int, str]) -> str:
    """A group of a factor: a service point, an appliance, a kind of work, promises kept or not."""
    match factor:
        case "node":
            return nodes.get(int(key), _("Not known")) if key.isdecimal() else _("Not known")
        case "category":
            return family_name(key) if key else _("Not known")
        case "kind":
            return str(KINDS.get(key, key))
        case "promise":
            return str(PROMISE_GROUPS.get(key, key))
    return str(FACTOR_WORDS["all"])


@dataclass(frozen=True, kw_only=True)
class Named:
    """A weak point by its code (`factor:key:stage`), in words; blank where none was named."""

    code: str = ""
    stage: str = ""
    words: str = ""

    @classmethod
    def read(cls, code: str, nodes: Mapping[int, str]) -> Self:
        """From an address; a code that names nothing is none."""
        factor, _colon, rest = code.partition(":")
        key, _colon, stage = rest.rpartition(":")
        if factor not in {"all", *FACTORS} or stage not in STAGES or len(code) > 60:
            return cls()
        return cls(code=code, stage=stage, words=f"{group_name(factor, key, nodes)} · {STAGES[stage]}")


@dataclass(frozen=True, kw_only=True)
class Weak:
    """A weak point as the page shows it."""

    point: Named
    factor: str
    n: int
    csat: float | None
    mean: float | None


def named_weak(one: Measured, nodes: Mapping[int, str]) -> Weak:
    point = Named.read(f"{one.factor}:{one.key}:{one.stage}", nodes)
    return Weak(point=point, factor=str(FACTOR_WORDS[one.factor]), n=one.n, csat=one.csat, mean=one.mean)
