"""The entries of knowledge as plain fields of a form: what is asked for each, and back to an entry.

A form is drawn from the shape of its list's entries, so a new list needs its words only.
"""

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.knowledge import actions as knowing
from bihuan.registers.knowledge.content import Family, Step
from bihuan.registers.knowledge.queries import items_listed, knowledge
from bihuan.registers.knowledge.rows import BY_NAME, code_of
from bihuan.service.cases.words import KINDS, URGENCIES, WISHES
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.knowledge_steps import StepsField
from bihuan.web.managers.settings_register import choice

LINES = ("prompt", "line", "callback", "conduct", "safety_step", "environment", "advice", "closing")
HAZARDS = {
    "electric": _("Electricity"),
    "gas": _("Gas"),
    "fire": _("Fire"),
    "poison": _("Poison"),
    "water": _("Water"),
    "burst": _("Bursting"),
    "injury": _("Injury"),
}
SORTS = {
    "fault": _("Fault"),
    "complaint": _("Complaint"),
    "inquiry": _("Inquiry"),
    "suggestion": _("Suggestion"),
}
SERVICES = {
    "technique": _("Technique"),
    "part": _("Parts"),
    "attitude": _("Manner"),
    "communication": _("Communication"),
    "charging": _("Charges"),
    "waiting": _("Long wait for a visit"),
}
AREAS = {
    "product_quality": _("Product quality"),
    "service_quality": _("Service quality"),
    "after_sales": _("After-sales support"),
}
ABOUTS = {
    "kind": _("Kind of work"),
    "wish": _("Wish"),
    "impact": _("How much hangs on it"),
    "again": _("Asking again"),
    "supposed": _("Danger only imagined"),
}
IMPACTS = {
    "stop": _("Business stands still, or nobody can be without it"),
    "weighs": _("Weighs more than usual"),
    "slight": _("In no hurry"),
}
MEANINGS = {**IMPACTS, "chase": _("Asks again"), "danger": _("No danger now")}
LEVELS = {"urgent": _("Urgent"), "important": _("Important"), "plain": _("Plain")}
LABELS: dict[str, Any] = {
    "code": _("Code"),
    "family": _("Appliance"),
    "zh": _("Chinese"),
    "en": _("English"),
    "said": _("How customers say it"),
    "function": _("What is tested on site (Chinese)"),
    "function_en": _("What is tested on site (English)"),
    "remote": _("May be helped by phone"),
    "core": _("The machine does not do what it is for"),
    "urgency": _("Urgency"),
    "ask_zh": _("What to ask (Chinese)"),
    "ask_en": _("What to ask (English)"),
    "kind": _("Kind of danger"),
    "advice_zh": _("What to do (Chinese)"),
    "advice_en": _("What to do (English)"),
    "brand": _("Brand"),
    "cause_zh": _("Cause (Chinese)"),
    "cause_en": _("Cause (English)"),
    "safety": _("Means danger"),
    "kinds": _("Kinds of work"),
    "fallback": _("If it fails: code of the next way"),
    "problem": _("Code"),
    "department": _("Department"),
    "level": _("Level"),
    "sort": _("Sort of problem"),
    "service": _("What went wrong in the service"),
    "area": _("Area"),
    "about": _("Tells of"),
    "means": _("Means"),
    "weak": _("Only where no fault is named"),
    "families": _("Appliances"),
    "energy": _("Runs on"),
    "symptoms": _("Symptoms"),
    "never_zh": _("What nobody may be asked to do (Chinese)"),
    "never_en": _("What nobody may be asked to do (English)"),
    "step": _("Steps"),
    "required": _("The service cannot be given without it"),
    "fen": _("Price in yuan"),
    "minutes": _("Minutes it is planned with"),
    "told_at": _("Told to the customer"),
    "number": _("Part number"),
    "serial": _("Each one is followed by its serial"),
    "years": _("Years"),
    "certificates": _("Certificates"),
    "only_when": _("Only when the work is"),
    "fuel": _("Runs on"),
    "source": _("Source"),
    "checked": _("A person compared it with the source"),
    "whole_months": _("Whole appliance: months"),
    "main_part_months": _("Main parts: months"),
    "daily_rate_basis_points": _("Wear a day, in hundredths of a percent"),
    "steps_zh": _("Steps (Chinese)"),
    "steps_en": _("Steps (English)"),
    "plain_zh": _("To say to customers (Chinese)"),
    "plain_en": _("To say to customers (English)"),
    "tools_zh": _("Tools (Chinese)"),
    "tools_en": _("Tools (English)"),
    "papers_zh": _("Papers (Chinese)"),
    "papers_en": _("Papers (English)"),
    "parts": _("Part numbers"),
    "special": _("Ask technical support before leaving"),
    "word": _("Word"),
}
WORD = "word"  # the one field of a list whose entries are words
LABELS_OF: dict[tuple[str, str], Any] = {  # where a word of a list means something of its own
    ("labour", "kind"): _("Kind of work"),
    ("required", "kind"): _("Kind of work"),
    ("consent", "kind"): _("Code"),
    ("required", "level"): _("Level (1 to 3)"),
}
ONE_A_LINE = _("One a line.")
MAY_BE_EMPTY = frozenset(
    {"fallback", "energy", "kinds", "families", "only_when", "tools_zh", "tools_en", "papers_zh"}
)
MAY_BE_EMPTY |= {"means", "sort", "service", "area"}
MAY_BE_EMPTY |= {"papers_en", "parts", "symptoms", "certificates", "source", "steps_zh", "steps_en"}
SHORT = frozenset({"code", "problem", "brand", "number", "source"})
TOLD_AT = (("booking", _("when the visit is booked")), ("site", _("on site")))
ONLY_WHEN = (
    ("gas", _("on gas")),
    ("outdoor_unit", _("on an outdoor unit")),
    ("brazing", _("with brazing")),
    ("sealed_system", _("on the sealed system")),
)
FUELS = (("electric", _("Electricity")), ("gas", _("Gas")), ("manufactured_gas", _("Manufactured gas")))
IDENTITY: dict[str, tuple[str, ...]] = {  # what tells an entry apart, besides its code
    "required": ("family", "kind", "only_when"),
    "service_life": ("family", "fuel"),
    "guarantee": ("family",),
    "part": ("number",),
    "consent": ("kind",),
}


