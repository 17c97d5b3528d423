"""Reads the shipped knowledge from TOML into frozen values, and refuses faults with a sentence.

Pure: no Django, no clock. Whoever keeps the knowledge in tables calls `shipped()` once to fill them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from bihuan.registers.knowledge import content as c

SHIPPED = Path(__file__).parent / "shipped"
KINDS_OF_HAZARD = {"electric", "gas", "fire", "poison", "water", "burst", "injury"}
LEVELS = {"urgent", "important", "plain"}
SORTS = {"", "fault", "complaint", "inquiry", "suggestion"}
SERVICES = {"", "technique", "part", "attitude", "communication", "charging", "waiting"}
AREAS = {"", "product_quality", "service_quality", "after_sales"}
MARKS_OF = {  # what a mark tells of → what it can tell; "" is nothing of the sort
    "kind": {
        "",
        "repair",
        "installation",
        "relocation",
        "cleaning",
        "inspection",
        "support",
        "consultation",
        "suggestion",
        "complaint",
        "return_exchange",
        "maintenance",
        "delivery",
        "recycling",
        "extended_warranty",
    },
    "wish": {"", "repair", "exchange", "refund", "compensation", "apology", "advice"},
    "impact": {"", "stop", "weighs", "slight"},
    "again": {"", "chase"},
    "supposed": {"", "danger"},
}


def _(words: str) -> str:
    """Marks words for the translators; who shows a fault to a reader translates it (`ContentFault.words`)."""
    return words


class ContentFault(ValueError):
    """Some knowledge cannot be used; the text (English) names file or list, entry, and what is wrong.

    `words` is the sentence with its blanks, `facts` what fills them, so that it can be said in another language.
    """

    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words % facts)
        self.words, self.facts = words, facts


@lru_cache(maxsize=1)
def shipped() -> c.Knowledge:
    """Everything shipped, read once."""
    return read(SHIPPED)


def read(folder: Path) -> c.Knowledge:
    """All knowledge of a folder of TOML files, checked as a whole."""
    symptoms, safety = load(folder / "symptoms.toml"), load(folder / "safety.toml")
    routing, prices = load(folder / "routing.toml"), load(folder / "prices.toml")
    knowledge = c.Knowledge(
        families=rows(c.Family, symptoms, "family", "symptoms.toml"),
        symptoms=rows(c.Symptom, symptoms, "symptom", "symptoms.toml"),
        vague=rows(c.Vague, load(folder / "vague.toml"), "vague", "vague.toml"),
        hazards=rows(c.Hazard, safety, "hazard", "safety.toml"),
        not_meant=words_of(safety, "not_meant", "safety.toml"),
        checklists=rows(c.Checklist, load(folder / "checklists.toml"), "checklist", "checklists.toml"),
        error_codes=rows(c.ErrorCode, load(folder / "error_codes.toml"), "error_code", "error_codes.toml"),
        script=build(c.Script, load(folder / "script.toml"), "script.toml"),
        departments=rows(c.Department, routing, "department", "routing.toml"),
        routes=rows(c.Route, routing, "route", "routing.toml"),
        solutions=rows(c.Solution, routing, "solution", "routing.toml"),
        urgent_families=words_of(routing, "urgent_families", "routing.toml"),
        marks=rows(c.Mark, load(folder / "marks.toml"), "mark", "marks.toml"),
        labour=rows(c.Labour, prices, "labour", "prices.toml"),
        fees=rows(c.Fee, prices, "fee", "prices.toml"),
        parts=rows(c.Part, prices, "part", "prices.toml"),
        certificates=rows(c.Certificate, prices, "certificate", "prices.toml"),
        required=rows(c.Required, prices, "required", "prices.toml"),
        service_life=rows(c.ServiceLife, load(folder / "service_life.toml"), "life", "service_life.toml"),
        guarantee=rows(c.GuaranteeTerm, load(folder / "guarantee.toml"), "term", "guarantee.toml"),
        standards=rows(c.Standard, load(folder / "standards.toml"), "standard", "standards.toml"),
    )
    check(knowledge)
    return knowledge


def load(path: Path) -> dict[str, Any]:
    """The tables of one file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentFault("%(file)s is missing.", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ContentFault("%(file)s is not readable TOML: %(why)s", file=path.name, why=fault) from None


def rows[T](shape: type[T], tables: Mapping[str, Any], name: str, where: str) -> tuple[T, ...]:
    """Each `[[name]]` table as a value of `shape`."""
    found = tables.get(name)
    if not isinstance(found, list):
        raise ContentFault("%(where)s has no list of '%(name)s'.", where=where, name=name)
    return tuple(build(shape, row, f"{where}, {name} {at}") for at, row in enumerate(found, 1))


def words_of(tables: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A plain list of words."""
    return tuple(_value(tuple[str, ...], tables.get(name, []), f"{where}: '{name}'"))


def build[T](shape: type[T], row: object, where: str) -> T:
    """One value from one table; every key must be known, every needed key present and of its type."""
    if not isinstance(row, Mapping):
        raise ContentFault(_("%(where)s is not a table."), where=where)
    hints, known = _shape(shape)  # type: ignore[arg-type]  # a class can be hashed
    if strange := sorted(set(row) - set(known)):
        raise ContentFault(_("%(where)s: '%(name)s' is not a known key."), where=where, name=strange[0])
    for name, field in known.items():
        if name not in row and field.default is MISSING:
            raise ContentFault(_("%(where)s: '%(name)s' is missing."), where=where, name=name)
    return shape(**{name: _value(hints[name], value, f"{where}: '{name}'") for name, value in row.items()})


@cache
def _shape(shape: type[Any]) -> tuple[Mapping[str, Any], Mapping[str, Field[Any]]]:
    """The types and the fields of a dataclass, by name."""
    return get_type_hints(shape), {field.name: field for field in fields(shape)}


def _value(hint: Any, value: object, where: str) -> Any:
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ContentFault(_("%(where)s must be a list."), where=where)
        return tuple(_value(get_args(hint)[0], one, where) for one in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if type(value) is not hint:
        facts = {"where": where, "wanted": hint.__name__, "given": type(value).__name__}
        raise ContentFault(_("%(where)s must be %(wanted)s, not %(given)s."), **facts)
    if isinstance(value, int) and value < 0:
        raise ContentFault(_("%(where)s must not be negative."), where=where)
    return value


def check(knowledge: c.Knowledge) -> None:
    """Refuses codes used twice and names that point nowhere."""
    k = knowledge
    families, symptoms = _codes(k.families), _codes(k.symptoms)
    departments, solutions, papers = _codes(k.departments), _codes(k.solutions), _codes(k.certificates)
    _codes(k.hazards), _codes(k.checklists), _codes(k.labour), _codes(k.fees), _codes(k.marks)
    _once(((e.brand, e.family, e.code) for e in k.error_codes), _("error code"))
    _once((p.number for p in k.parts), _("part number"))
    for group in (k.symptoms, k.checklists, k.error_codes, k.labour, k.parts, k.required, k.service_life):
        _known((one.family for one in group), families, _("family"))
    lines = (*k.script.prompt, *k.script.advice, *k.script.environment)
    _known((one.family for one in lines if one.family), families, _("family"))
    _known((family for one in lines for family in one.families), families, _("family"))
    _known((s for one in k.checklists for s in one.symptoms), symptoms, _("symptom"))
    _known((one.urgency for one in k.symptoms), c.URGENCIES, _("urgency"))
    _known((one.kind for one in k.hazards), KINDS_OF_HAZARD, _("kind of hazard"))
    _known((one.department for one in k.routes), departments, _("department"))
    _known((one.level for one in k.routes), LEVELS, _("level"))
    _known((one.sort for one in k.routes), SORTS, _("sort of problem"))
    _known((one.service for one in k.routes), SERVICES, _("service problem"))
    _known((one.area for one in k.routes), AREAS, _("area"))
    _check_marks(k)
    _known((one.fallback for one in k.solutions if one.fallback), solutions, _("solution"))
    _known((paper for one in k.required for paper in one.certificates), papers, _("certificate"))
    _known(k.urgent_families, families, _("family"))
    _known((str(one.level) for one in k.required), {"1", "2", "3"}, _("skill level"))
    _check_standards(k, families, symptoms)


def _check_marks(k: c.Knowledge) -> None:
    """Each mark tells of something there is, what that can be told of."""
    _known((one.about for one in k.marks), MARKS_OF, _("thing that words tell of"))
    for one in k.marks:
        _known((one.means,), MARKS_OF[one.about], _("meaning"))


def _check_standards(k: c.Knowledge, families: set[str], symptoms: set[str]) -> None:
    """Each standard names what exists, and says the same number of things in both languages."""
    _codes(k.standards)
    _known((one.family for one in k.standards), families, _("family"))
    _known((symptom for one in k.standards for symptom in one.symptoms), symptoms, _("symptom"))
    _known((part for one in k.standards for part in one.parts), {part.number for part in k.parts}, _("part"))
    for one in k.standards:
        for name in ("steps", "tools", "papers"):
            if len(getattr(one, f"{name}_zh")) != len(getattr(one, f"{name}_en")):
                words = _("The standard '%(code)s' has %(name)s in one language only.")
                raise ContentFault(words, code=one.code, name=name)


def _codes(group: Iterable[Any]) -> set[str]:
    codes = [one.code for one in group]
    _once(codes, _("code"))
    return set(codes)


def _once(keys: Iterable[object], what: str) -> None:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise ContentFault(_("The %(what)s %(key)r is used twice."), what=what, key=key)
        seen.add(key)


def _known(names: Iterable[str], allowed: Iterable[str], what: str) -> None:
    allowed = set(allowed)
    for name in names:
        if name not in allowed:
            raise ContentFault(_("There is no %(what)s '%(name)s'."), what=what, name=name)
