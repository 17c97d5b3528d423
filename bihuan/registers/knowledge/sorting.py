"""Sorting what a customer wrote: kind of work, wish, problem, impact; each with the words that say so. Pure.

Words and rules in, codes and reasons out. A person may always say otherwise; what was said here stays beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bihuan.registers.knowledge.content import GENERAL, Knowledge, Mark
from bihuan.registers.knowledge.danger import Danger, danger
from bihuan.registers.knowledge.denial import simply_denied
from bihuan.registers.knowledge.matching import Found, Phrase, find, longest, phrase, plain
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rules import families, problem_of, standard_symptoms

ORDERED = frozenset(
    {"installation", "relocation", "cleaning", "maintenance", "delivery", "recycling", "extended_warranty"}
)
FIELDS = ("kind", "wish", "problem", "department", "category", "symptom", "danger", "impact")


@dataclass(frozen=True)
class Reason:
    """Which entry of the rules spoke (its list and code), and the customer's words that it heard."""

    rule: str
    words: str


@dataclass(frozen=True)
class Sorted:
    """What the rules make of some words; "" where they say nothing. `why` tells for each field who spoke."""

    kind: str
    wish: str
    problem: str
    department: str
    level: str
    sort: str
    service: str
    area: str
    category: str
    symptoms: tuple[str, ...]
    core_lost: bool
    impact: str
    danger: Danger
    asks_again: bool
    why: dict[str, tuple[Reason, ...]] = field(default_factory=dict)

    @property
    def dangers(self) -> tuple[str, ...]:
        return tuple(alarm.hazard.code for alarm in self.danger.alarms)


@lru_cache(maxsize=4)
def _phrases(known: Knowledge) -> dict[str, tuple[Phrase, ...]]:
    """Per thing that marks tell of: their phrases, each pointing to the mark's place in the list."""
    found: dict[str, list[Phrase]] = {}
    for at, mark in enumerate(known.marks):
        found.setdefault(mark.about, []).extend(phrase(str(at), said) for said in mark.said)
    return {about: tuple(phrases) for about, phrases in found.items()}


def heard(
    words: str, about: str, *, fault: bool = False, knowledge: Knowledge | None = None
) -> tuple[Mark, str] | None:
    """The first mark of the list that these words say about this, and the words; None for none. `fault`: a fault is
    named, so weak marks are not heard."""
    known, text = knowledge or shipped(), plain(words)
    hits = longest(find(_phrases(known).get(about, ()), text))
    told = [(known.marks[int(hit.code)], hit) for hit in hits if not simply_denied(text, hit)]
    meant = [(mark, hit) for mark, hit in told if mark.means and not (mark.weak and fault)]
    if not meant:
        return None
    mark, hit = min(meant, key=lambda pair: int(pair[1].code))
    return mark, _said(hit)


def _said(hit: Found) -> str:
    return hit.text


def asks_again(words: str, *, knowledge: Knowledge | None = None) -> bool:
    """Whether these words ask what became of something that was reported before."""
    return heard(words, "again", knowledge=knowledge) is not None


def kind_in(
    words: str, *, symptoms: Sequence[object], knowledge: Knowledge | None = None
) -> tuple[str, tuple[Reason, ...]]:
    """The kind of work, and why. A named fault is a repair; so is whatever says nothing else."""
    found = heard(words, "kind", fault=bool(symptoms), knowledge=knowledge)
    if found is None:
        return "repair", ()
    return found[0].means, (Reason(f"mark:{found[0].code}", found[1]),)


def sort_words(
    words: str,
    *,
    category: str = "",
    told_symptoms: Sequence[str] = (),
    told_kind: str = "",
    knowledge: Knowledge | None = None,
) -> Sorted:
    """Everything that the rules say of these words. What a person told already (family, symptoms, kind) is taken as
    so, and the rest judged beside it."""
    known = knowledge or shipped()
    why: dict[str, tuple[Reason, ...]] = {}
    named = [one for one in families(words, knowledge=known) if one != GENERAL]
    family = category or (named[0] if len(named) == 1 else "")
    if named and not category:
        why["category"] = tuple(Reason(f"family:{code}", "") for code in named)
    said = standard_symptoms(words, category or None, knowledge=known)
    symptoms = tuple(told_symptoms) or tuple(code for code, _ in said)
    why["symptom"] = tuple(Reason(f"symptom:{code}", text) for code, text in said)
    risk = danger(words, knowledge=known)
    why["danger"] = tuple(Reason(f"hazard:{a.hazard.code}", a.phrase) for a in risk.alarms)
    fault = [*symptoms, *(a.hazard.code for a in risk.alarms)]
    kind, why["kind"] = kind_in(words, symptoms=fault, knowledge=known)
    route, text = problem_of(
        known,
        words,
        [(code, "") for code in symptoms],
        danger=bool(risk.alarms),
        ordered=(told_kind or kind) in ORDERED,
    )
    why["problem"] = (Reason(f"route:{route.problem}", text),)
    why["department"] = why["problem"]
    wish, impact = _marked(words, "wish", fault, known, why), _marked(words, "impact", (), known, why)
    heard_core = [s.code for s in known.symptoms if s.core and s.code in symptoms]
    return Sorted(
        kind=kind,
        wish=wish,
        problem=route.problem,
        department=route.department,
        level=route.level,
        sort=route.sort,
        service=route.service,
        area=route.area,
        category=family,
        symptoms=symptoms,
        core_lost=bool(heard_core),
        impact=impact,
        danger=risk,
        asks_again=asks_again(words, knowledge=known),
        why={name: reasons for name, reasons in why.items() if reasons},
    )


def _marked(
    words: str,
    about: str,
    fault: Sequence[str],
    known: Knowledge,
    why: dict[str, tuple[Reason, ...]],
) -> str:
    found = heard(words, about, fault=bool(fault), knowledge=known)
    if found is None:
        return ""
    why[about] = (Reason(f"mark:{found[0].code}", found[1]),)
    return found[0].means
