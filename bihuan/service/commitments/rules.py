"""How much time is left on a promise. A fold over what happened; nothing is stored on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bihuan.ground.worktime.calendar import Calendar
from bihuan.ground.worktime.due import due, worked_without_rests
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
class Stretch:
    """A rest as it was told: from when to when (None: it lasts), and for which reason."""

    began_at: datetime
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Clock:
    """From when a promise is at risk, when it warns next, and when it is due; None while an open rest stops it."""

    warn_at: datetime | None
    warn_next_at: datetime | None
    due_at: datetime | None


type Pauses = list[tuple[datetime, datetime | None]]


def resting(stretches: Iterable[Stretch], reasons: frozenset[str]) -> Pauses:
    """The times in which a clock that rests for these reasons stands still, in order and apart: a fact told late
    may make two rests overlap, and time that is missed twice counts once."""
    told = sorted(
        ((one.began_at, one.ended_at) for one in stretches if one.reason in reasons), key=lambda one: one[0]
    )
    joined: Pauses = []
    for began, ended in told:
        if ended is not None and ended <= began:
            continue
        if joined and (joined[-1][1] is None or began <= joined[-1][1]):
            last = joined[-1][1]
            joined[-1] = (joined[-1][0], None if last is None or ended is None else max(last, ended))
        else:
            joined.append((began, ended))
    return joined


def until(rests: Iterable[Stretch], ended: datetime | None) -> list[Stretch]:
    """The rests as they were when a clock ended: later ones are none of its business, and one that lasted was still
    without an end."""
    if ended is None:
        return list(rests)
    return [
        Stretch(one.began_at, None if one.ended_at and one.ended_at > ended else one.ended_at, one.reason)
        for one in rests
        if one.began_at < ended
    ]


def clock_of(
    clause: Clause,
    calendar: Calendar,
    *,
    began: datetime,
    rests: Sequence[Stretch] = (),
    fixed_due: datetime | None = None,
    warned: int = 0,
) -> Clock:
    """The readings of one promise: a pure function of its start, its rests and its calendar. `warned`: how many of
    its warnings were told already."""
    pauses = resting(rests, clause.rests)

    def after(share: float) -> datetime | None:
        if fixed_due is not None:
            return began + (fixed_due - began) * share
        return due(calendar, began, int(clause.seconds * share), pauses)

    first = after(clause.warn_at[0]) if clause.warn_at else None
    following = clause.warn_at[warned] if warned < len(clause.warn_at) else None
    next_at = first if not warned else None if following is None else after(following)
    return Clock(
        warn_at=first,
        warn_next_at=next_at,
        due_at=fixed_due if fixed_due is not None else due(calendar, began, clause.seconds, pauses),
    )


def worked_seconds(
    clause: Clause, calendar: Calendar, *, began: datetime, ended: datetime, rests: Sequence[Stretch] = ()
) -> int:
    """What the clock showed when it ended: seconds of its calendar, rests left out."""
    return worked_without_rests(calendar, began, max(began, ended), resting(rests, clause.rests))


def is_provisional(due_at: datetime | None, known_through: int) -> bool:
    """Whether a due time lies in a year whose days off were not known when it was reckoned."""
    return due_at is not None and due_at.year > known_through


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
