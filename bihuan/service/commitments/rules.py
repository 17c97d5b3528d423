"""How much time is left on a promise. A fold over what happened; nothing is stored on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.due import due
from bihuan.service.commitments.clause import Clause


class Light(StrEnum):
    """What a chip shows: 按时, 进行中, 即将超时, 已超时, 暂停, 已撤销."""

    KEPT = "kept"
    RUNNING = "running"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    RESTING = "resting"
    VOID = "void"


@dataclass(frozen=True)
class Clock:
    """When a promise warns and when it is due; both None while an open rest stops it."""

    warn_at: datetime | None
    due_at: datetime | None


def clock_of(
    clause: Clause,
    calendar: Calendar,
    *,
    began: datetime,
    rests: Sequence[tuple[datetime, datetime | None]],
    fixed_due: datetime | None = None,
) -> Clock:
    """The readings of one promise: a pure function of its start, its rests and its calendar."""
    if fixed_due is not None:
        warn = began + (fixed_due - began) * clause.warn_at
        return Clock(warn_at=warn, due_at=fixed_due)
    counted = rests if clause.rests else ()
    warn_after = int(clause.seconds * clause.warn_at)
    return Clock(
        warn_at=due(calendar, began, warn_after, counted),
        due_at=due(calendar, began, clause.seconds, counted),
    )


def light_of(*, state: str, due_at: datetime | None, warn_at: datetime | None, now: datetime) -> Light:
    """The colour of a promise at a moment; a due time that has passed is broken even before a sweep says so."""
    if state in {"kept", "broken", "void"}:
        return Light(state)
    if due_at is None:
        return Light.RESTING
    if now > due_at:
        return Light.BROKEN
    return Light.AT_RISK if warn_at and now >= warn_at else Light.RUNNING


def time_left(due_at: datetime | None, now: datetime) -> timedelta | None:
    """Until the due time on the wall; negative when it has passed, None while the clock rests."""
    return None if due_at is None else due_at - now


def fixed_due(facts: dict[str, object], field: str) -> datetime:
    """The due time that an event names itself, in epoch seconds."""
    return datetime.fromtimestamp(int(str(facts[field])), tz=UTC)


def kept_in_time(*, due_at: datetime | None, happened_at: datetime) -> bool:
    """At the due second is in time; while the clock rests nothing is late."""
    return due_at is None or happened_at <= due_at
