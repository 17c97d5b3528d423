"""如果换一套方案: a month's cases reckoned again under another profile, side by side with what was promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments import trying_out
from bihuan.service.commitments.clause import Commitments
from bihuan.service.commitments.errors import NoSuchMonth, NoSuchProfile
from bihuan.service.commitments.profiles_in_use import commitments_in_force, profile_at
from bihuan.service.commitments.tallying import SHOWN, Both, Changed
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import Column, csv_response
from bihuan.web.look.months import this_month

AT_ONCE_SECONDS = 0.8  # reckoned before the page is shown; the clock does what is left


@dataclass(frozen=True, kw_only=True)
class Row:
    """One metric side by side, in the reader's language."""

    title: str
    both: Both

    @property
    def better(self) -> bool:
        return (self.both.difference or 0) > 0


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case that would go another way: each metric with how many were broken and would be."""

    number: str
    worse: bool
    metrics: list[tuple[str, int, int]]


@staff_page("figures.read")
def what_ifs(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Choose a stored profile and a month; below, what was asked before."""
    now = moment(request)
    faults: dict[str, str] = {}
    told = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            row = trying_out.ask(viewer, *_profile(told.get("profile", "")), _month(told), now=now)
        except Refusal as refusal:
            if not refusal.fields:
                raise
            faults = refusal.fields
        else:
            trying_out.carry_on(row, now=now, seconds=AT_ONCE_SECONDS)
            return redirect("managers:what_if", row.id)
    stored = trying_out.profiles_to_try()
    context = {
        "profiles": [
            (f"{name}:{version}", f"{said(one.title)} · v{version}") for name, version, one in stored
        ],
        "profile": told.get("profile", ""),
        "month": told.get("month") or this_month(now).before.code,
        "faults": faults,
        "asked": [(_title(one.profile, one.version), one) for one in trying_out.what_ifs(viewer)],
    }
    return render(request, "managers/what_ifs.html", context, status=422 if faults else 200)


@staff_page("figures.read")
def what_if(request: HttpRequest, viewer: Viewer, what_if_id: int) -> HttpResponse:
    """What was found, or how far the reckoning has got."""
    asked = trying_out.what_if(viewer, what_if_id)
    rows, cases = _rows(asked), _case_rows(asked)
    context = {
        "asked": asked,
        "row": asked.row,
        "title": _title(asked.row.profile, asked.row.version),
        "percent": 100 * asked.row.done // asked.row.total if asked.row.total else 100,
        "rows": rows,
        "cases": cases,
        "shown": SHOWN,
        "better": asked.found.changed - asked.found.worse,
        "may_export": viewer.may("case.export"),
    }
    template = "managers/what_if.html" + ("#result" if request.headers.get("HX-Request") else "")
    return render(request, template, context)


@staff_page("figures.read")
def what_if_file(request: HttpRequest, viewer: Viewer, what_if_id: int) -> HttpResponseBase:
    """The metrics side by side as CSV."""
    asked = trying_out.what_if(viewer, what_if_id)
    return csv_response(f"bihuan-what-if-{what_if_id}", METRIC_COLUMNS, _rows(asked))


@staff_page("case.export")
def what_if_cases(request: HttpRequest, viewer: Viewer, what_if_id: int) -> HttpResponseBase:
    """The cases that would go another way as CSV, a line a case and metric; no customer stands in them."""
    asked = trying_out.what_if(viewer, what_if_id)
    lines = [(one.number, *metric) for one in _case_rows(asked) for metric in one.metrics]
    return csv_response(f"bihuan-what-if-{what_if_id}-cases", CASE_COLUMNS, lines)


def _profile(told: str) -> tuple[str, int]:
    name, _colon, version = told.partition(":")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise NoSuchProfile
    return name, int(version)


def _month(told: Any) -> date:
    try:
        return datetime.strptime(f"{told.get('month', '')}-01", "%Y-%m-%d").date()  # noqa: DTZ007 (a day)
    except ValueError:
        raise NoSuchMonth from None


def _title(profile: str, version: int) -> str:
    held = profile_at(profile, version)
    return f"{said(held.title)} · v{version}"


def _titles(row: Any) -> dict[str, str]:
    """A metric → its name: as the profiles in force have it, else as the one tried does."""
    found: dict[str, str] = {}
    both: Iterable[Commitments] = (
        commitments_in_force(),
        trying_out.commitments_with(row.profile, row.version),
    )
    for commitments in both:
        for profile, clause in commitments.clauses():
            if clause in profile.clocks():
                found.setdefault(clause.metric, said(clause.title))
    return found


def _rows(asked: trying_out.Asked) -> list[Row]:
    titles = _titles(asked.row)
    found = [Row(title=titles.get(one, one), both=both) for one, both in asked.found.metrics.items()]
    return sorted(found, key=lambda row: (row.both.difference is None, row.both.difference or 0.0, row.title))


def _case_rows(asked: trying_out.Asked) -> list[CaseRow]:
    titles = _titles(asked.row)
    return [_case_row(one, titles) for one in asked.found.cases]


def _case_row(one: Changed, titles: dict[str, str]) -> CaseRow:
    metrics = [(titles.get(metric, metric), had, has) for metric, (had, has) in one.metrics.items()]
    worse = sum(has - had for _title_, had, has in metrics) > 0
    return CaseRow(number=one.number, worse=worse, metrics=metrics)


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


METRIC_COLUMNS: tuple[Column[Row], ...] = (
    Column(_("Metric"), lambda row: row.title),
    Column(_("Promised"), lambda row: row.both.was.promises),
    Column(_("Kept"), lambda row: row.both.was.kept),
    Column(_("Broken"), lambda row: row.both.was.broken),
    Column(_("Kept, %"), lambda row: _rate(row.both.was.rate)),
    Column(_("Would be promised"), lambda row: row.both.would.promises),
    Column(_("Would be kept"), lambda row: row.both.would.kept),
    Column(_("Would be broken"), lambda row: row.both.would.broken),
    Column(_("Would be kept, %"), lambda row: _rate(row.both.would.rate)),
    Column(_("Difference, points"), lambda row: _rate(row.both.difference)),
)
CASE_COLUMNS: tuple[Column[tuple[str, str, int, int]], ...] = (
    Column(_("Number"), lambda row: row[0]),
    Column(_("Metric"), lambda row: row[1]),
    Column(_("Broken"), lambda row: row[2]),
    Column(_("Would be broken"), lambda row: row[3]),
)
