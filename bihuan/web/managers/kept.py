"""承诺兑现: how promises were kept in a month, on the working clock and on the wall, against what was set as target."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.words import said
from bihuan.service.commitments.clause import Sort
from bihuan.service.commitments.figures import Period, figures_of
from bihuan.service.commitments.measuring import Figure
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.service.improvement.opinions import Opinions, opinions_in
from bihuan.web.look.doors import moment, staff_page
from bihuan.web.look.export import FILES, Column
from bihuan.web.look.months import Month, month_from, this_month
from bihuan.web.managers.filters import chosen
from bihuan.web.managers.kept_targets import Target, targets_of
from bihuan.web.managers.kept_words import percent, seconds_words

SPANS: dict[str, Lazy] = {
    "1": gettext_lazy("One month"),
    "3": gettext_lazy("Three months"),
}
MONTHS = 13  # that can be chosen


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The stretch of time that an address names: so many months, the last of them this one."""

    month: Month
    span: str
    period: Period

    @property
    def query(self) -> dict[str, str]:
        return {"month": self.month.code, "span": self.span}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A metric: its figure, its times as words, whether its target is met, and where its rows stand."""

    title: str
    figure: Figure
    targets: list[Target]
    rate: str
    times: list[tuple[str, str, str]]
    links: Mapping[str, str]


def asked_for(request: HttpRequest) -> Asked:
    now = moment(request)
    month = month_from(request.GET.get("month", ""), now=now)
    span = request.GET.get("span", "1")
    span = span if span in SPANS else "1"
    first = month
    for _step in range(int(span) - 1):
        first = first.before
    return Asked(month=month, span=span, period=Period(since=first.since, until=month.until, now=now))


@staff_page("figures.read")
def kept(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The whole page: at most a dozen statements, however many promises there are."""
    asked, (scope, filters) = asked_for(request), chosen(request, viewer)
    found = figures_of(asked.period, scope)
    opinions = opinions_in(asked.period, scope)
    targets = targets_of(found, opinions, asked.period, scope)
    query = asked.query | _cut(request)
    context = {
        "asked": asked,
        "spans": SPANS.items(),
        "months": _months(asked, moment(request)),
        "filters": filters,
        "query": urlencode(query),
        "tiles": _tiles(found, opinions, query),
        "rows": _rows(found, targets, query),
        "targets": targets,
    }
    return render(request, "managers/kept.html", context)


@staff_page("figures.read")
def kept_file(request: HttpRequest, viewer: Viewer, ending: str) -> HttpResponseBase:
    """The table as CSV or Excel; times in whole seconds."""
    asked, (scope, _filters) = asked_for(request), chosen(request, viewer)
    found = figures_of(asked.period, scope)
    return FILES[ending](f"bihuan-promises-kept-{asked.month.code}", columns(), list(found.values()))


def _cut(request: HttpRequest) -> dict[str, str]:
    return {name: told for name in ("node", "category", "kind") if (told := request.GET.get(name, ""))}


def _months(asked: Asked, now: datetime) -> list[Month]:
    found = [this_month(now)]
    while len(found) < MONTHS:
        found.append(found[-1].before)
    return found if asked.month in found else [*found, asked.month]


def titles() -> dict[str, str]:
    """Each metric in the reader's language: the plain clause before its variants."""
    found: dict[str, str] = {}
    for _profile, clause in sorted(
        commitments_in_force().clauses(), key=lambda held: (held[0].sort != "base", len(held[1].scope))
    ):
        if clause.sort == Sort.CLOCK:
            found.setdefault(clause.metric, said(clause.title))
    return found


