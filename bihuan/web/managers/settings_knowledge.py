"""The registers of knowledge: each list's form is drawn from the shape of its entries (`knowledge_fields`)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge import actions as knowing
from bihuan.registers.knowledge.queries import items_listed
from bihuan.web.look.export import Column
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers import settings_uses as used
from bihuan.web.managers.knowledge_fields import (
    LINES,
    WORD,
    families,
    form_of,
    keep_entry,
    label_of,
    values_of,
    words_of,
)
from bihuan.web.managers.settings_filters import Filter, Head, in_use, of
from bihuan.web.managers.settings_register import Register, Uses


@dataclass(frozen=True)
class Plain:
    """One list with plain fields; `first` are the columns of its list besides the code."""

    register: str
    kind: str
    title: str | Promise
    about: str | Promise
    icon: str
    columns: Sequence[str]
    uses: Uses | None = None


def retire(viewer: Viewer, row_id: int, now: datetime) -> None:
    """Take an entry out of use."""
    row = items_listed().get(pk=row_id)
    knowing.retire_item(row.kind, row.code, now=now)


def _back(viewer: Viewer, row_id: int, now: datetime) -> None:
    """Offer an entry again, with all its checks."""
    row = items_listed().get(pk=row_id)
    knowing.keep_item(row.kind, row.code, row.body, now=now)


def _cell(kind: str, name: str) -> Column[Any]:
    words = words_of(kind, name)

    def said(row: Any) -> str:
        value = values_of(row).get(name)
        if words is not None:
            many = value if isinstance(value, list) else [value]
            return "、".join(chosen.word(words(), one) for one in many if one)[:200]
        if name == "step":
            return str(len(value or ()))
        return ("✓" if value is True else str(value or "")).replace("\n", " · ")[:200]

    return Column(label_of(kind, name), said)


def _named(row: Any) -> str:
    told = json.loads(row.body)
    if isinstance(told, str):
        return told
    return str(told.get("zh" if chosen.in_chinese() else "en") or row.code)


def _of_family() -> Filter:
    """Entries of one family of appliances."""
    return Filter(
        name="family",
        label=_("Appliance"),
        choices=families,
        keep=lambda rows, value, today: rows.filter(body__contains=f'"family":"{value}"'),
    )


def _register(plain: Plain) -> Register:
    names = form_of(plain.kind).base_fields
    shown = [] if plain.columns and plain.columns[0] in IDENTIFIES else [CODE]
    return Register(
        code=plain.register,
        title=plain.title,
        about=plain.about,
        group=_("Knowledge"),
        icon=plain.icon,
        rows=lambda search: items_listed(search).filter(kind=plain.kind),
        columns=[*shown, *(_cell(plain.kind, name) for name in plain.columns), _CHANGED],
        form=form_of(plain.kind),
        keep=lambda viewer, row_id, told, now: keep_entry(plain.kind, row_id, told, now),
        out=retire,
        back=_back,
        uses=plain.uses,
        filters=(in_use(), *([_of_family()] if "family" in names else [])),
        key=("position", "id"),
        values=values_of,
        name=_named,
    )


CODE = Head[Any](_("Code"), lambda row: row.code, key="code")
_CHANGED = Head[Any](_("Changed"), lambda row: row.changed_at.date(), key="changed_at")
IDENTIFIES = frozenset({WORD, "number", "family"})  # first columns that tell an entry apart in words


PLAIN = (
    Plain(
        "symptoms",
        "symptom",
        _("Standard symptoms"),
        _("What customers complain of, and the words they say it in."),
        "stethoscope",
        ("zh", "en", "family", "urgency", "remote"),
        used.symptom,
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
        ("zh", "en", "department", "level", "sort", "service", "area"),
    ),
    Plain(
        "sorting-words",
        "mark",
        _("Words that sort"),
        _("By which words a message is sorted: kind of work, wish, what hangs on it, asking again."),
        "filter",
        ("zh", "en", "about", "means", "said"),
    ),
    Plain(
        "checklists",
        "checklist",
        _("Phone checklists"),
        _("What an agent asks step by step before a technician is sent."),
        "list-check",
        ("zh", "en", "family", "step", "symptoms"),
    ),
    Plain(
        "standards",
        "standard",
        _("Standards of work"),
        _("How work is done on site, with what to bring and what to say."),
        "clipboard-check",
        ("zh", "en", "family", "kinds", "symptoms"),
    ),
    Plain(
        "departments",
        "department",
        _("Departments"),
        _("Who in the house answers for what."),
        "building",
        ("zh", "en"),
        used.department,
    ),
    Plain(
        "permits",
        "certificate",
        _("Kinds of permits"),
        _("Papers that the law or the trade asks for, and how long one lasts."),
        "certificate",
        ("zh", "en", "years"),
        used.permit_kind,
    ),
    Plain(
        "work-needs",
        "required",
        _("What work asks of technicians"),
        _("Least level and papers for each appliance and kind of work, as shipped knowledge has it."),
        "shield-check",
        ("family", "kind", "level", "certificates", "only_when"),
    ),
    Plain(
        "labour",
        "labour",
        _("Labour as shipped"),
        _(
            "Pieces of work with the minutes they are planned with; a new company's price list begins with them."
        ),
        "clock",
        ("zh", "en", "family", "kind", "fen", "minutes"),
        used.labour,
    ),
    Plain(
        "fees",
        "fee",
        _("Fees as shipped"),
        _("Charges that are no labour, and when the customer must have heard them."),
        "receipt",
        ("zh", "en", "fen", "told_at"),
    ),
    Plain(
        "part-names",
        "part",
        _("Parts as shipped"),
        _("Parts that standards of work name; a new company's parts begin with them."),
        "components",
        ("number", "zh", "en", "family", "fen", "serial"),
    ),
    Plain(
        "safe-years",
        "service_life",
        _("Years of safe use"),
        _("After how many years a warning is due, and what it says."),
        "alert-triangle",
        ("family", "fuel", "years", "zh", "checked"),
    ),
    Plain(
        "guarantee",
        "guarantee",
        _("Periods of the three guarantees"),
        _("As the law has them; shipped empty until a person has read the official annex."),
        "shield",
        ("family", "whole_months", "main_part_months", "source"),
    ),
    Plain(
        "consents",
        "consent",
        _("Consents"),
        _("What customers are asked to agree to."),
        "hand-stop",
        ("zh", "en", "required"),
    ),
    Plain(
        "not-meant",
        "not_meant",
        _("Words that only sound dangerous"),
        _("Names of things that hold a word of danger and mean none."),
        "info-circle",
        ("word",),
    ),
    Plain(
        "urgent-families",
        "urgent_family",
        _("Always urgent"),
        _("Appliances whose every fault is urgent."),
        "flame",
        ("word",),
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
            Head(_("List"), lambda row: chosen.word(_LISTS, row.kind), key="kind"),
            CODE,
            _cell("line", "zh"),
            _cell("line", "en"),
            _CHANGED,
        ],
        form=form_of("line", list=forms.ChoiceField(label=_("List"), choices=choices)),
        keep=_keep_sentence,
        out=retire,
        back=_back,
        filters=(in_use(), of("kind", _("List"), lambda: choices)),
        key=("kind", "position", "id"),
        values=values_of,
        name=_named,
    )


def _keep_sentence(viewer: Viewer, row_id: int | None, told: dict[str, Any], now: datetime) -> Any:
    stands = items_listed().filter(pk=row_id).first() if row_id is not None else None
    if stands is not None and stands.kind != told["list"]:
        raise ValidationError({"list": gettext("An entry stays in its list.")})
    return keep_entry(told["list"], row_id, told, now)


REGISTERS = (*map(_register, PLAIN), _sentences())
