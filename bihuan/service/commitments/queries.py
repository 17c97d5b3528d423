"""Asking what was promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from bihuan.ground.process.card import Said
from bihuan.service.commitments.clause import Clause
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.profiles_in_use import commitments_in_force, profile_at
from bihuan.service.commitments.reckoning import steps_ahead
from bihuan.service.commitments.rules import Light, light_of, time_left
from bihuan.service.commitments.traits import as_traits


@dataclass(frozen=True, kw_only=True)
class PromiseView:
    """One promise as a page, the API or `explain` shows it."""

    id: int
    case_id: int
    clause: str
    about: str
    title: Said
    public: bool
    light: Light
    open: bool
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    broken_at: datetime | None
    breach_withdrawn_at: datetime | None
    left: timedelta | None
    allowed: timedelta
    calendar: str
    profile: str
    profile_version: int
    calendar_version: int
    known_through: int
    provisional: bool
    quiet: bool
    warnings: int
    warned_at: datetime | None
    warn_next_at: datetime | None
    ended_how: str
    worked_seconds: int | None


def promises_of(case_id: int, *, now: datetime) -> list[PromiseView]:
    """Every promise of a case, in the order made."""
    return [view_of(row, now) for row in Promise.objects.filter(case_id=case_id).order_by("id")]


def allowed_for(metric: str, traits: dict[str, str], *, on: date) -> Clause | None:
    """The clause that a case with these traits gets for a metric when it opens that day; None when it gets none."""
    found = commitments_in_force().started_by("case.opened", as_traits(traits), on=on)
    return next((clause for _, clause in found if clause.metric == metric), None)


def open_promises(case_ids: Iterable[int], *, now: datetime) -> dict[int, list[PromiseView]]:
    """The open promises of these cases, soonest first: one query for a whole list page."""
    found: dict[int, list[PromiseView]] = {}
    for row in Promise.objects.filter(case_id__in=list(case_ids), open=True).order_by("due_at", "id"):
        found.setdefault(row.case_id, []).append(view_of(row, now))
    return found


def promise(promise_id: int) -> Promise:
    return Promise.objects.select_related("case").get(id=promise_id)


def names_somebody(promise_id: int) -> bool:
    """Whether the clause of a promise names anybody to be told: asked for each of very many breaches."""
    made_under = Promise.objects.values_list("profile", "profile_version", "clause").get(id=promise_id)
    return bool(profile_at(*made_under[:2]).clause(made_under[2]).notify)


def rests_shown(case_id: int) -> list[Rest]:
    return list(Rest.objects.filter(case_id=case_id).order_by("began_at"))


def duties_not_acted_on(now: datetime) -> dict[str, tuple[QuerySet[Any], str]]:
    """What has fallen due and no sweep has acted on yet, by sort: the rows, and the column that says since when."""
    running = Promise.objects.filter(state=Promise.RUNNING)
    return {
        "breach": (running.filter(due_at__lt=now), "due_at"),
        "warning": (running.filter(warn_next_at__lt=now, due_at__gte=now), "warn_next_at"),
        "step": (steps_ahead().filter(due_at__lt=now), "due_at"),
    }


def oldest_duties(now: datetime) -> dict[str, datetime | None]:
    """When the oldest duty of each sort fell due that no sweep has acted on yet."""
    return {
        sort: rows.order_by(since).values_list(since, flat=True).first()
        for sort, (rows, since) in duties_not_acted_on(now).items()
    }


def view_of(row: Promise, now: datetime) -> PromiseView:
    """A promise as it stands at a moment."""
    return PromiseView(
        id=row.id,
        case_id=row.case_id,
        clause=row.clause,
        about=row.about,
        title=profile_at(row.profile, row.profile_version).clause(row.clause).title,
        public=row.public,
        light=light_of(state=row.state, due_at=row.due_at, warn_at=row.warn_at, now=now),
        open=row.open,
        began_at=row.began_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        broken_at=row.broken_at,
        breach_withdrawn_at=row.breach_withdrawn_at,
        left=time_left(row.due_at, now),
        allowed=timedelta(seconds=row.allowed_seconds),
        calendar=row.calendar,
        profile=row.profile,
        profile_version=row.profile_version,
        calendar_version=row.calendar_version,
        known_through=row.known_through,
        provisional=row.provisional,
        quiet=row.quiet,
        warnings=row.warnings,
        warned_at=row.warned_at,
        warn_next_at=row.warn_next_at,
        ended_how=row.ended_how,
        worked_seconds=row.worked_seconds,
    )
