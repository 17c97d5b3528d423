"""What to put into the van before leaving, and how the work is done: from the appliance, the fault and the papers
it asks for. Ticked by the technician; what was not ticked stays written down as missing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from bihuan.registers.knowledge.content import Line, Standard
from bihuan.registers.knowledge.queries import knowledge, standards_for
from bihuan.registers.parts.models import Part, Stock
from bihuan.registers.parts.queries import parts_numbered
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork.errors import WorkIsOver
from bihuan.service.fieldwork.models import Check, Work

BRING = "bring"
KIT = gettext_noop("Standard tool kit, shoe covers, mat")
DETECTOR = gettext_noop("Gas leak detector")


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing to bring. `sort`: tool, part or paper. `van`, `shelf`: how many of a part lie there; None of others."""

    code: str
    sort: str
    zh: str
    en: str
    ticked: bool
    van: int | None = None
    shelf: int | None = None


def standards_of(case: Case) -> list[Standard]:
    """The standards of this case's work, the most particular first."""
    return standards_for(category=case.category, kind=case.kind, symptoms=case.report.symptoms)


def standard_lines(case: Case) -> list[Line]:
    """Each step of the standards as a line of a checklist."""
    return [
        Line(code=f"{one.code}:{at}", zh=zh, en=en)
        for one in standards_of(case)
        for at, (zh, en) in enumerate(zip(one.steps_zh, one.steps_en, strict=True), 1)
    ]


def to_bring(work: Work, *, permits: Iterable[str] = (), likely: Iterable[Part] = ()) -> list[Thing]:
    """Tools, parts and papers for this visit, each with its tick; parts with what lies in the van and at the point."""
    ticked = set(Check.objects.filter(work=work, sort=BRING, state="yes").values_list("code", flat=True))
    standards = standards_of(work.case)
    numbers = [part.number for part in likely] + [number for one in standards for number in one.parts]
    tools = [_thing("tool", *line, ticked=ticked) for line in _tools(work.case, standards, set(permits))]
    papers = [_thing("paper", *line, ticked=ticked) for line in _papers(standards, permits)]
    return [*tools, *_parts(work, list(dict.fromkeys(numbers)), ticked), *papers]


def _thing(sort: str, code: str, zh: str, en: str, *, ticked: Collection[str]) -> Thing:
    return Thing(code=code, sort=sort, zh=zh, en=en, ticked=code in ticked)


type Words = tuple[str, str, str]  # code, Chinese, English


def _tools(case: Case, standards: list[Standard], permits: Collection[str]) -> list[Words]:
    found = [_both("kit", KIT)]
    if "gas" in permits or case.category == "gas_cooker":
        found.append(_both("gas_detector", DETECTOR))
    return _once(found + [line for one in standards for line in _lines(one, "tools")])


def _papers(standards: list[Standard], permits: Iterable[str]) -> list[Words]:
    names = {one.code: one for one in knowledge().certificates}
    held = [(f"permit:{code}", names[code].zh, names[code].en) for code in sorted(permits) if code in names]
    return _once(held + [line for one in standards for line in _lines(one, "papers")])


def _lines(one: Standard, name: str) -> list[Words]:
    both = zip(getattr(one, f"{name}_zh"), getattr(one, f"{name}_en"), strict=True)
    return [(f"{name}:{one.code}:{at}", zh, en) for at, (zh, en) in enumerate(both, 1)]


def _both(code: str, words: str) -> Words:
    with override("zh-hans"):
        zh = _(words)
    return code, zh, words


def _once(lines: list[Words]) -> list[Words]:
    """Each thing once, whichever standard named it first."""
    return list({zh: (code, zh, en) for code, zh, en in reversed(lines)}.values())[::-1]


def _parts(work: Work, numbers: list[str], ticked: Collection[str]) -> list[Thing]:
    """The parts that such faults often take, with the counts of this technician's van and the point's shelf."""
    if not numbers:
        return []
    rows = {one.number: one for one in parts_numbered(numbers)}
    van, shelf = stock_near(numbers, person_id=work.technician_person_id, node_id=work.case.node_id)
    return [
        Thing(
            code=f"part:{number}"[:40],
            sort="part",
            zh=f"{number} {rows[number].name_zh}",
            en=f"{number} {rows[number].name_en}",
            ticked=f"part:{number}"[:40] in ticked,
            van=van.get(number, 0),
            shelf=shelf.get(number, 0),
        )
        for number in numbers
        if number in rows
    ]


def stock_near(
    numbers: Iterable[str], *, person_id: int | None, node_id: int
) -> tuple[dict[str, int], dict[str, int]]:
    """How many of these parts lie in this person's van, and on this service point's shelf: one statement."""
    mine = Q(technician__person_id=person_id) if person_id else Q(pk__in=[])
    rows = Stock.objects.filter(
        mine | Q(technician__isnull=True, node_id=node_id), part__number__in=list(numbers)
    )
    van: dict[str, int] = {}
    shelf: dict[str, int] = {}
    for number, technician, quantity in rows.values_list("part__number", "technician_id", "quantity"):
        (van if technician else shelf)[number] = quantity
    return van, shelf


@transaction.atomic
def bring(work: Work, things: Iterable[Thing], ticked: Collection[str], *, now: datetime) -> None:
    """Keep which of these things are on board, and which are not."""
    if work.finished_at is not None:
        raise WorkIsOver
    for thing in things:
        Check.objects.update_or_create(
            work=work,
            sort=BRING,
            code=thing.code,
            defaults={"state": "yes" if thing.code in ticked else "no", "at": now},
        )
