"""What lies in a customer's words, said while they are typed: symptoms, dangers, a question, an error code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from bihuan.registers.knowledge.queries import (
    error_codes_shown,
    judged,
    knowledge,
    sorted_out,
    symptoms_named,
)
from bihuan.registers.knowledge.sorting import Sorted
from bihuan.service.cases.words import KINDS, URGENCIES
from bihuan.service.intake.rules import LONGEST_WORDS
from bihuan.web.agents.rows import departments, families, in_language, is_chinese
from bihuan.web.look.sorting_words import in_words, rule_words


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One standard symptom beside the words, and whether its box is ticked."""

    code: str
    name: str
    said: str
    ticked: bool


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What an error code means."""

    family: str
    name: str
    cause: str
    advice: str
    danger: bool


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Everything found in the words, for a person to confirm."""

    offers: list[Offer]
    question: str
    advice: list[str]
    meanings: list[Meaning]
    code_unknown: bool
    urgency: str
    department: str
    remote: bool
    life: str
    kind: str
    problem: str
    why: list[str]


def heard_in(data: Mapping[str, Any], chosen: list[str], offered: list[str], *, today: date) -> Heard:
    """Judge what stands in the form. A symptom not offered before arrives ticked; a box once unticked stays so."""
    words, category = str(data.get("words", ""))[:LONGEST_WORDS], str(data.get("category", ""))
    brand, shown = str(data.get("brand", "")), str(data.get("error_code", ""))[:20]
    found = judged(
        words,
        today=today,
        category=category,
        brand=brand,
        code_shown=shown,
        bought_on=_day(data.get("bought_on")),
    )
    sorted_as = sorted_out(words, category=category, told_kind=str(data.get("kind", "")))
    said = dict(found.symptoms)
    codes = list(dict.fromkeys([*said, *chosen]))
    named = symptoms_named(codes)
    pairs = families()
    meanings = error_codes_shown(shown, category=category, brand=brand)
    danger = found.stop_use or any(one.safety for one in meanings)
    return Heard(
        offers=[
            Offer(
                code=code,
                name=_named(named[code], pairs, plain=bool(category)),
                said=said.get(code, ""),
                ticked=code in chosen or (code not in offered),
            )
            for code in codes
            if code in named
        ],
        question="" if found.question is None or chosen else _ask(found.question),
        advice=[one.hazard.advice_zh if is_chinese() else one.hazard.advice_en for one in found.alarms],
        meanings=[_meaning(one, pairs) for one in meanings],
        code_unknown=bool(shown) and not meanings,
        urgency="urgent" if danger else found.urgency,
        department=departments().get(found.department, ""),
        remote=found.remote and not danger,
        life=in_language(found.life),
        kind=str(KINDS.get(sorted_as.kind, sorted_as.kind)),
        problem=in_words("problem", sorted_as.problem),
        why=_why(sorted_as),
    )


def _why(found: Sorted) -> list[str]:
    """Which rules spoke for kind, problem, wish, impact and danger, and by which words."""
    told = [
        one for field in ("kind", "problem", "wish", "impact", "danger") for one in found.why.get(field, ())
    ]
    lines = [
        _("%(rule)s, by “%(words)s”") % {"rule": rule_words(one.rule), "words": one.words}
        for one in told
        if one.words
    ]
    return list(dict.fromkeys(lines))


def _named(symptom: Any, pairs: Mapping[str, str], *, plain: bool) -> str:
    name = in_language(symptom)
    return name if plain or symptom.family == "general" else f"{pairs.get(symptom.family, '')} · {name}"


def _ask(vague: Any) -> str:
    return str(vague.ask_zh if is_chinese() else vague.ask_en)


def _meaning(one: Any, pairs: Mapping[str, str]) -> Meaning:
    chinese = is_chinese()
    return Meaning(
        family=pairs.get(one.family, one.family),
        name=in_language(one),
        cause=one.cause_zh if chinese else one.cause_en,
        advice=one.advice_zh if chinese else one.advice_en,
        danger=one.safety,
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def script_line(code: str, **filled: str) -> str:
    """A sentence of the script, its braces filled; a brace nobody filled stays as dots."""
    line = next((one for one in knowledge().script.line if one.code == code), None)
    said = in_language(line)
    for name in ("company", "agent", "machine", "since", "symptom", "wish", "number", "department", "due"):
        said = said.replace("{" + name + "}", filled.get(name) or "…")
    return said


def urgency_words(code: str) -> str:
    return str(URGENCIES.get(code, code))
