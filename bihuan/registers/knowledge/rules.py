"""What a customer's words mean: standard symptoms, vague phrases, a first judgement. Pure.

The words stay as they are; what is found stands beside them. A person may always overrule.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bihuan.registers.knowledge.content import (
    GENERAL,
    URGENCIES,
    Checklist,
    ErrorCode,
    Knowledge,
    Route,
    ServiceLife,
    Vague,
)
from bihuan.registers.knowledge.danger import Alarm, hazards
from bihuan.registers.knowledge.denial import simply_denied
from bihuan.registers.knowledge.matching import Found, Phrase, find, longest, phrase, plain
from bihuan.registers.knowledge.reading import shipped

_CODE = r"(?<![a-z0-9])([a-z]{1,2}-?\d{1,3})(?![a-z0-9])"
_CODE_SHOWN = re.compile(
    r"(?:显示|报|跳|出现|代码|故障码|屏幕|show\w*|display\w*|code|error)[^，。！？；,.!?;\n]{0,12}?" + _CODE
)
_CODE_NAMED = re.compile(_CODE + r"\s*(?:号|的)?(?:故障|错误|报警|代码|error|code|fault)")
ERROR_SHOWN = "ge_error_code"
# symptoms that are about setting up rather than a fault
OF_THE_NETWORK = frozenset({"ge_app_offline", "ge_app_pairing", "ge_app_linking", "ge_app_update"})
ASKED_FURTHER = ("fault", "repeat_repair", "product_quality", "other")


@dataclass(frozen=True)
class Judgement:
    """A first judgement, for a person to confirm. `level` is the three-level word of the handbook."""

    families: tuple[str, ...]
    symptoms: tuple[tuple[str, str], ...]
    alarms: tuple[Alarm, ...]
    question: Vague | None
    error: ErrorCode | None
    checklists: tuple[Checklist, ...]
    life: ServiceLife | None
    urgency: str
    level: str
    problem: str
    department: str
    remote: bool
    stop_use: bool


@dataclass(frozen=True)
class _Phrases:
    symptoms: tuple[Phrase, ...]
    families: tuple[Phrase, ...]
    vague: tuple[Phrase, ...]
    routes: tuple[Phrase, ...]


@lru_cache(maxsize=4)
def _phrases(known: Knowledge) -> _Phrases:
    return _Phrases(
        symptoms=tuple(phrase(s.code, said) for s in known.symptoms for said in s.said),
        families=tuple(phrase(f.code, said) for f in known.families for said in f.said),
        vague=tuple(phrase(str(at), said) for at, v in enumerate(known.vague) for said in v.said),
        routes=tuple(phrase(r.problem, said) for r in known.routes for said in r.said),
    )


def families(words: str, *, knowledge: Knowledge | None = None) -> list[str]:
    """The appliance families named, in the order they are named, each once."""
    known = knowledge or shipped()
    return list(dict.fromkeys(f.code for f in longest(find(_phrases(known).families, plain(words)))))


def standard_symptoms(
    words: str, family: str | None = None, *, knowledge: Knowledge | None = None
) -> list[tuple[str, str]]:
    """The standard symptoms said, each with the customer's words for it, in reading order.

    Without a family the words may name one; if they do not, every family that says it so is offered.
    """
    known = knowledge or shipped()
    text = plain(words)
    wanted = {family} if family else set(families(words, knowledge=known))
    owner = {s.code: s.family for s in known.symptoms}
    heard = find(_phrases(known).symptoms, text)
    if wanted - {GENERAL}:
        heard = [f for f in heard if owner[f.code] in wanted | {GENERAL}]
    heard = [f for f in longest(heard) if not simply_denied(text, f)]
    found = [(f.code, f.text) for f in _settle(heard, owner, named=bool(wanted - {GENERAL}))]
    shown = _code_shown(text)
    if shown and ERROR_SHOWN in owner and all(code != ERROR_SHOWN for code, _ in found):
        found.append((ERROR_SHOWN, shown.group()))
    return list({code: (code, said) for code, said in reversed(found)}.values())[::-1]


def _code_shown(text: str) -> re.Match[str] | None:
    """The error code that these words say a machine shows."""
    return _CODE_SHOWN.search(text) or _CODE_NAMED.search(text)


def _settle(heard: list[Found], owner: dict[str, str], *, named: bool) -> list[Found]:
    """Of equal claims to one place: the family's own if a family is named, else the general one."""
    kept = []
    for one in heard:
        rivals = [f for f in heard if (f.start, f.end) == (one.start, one.end) and f.code != one.code]
        general = owner[one.code] == GENERAL
        if general and named and any(owner[f.code] != GENERAL for f in rivals):
            continue
        if not general and not named and any(owner[f.code] == GENERAL for f in rivals):
            continue
        kept.append(one)
    return kept


def is_vague(words: str, family: str | None = None, *, knowledge: Knowledge | None = None) -> Vague | None:
    """The question to ask when the words say too little; None when something concrete was said."""
    known = knowledge or shipped()
    if standard_symptoms(words, family, knowledge=known) or hazards(words, knowledge=known):
        return None
    heard = longest(find(_phrases(known).vague, plain(words)))
    return known.vague[int(heard[0].code)] if heard else None


def error_code(
    shown: str, *, brand: str = "", family: str | None = None, knowledge: Knowledge | None = None
) -> ErrorCode | None:
    """The meaning of a code shown, if brand and family leave exactly one."""
    known = knowledge or shipped()
    wanted = plain(shown).replace("-", "").strip()
    hits = [
        e
        for e in known.error_codes
        if e.code.lower() == wanted
        and brand.strip().casefold() in ("", e.brand.casefold())
        and family in (None, e.family)
    ]
    return hits[0] if wanted and len(hits) == 1 else None


