"""The promises of the house as the public reads them, each with how it was kept last month.

What the figures say changes slowly and anybody may ask, so they are remembered for ten minutes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bihuan.service.cases.words import said
from bihuan.service.commitments.clause import ALWAYS_VALID, Clause, Sort, Span
from bihuan.service.commitments.clause_words import rate_words, scope_words, time_words
from bihuan.service.commitments.figures import EVERYWHERE, Period, figures_of, judged
from bihuan.service.commitments.measuring import LEAST, Judged
from bihuan.service.commitments.published import PublicClause, peaks, public_clauses
from bihuan.service.improvement.opinions import MEASURED, judged_opinions, opinions_in
from bihuan.web.look.hours import hours_words
from bihuan.web.look.months import Month, this_month
from bihuan.web.look.words import date_words

REMEMBERED = 600  # seconds
FIRST_WORD = frozenset(
    {
        "greet",
        "receipt",
        "transfer",
        "first_response",
        "emergency",
        "acceptance",
        "appointment",
        "progress",
        "chase",
        "callback",
        "confirm_solved",
        "survey",
    }
)  # metrics that say how soon somebody speaks with the customer; the others say how soon something is done


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How it was kept last month. `state`: running where no target stands beside it, kept or broken where one does,
    rest where too few say anything."""

    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One clause in plain words: what, within how long; and as notes when that is counted, for whom, on which days."""

    title: str
    within: str = ""
    notes: list[str] = field(default_factory=list)
    measure: Measure | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    code: str
    title: Lazy
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Season:
    title: str
    begun: bool
    days: str
    lines: list[Line]


def last_month(now: datetime) -> Month:
    return this_month(now).before


def groups(now: datetime) -> list[Group]:
    """Response time, service cycle and service quality [S3-108], each with its clauses."""
    today = localdate(now)
    measured = _measured(last_month(now), now)
    clocks = public_clauses(Sort.CLOCK, on=today)
    first = [one for one in clocks if one.clause.metric in FIRST_WORD]
    cycle = [one for one in clocks if one.clause.metric not in FIRST_WORD]
    quality = [
        *(_conduct(one.clause) for one in public_clauses(Sort.CONDUCT, on=today)),
        *(_rate(one, measured) for one in public_clauses(Sort.RATE, on=today)),
    ]
    found = [
        Group(code="response", title=gettext_lazy("Response time"), lines=_clocks(first, measured)),
        Group(code="cycle", title=gettext_lazy("Service cycle"), lines=_clocks(cycle, measured)),
        Group(code="quality", title=gettext_lazy("Service quality"), lines=quality),
    ]
    return [one for one in found if one.lines]


def seasons(now: datetime) -> list[Season]:
    """Busy seasons that are named and not over: what is promised for cases that are opened in them."""
    return [
        Season(
            title=said(one.profile.title),
            begun=one.begun,
            days=_days(one.profile.valid),
            lines=[_clock(clause, None, season=one.profile.valid) for clause in one.clauses],
        )
        for one in peaks(on=localdate(now))
    ]


def _clocks(found: Iterable[PublicClause], measured: dict[str, Any]) -> list[Line]:
    return [_clock(one, _kept(*measured["clocks"].get(one.name, (0, 0)))) for one in found]


def _clock(one: PublicClause, measure: Measure | None, *, season: Span = ALWAYS_VALID) -> Line:
    clause = one.clause
    notes = ["" if clause.due_from else hours_words(clause.calendar), scope_words(clause)]
    if clause.valid not in (ALWAYS_VALID, season):
        notes.append(_days(clause.valid))
    return Line(
        title=said(clause.title),
        within=time_words(clause),
        notes=[note for note in notes if note],
        measure=measure,
    )


def _conduct(clause: Clause) -> Line:
    criterion = said(clause.criterion)
    notes = [
        said(clause.text),
        _("Judged by: %(criterion)s") % {"criterion": criterion} if criterion else "",
    ]
    return Line(title=said(clause.title), notes=[note for note in notes if note])


def _rate(one: PublicClause, measured: dict[str, Any]) -> Line:
    value, n, met, unit = measured["rates"].get(one.name, (None, 0, None, "share"))
    return Line(
        title=said(one.clause.title),
        within=rate_words(one.clause),
        notes=[note for note in (scope_words(one.clause),) if note],
        measure=_reached(value, n, met, unit),
    )


def _kept(kept: int, n: int) -> Measure:
    if not n:
        return Measure(state="rest", words=_("not measured yet"))
    facts = {"rate": f"{100 * kept / n:.1f}%", "n": n, "kept": kept}
    if n < LEAST:
        return Measure(state="rest", words=_("%(kept)s of %(n)s kept; too few to say more") % facts)
    return Measure(state="running", words=_("%(rate)s kept (n = %(n)s)") % facts)


def _reached(value: float | None, n: int, met: bool | None, unit: str) -> Measure:
    if value is None:
        return Measure(state="rest", words=_("not measured yet"))
    facts = {"value": value_words(value, unit), "n": n}
    if met is None:
        return Measure(state="rest", words=_("%(value)s (n = %(n)s): too few to say more") % facts)
    told = _("%(value)s (n = %(n)s), reached") if met else _("%(value)s (n = %(n)s), not reached")
    return Measure(state="kept" if met else "broken", words=told % facts)


def value_words(value: float, unit: str) -> str:
    """A share in percent, a time in hours, points with two decimals."""
    if unit == "share":
        return f"{100 * value:.1f}%"
    if unit == "seconds":
        return _("%(hours)s h") % {"hours": f"{value / 3600:.1f}"}
    return f"{value:.2f}"


def _measured(month: Month, now: datetime) -> dict[str, Any]:
    """Last month's figures, by clause."""
    key = f"commitments-kept:{month.code}"
    held: dict[str, Any] | None = cache.get(key)
    if held is None:
        held = {"clocks": _clocks_kept(month, now), "rates": _rates_reached(month, now)}
        cache.set(key, held, REMEMBERED)
    return held


def _period(month: Month, now: datetime) -> Period:
    return Period(since=month.since, until=month.until, now=now)


def _clocks_kept(month: Month, now: datetime) -> dict[str, tuple[int, int]]:
    found = figures_of(_period(month, now), by="clause", also=Q(public=True))
    return {name: (one.kept, one.n) for name, one in found.items()}


def _rates_reached(month: Month, now: datetime) -> dict[str, tuple[float | None, int, bool | None, str]]:
    asked = public_clauses(Sort.RATE, on=month.first)
    if not asked:
        return {}
    period, told = _period(month, now), list[Judged]()
    clauses = [one.clause for one in asked]
    if others := [clause for clause in clauses if clause.of not in MEASURED]:
        told += judged(others, figures_of(period), period)
    if opinions := [clause for clause in clauses if clause.of in MEASURED]:
        told += judged_opinions(opinions, opinions_in(period, EVERYWHERE))
    names = {id(one.clause): one.name for one in asked}
    return {names[id(one.clause)]: (one.value, one.n, one.met, one.unit) for one in told}


def _days(span: Span) -> str:
    """From the first day to the last, as far as they are named."""
    begins = date_words(span.begins) if span.begins else ""
    ends = date_words(span.ends) if span.ends else ""
    if begins and ends:
        return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends}
    return _("from %(begins)s on") % {"begins": begins} if begins else _("until %(ends)s") % {"ends": ends}
