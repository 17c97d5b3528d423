"""Asking what we know: which standard symptoms and dangers lie in a customer's words, what a code means.

What is known is read from the rows and remembered in this process; every five seconds one small question asks
whether a row changed. Before anything is loaded, the shipped knowledge answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic

from django.db.models import Count, Max, Q, QuerySet

from bihuan.registers.knowledge import rules, sorting
from bihuan.registers.knowledge.content import (
    GENERAL,
    Checklist,
    ErrorCode,
    Knowledge,
    Standard,
    Symptom,
)
from bihuan.registers.knowledge.danger import Danger, danger
from bihuan.registers.knowledge.models import Item
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.knowledge.rows import Row, knowledge_of
from bihuan.registers.knowledge.sorting import Sorted, sort_words

KEPT_SECONDS = 5.0


@dataclass
class _Remembered:
    """What this process read last, the mark of the rows it was read from, and when it was last compared."""

    value: Knowledge | None = None
    mark: tuple[int, datetime | None] = (0, None)
    looked_at: float = field(default=float("-inf"))


_remembered = _Remembered()


def knowledge() -> Knowledge:
    """Everything known now, as one frozen value; the same object until a row changes."""
    held, at = _remembered, monotonic()
    if held.value is not None and at - held.looked_at < KEPT_SECONDS:
        return held.value
    told = Item.objects.aggregate(count=Count("id"), changed=Max("changed_at"))
    mark = (int(told["count"]), told["changed"])
    if held.value is None or held.mark != mark:
        held.value = _read() if mark[0] else shipped()
        held.mark = mark
    held.looked_at = at
    return held.value


def forget() -> None:
    """Compare with the rows at the next question: something was changed here."""
    _remembered.looked_at = float("-inf")
    _remembered.mark = (-1, None)


def _read() -> Knowledge:
    rows = Item.objects.filter(retired_at__isnull=True).order_by("kind", "position", "id")
    return knowledge_of(Row(row.kind, row.code, row.body, row.position) for row in rows)


def symptoms_in(words: str, *, category: str = "") -> list[str]:
    """The codes of the standard symptoms that these words name, most telling first."""
    return [code for code, _phrase in rules.standard_symptoms(words, category or None, knowledge=knowledge())]


def families_in(words: str) -> list[str]:
    """The appliance families that these words name, in the order they are named."""
    return rules.families(words, knowledge=knowledge())


def hazards_in(words: str) -> list[str]:
    """The codes of the dangers that these words name."""
    return [alarm.hazard.code for alarm in danger_in(words).alarms]


def danger_in(words: str) -> Danger:
    """The dangers that these words tell, and what only sounds like danger."""
    return danger(words, knowledge=knowledge())


def sorted_out(
    words: str, *, category: str = "", told_symptoms: Sequence[str] = (), told_kind: str = ""
) -> Sorted:
    """What the rules in force make of these words."""
    return sort_words(
        words,
        category=category,
        told_symptoms=told_symptoms,
        told_kind=told_kind,
        knowledge=knowledge(),
    )


def asks_again(words: str) -> bool:
    """Whether these words ask what became of something that was reported before."""
    return sorting.asks_again(words, knowledge=knowledge())


def kind_in(words: str, *, symptoms: Sequence[str]) -> str:
    """The kind of work that these words ask for."""
    return sorting.kind_in(words, symptoms=symptoms, knowledge=knowledge())[0]


def core_function_lost(symptoms: Iterable[str]) -> bool:
    """Whether one of these symptoms means that the machine does not do what it is for."""
    wanted = set(symptoms)
    return any(symptom.core for symptom in knowledge().symptoms if symptom.code in wanted)


def always_urgent(*, category: str = "", error_code: str = "", brand: str = "") -> bool:
    """Whether every fault of this family is urgent here, or the code shown can only mean danger."""
    if category and category in knowledge().urgent_families:
        return True
    meanings = error_codes_shown(error_code, category=category, brand=brand) if error_code else []
    return bool(meanings) and all(one.safety for one in meanings)


def symptoms_named(codes: Iterable[str]) -> dict[str, Symptom]:
    """The standard symptoms of these codes."""
    wanted = set(codes)
    return {one.code: one for one in knowledge().symptoms if one.code in wanted}


def symptoms_for(category: str) -> list[Symptom]:
    """Every symptom that a machine of this family can have, the family's own first."""
    own = [one for one in knowledge().symptoms if one.family == category]
    return own + [one for one in knowledge().symptoms if one.family == "general"]


def judged(
    words: str,
    *,
    today: date,
    category: str = "",
    brand: str = "",
    code_shown: str = "",
    bought_on: date | None = None,
) -> rules.Judgement:
    """A first judgement of a report, for a person to confirm."""
    return rules.preliminary_judgement(
        words,
        today=today,
        family=category or None,
        brand=brand,
        code_shown=code_shown,
        bought_on=bought_on,
        knowledge=knowledge(),
    )


def error_codes_shown(shown: str, *, category: str = "", brand: str = "") -> list[ErrorCode]:
    """The meanings that a code may have, narrowed by family, and by brand where that leaves any."""
    wanted = shown.strip().replace("-", "").replace(" ", "").lower()
    hits = [
        one
        for one in knowledge().error_codes
        if wanted and one.code.lower() == wanted and category in ("", one.family)
    ]
    return [one for one in hits if brand and brand.casefold() in one.brand.casefold()] or hits


def checklists_for(symptoms: Iterable[str], *, category: str = "") -> list[Checklist]:
    """The phone checklists that fit these symptoms, the family's own before the general ones."""
    heard = set(symptoms)
    fits = [
        one
        for one in knowledge().checklists
        if heard & set(one.symptoms) and one.family in ("general", category or one.family)
    ]
    return sorted(fits, key=lambda one: one.family == "general")


def standards_for(*, category: str, kind: str, symptoms: Iterable[str] = ()) -> list[Standard]:
    """How this work is done, the most particular standard first: for the symptom, for the family, for any work."""
    heard = set(symptoms)
    fits = [
        one
        for one in knowledge().standards
        if one.family in (category, GENERAL)
        and (not one.kinds or kind in one.kinds)
        and (not one.symptoms or heard & set(one.symptoms))
    ]
    return sorted(fits, key=lambda one: (not one.symptoms, one.family == GENERAL))


def items_listed(search: str = "") -> QuerySet[Item]:
    """Every entry, retired ones too, for its register."""
    return Item.objects.filter(
        Q(kind__icontains=search) | Q(code__icontains=search) | Q(body__icontains=search)
    )
