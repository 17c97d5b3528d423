"""/settings: every register as a plain list, a form and a history. What each register is stands beside this."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.queries import changes_of
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, csv_response, xlsx_response
from bihuan.web.look.forms import TidyForm
from bihuan.web.look.words import date_words
from bihuan.web.managers import (
    settings_catalogue,
    settings_knowledge,
    settings_messages,
    settings_organisation,
    settings_people,
    settings_rules,
)
from bihuan.web.managers.settings_register import Register, changed_words, is_out, search_of, tell_form

REGISTERS: dict[str, Register] = {
    register.code: register
    for register in (
        *settings_organisation.REGISTERS,
        *settings_people.REGISTERS,
        *settings_catalogue.REGISTERS,
        *settings_rules.REGISTERS,
        *settings_messages.REGISTERS,
        *settings_knowledge.REGISTERS,
    )
}
EXPORTED = 20_000  # rows at most
SHOWN = 50
OUT_WORDS = {
    "retired": gettext_lazy("Retire"),
    "removed": gettext_lazy("Remove"),
    "ended": gettext_lazy("End it"),
    "activated": gettext_lazy("Put in force"),
    "restored": gettext_lazy("Back to the shipped text"),
}
DEEDS = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "retired": gettext_lazy("retired"),
    "removed": gettext_lazy("removed"),
    "ended": gettext_lazy("ended"),
    "activated": gettext_lazy("put in force"),
    "restored": gettext_lazy("shipped text restored"),
    "password": gettext_lazy("password set"),
    "forgotten": gettext_lazy("forgotten"),
}


@require_GET
@staff_page("settings.change")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every register, by group."""
    groups: dict[str, list[Register]] = {}
    for register in REGISTERS.values():
        groups.setdefault(str(register.group), []).append(register)
    return render(request, "managers/settings.html", {"groups": list(groups.items())})


@require_GET
@staff_page("settings.change")
def rows(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponseBase:
    """One register as a list; `?format=csv` or `xlsx` takes it along."""
    register = _register(code)
    search = search_of(request)
    found = register.rows(search)
    file = {"csv": csv_response, "xlsx": xlsx_response}.get(request.GET.get("format", ""))
    if file is not None:
        return file(register.code, _columns(register), found.order_by(*register.key)[:EXPORTED])
    page = listing.page(found, key=register.key, after=request.GET.get("after"), size=SHOWN)
    lines = [
        {"row": row, "cells": [_cell(column.value(row)) for column in register.columns], "out": is_out(row)}
        for row in page.rows
    ]
    told = {"register": register, "page": page, "lines": lines, "search": search}
    told["may_add"] = register.keep is not None and register.adds  # a template would call it
    return render(request, "managers/settings_list.html", told)


def _cell(value: Any) -> Any:
    """A date in the words of every other page; anything else as it is."""
    return date_words(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def _columns(register: Register) -> Sequence[Column[Any]]:
    """Files say besides which rows are out of use."""
    return (*register.columns, Column(_("Out of use"), lambda row: "x" if is_out(row) else ""))


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def row(request: HttpRequest, viewer: Viewer, code: str, row_id: int | None = None) -> HttpResponseBase:
    """One entry as a form, or an empty one to add."""
    register = _register(code)
    if row_id is None and not register.adds:
        raise NotFound
    held = None if row_id is None else _row(register, row_id)
    initial = {} if held is None else register.initial(held)
    form = register.form(request.POST if request.method == "POST" else None, initial=initial)
    only_looks = register.preview is not None and "preview" in request.POST
    sent = request.method == "POST" and form.is_valid()
    if sent and not only_looks and _kept(request, viewer, register, held, form):
        return redirect("managers:settings_rows", register.code)
    told = {
        "register": register,
        "row": held,
        "name": "" if held is None else register.name(held),
        "form": form,
        "out": held is not None and is_out(held),
        "may_out": register.out is not None,
        "out_word": OUT_WORDS[register.out_deed],
        "out_about": register.out_about,
        "preview": _preview(register, held, form.cleaned_data if sent and not form.errors else initial),
        "may_preview": register.preview is not None,
    }
    return render(request, "managers/settings_form.html", told, status=422 if form.errors else 200)


def _preview(register: Register, held: Any, told: Any) -> Sequence[tuple[str, str]]:
    """How a row would read with these values; nothing where they cannot be read."""
    if register.preview is None or held is None:
        return ()
    try:
        return register.preview(held, told)
    except ValidationError:
        return ()


def _kept(request: HttpRequest, viewer: Viewer, register: Register, held: Any, form: TidyForm) -> bool:
    """Whether the form's values were kept; else the form says why not."""
    keep = register.keep
    if keep is None:
        raise NotFound
    adds = held is None or register.versions
    told, now = dict(form.cleaned_data), moment(request)
    return _write(
        request,
        form,
        lambda: noted(
            viewer,
            register=register.code,
            deed="added" if adds else "changed",
            before={} if adds else register.facts(held),
            write=lambda: keep(viewer, None if held is None else held.pk, told, now),
            read=lambda kept: (str(kept.pk), register.facts(register.find(kept.pk))),
            now=now,
        ),
    )


def _write(request: HttpRequest, form: TidyForm, write: Callable[[], Any]) -> bool:
    try:
        write()
    except ValidationError as refused:
        tell_form(form, refused)
    except (Refusal, ValueError) as refused:
        form.add_error(None, str(refused))
    else:
        messages.success(request, _("Kept."))
        return True
    return False


@require_POST
@staff_page("settings.change")
def out(request: HttpRequest, viewer: Viewer, code: str, row_id: int) -> HttpResponseBase:
    """Take an entry out of use (or put a profile in force); nothing that was done is lost."""
    register = _register(code)
    held, take_out, now = _row(register, row_id), register.out, moment(request)
    if take_out is None:
        raise NotFound
    try:
        noted(
            viewer,
            register=register.code,
            deed=register.out_deed,
            before=register.facts(held),
            write=lambda: take_out(viewer, row_id, now),
            read=lambda _written: (str(row_id), register.facts(register.find(row_id))),
            now=now,
        )
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused
    messages.success(request, _("Done."))
    return redirect("managers:settings_rows", register.code)


@require_GET
@staff_page("settings.change")
def history(request: HttpRequest, viewer: Viewer, code: str = "", row_id: int | None = None) -> HttpResponse:
    """Who changed what and when: of one entry, one register, or everywhere."""
    register = _register(code) if code else None
    found = changes_of(code, "" if row_id is None else str(row_id))
    page = listing.page(found, key=("-id",), after=request.GET.get("after"), size=SHOWN)
    lines = [
        {
            "change": change,
            "deed": DEEDS.get(change.deed, change.deed),
            "register": REGISTERS.get(change.register),
            "changed": _changed(change),
        }
        for change in page.rows
    ]
    told = {"register": register, "row_id": row_id, "page": page, "lines": lines}
    return render(request, "managers/settings_history.html", told)


def _changed(change: Any) -> list[tuple[str, str, str]]:
    known = REGISTERS.get(change.register)
    return changed_words(change.before, change.after, known.form) if known else []


def _register(code: str) -> Register:
    if code not in REGISTERS:
        raise NotFound
    return REGISTERS[code]


def _row(register: Register, row_id: int) -> Any:
    found = register.find(row_id)
    if found is None:
        raise NotFound
    return found
