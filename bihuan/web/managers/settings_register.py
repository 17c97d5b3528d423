"""What a register is to the settings pages: its list, its form, and the actions that keep it.

A register is declared once (`settings_organisation`, `settings_people` …); the pages in `settings` draw them all.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bihuan.registers.access.viewer import Viewer
from bihuan.web.look.export import Column
from bihuan.web.look.forms import TidyForm
from bihuan.web.managers.settings_filters import Filter

type Words = Any  # a text, now or in the reader's language
type Keep = Callable[[Viewer, int | None, dict[str, Any], datetime], Any]
type Out = Callable[[Viewer, int, datetime], Any]


@dataclass(frozen=True)
class Use:
    """Where an entry is used. `first` is what must be done before it can go; empty where nothing breaks."""

    what: str | Promise
    count: int
    first: str | Promise = ""

    @property
    def stops(self) -> bool:
        return self.count > 0 and bool(self.first)


type Uses = Callable[[Any, datetime], Sequence[Use]]
type Links = Sequence[tuple[str, str | Promise, str]]  # (name of the address, words, icon)


@dataclass(frozen=True, kw_only=True)
class Register:
    """One list an administrator keeps.

    `rows(search)` is a queryset; `keep` makes or changes a row; `out` takes one out of use (`out_deed` says how).
    `facts` are kept in the history; the fields in `personal` never are.
    """

    code: str
    title: str | Promise
    about: str | Promise
    group: str | Promise
    icon: str
    rows: Callable[[str], Any]
    columns: Sequence[Column[Any]]
    form: type[TidyForm]
    keep: Keep | None
    out: Out | None = None
    out_deed: str = "retired"
    key: tuple[str, ...] = ("id",)
    personal: frozenset[str] = frozenset()
    values: Callable[[Any], dict[str, Any]] | None = None
    keeps: Sequence[str] = ()  # columns kept in the history instead of the form's fields
    versions: bool = False  # a row never changes; saving makes a new one
    page: str = ""  # the address of the pages on which it is read, when it has such
    adds: bool = True  # whether a row may be added by hand
    out_about: str | Promise = ""  # what taking it out of use means, where it is not the usual
    preview: Callable[[Any, Mapping[str, Any]], Sequence[tuple[str, str]]] | None = (
        None  # (name, text) of a row
    )
    filters: Sequence[Filter] = ()
    uses: Uses | None = None  # where a row is used; what is still used may not go
    back: Out | None = None  # takes a row back in use
    links: Links = ()  # pages beside its list
    row_links: Callable[[Any], Sequence[tuple[str, str | Promise, str]]] | None = None  # pages beside a row
    name: Callable[[Any], str] = field(default=lambda row: str(row.pk))

    def initial(self, row: Any) -> dict[str, Any]:
        """What the form shows of a row."""
        if self.values is not None:
            return self.values(row)
        return {name: getattr(row, name) for name in self.form.base_fields}

    def facts(self, row: Any) -> dict[str, Any]:
        """What the history keeps of a row: plain values, nothing personal."""
        if row is None:
            return {}
        told = {name: getattr(row, name) for name in self.keeps} if self.keeps else self.initial(row)
        kept = {name: plain(value) for name, value in told.items() if name not in self.personal}
        retired = getattr(row, "retired_at", None)
        return kept | ({"retired_at": plain(retired)} if retired else {})

    def find(self, row_id: int) -> Any | None:
        return self.rows("").filter(pk=row_id).first()

    def locked(self, row_id: int) -> Any | None:
        """The row as it stands now, held until the transaction ends."""
        rows = self.rows("").filter(pk=row_id)
        if rows.select_for_update(of=("self",)).order_by().first() is None:
            return None
        return self.find(row_id)

    def mark(self, row: Any) -> str:
        """A digest of all that the form shows of a row: another mark means that somebody changed it."""
        told = {name: plain(value) for name, value in self.initial(row).items()}
        retired = plain(getattr(row, "retired_at", None))
        text = json.dumps([told, retired], sort_keys=True, default=str, ensure_ascii=False)
        return sha256(text.encode()).hexdigest()[:24]


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value


def is_out(row: Any) -> bool:
    """Whether a row is out of use."""
    return getattr(row, "retired_at", None) is not None or getattr(row, "is_active", True) is False


def tell_form(form: forms.Form, refused: ValidationError) -> None:
    """Put a register's refusal beside the fields it is about; what has no field stands above the form."""
    told = refused.message_dict if hasattr(refused, "error_dict") else {"__all__": refused.messages}
    for name, sentences in told.items():
        at = next((each for each in (name, f"{name}_id") if each in form.fields), None)
        for sentence in sentences:
            form.add_error(at, sentence)


# Fields that many registers share


def choice(
    label: Words,
    choices: Callable[[], Sequence[tuple[str, Any]]],
    *,
    required: bool = True,
    help_text: Words = "",
    blank: Words = "",
) -> forms.ChoiceField:
    """One of some codes; not required: blank, which means every unless `blank` says otherwise."""

    def offered() -> list[tuple[str, Any]]:
        return ([] if required else [("", blank or _("every"))]) + list(choices())

    return forms.ChoiceField(label=label, choices=offered, required=required, help_text=help_text)


def number_choice(
    label: Words, choices: Callable[[], Sequence[tuple[Any, Any]]], *, required: bool = True
) -> forms.TypedChoiceField:
    """One row of another register, by its number."""

    def offered() -> list[tuple[Any, Any]]:
        return [("", "—"), *choices()]

    return forms.TypedChoiceField(
        label=label, choices=offered, coerce=int, empty_value=None, required=required
    )


def day(label: Words, *, required: bool = True, help_text: Words = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def clock_time(label: Words) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


def moment_field(label: Words) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


def yes_no(value: Any) -> str:
    return _("yes") if value else _("no")


def search_of(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:80]


def changed_words(
    before: Mapping[str, Any], after: Mapping[str, Any], form: type[TidyForm]
) -> list[tuple[str, str, str]]:
    """(field, was, is) in the words of the form, for the history."""
    rows = []
    for name in sorted({*before, *after}):
        known = form.base_fields.get(name)
        label = str(known.label) if known is not None and known.label else name.replace("_", " ")
        rows.append((label, _said(known, before.get(name)), _said(known, after.get(name))))
    return rows


def _said(known: forms.Field | None, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(known, forms.ChoiceField):
        offered: Any = known.choices
        words = {str(code): str(word) for code, word in offered}
        many = value if isinstance(value, list) else [value]
        return ", ".join(words.get(str(one), str(one)) for one in many)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