def _rows(found: Mapping[str, Figure], targets: list[Target], query: dict[str, str]) -> list[Row]:
    named = titles()
    return [
        Row(
            title=named.get(metric, metric),
            figure=figure,
            targets=[one for one in targets if one.of == metric],
            rate=percent(figure.rate),
            times=_times(figure),
            links={which: _link(query, metric, which) for which in ("decided", "kept", "missed")}
            | {which: _link(query, metric, which) for which in ("owed", "proven_late", "dropped")},
        )
        for metric, figure in sorted(found.items(), key=lambda one: _order(one[1]))
    ]


def _order(figure: Figure) -> tuple[float, str]:
    """The worst kept first; what was not decided last."""
    return (2.0 if figure.rate is None else figure.rate, figure.metric)


def _link(query: dict[str, str], metric: str, which: str) -> str:
    return f"{reverse('managers:kept_rows')}?{urlencode({'metric': metric, 'which': which} | query)}"


def _times(figure: Figure) -> list[tuple[str, str, str]]:
    """Name, on the working clock, on the wall."""
    names = (("p50", "p50"), ("p90", "p90"), ("p95", "p95"), ("max", _("max")), ("mean", _("mean")))
    return [
        (name, seconds_words(getattr(figure.working, code)), seconds_words(getattr(figure.wall, code)))
        for code, name in names
    ]


def _tiles(found: Mapping[str, Figure], opinions: Opinions, query: dict[str, str]) -> list[dict[str, Any]]:
    kept_, missed = sum(one.kept for one in found.values()), sum(one.missed for one in found.values())
    rate, chase = (
        (kept_ / (kept_ + missed) if kept_ + missed else None),
        found.get("chase", Figure(metric="chase")),
    )
    return [
        {
            "label": _("Promises kept"),
            "figure": percent(rate),
            "unit": f"n = {kept_ + missed}",
            "definition": _("Kept ÷ kept or missed."),
            "url": _link(query, "", "decided"),
            "icon": "target",
        },
        {
            "label": _("Missed and still open"),
            "figure": sum(one.owed for one in found.values()),
            "definition": _("Overdue, not done yet; counted as missed."),
            "url": _link(query, "", "owed"),
            "icon": "alert-octagon",
        },
        {
            "label": _("Chases for each case"),
            "figure": "–" if opinions.chase_rate is None else f"{opinions.chase_rate:.2f}",
            "unit": _("%(chases)s for %(opened)s cases")
            % {"chases": opinions.chases, "opened": opinions.opened},
            "definition": _("How often customers asked again ÷ cases opened."),
            "icon": "repeat",
        },
        {
            "label": _("Chases answered in time"),
            "figure": percent(chase.rate),
            "unit": f"n = {chase.n}",
            "definition": _("Kept promises to answer a chase ÷ those decided."),
            "url": _link(query, "chase", "decided"),
            "icon": "bell",
        },
    ]


def columns() -> tuple[Column[Figure], ...]:
    """The table as a file: counts, the share, and both clocks in seconds."""
    named = titles()
    counts: tuple[tuple[str, Lazy], ...] = (
        ("n", gettext_lazy("Decided")),
        ("kept", gettext_lazy("Kept")),
        ("missed", gettext_lazy("Missed")),
        ("owed", gettext_lazy("Still open")),
        ("proven_late", gettext_lazy("Proven late")),
        ("dropped", gettext_lazy("Not asked for any more")),
    )
    found: list[Column[Figure]] = [Column(_("Promise"), lambda row: named.get(row.metric, row.metric))]
    found += [Column(title, attrgetter(code)) for code, title in counts]
    found.append(Column(_("Rate kept"), lambda row: "" if row.rate is None else round(row.rate, 4)))
    for clock, title in (("working", _("Working time")), ("wall", _("On the wall"))):
        for code in ("n", "p50", "p90", "p95", "max", "mean"):
            found.append(Column(f"{title} {code}", _seconds(clock, code)))
    return tuple(found)


def _seconds(clock: str, code: str) -> Any:
    def value(row: Figure) -> int | str:
        told = getattr(getattr(row, clock), code)
        return "" if told is None else round(told)

    return value
