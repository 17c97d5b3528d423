"""Commitment profiles for people to read: which are in force, what each promises, how two of them differ.

Whoever may change settings puts one in force or withdraws it here; its text is kept in the register beside.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.history import noted
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import URGENCIES, said
from bihuan.service.commitments import keeping
from bihuan.service.commitments.clause import Profile, Sort
from bihuan.service.commitments.covering import matrix
from bihuan.service.commitments.differing import differences as differing
from bihuan.service.commitments.findings import errors, warnings
from bihuan.service.commitments.profiles_in_use import (
    commitments_in_force,
    newest_of,
    newest_versions,
    profile_at,
)
from bihuan.service.commitments.uses import running_under
from bihuan.service.commitments.words import finding_sentences
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES
from bihuan.web.look.forms import row_of as number_of
from bihuan.web.managers import profile_lines as lines

READERS = ("promise.read", "settings.change")
ORDER = ("law", "base", "overlay", "peak")


@require_GET
@staff_page(*READERS)
def profiles(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every profile in its newest version and those in force, the ones that count first."""
    now, around = moment(request), keeping.around_now()
    rows = sorted(newest_versions(), key=lambda row: (not row.active, ORDER.index(row.sort), row.name))
    shown = []
    for row in rows:
        held = profile_at(row.name, row.version)
        found = [] if row.active else keeping.doubts(held, around=around, now=now)
        shown.append(
            {
                "row": row,
                "title": said(held.title),
                "sort": lines.SORTS.get(row.sort, row.sort),
                "valid": lines.validity(held),
                "counts": [len([1 for one in held.clauses if one.sort == sort]) for sort in Sort],
                "errors": len(errors(found)),
                "warnings": len(warnings(found)),
            }
        )
    context = {
        "rows": shown,
        "may_change": viewer.may("settings.change"),
        "may_try": viewer.may("figures.read"),
    }
    return render(request, "managers/profiles.html", context)


@require_GET
@staff_page(*READERS)
def profile(request: HttpRequest, viewer: Viewer, name: str, version: int) -> HttpResponseBase:
    """One version: its matrix, its clauses, rates, conduct and ladders, and what is doubtful about it."""
    held, row = _profile(name, version)
    calendars = lines.calendar_names()
    every = [lines.clause_line(clause, calendars) for clause in held.clauses]
    if (file := FILES.get(request.GET.get("format", ""))) is not None:
        return file(f"bihuan-{name}-{version}", lines.CLAUSE_COLUMNS, every)
    now, around = moment(request), keeping.around_now()
    found = keeping.doubts(held, around=around, now=now)
    table = matrix(held, force=around.beside(held), known=around.known, day=localdate(now))
    newest = newest_of(name)
    base = commitments_in_force().base()
    context = {
        "profile": held,
        "row": row,
        "title": said(held.title),
        "sort": lines.SORTS.get(held.sort, held.sort),
        "valid": lines.validity(held),
        "urgencies": URGENCIES.values(),
        "matrix": lines.matrix_rows(held, table, calendars),
        "clocks": [line for line in every if line.sort == Sort.CLOCK],
        "rates": [line for line in every if line.sort == Sort.RATE],
        "conduct": [line for line in every if line.sort == Sort.CONDUCT],
        "ladders": lines.ladder_lines(held),
        "errors": finding_sentences(errors(found), held),
        "warnings": finding_sentences(warnings(found), held),
        "may_change": viewer.may("settings.change"),
        "is_newest": newest is not None and newest.version == version,
        "may_go_back": held.sort != "law",
        "versions": _versions(name),
        "in_force_here": _in_force_of(name, version, held),
        "may_try": held.sort == "base" and not held.placeholders() and viewer.may("figures.read"),
        "may_withdraw": row.active and held.sort in {"overlay", "peak"},
        "beside": "" if base == held else f"{base.name}@{base.version}",
    }
    return render(request, "managers/profile.html", context)


