"""Between the one frozen value of everything known and its rows. Pure: texts in, values out."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bihuan.registers.knowledge import content as c
from bihuan.registers.knowledge.reading import ContentFault, _, build


@dataclass(frozen=True)
class Kind:
    """One list of the knowledge: where it stands, what its entries are, and what tells them apart."""

    name: str
    field: str  # of Knowledge, or of its Script
    shape: type[Any]
    code: Callable[[Any], str]
    in_script: bool = False


@dataclass(frozen=True)
class Row:
    """One entry as it is stored."""

    kind: str
    code: str
    body: str
    position: int


def _code(entry: Any) -> str:
    return str(entry.code)


KINDS: tuple[Kind, ...] = (
    Kind("family", "families", c.Family, _code),
    Kind("symptom", "symptoms", c.Symptom, _code),
    Kind("vague", "vague", c.Vague, lambda one: one.said[0][:80]),
    Kind("hazard", "hazards", c.Hazard, _code),
    Kind("not_meant", "not_meant", str, str),
    Kind("checklist", "checklists", c.Checklist, _code),
    Kind("error_code", "error_codes", c.ErrorCode, lambda one: f"{one.brand}/{one.family}/{one.code}"),
    Kind("prompt", "prompt", c.Line, _code, in_script=True),
    Kind("line", "line", c.Line, _code, in_script=True),
    Kind("consent", "consent", c.Consent, lambda one: one.kind, in_script=True),
    Kind("callback", "callback", c.Line, _code, in_script=True),
    Kind("conduct", "conduct", c.Line, _code, in_script=True),
    Kind("safety_step", "safety_step", c.Line, _code, in_script=True),
    Kind("environment", "environment", c.Line, _code, in_script=True),
    Kind("advice", "advice", c.Line, _code, in_script=True),
    Kind("closing", "closing", c.Line, _code, in_script=True),
    Kind("department", "departments", c.Department, _code),
    Kind("route", "routes", c.Route, lambda one: one.problem),
    Kind("solution", "solutions", c.Solution, _code),
    Kind("urgent_family", "urgent_families", str, str),
    Kind("mark", "marks", c.Mark, _code),
    Kind("labour", "labour", c.Labour, _code),
    Kind("fee", "fees", c.Fee, _code),
    Kind("part", "parts", c.Part, lambda one: one.number),
    Kind("certificate", "certificates", c.Certificate, _code),
    Kind("required", "required", c.Required, lambda one: f"{one.family}/{one.kind}/{one.only_when}"),
    Kind("service_life", "service_life", c.ServiceLife, lambda one: f"{one.family}/{one.fuel}"),
    Kind("guarantee", "guarantee", c.GuaranteeTerm, lambda one: one.family),
    Kind("standard", "standards", c.Standard, _code),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


def rows_of(known: c.Knowledge) -> list[Row]:
    """Every entry as a row, in the order of its list; a code used twice gets a number behind it."""
    found: list[Row] = []
    for kind in KINDS:
        entries = getattr(known.script if kind.in_script else known, kind.field)
        seen: dict[str, int] = {}
        for at, entry in enumerate(entries):
            code = kind.code(entry)
            seen[code] = seen.get(code, 0) + 1
            name = code if seen[code] == 1 else f"{code}/{seen[code]}"
            found.append(Row(kind=kind.name, code=name, body=body_of(entry), position=at))
    return found


def body_of(entry: Any) -> str:
    """An entry as canonical JSON."""
    plain = entry if isinstance(entry, str) else asdict(entry)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entry_of(kind: str, body: str) -> Any:
    """An entry from its JSON; a fault is a `ContentFault` with a sentence for its author."""
    if kind not in BY_NAME:
        raise ContentFault(_("There is no list of knowledge called %(kind)r."), kind=kind[:40])
    shape = BY_NAME[kind].shape
    try:
        told = json.loads(body)
    except ValueError:
        raise ContentFault(_("This entry of '%(kind)s' is not readable JSON."), kind=kind) from None
    if shape is str:
        if not isinstance(told, str):
            raise ContentFault(_("An entry of '%(kind)s' is one word."), kind=kind)
        return told
    return build(shape, told, kind)


def code_of(kind: str, body: str) -> str:
    """By what an entry is told apart in its list, from its JSON; ContentFault when it cannot be read."""
    return BY_NAME[kind].code(entry_of(kind, body))


def knowledge_of(rows: Iterable[Row]) -> c.Knowledge:
    """Everything known from its rows, each list in the order of its positions."""
    lists: dict[str, list[tuple[int, Any]]] = {kind.name: [] for kind in KINDS}
    for row in rows:
        if row.kind in lists:
            lists[row.kind].append((row.position, entry_of(row.kind, row.body)))
    held = {
        name: tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))
        for name, found in lists.items()
    }
    script = c.Script(**{kind.field: held[kind.name] for kind in KINDS if kind.in_script})
    return c.Knowledge(script=script, **{kind.field: held[kind.name] for kind in KINDS if not kind.in_script})