def families() -> list[tuple[str, str]]:
    return [(one.code, chosen.named(one)) for one in knowledge().families]


def _solutions() -> list[tuple[str, str]]:
    return [(one.code, chosen.named(one)) for one in knowledge().solutions]


def _symptoms() -> list[tuple[str, str]]:
    named_families = dict(families())
    named = [
        (one.code, f"{named_families.get(one.family, one.family)} · {chosen.named(one)}")
        for one in knowledge().symptoms
    ]
    return sorted(named, key=lambda pair: pair[1])


def _works() -> list[tuple[str, Any]]:
    return list(KINDS.items())


def _meanings() -> list[tuple[str, Any]]:
    """What words can mean, of whatever they tell; whether both go together is checked when it is kept."""
    return list((dict(WISHES) | dict(KINDS) | MEANINGS).items())


type Choices = Callable[[], list[tuple[str, Any]]]

CHOICES: dict[str, Choices] = {  # one of these
    "family": families,
    "urgency": lambda: list(URGENCIES.items()),
    "department": chosen.departments,
    "level": lambda: list(LEVELS.items()),
    "energy": lambda: list(chosen.ENERGIES),
    "kind": lambda: list(HAZARDS.items()),
    "told_at": lambda: list(TOLD_AT),
    "only_when": lambda: list(ONLY_WHEN),
    "fuel": lambda: list(FUELS),
    "sort": lambda: list(SORTS.items()),
    "service": lambda: list(SERVICES.items()),
    "area": lambda: list(AREAS.items()),
    "about": lambda: list(ABOUTS.items()),
    "means": _meanings,
}
CHOICES_OF: dict[tuple[str, str], Choices | None] = {
    ("labour", "kind"): _works,
    ("required", "kind"): _works,
    ("required", "level"): None,
    ("consent", "kind"): None,
    ("urgent_family", WORD): families,
}
SEVERAL: dict[str, Choices] = {
    "kinds": _works,
    "families": families,
    "certificates": chosen.certificates,
    "symptoms": _symptoms,
}
WORDS_OF = CHOICES | {"fallback": _solutions}  # codes that a list shows as words


def words_of(kind: str, name: str) -> Choices | None:
    """The words of the codes that a field of a list holds; None where it holds no codes."""
    return CHOICES_OF.get((kind, name), WORDS_OF.get(name, SEVERAL.get(name)))


def label_of(kind: str, name: str) -> Any:
    return LABELS_OF.get((kind, name), LABELS[name])


