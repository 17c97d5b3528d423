"""Reading one promise again from what happened: its clause, its calendar, its rests."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bihuan.ground.worktime.calendar import Calendar
from bihuan.service.commitments.clause import Clause, RungRule
from bihuan.service.commitments.models import Promise, Rest, Rung
from bihuan.service.commitments.profiles_in_use import calendar_of_promise, profile_at
from bihuan.service.commitments.rules import Clock, Stretch, clock_of, is_provisional, worked_seconds


def clause_of(promise: Promise) -> Clause:
    """The clause that a promise was made under."""
    return profile_at(promise.profile, promise.profile_version).clause(promise.clause)


def rungs_of(promise: Promise) -> tuple[RungRule, ...]:
    """The ladder of a promise, as it was when it was made."""
    return profile_at(promise.profile, promise.profile_version).rungs_of(clause_of(promise))


def rung_of(promise: Promise, level: int) -> RungRule | None:
    """One step of its ladder; None when its profile has none of that level."""
    return next((rung for rung in rungs_of(promise) if rung.level == level), None)


def calendar_of(promise: Promise) -> Calendar:
    """The calendar in the version that a promise counts on."""
    return calendar_of_promise(promise.calendar, promise.calendar_version)


def rests_of(case_id: int) -> list[Stretch]:
    """The rests of a case, the earliest first."""
    return rests_of_cases([case_id]).get(case_id, [])


def rests_of_cases(case_ids: Iterable[int]) -> dict[int, list[Stretch]]:
    """The rests of each of these cases that ever rested: one statement."""
    found: dict[int, list[Stretch]] = {}
    rows = Rest.objects.filter(case_id__in=set(case_ids)).order_by("began_at", "id")
    for case_id, began, ended, reason in rows.values_list("case_id", "began_at", "ended_at", "reason"):
        found.setdefault(case_id, []).append(Stretch(began, ended, reason))
    return found


def steps_ahead() -> QuerySet[Rung]:
    """The steps of ladders that were neither taken nor dropped."""
    return Rung.objects.filter(told_at__isnull=True, dropped_at__isnull=True)


def clock_again(promise: Promise, rests: Sequence[Stretch]) -> Clock:
    """The readings of a promise, computed again. Of one whose due time was agreed (a slot) they never change."""
    clause = clause_of(promise)
    fixed = promise.due_at if clause.due_from else None
    return clock_of(
        clause,
        calendar_of(promise),
        began=promise.began_at,
        rests=rests,
        fixed_due=fixed,
        warned=promise.warnings,
    )


def readings_of(promise: Promise, rests: Sequence[Stretch]) -> dict[str, Any]:
    """The same as its row keeps them."""
    clock = clock_again(promise, rests)
    return {
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "warn_next_at": clock.warn_next_at,
        "provisional": is_provisional(clock.due_at, promise.known_through),
    }


def worked_of(promise: Promise, ended: datetime, rests: Sequence[Stretch]) -> int:
    """What its clock shows at the end, in seconds."""
    return worked_seconds(
        clause_of(promise), calendar_of(promise), began=promise.began_at, ended=ended, rests=rests
    )
