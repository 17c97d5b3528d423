"""The registers of knowledge with plain fields: each list's form is drawn from the shape of its entries.

What has entries within entries (checklists) or is looked at once a year stays in the register `knowledge`, as JSON.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from typing import Any, get_origin, get_type_hints

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge import actions as knowing
from bihuan.registers.knowledge.content import Family
from bihuan.registers.knowledge.queries import items_listed, knowledge
from bihuan.registers.knowledge.rows import BY_NAME, code_of
from bihuan.service.cases.words import KINDS, URGENCIES
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_register import Register, choice

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
    "families": _("Appliances"),
    "energy": _("Runs on"),
}
ONE_A_LINE = _("One a line.")
MAY_BE_EMPTY = frozenset({"fallback", "energy", "kinds", "families"})


@dataclass(frozen=True)
class Plain:
    """One list with plain fields; `first` are the columns of its list besides the code."""

    register: str
    kind: str
    title: str | Promise
    about: str | Promise
    icon: str
    columns: Sequence[str]


def _families() -> list[tuple[str, str]]:
    return [(one.code, chosen.named(one)) for one in knowledge().families]


def _solutions() -> list[tuple[str, str]]:
    return [(one.code, chosen.named(one)) for one in knowledge().solutions]


type Choices = Callable[[], list[tuple[str, Any]]]

CHOICES: dict[str, Choices] = {  # one of these
    "family": _families,
    "urgency": lambda: list(URGENCIES.items()),
    "department": chosen.departments,
    "level": lambda: list(LEVELS.items()),
    "energy": lambda: list(chosen.ENERGIES),
    "kind": lambda: list(HAZARDS.items()),
}
SEVERAL: dict[str, Choices] = {"kinds": lambda: list(KINDS.items()), "families": _families}
WORDS_OF = CHOICES | {"fallback": _solutions}  # codes that a list shows as words


def _field(shape: type[Any], field: Field[Any], hint: Any) -> forms.Field:
    """The form field of one field of an entry."""
    name, label = field.name, LABELS[field.name]
    required = name not in MAY_BE_EMPTY and field.default is MISSING
    required = required and not (shape is Family and name == "said")  # some are never named
    if name in CHOICES:
        return choice(label, CHOICES[name], required=required)
    if name in SEVERAL:
        return _several(label, SEVERAL[name])
    if hint is bool:
        return forms.BooleanField(label=label, required=False)
    if get_origin(hint) is tuple:
        area = forms.Textarea(attrs={"rows": 6})
        return forms.CharField(
            label=label, required=required, max_length=20_000, widget=area, help_text=ONE_A_LINE
        )
    if name in {"code", "problem", "brand"}:
        return forms.CharField(label=label, required=required, max_length=60)
    return forms.CharField(
        label=label, required=required, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


def _several(label: Any, choices: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget)


def form_of(kind: str, **more: forms.Field) -> type[TidyForm]:
    """A form with one plain field for each field of this list's entries."""
    shape = BY_NAME[kind].shape
    hints = get_type_hints(shape)
    made = {field.name: _field(shape, field, hints[field.name]) for field in fields(shape)}
    return type(f"{shape.__name__}Form", (TidyForm,), {**more, **made})


def values_of(row: Any) -> dict[str, Any]:
    """An entry as its form shows it."""
    shape = BY_NAME[row.kind].shape
    told: dict[str, Any] = json.loads(row.body)
    shown: dict[str, Any] = {"list": row.kind}
    for field in fields(shape):
        value = told.get(field.name, None if field.default is MISSING else field.default)
        lines = isinstance(value, list | tuple) and field.name not in SEVERAL
        shown[field.name] = "\n".join(value or ()) if lines else value
    return shown