@require_GET
@staff_page(*READERS)
def differences(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Two profiles side by side: what is added, gone, stricter, looser, and what stays as it is."""
    choices = keeping.versions_to_compare()
    codes = [code for code, _name in choices]
    offered = keeping.compared_first(codes)
    first, second = (
        _chosen(request.GET.get(side, ""), codes, code)
        for code, side in zip(offered, ("a", "b"), strict=True)
    )
    old, new = _profile(*first)[0], _profile(*second)[0]
    found = differing(old, new, force=keeping.around_now().beside(new))
    calendars = lines.calendar_names()
    rows = [lines.difference_line(one, calendars) for one in found]
    if (file := FILES.get(request.GET.get("format", ""))) is not None:
        return file(f"bihuan-{old.name}-{new.name}", lines.DIFFERENCE_COLUMNS, rows)
    counts = {word: len([1 for row in rows if row["change"] == word]) for word in lines.CHANGES}
    context = {
        "choices": choices,
        "first": f"{old.name}@{old.version}",
        "second": f"{new.name}@{new.version}",
        "old": f"{said(old.title)} v{old.version}",
        "new": f"{said(new.title)} v{new.version}",
        "rows": [row for row in rows if row["change"] != "same"],
        "same": [row for row in rows if row["change"] == "same"],
        "counts": [(str(word), lines.CHANGES[word], counts[word]) for word in lines.CHANGES],
        "query": f"a={old.name}@{old.version}&b={new.name}@{new.version}",
    }
    return render(request, "managers/profile_differences.html", context)


def _chosen(told: str, codes: list[str], otherwise: str) -> tuple[str, int]:
    """`name@version` when it is offered, else what that side begins with."""
    code = told if told in codes else otherwise
    name, _at, version = code.partition("@")
    return name, int(version)


@require_POST
@staff_page("settings.change")
def activate(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponseBase:
    """Put the newest version, or the named former one, in force for every promise made from now on; its warnings
    must have been confirmed."""
    now, confirmed = moment(request), request.POST.get("confirmed") == "yes"
    wanted = number_of(request.POST.get("version", "")) or None
    version = _changed(
        viewer,
        name,
        deed="activated",
        write=lambda: keeping.put_in_force(name, now=now, confirmed=confirmed, version=wanted),
        now=now,
    )
    messages.success(
        request, _("In force for every promise made from now on. Promises already made stay as they are.")
    )
    return redirect("managers:profile", name, version)


@require_POST
@staff_page("settings.change")
def withdraw(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponseBase:
    """Take an overlay or a peak out of force for promises made from now on."""
    version = _changed(viewer, name, deed="ended", write=lambda: keeping.withdraw(name), now=moment(request))
    messages.success(request, _("Withdrawn. Promises already made stay as they are."))
    return redirect("managers:profile", name, version)


def _changed(viewer: Viewer, name: str, *, deed: str, write: Callable[[], Any], now: datetime) -> int:
    """Change which profiles are in force, with an entry in the register's history. Returns the profile's newest
    version."""
    row = newest_of(name)
    if row is None:
        raise Http404
    stands = keeping.profiles_listed().filter(name=name, active=True).first() or row
    try:
        kept = noted(
            viewer,
            register="profiles",
            deed=deed,
            before=_facts(stands),
            write=write,
            read=lambda kept: (str(kept.pk), _facts(kept)),
            now=now,
        )
    except ValidationError as refused:
        raise Refusal(" ".join(refused.messages)) from refused
    return int(kept.version)


def _versions(name: str) -> list[dict[str, Any]]:
    """Every stored version, the newest first, with the promises that still run under it."""
    running = running_under(name)
    rows = keeping.profiles_listed().filter(name=name).order_by("-version")
    return [{"row": row, "running": running.get(row.version, 0)} for row in rows]


def _in_force_of(name: str, version: int, held: Profile) -> str:
    """`name@version` of what this one would take the place of; empty where it would take nobody's."""
    if held.sort == "base":
        base = commitments_in_force().base()
        other = f"{base.name}@{base.version}"
    else:
        row = keeping.profiles_listed().filter(name=name, active=True).first()
        other = f"{row.name}@{row.version}" if row is not None else ""
    return "" if other == f"{name}@{version}" else other


def _profile(name: str, version: int) -> tuple[Profile, Any]:
    row = keeping.profiles_listed().filter(name=name, version=version).first()
    if row is None:
        raise Http404
    return profile_at(name, version), row


def _facts(row: Any) -> dict[str, Any]:
    return {"name": row.name, "version": row.version, "active": row.active}
