"""What this installation owes and has not done yet, by sort, and whether that has gone on too long.

The health answer, the operations page, the clock and its outside heartbeat all read the same figures here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from bihuan.ground.journal.queries import oldest_reaction_owed, reactions_owed
from bihuan.ground.journal.running import last_sweep
from bihuan.service.commitments.queries import duties_not_acted_on, oldest_duties
from bihuan.service.notices.queries import notices_due, oldest_notice_due

PROMISES = ("breach", "warning", "step")
SORTS = (*PROMISES, "reaction", "notice")


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One sort of duty. `since`: when the oldest fell due that nobody acted on; `seconds` of it, 0 when none."""

    sort: str
    since: datetime | None
    seconds: int
    late: bool


def limit() -> timedelta:
    """How old a duty may grow before somebody outside should look (`BIHUAN_DUTY_LIMIT_SECONDS`)."""
    return timedelta(seconds=settings.BIHUAN_DUTY_LIMIT_SECONDS)


def duties(now: datetime) -> dict[str, Duty]:
    """The oldest duty of every sort: a handful of indexed statements, however much is open."""
    oldest = oldest_duties(now) | {"reaction": oldest_reaction_owed(now), "notice": oldest_notice_due(now)}
    return {sort: _duty(sort, oldest[sort], now) for sort in SORTS}


def _duty(sort: str, since: datetime | None, now: datetime) -> Duty:
    age = max(now - since, timedelta()) if since is not None else timedelta()
    return Duty(sort=sort, since=since, seconds=int(age.total_seconds()), late=age > limit())


def waiting(now: datetime) -> dict[str, int]:
    """How many duties of each sort are due and not acted on: counted, so for pages and for catching up only."""
    counts = {sort: rows.count() for sort, (rows, _) in duties_not_acted_on(now).items()}
    return counts | {"reaction": reactions_owed(now), "notice": notices_due(now)}


def is_any_late(now: datetime) -> bool:
    """Whether a duty of any sort is older than the limit."""
    return any(duty.late for duty in duties(now).values())


def clock_trouble(now: datetime) -> str:
    """Why the clock cannot be trusted: it never ran, or not for longer than the limit; else empty."""
    ran = last_sweep(now)
    if ran is None:
        return "no sweep has run yet"
    return "no sweep has run lately" if now - ran > limit() else ""
