"""The checklists of a visit: which lines apply, and which are answered."""

from dataclasses import dataclass

from bihuan.registers.knowledge.content import Line
from bihuan.registers.knowledge.reading import shipped
from bihuan.registers.parts.queries import category
from bihuan.service.cases.models import Case
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.models import Check, Work
from bihuan.service.fieldwork.preparing import standard_lines


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line with its words in both languages and its answer: yes, no, none, or empty."""

    code: str
    zh: str
    en: str
    state: str


def lines_for(case: Case, sort: str) -> list[Line]:
    """The lines of a checklist that apply to this appliance."""
    script = shipped().script
    if sort == "safety":
        known = category(case.category) if case.category else None
        runs = rules.energies(known.runs_on if known else (), category=case.category)
        return [line for line in script.safety_step if line.energy in runs]
    if sort == "environment":
        return [line for line in script.environment if not line.families or case.category in line.families]
    if sort == "standard":
        return standard_lines(case)
    return list(script.conduct if sort == "conduct" else script.closing)


def items_of(work: Work, sort: str) -> list[Item]:
    """A checklist with its answers so far."""
    given = dict(Check.objects.filter(work=work, sort=sort).values_list("code", "state"))
    return [
        Item(code=line.code, zh=line.zh, en=line.en, state=given.get(line.code, ""))
        for line in lines_for(work.case, sort)
    ]


def safety_left(work: Work) -> int:
    """How many safety steps are unanswered or not in order."""
    return sum(item.state not in {"yes", "none"} for item in items_of(work, "safety"))
