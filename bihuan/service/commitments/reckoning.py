"""Reading one promise again from what happened: its clause, its calendar, its rests."""

from collections.abc import Sequence
from datetime import datetime

from bihuan.ground.worktime.calendar import Calendar
from bihuan.service.commitments.clause import Clause, RungRule
from bihuan.service.commitments.models import Promise, Rest
from bihuan.service.commitments.profiles_in_use import calendar_of_promise, profile_at
from bihuan.service.commitments.rules import Clock, Stretch, clock_of, worked_seconds


def clause_of(promise: Promise) -> Clause:
    """The clause that a promise was made under."""
    return profile_at(promise.profile, promise.profile_version).clause(promise.clause)


def rungs_of(promise: Promise) -> tuple[RungRule, ...]:
    """The ladder of a promise, as it was when it was made."""
    return profile_at(promise.profile, promise.profile_version).rungs_of(clause_of(promise))


def calendar_of(promise: Promise) -> Calendar:
    """The calendar in the version that a promise counts on."""
    return calendar_of_promise(promise.calendar, promise.calendar_version)


def rests_of(case_id: int) -> list[Stretch]:
    """The rests of a case, the earliest first."""
    rows = Rest.objects.filter(case_id=case_id).order_by("began_at", "id")
    return [Stretch(*told) for told in rows.values_list("began_at", "ended_at", "reason")]


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


def worked_of(promise: Promise, ended: datetime, rests: Sequence[Stretch]) -> int:
    """What its clock shows at the end, in seconds."""
    return worked_seconds(
        clause_of(promise), calendar_of(promise), began=promise.began_at, ended=ended, rests=rests
    )
