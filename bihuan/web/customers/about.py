"""What every customer may read without a link: what we promise, and what we do with their data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bihuan.ground.worktime.queries import calendar_card
from bihuan.service.cases.words import KINDS, URGENCIES
from bihuan.service.commitments.profiles_in_use import commitments_in_force
from bihuan.web.look.words import words_span


@dataclass(frozen=True, kw_only=True)
class PublicPromise:
    """One clause in plain words: what, within how long, counted when, for whom."""

    title: str
    within: str
    counted: str
    scope: str


@require_safe
def commitments(request: HttpRequest) -> HttpResponse:
    """Every public clause in force."""
    language = get_language() or "en"
    made = [
        PublicPromise(
            title=clause.title.in_(language),
            within=words_span(timedelta(seconds=clause.seconds))
            if clause.seconds
            else _("in the agreed time"),
            counted=hours_words(clause.calendar),
            scope=_scope(clause.scope),
        )
        for clause in commitments_in_force().base().clauses
        if clause.public
    ]
    return render(request, "customers/commitments.html", {"promises": made})


def hours_words(code: str) -> str:
    """When the clock of a calendar runs, in plain words: day and night, daily hours, or working hours."""
    if code == "24x7":
        return _("day and night")
    week = list(calendar_card(code).week.values())
    open_days = [day for day in week if day]
    if not open_days or any(day != open_days[0] for day in open_days):
        return _("in our service hours")
    hours = _(", ").join(f"{begins}–{ends}" for begins, ends in open_days[0])
    if len(open_days) == len(week) == 7:
        return _("between %(hours)s") % {"hours": hours}
    return _("on working days, %(hours)s") % {"hours": hours}


def hours_of_clause(name: str) -> int:
    """How many whole hours a clause of the profile in force allows; 0 where it has none of that name."""
    found = next((clause for clause in commitments_in_force().base().clauses if clause.id == name), None)
    return -(-found.seconds // 3600) if found else 0


def _scope(scope: Mapping[str, frozenset[str]]) -> str:
    """For which reports a clause holds, one trait after the other; empty when for all."""
    traits = ((URGENCIES, scope.get("urgency", ())), (KINDS, scope.get("work", ())))
    lists = [_(", ").join(str(names.get(code, code)) for code in sorted(codes)) for names, codes in traits]
    return " · ".join(part for part in lists if part)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "customers/privacy.html")