def service_life(
    family: str, *, bought_on: date, today: date, fuel: str = "", knowledge: Knowledge | None = None
) -> ServiceLife | None:
    """The warning that is due when an appliance has served its safe years since purchase."""
    known = knowledge or shipped()
    rows = [one for one in known.service_life if one.family == family]
    if fuel:
        rows = [one for one in rows if one.fuel == fuel]
    age = today.year - bought_on.year - ((today.month, today.day) < (bought_on.month, bought_on.day))
    due = [one for one in rows if age >= one.years]
    return min(due, key=lambda one: one.years) if due and (fuel or len(due) == len(rows)) else None


def preliminary_judgement(
    words: str,
    *,
    today: date,
    family: str | None = None,
    brand: str = "",
    code_shown: str = "",
    bought_on: date | None = None,
    fuel: str = "",
    knowledge: Knowledge | None = None,
) -> Judgement:
    """What the words and the machine's data suggest: urgency, department, phone first or not."""
    known = knowledge or shipped()
    named = (family,) if family else tuple(families(words, knowledge=known))
    one_family = named[0] if len(named) == 1 else None
    symptoms = tuple(standard_symptoms(words, family, knowledge=known))
    alarms = tuple(hazards(words, knowledge=known))
    said = _code_shown(plain(words))
    shown = code_shown or (said.group(1) if said else "")
    error = error_code(shown, brand=brand, family=one_family, knowledge=known)
    danger = bool(alarms) or (error is not None and error.safety)
    urgency = _urgency(known, named, symptoms, danger=danger)
    route, _said = problem_of(known, words, symptoms, danger=danger)
    lists = _checklists(known, one_family, symptoms, fuel)
    life = None
    if one_family and bought_on:
        life = service_life(one_family, bought_on=bought_on, today=today, fuel=fuel, knowledge=known)
    return Judgement(
        families=named,
        symptoms=symptoms,
        alarms=alarms,
        question=None
        if error or route.problem not in ASKED_FURTHER
        else is_vague(words, family, knowledge=known),
        error=error,
        checklists=() if danger else lists,
        life=life,
        urgency="urgent" if route.level == "urgent" else urgency,
        level=_level(urgency, route),
        problem=route.problem,
        department=route.department,
        remote=not danger and urgency != "urgent" and (bool(lists) or (error is not None and error.remote)),
        stop_use=danger,
    )


def _urgency(
    known: Knowledge, named: tuple[str, ...], symptoms: tuple[tuple[str, str], ...], *, danger: bool
) -> str:
    if danger or set(named) & set(known.urgent_families):
        return "urgent"
    heard = {code for code, _ in symptoms}
    hints = [
        "high" if s.core and s.urgency != "urgent" else s.urgency for s in known.symptoms if s.code in heard
    ]
    return min(hints, key=URGENCIES.index, default="normal")


def problem_of(
    known: Knowledge, words: str, symptoms: Iterable[tuple[str, str]], *, danger: bool, ordered: bool = False
) -> tuple[Route, str]:
    """What sort of problem these words tell, and the words that say so ("" where it follows from something else).
    `ordered`: a kind of work that is ordered and no fault."""
    routes = {r.problem: r for r in known.routes}
    faults = any(code not in OF_THE_NETWORK for code, _ in symptoms)
    heard: dict[str, str] = {}
    for found in longest(find(_phrases(known).routes, plain(words))):
        heard.setdefault(found.code, found.text)
    matched = [r for r in known.routes if r.problem in heard and not (faults and r.level == "plain")]
    matched.sort(key=lambda r: r.level != "urgent")
    if danger:
        return routes["safety"], ""
    if matched:
        return matched[0], heard[matched[0].problem]
    return routes[
        "fault" if symptoms else "order_work" if ordered and "order_work" in routes else "other"
    ], ""


def _level(urgency: str, route: Route) -> str:
    if "urgent" in (urgency, route.level):
        return "urgent"
    return "plain" if route.level == "plain" or urgency == "low" else "important"


def _checklists(
    known: Knowledge, family: str | None, symptoms: tuple[tuple[str, str], ...], fuel: str
) -> tuple[Checklist, ...]:
    """The lists that fit; none when any symptom must be seen on site, none for burning gas heaters."""
    heard = {code for code, _ in symptoms}
    if any(s.code in heard and not s.remote for s in known.symptoms):
        return ()
    fits = [one for one in known.checklists if heard & set(one.symptoms)]
    fits = [one for one in fits if family is None or one.family in (family, GENERAL)]
    return safe_by_phone(fits, runs_on={fuel} if fuel else fuels(family or "", knowledge=known))


def fuels(family: str, *, knowledge: Knowledge | None = None) -> frozenset[str]:
    """What appliances of this family run on, as far as their safe years tell; nothing for an unknown one."""
    known = knowledge or shipped()
    return frozenset(one.fuel for one in known.service_life if one.family == family)


def burns_only_gas(runs_on: Collection[str]) -> bool:
    """Whether every one of these is a gas (`gas`, `manufactured_gas`)."""
    return bool(runs_on) and all("gas" in fuel for fuel in runs_on)


def safe_by_phone(lists: Iterable[Checklist], *, runs_on: Collection[str]) -> tuple[Checklist, ...]:
    """The lists that may be gone through with a customer. Never gas: none for what runs on gas alone; for what may
    run on either, only lists whose first question makes sure that it does not."""
    if burns_only_gas(runs_on):
        return ()
    if not any("gas" in fuel for fuel in runs_on):
        return tuple(lists)
    return tuple(one for one in lists if one.step[0].gate)
