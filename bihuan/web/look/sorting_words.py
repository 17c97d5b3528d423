"""Fields and rules of sorting in words, for the pages that show them."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bihuan.registers.knowledge.queries import knowledge
from bihuan.service.cases.words import KINDS, URGENCIES, WISHES

TITLES: dict[str, Lazy] = {
    "kind": gettext_lazy("Kind of work"),
    "wish": gettext_lazy("Wish"),
    "problem": gettext_lazy("Problem"),
    "urgency": gettext_lazy("Urgency"),
    "department": gettext_lazy("Department"),
    "category": gettext_lazy("Appliance"),
    "symptom": gettext_lazy("Standard symptom"),
    "danger": gettext_lazy("Danger"),
}


def _named(one: Any) -> str:
    return str(one.zh if (get_language() or "en").startswith("zh") else one.en)


def _names(entries: Iterable[Any]) -> list[tuple[str, str]]:
    return [(one.code, _named(one)) for one in entries]


def choices_shown(field: str, category: str = "") -> list[tuple[str, str]]:
    """The codes of a field with their words; of symptoms those that this appliance can have, or while it is not known
    those of all, each with its appliance."""
    known, none = knowledge(), ("", _("none"))
    if field == "symptom":
        families = {} if category else {one.code: f"{_named(one)} · " for one in known.families}
        mine = [one for one in known.symptoms if not category or one.family in (category, "general")]
        return [none, *((one.code, f"{families.get(one.family, '')}{_named(one)}") for one in mine)]
    found: dict[str, list[tuple[str, str]]] = {
        "kind": [(code, str(words)) for code, words in KINDS.items()],
        "wish": [none, *((code, str(words)) for code, words in WISHES.items())],
        "problem": [(one.problem, _named(one)) for one in known.routes],
        "urgency": [(code, str(words)) for code, words in URGENCIES.items()],
        "department": [none, *_names(known.departments)],
        "category": [none, *_names(known.families)],
        "danger": [none, *((one.code, _named(one)) for one in known.hazards)],
    }
    return found[field]


def in_words(field: str, codes: str) -> str:
    """The words of one code, or of several with commas; nothing for none."""
    named = dict(_names(knowledge().symptoms) if field == "symptom" else choices_shown(field))
    return _(", ").join(named.get(code, code) for code in codes.split(",") if code)


def rule_words(rule: str) -> str:
    """A rule by its name in the reader's language."""
    kind, _colon, code = rule.partition(":")
    known = knowledge()
    lists: dict[str, Iterable[Any]] = {
        "mark": known.marks,
        "hazard": known.hazards,
        "symptom": known.symptoms,
        "family": known.families,
    }
    if kind == "route":
        return next((_named(one) for one in known.routes if one.problem == code), code)
    return next((_named(one) for one in lists.get(kind, ()) if one.code == code), code)
