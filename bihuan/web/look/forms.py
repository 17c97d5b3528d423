"""Plain forms that look right: Bootstrap's classes, help and errors tied to their control."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

_CHECKS = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)


def control_class(widget: forms.Widget) -> str:
    """The Bootstrap class that a widget of this sort wears."""
    if isinstance(widget, _CHECKS):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class TidyMixin:
    """Mix in before any Form class. Required marks, help and errors are drawn by `{% field %}`."""

    fields: dict[str, forms.Field]
    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _dress(field)


class TidyForm(TidyMixin, forms.Form):
    """The form that pages start from."""

    def choose(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        """Say what may be chosen in a field, where that is known only when the form is made."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def blame(self, field: str, sentence: str) -> None:
        """Say what is wrong with a field; with the whole form where it has none of that name."""
        self.add_error(field if field in self.fields else None, sentence)

    def blame_all(self, sentences: Mapping[str, str]) -> None:
        """Say it field by field, as a refusal names them."""
        for field, sentence in sentences.items():
            self.blame(field, sentence)


def _dress(field: forms.Field) -> None:
    worn = field.widget.attrs.get("class", "")
    wanted = control_class(field.widget)
    if wanted not in worn.split():
        field.widget.attrs["class"] = f"{worn} {wanted}".strip()
    if isinstance(field, forms.DecimalField | forms.FloatField):
        field.widget.attrs.setdefault("inputmode", "decimal")
    elif isinstance(field, forms.IntegerField) and isinstance(field.widget, forms.NumberInput):
        field.widget.attrs.setdefault("inputmode", "numeric")
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs.pop("cols", None)
        if str(field.widget.attrs.get("rows", "10")) == "10":  # Django's own wish, too tall for a desk
            field.widget.attrs["rows"] = "3"


def control(bound: BoundField) -> str:
    """The control's HTML, marked invalid and tied to its help and its errors by aria-describedby."""
    worn = bound.field.widget.attrs.get("class", "").split()
    if (wanted := control_class(bound.field.widget)) not in worn:
        worn.append(wanted)  # a form that is not ours
    attrs: dict[str, Any] = {"class": " ".join(worn)}
    described = [f"{bound.auto_id}_{part}" for part in described_by(bound)]
    if described and not bound.use_fieldset:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["class"] += " is-invalid"
        attrs["aria-invalid"] = "true"
    return bound.as_widget(attrs=attrs)


def described_by(bound: BoundField) -> list[str]:
    """Which notes stand under the control: `help`, `errors`, both or none."""
    notes = []
    if bound.help_text:
        notes.append("help")
    if bound.errors:
        notes.append("errors")
    return notes


def row_of(text: str) -> int:
    """The number of a row as a form sends it; 0, which no row has, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
