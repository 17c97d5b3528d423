"""A new version of a process card or a commitment profile, by its text or a file: checked, looked at, then stored.

The same way for both: faults in the reader's language, what differs from the version in force, and what stays under
the old one; nothing is in force before somebody says so on the version's own page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import keeping as cards
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.uses import open_under_card
from bihuan.service.cases.words import said
from bihuan.service.commitments import keeping as profiles
from bihuan.service.commitments.differing import differences as differing
from bihuan.service.commitments.profiles_in_use import newest_of, profile_at
from bihuan.service.commitments.uses import running_under
from bihuan.service.commitments.words import finding_sentences
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.forms import row_of as number_of
from bihuan.web.managers import profile_lines
from bihuan.web.managers.card_lines import difference_lines
from bihuan.web.managers.settings_all import REGISTERS
from bihuan.web.managers.settings_row import keep_row, write

LARGEST_TEXT = 200_000  # characters
LARGEST_FILE = 800_000  # bytes


class UploadForm(TidyForm):
    file = forms.FileField(label=gettext_lazy("File"), required=False, max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        max_length=LARGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "font-monospace"}),
        help_text=gettext_lazy("A stored version never changes: raise the version in the text."),
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if (file := told.get("file")) is not None:
            if file.size > LARGEST_FILE:
                raise ValidationError({"file": _("This file is too large to be a card or a profile.")})
            try:
                told["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError({"file": _("This file is not written in UTF-8.")}) from None
        if not str(told.get("text", "")).strip():
            raise ValidationError(_("Choose a file, or paste its text."))
        return told


@dataclass(frozen=True)
class Looked:
    """What would be: its name, what differs from what is in force, what is doubtful, what stays under the old one."""

    name: str
    version: int
    title: str
    against: str
    rows: Sequence[Mapping[str, Any]]
    doubts: Sequence[str]
    stays: Sequence[tuple[int, int]]  # version, how many


@dataclass(frozen=True)
class Sort:
    register: str
    title: Any
    staying: Any  # what the counts of the old versions are
    check: Callable[[str, datetime], Looked]
    page: str  # the address of one version


def _look_at_card(text: str, now: datetime) -> Looked:
    card = cards.check_card(text)
    held = cards.in_force(card.name)
    old = card_at(card.name, held.version) if held is not None else card
    stays = sorted(open_under_card(card.name).items())
    rows = difference_lines(old, card)
    return Looked(card.name, card.version, said(card.title), f"v{old.version}", rows, (), stays)


def _look_at_profile(text: str, now: datetime) -> Looked:
    profile = profiles.check_profile(text)
    newest, around = newest_of(profile.name), profiles.around_now()
    rows: list[Mapping[str, Any]] = []
    if newest is not None:
        old = profile_at(newest.name, newest.version)
        names = profile_lines.calendar_names()
        found = differing(old, profile, force=around.beside(profile))
        lines = [profile_lines.difference_line(one, names) for one in found]
        rows = [_as_card_line(line) for line in lines if line["change"] != "same"]
    doubts = finding_sentences(profiles.doubts(profile, around=around, now=now), profile)
    against = f"v{newest.version}" if newest is not None else ""
    stays = sorted(running_under(profile.name).items())
    return Looked(profile.name, profile.version, said(profile.title), against, rows, doubts, stays)


def _as_card_line(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """A difference of profiles in the columns of a difference of cards."""
    sides = [
        f"{one.time} {one.calendar}".strip() if one is not None else "" for one in (line["old"], line["new"])
    ]
    return {
        "change": line["change"],
        "change_words": line["word"],
        "what": _("Clause"),
        "title": line["title"],
        "aspect": line["aspects"] or line["scope"],
        "before": sides[0],
        "after": sides[1],
    }


SORTS = {
    "process": Sort(
        "process",
        gettext_lazy("New version of a process card"),
        gettext_lazy("Open cases, which keep their version"),
        _look_at_card,
        "managers:card_kept",
    ),
    "profiles": Sort(
        "profiles",
        gettext_lazy("New version of a commitment profile"),
        gettext_lazy("Promises that still run, which keep their version"),
        _look_at_profile,
        "managers:profile",
    ),
}


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def upload(request: HttpRequest, viewer: Viewer, sort: str) -> HttpResponseBase:
    """Check a text and look at it; `store` keeps it."""
    if sort not in SORTS:
        raise Http404
    kind, looked = SORTS[sort], None
    form = (
        UploadForm(request.POST, request.FILES)
        if request.method == "POST"
        else UploadForm(initial=_first(kind, request))
    )
    if form.is_bound and form.is_valid():
        looked = _looked(form, kind, now=moment(request))
        if looked is not None and "store" in request.POST and _store(request, viewer, kind, form):
            return redirect(reverse(kind.page, args=[looked.name, looked.version]))
        form = _again(form)
    told = {"form": form, "sort": kind, "looked": looked, "register": REGISTERS[kind.register]}
    return render(request, "managers/settings_upload.html", told, status=422 if form.errors else 200)


def _looked(form: UploadForm, kind: Sort, *, now: datetime) -> Looked | None:
    try:
        return kind.check(form.cleaned_data["text"], now)
    except ValidationError as refused:
        for sentence in refused.messages:
            form.add_error(None, sentence)
        return None


def _store(request: HttpRequest, viewer: Viewer, kind: Sort, form: UploadForm) -> bool:
    register, told = REGISTERS[kind.register], {"text": form.cleaned_data["text"]}
    return write(request, form, lambda: keep_row(viewer, register, None, told, now=moment(request)))


def _again(form: UploadForm) -> UploadForm:
    """The form with the text of the file in it, so that what was checked is what is stored."""
    errors = form.errors
    again = UploadForm({"text": form.cleaned_data.get("text", "")})
    again.is_valid()
    for field, sentences in errors.items():
        for sentence in sentences:
            again.add_error(field if field != "__all__" else None, str(sentence))
    return again


def _first(kind: Sort, request: HttpRequest) -> dict[str, str]:
    """The text of the version that the address names, to begin with."""
    row = REGISTERS[kind.register].find(number_of(request.GET.get("from", "")))
    return {} if row is None else {"text": row.text}
