"""One register as a list: searched, narrowed, sorted, printed, taken along as a file, several entries at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.look.forms import row_of as number_of
from bihuan.web.look.words import date_words
from bihuan.web.managers.settings_all import register_of
from bihuan.web.managers.settings_filters import Head, Shown, narrowed, sorted_by
from bihuan.web.managers.settings_register import Register, is_out, search_of
from bihuan.web.managers.settings_row import take_out
from bihuan.web.managers.settings_words import OUT_WORDS

EXPORTED = 20_000  # rows at most
PRINTED = 1000
SHOWN = 50
TICKED = 200  # entries at once


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants to see of a register."""

    rows: Any
    key: Sequence[str]
    sort: str
    search: str
    filters: Sequence[Shown]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search) or any(one.value for one in self.filters)

    @property
    def ordered(self) -> Any:
        return self.rows.order_by(*self.key)


def asked_of(register: Register, request: HttpRequest) -> Asked:
    """The rows in the order and within the bounds that the address names."""
    search, now = search_of(request), moment(request)
    rows, filters = narrowed(register.rows(search), register.filters, request, now=now)
    rows, key, sort = sorted_by(rows, register.columns, request.GET.get("sort", ""), register.key)
    return Asked(rows=rows, key=key, sort=sort, search=search, filters=filters)


@require_GET
@staff_page("settings.change")
def rows(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponseBase:
    """The list; `?format=csv`, `xlsx` or `print` gives all that it holds, as it is narrowed and sorted."""
    register = register_of(code)
    asked = asked_of(register, request)
    wanted = request.GET.get("format", "")
    if (file := FILES.get(wanted)) is not None:
        return file(register.code, columns_of(register), asked.ordered[:EXPORTED])
    if wanted == "print":
        return _printed(request, register, asked, asked.ordered[: PRINTED + 1])
    page = listing.page(asked.rows, key=asked.key, after=request.GET.get("after"), size=SHOWN)
    told = {
        "register": register,
        "page": page,
        "lines": [_line(register, row) for row in page.rows],
        "search": asked.search,
        "filters": asked.filters,
        "narrowed": asked.is_narrowed,
        "sort": asked.sort,
        "heads": _heads(register, request, asked.sort),
        "files": [(way, _address(request, format=way)) for way in ("csv", "xlsx", "print")],
        "may_add": register.keep is not None and register.adds,  # a template would call it
        "may_out": register.out is not None and register.out_deed in {"retired", "removed", "ended"},
        "out_word": OUT_WORDS[register.out_deed],
        "query": request.GET.urlencode(),
    }
    return render(request, "managers/settings_list.html", told)


@require_POST
@staff_page("settings.change")
def batch(request: HttpRequest, viewer: Viewer, code: str) -> HttpResponseBase:
    """The ticked entries: taken out of use one by one, each by its own rules, or taken along."""
    register = register_of(code)
    ids = [number for told in request.POST.getlist("row")[:TICKED] if (number := number_of(told))]
    back = f"{reverse('managers:settings_rows', args=[code])}?{request.POST.get('query', '')[:1000]}"
    if not ids:
        messages.warning(request, _("Tick the entries first."))
        return redirect(back)
    wanted = request.POST.get("do", "")
    found = register.rows("").filter(pk__in=ids).order_by(*register.key)
    if (file := FILES.get(wanted)) is not None:
        return file(register.code, columns_of(register), found)
    if wanted == "print":
        return _printed(request, register, asked_of(register, request), found)
    if wanted != "out" or register.out is None or register.out_deed not in {"retired", "removed", "ended"}:
        raise Refusal(_("Choose what is to be done with the ticked entries."))
    _out_each(request, viewer, register, list(found))
    return redirect(back)


def _out_each(request: HttpRequest, viewer: Viewer, register: Register, found: Sequence[Any]) -> None:
    """Each entry by itself: what may not go stays, and its sentence is told."""
    gone, now = 0, moment(request)
    for row in found:
        if is_out(row):
            continue
        try:
            take_out(viewer, register, row.pk, now=now)
        except (Refusal, ValidationError) as refused:
            said = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
            messages.warning(
                request, _("%(name)s stays: %(why)s") % {"name": register.name(row), "why": said}
            )
        else:
            gone += 1
    if gone:
        done = ngettext(
            "%(count)d entry was taken out of use.", "%(count)d entries were taken out of use.", gone
        )
        messages.success(request, done % {"count": gone})


def _line(register: Register, row: Any) -> dict[str, Any]:
    return {"row": row, "cells": [_cell(column, row) for column in register.columns], "out": is_out(row)}


def _cell(column: Column[Any], row: Any) -> tuple[Any, Any]:
    """(heading, what stands under it): a date in the words of every other page, anything else as it is."""
    value = column.value(row)
    shown = date_words(value) if isinstance(value, date) and not isinstance(value, datetime) else value
    return column.title, shown


def columns_of(register: Register) -> Sequence[Column[Any]]:
    """Files say besides which rows are out of use."""
    return (*register.columns, Column(_("Out of use"), lambda row: "x" if is_out(row) else ""))


def _heads(register: Register, request: HttpRequest, sort: str) -> list[dict[str, Any]]:
    """Each heading with the address that sorts by it, and how the list is sorted by it now."""
    found: list[dict[str, Any]] = []
    for at, column in enumerate(register.columns, start=1):
        way = {str(at): "ascending", f"-{at}": "descending"}.get(sort, "")
        sortable = isinstance(column, Head) and bool(column.key)
        turned = f"-{at}" if way == "ascending" else str(at)
        url = _address(request, sort=turned) if sortable else ""
        found.append({"title": column.title, "way": way, "url": url})
    return found


def _address(request: HttpRequest, **more: str) -> str:
    """This list with something else in its address, from its first page."""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("format", None)
    for name, value in more.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _printed(request: HttpRequest, register: Register, asked: Asked, rows: Any) -> HttpResponseBase:
    """The list on paper, with what it was narrowed by above it."""
    found: list[Any] = list(rows)
    told = {
        "register": register,
        "lines": [_line(register, row) for row in found[:PRINTED]],
        "cut": len(found) > PRINTED,
        "most": PRINTED,
        "bounds": _bounds(asked),
    }
    return render(request, "managers/settings_print.html", told)


def _bounds(asked: Asked) -> list[tuple[Any, Any]]:
    """(name, word) of each filter that is set, and the words searched for."""
    found = [(_("Searched for"), asked.search)] if asked.search else []
    pick: Callable[[Shown], Any] = lambda one: dict(one.choices or ()).get(one.value, one.value)  # noqa: E731
    return [*found, *((one.label, pick(one)) for one in asked.filters if one.value)]