def _keep(kind: str, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    shape = BY_NAME[kind].shape
    hints = get_type_hints(shape)
    entry = {name: _told(value, hints[name]) for name, value in told.items() if name in hints}
    stands = items_listed().filter(pk=row_id, kind=kind).first() if row_id is not None else None
    if stands is None:
        code = code_of(kind, json.dumps(entry))
        if items_listed().filter(kind=kind, code=code).exists():
            raise ValidationError(gettext("This list has an entry of that code already."))
        return knowing.keep_item(kind, code, json.dumps(entry), now=now)
    for name in ("code", "problem"):
        if name in entry and json.loads(stands.body)[name] != entry[name]:
            raise ValidationError({name: gettext("A code stays as it is; other entries name it.")})
    return knowing.keep_item(kind, stands.code, json.dumps(entry), now=now)


def _told(value: Any, hint: Any) -> Any:
    """What a form field holds, as the entry holds it."""
    if get_origin(hint) is not tuple:
        return value if hint is bool else " ".join(str(value or "").split())
    lines = value.splitlines() if isinstance(value, str) else list(value)
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def retire(viewer: Viewer, row_id: int, now: datetime) -> None:
    """Take an entry out of use."""
    row = items_listed().get(pk=row_id)
    knowing.retire_item(row.kind, row.code, now=now)


def _cell(name: str) -> Column[Any]:
    def said(row: Any) -> str:
        value = values_of(row).get(name) or ""
        if name in WORDS_OF:
            return chosen.word(WORDS_OF[name](), value)
        return ("✓" if value is True else str(value)).replace("\n", " · ")[:200]

    return Column(LABELS[name], said)


def _named(row: Any) -> str:
    told = json.loads(row.body)
    return str(told.get("zh" if chosen.in_chinese() else "en") or row.code)


def _register(plain: Plain) -> Register:
    return Register(
        code=plain.register,
        title=plain.title,
        about=plain.about,
        group=_("Knowledge"),
        icon=plain.icon,
        rows=lambda search: items_listed(search).filter(kind=plain.kind),
        columns=[Column(_("Code"), lambda row: row.code), *map(_cell, plain.columns)],
        form=form_of(plain.kind),
        keep=lambda viewer, row_id, told, now: _keep(plain.kind, row_id, told, now),
        out=retire,
        key=("position", "id"),
        values=values_of,
        name=_named,
    )


PLAIN = (
    Plain(
        "symptoms",
        "symptom",
        _("Standard symptoms"),
        _("What customers complain of, and the words they say it in."),
        "stethoscope",
        ("zh", "en", "family", "urgency", "remote"),
    ),
    Plain(
        "hazards",
        "hazard",
        _("Words of danger"),
        _("What makes a case urgent at once, and what to tell the customer."),
        "alert-triangle",
        ("zh", "en", "said"),
    ),
    Plain(
        "error-codes",
        "error_code",
        _("Error codes"),
        _("What a brand's machine shows, and what it means."),
        "code",
        ("zh", "en", "family", "safety"),
    ),
    Plain(
        "vague",
        "vague",
        _("Vague phrases"),
        _("What says too little, and the question that leads on."),
        "help",
        ("ask_zh", "ask_en"),
    ),
    Plain(
        "families",
        "family",
        _("Names of appliances"),
        _("The words by which customers name what they have."),
        "device-tv",
        ("zh", "en", "said"),
    ),
    Plain(
        "solutions",
        "solution",
        _("Ways to answer"),
        _("What can be offered, and what to do if it fails."),
        "bulb",
        ("zh", "en", "fallback"),
    ),
    Plain(
        "routes",
        "route",
        _("Who answers for what"),
        _("Which department owns a kind of problem."),
        "route",
        ("zh", "en", "department", "level"),
    ),
)

_LISTS = {
    "prompt": _("Asked when a report is taken"),
    "line": _("Said on the phone"),
    "callback": _("Said at a callback"),
    "conduct": _("Conduct on site"),
    "safety_step": _("Safety before work"),
    "environment": _("Where it is used"),
    "advice": _("Advice on use"),
    "closing": _("Before leaving"),
}


def _sentences() -> Register:
    choices = list(_LISTS.items())
    return Register(
        code="sentences",
        title=_("Sentences"),
        about=_("What desks and technicians say and check, line by line."),
        group=_("Knowledge"),
        icon="message-2",
        rows=lambda search: items_listed(search).filter(Q(kind__in=LINES)),
        columns=[
            Column(_("List"), lambda row: chosen.word(_LISTS, row.kind)),
            Column(_("Code"), lambda row: row.code),
            _cell("zh"),
            _cell("en"),
        ],
        form=form_of("line", list=forms.ChoiceField(label=_("List"), choices=choices)),
        keep=_keep_sentence,
        out=retire,
        key=("kind", "position", "id"),
        values=values_of,
        name=_named,
    )


def _keep_sentence(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    stands = items_listed().filter(pk=row_id).first() if row_id is not None else None
    if stands is not None and stands.kind != told["list"]:
        raise ValidationError({"list": gettext("An entry stays in its list.")})
    return _keep(told["list"], row_id, told, now)


REGISTERS = (*map(_register, PLAIN), _sentences())
IN_PLAIN_FIELDS = frozenset({*(plain.kind for plain in PLAIN), *LINES})