def _field(kind: str, shape: type[Any], field: Field[Any], hint: Any) -> forms.Field:
    """The form field of one field of an entry."""
    name, label = field.name, label_of(kind, field.name)
    required = name not in MAY_BE_EMPTY and field.default is MISSING
    required = required and not (shape is Family and name == "said")  # some are never named
    choices = CHOICES_OF.get((kind, name), CHOICES.get(name))
    if choices is not None:
        blanks = {"only_when": _("always"), "means": _("nothing of the sort")} | {
            code: _("none") for code in ("sort", "service", "area")
        }
        blank = blanks.get(name, "")
        return choice(label, choices, required=required, blank=blank)
    if name in SEVERAL:
        return _several(label, SEVERAL[name])
    if hint is bool:
        return forms.BooleanField(label=label, required=False)
    if hint is int:
        return _figure(name, label, most=3 if (kind, name) == ("required", "level") else 100_000)
    if hint == tuple[Step, ...]:
        return StepsField(label=label)
    if get_origin(hint) is tuple:
        area = forms.Textarea(attrs={"rows": 6})
        return forms.CharField(
            label=label, required=required, max_length=20_000, widget=area, help_text=ONE_A_LINE
        )
    if name in SHORT or (kind, name) == ("consent", "kind"):
        return forms.CharField(label=label, required=required, max_length=120 if name == "source" else 60)
    return forms.CharField(
        label=label, required=required, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


def _figure(name: str, label: Any, *, most: int) -> forms.Field:
    if name == "fen":
        return forms.DecimalField(label=label, min_value=0, max_value=999_999, decimal_places=2)
    return forms.IntegerField(label=label, min_value=1 if most == 3 else 0, max_value=most)


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget)


def form_of(kind: str, **more: forms.Field) -> type[TidyForm]:
    """A form with one plain field for each field of this list's entries; of words a form with the word."""
    shape = BY_NAME[kind].shape
    if shape is str:
        word: forms.Field = forms.CharField(label=LABELS[WORD], max_length=80)
        if kind == "urgent_family":
            word = choice(LABELS["family"], families)
        return type("WordForm", (TidyForm,), {**more, WORD: word})
    hints = get_type_hints(shape)
    made = {field.name: _field(kind, shape, field, hints[field.name]) for field in fields(shape)}
    return type(f"{shape.__name__}Form", (TidyForm,), {**more, **made})


def values_of(row: Any) -> dict[str, Any]:
    """An entry as its form shows it."""
    shape = BY_NAME[row.kind].shape
    told: Any = json.loads(row.body)
    if shape is str:
        return {"list": row.kind, WORD: told}
    hints = get_type_hints(shape)
    shown: dict[str, Any] = {"list": row.kind}
    for field in fields(shape):
        value = told.get(field.name, None if field.default is MISSING else field.default)
        shown[field.name] = _shown(field.name, value, hints[field.name])
    return shown


def _shown(name: str, value: Any, hint: Any) -> Any:
    if name == "fen":
        return f"{Decimal(value) / 100:.2f}"
    if isinstance(value, list | tuple) and name not in SEVERAL and hint != tuple[Step, ...]:
        return "\n".join(value or ())
    return value


def keep_entry(kind: str, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    """Add an entry or change one; what tells it apart stays as it is."""
    entry = entry_told(kind, told)
    body = json.dumps(entry)
    stands = items_listed().filter(pk=row_id, kind=kind).first() if row_id is not None else None
    if stands is None:
        code = code_of(kind, body)
        if items_listed().filter(kind=kind, code=code).exists():
            raise ValidationError(gettext("This list has an entry of that code already."))
        return knowing.keep_item(kind, code, body, now=now)
    before = json.loads(stands.body)
    if isinstance(entry, str):
        if entry != before:
            raise ValidationError({WORD: gettext("A word stays as it is: retire it and add another one.")})
        return stands
    for name in ("code", "problem", *IDENTITY.get(kind, ())):
        if name in entry and before[name] != entry[name]:
            raise ValidationError({name: gettext("A code stays as it is; other entries name it.")})
    return knowing.keep_item(kind, stands.code, body, now=now)


def entry_told(kind: str, told: dict[str, Any]) -> Any:
    """What the fields of a form hold, as the entry holds it."""
    shape = BY_NAME[kind].shape
    if shape is str:
        return " ".join(str(told[WORD]).split())
    hints = get_type_hints(shape)
    return {name: _told(name, value, hints[name]) for name, value in told.items() if name in hints}


def _told(name: str, value: Any, hint: Any) -> Any:
    if name == "fen":
        return int(value * 100)
    if hint is bool or hint is int or hint == tuple[Step, ...]:
        return value
    if get_origin(hint) is not tuple:
        return " ".join(str(value or "").split())
    lines = value.splitlines() if isinstance(value, str) else list(value)
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
