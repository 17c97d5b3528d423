"""The steps of a phone checklist as rows of a form: a question in two languages, what a yes and what a no leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.knowledge.content import Step

WORDS: dict[str, Any] = {
    "ask_zh": gettext_lazy("Question (Chinese)"),
    "ask_en": gettext_lazy("Question (English)"),
    "if_yes_zh": gettext_lazy("If yes (Chinese)"),
    "if_yes_en": gettext_lazy("If yes (English)"),
    "if_no_zh": gettext_lazy("If no (Chinese)"),
    "if_no_en": gettext_lazy("If no (English)"),
}
MARKS: dict[str, Any] = {
    "solves": gettext_lazy("A good answer may end the case by phone"),
    "gate": gettext_lazy("Only a yes leads on"),
}
NAMES = tuple(field.name for field in fields(Step))
MOST = 12  # steps of one checklist
EMPTY_ROWS = 2
LONGEST = 600  # characters of one answer


class StepsWidget(forms.Widget):
    """Rows named `step-0-ask_zh` and so on; empty ones stand ready at the end."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        rows = []
        for at in range(MOST + EMPTY_ROWS):
            row: dict[str, Any] = {key: str(data.get(f"{name}-{at}-{key}", "")).strip() for key in WORDS}
            row |= {key: f"{name}-{at}-{key}" in data for key in MARKS}
            order = str(data.get(f"{name}-{at}-order", ""))
            row["order"] = int(order) if order.isdecimal() and len(order) < 4 else at + 1
            rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = [row for row in value or [] if isinstance(row, Mapping) and _is_filled(row)][:MOST]
        rows = []
        for at, row in enumerate([*given, *({} for _each in range(EMPTY_ROWS))]):
            boxes = [(key, label, row.get(key, "")) for key, label in WORDS.items()]
            marks = [(key, label, bool(row.get(key))) for key, label in MARKS.items()]
            rows.append({"at": at, "number": at + 1, "boxes": boxes, "marks": marks})
        told = {"name": name, "rows": rows, "longest": LONGEST, "id": (attrs or {}).get("id", f"id_{name}")}
        return mark_safe(render_to_string("managers/parts/steps.html", told))  # noqa: S308 (a template escaped it)


class StepsField(forms.Field):
    """All steps as plain values, in the order of their numbers; a step lacks nothing."""

    widget = StepsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows: Sequence[Mapping[str, Any]] = [row for row in value or [] if _is_filled(row)]
        if not rows:
            raise ValidationError(_("A checklist has at least one step."))
        if len(rows) > MOST:
            raise ValidationError(_("A checklist has at most %(count)d steps.") % {"count": MOST})
        for number, row in enumerate(rows, start=1):
            lacking = [str(label) for key, label in WORDS.items() if not row.get(key)]
            if lacking:
                told = {"number": number, "lacking": ", ".join(lacking)}
                raise ValidationError(_("Step %(number)d lacks: %(lacking)s.") % told)
            if any(len(row[key]) > LONGEST for key in WORDS):
                raise ValidationError(_("Step %(number)d is too long.") % {"number": number})
        ordered = sorted(rows, key=lambda row: int(row.get("order", 0)))
        return [
            {name: row.get(name) if name in WORDS else bool(row.get(name)) for name in NAMES}
            for row in ordered
        ]


def _is_filled(row: Mapping[str, Any]) -> bool:
    return any(row.get(key) for key in WORDS)
