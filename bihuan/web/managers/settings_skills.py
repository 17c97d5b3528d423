"""Skills at a glance: technicians down, categories across, the level of one kind of work in each cell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import below, node
from bihuan.registers.staff.queries import skill_levels, technicians_listed
from bihuan.service.cases.words import KINDS
from bihuan.web.look import listing
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.managers import settings_choices as chosen
from bihuan.web.managers.settings_all import REGISTERS
from bihuan.web.managers.settings_row import ChangedMeanwhile, StillUsed, keep_row, take_out

FIRST = "repair"
SHOWN = 30  # technicians of one page: every cell is a field of one form
EXPORTED = 5000
LEVELS = ("0", "1", "2", "3")


@never_cache
@require_http_methods(["GET", "POST"])
@staff_page("settings.change")
def skills(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """The table; a level typed anew is kept, a 0 removes the skill."""
    kind = request.GET.get("kind", FIRST)
    kind = kind if kind in KINDS else FIRST
    if request.method == "POST":
        _keep_all(request, viewer, kind, now=moment(request))
        return redirect(request.get_full_path())
    rows, at = _technicians(request)
    categories = chosen.category_codes()
    levels = skill_levels(kind)
    if (file := FILES.get(request.GET.get("format", ""))) is not None:
        return file(f"skills-{kind}", _columns(categories, levels), rows.order_by("number", "id")[:EXPORTED])
    page = listing.page(rows, key=("number", "id"), after=request.GET.get("after"), size=SHOWN)
    lines = [
        {
            "technician": one,
            "cells": [(code, name, _level(levels, one.pk, code)) for code, name in categories],
        }
        for one in page.rows
    ]
    told = {
        "kind": kind,
        "kinds": chosen.kinds(),
        "node": at,
        "nodes": [(str(number), name) for number, name in chosen.nodes()],
        "categories": categories,
        "lines": lines,
        "page": page,
        "levels": LEVELS,
    }
    return render(request, "managers/settings_skills.html", told)


def _technicians(request: HttpRequest) -> tuple[Any, str]:
    """Those in use, of one node when it is chosen."""
    rows, at = technicians_listed().filter(retired_at__isnull=True), request.GET.get("node", "")
    if at not in {str(number) for number, _name in chosen.nodes()}:
        return rows, ""
    return rows.filter(node_id__in=below(node(int(at)).path)), at


def _level(levels: Mapping[tuple[int, str], Any], technician_id: int, category: str) -> str:
    held = levels.get((technician_id, category))
    return "0" if held is None else str(held.level)


def _columns(
    categories: Sequence[tuple[str, str]], levels: Mapping[tuple[int, str], Any]
) -> Sequence[Column[Any]]:
    def cell(code: str, name: str) -> Column[Any]:
        return Column(name, lambda row: levels[row.pk, code].level if (row.pk, code) in levels else "")

    return (
        Column(_("Work number"), lambda row: row.number),
        Column(_("Name"), lambda row: row.person.name),
        Column(_("Service point"), lambda row: row.node.name),
        *(cell(code, name) for code, name in categories),
    )


@transaction.atomic
def _keep_all(request: HttpRequest, viewer: Viewer, kind: str, *, now: datetime) -> None:
    """Every cell that was typed anew. One that somebody else changed meanwhile stays as they left it, and is told."""
    levels, register = skill_levels(kind), REGISTERS["skills"]
    known = set(technicians_listed().filter(retired_at__isnull=True).values_list("pk", flat=True))
    codes, kept, stayed = {code for code, _name in chosen.category_codes()}, 0, []
    for name in request.POST:
        wanted = request.POST.get(name, "")
        cell = _cell_of(name, wanted)
        if cell is None or cell[0] not in known or cell[1] not in codes:
            continue
        technician_id, category, was = cell
        held = levels.get((technician_id, category))
        if _level(levels, technician_id, category) != was:
            stayed.append(_("changed by somebody else meanwhile"))
            continue
        try:
            seen = register.mark(held) if held is not None else ""
            if held is not None and wanted == "0":
                take_out(viewer, register, held.pk, now=now, seen=seen)
            else:
                told = {
                    "technician_id": technician_id,
                    "category": category,
                    "kind": kind,
                    "level": int(wanted),
                }
                keep_row(viewer, register, held.pk if held else None, told, now=now, seen=seen)
        except (StillUsed, ChangedMeanwhile, NotFound) as refused:
            stayed.append(str(refused))
        except ValidationError as refused:
            stayed.append(" ".join(refused.messages))
        else:
            kept += 1
    if kept:
        done = ngettext("%(count)d skill was changed.", "%(count)d skills were changed.", kept)
        messages.success(request, done % {"count": kept})
    for why in dict.fromkeys(stayed):
        count = stayed.count(why)
        messages.warning(request, _("%(count)d stay as they are: %(why)s") % {"count": count, "why": why})


def _cell_of(name: str, wanted: str) -> tuple[int, str, str] | None:
    """(technician, category, level before) of a field that was typed anew: `level.7.refrigerator.2`."""
    parts = name.split(".")
    if len(parts) != 4 or parts[0] != "level" or wanted not in LEVELS or parts[3] not in LEVELS:
        return None
    if not parts[1].isdecimal() or len(parts[1]) > 18 or wanted == parts[3]:
        return None
    return int(parts[1]), parts[2], parts[3]
