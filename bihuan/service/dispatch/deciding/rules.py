"""Who is served first of those that wait: by promise and age, never by the luck of arriving late. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

PUT_OFF = timedelta(days=1)  # how much earlier a case counts for every time that we put it off


@dataclass(frozen=True, kw_only=True)
class Waits:
    """A case that waits. `promised`: the soonest promise that is open, kept or broken; far away when there is none.
    `put_off`: how often we moved or gave up what was agreed with the customer."""

    id: int
    safety: bool
    promised: datetime
    opened: datetime
    put_off: int = 0


def place(one: Waits) -> tuple[int, datetime, datetime, int]:
    """Where a case stands: safety before all, then the oldest promise, a day earlier for every time that it was put
    off, then the oldest case. What stands still never loses its place to what comes later under the same promise."""
    return (0 if one.safety else 1, one.promised - one.put_off * PUT_OFF, one.opened, one.id)


def in_order(waiting: Iterable[Waits]) -> list[Waits]:
    """Those that wait, the first to be served first, in whatever order they are told."""
    return sorted(waiting, key=place)
