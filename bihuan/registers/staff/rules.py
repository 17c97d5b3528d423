"""What heat asks of work outdoors: the limit that holds at a temperature, and whether it leaves a time open. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, kw_only=True)
class Limit:
    """From so many degrees on: minutes outdoors a day for one person (0: none), hours of rest, days inclusive."""

    from_celsius: int
    outdoor_minutes: int
    rest_from: time | None = None
    rest_until: time | None = None
    valid_from: date
    valid_until: date | None = None
    source: str = ""
    checked_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Heat:
    """A hot day in one city with the limit that its temperature brings."""

    celsius: int
    limit: Limit


def limit_at(celsius: int, day: date, limits: Iterable[Limit]) -> Limit | None:
    """The limit of the highest step that a temperature reaches on a day; of two for one step the newer."""
    held = [
        one
        for one in limits
        if one.from_celsius <= celsius
        and one.valid_from <= day
        and (one.valid_until is None or day <= one.valid_until)
    ]
    return max(held, key=lambda one: (one.from_celsius, one.valid_from), default=None)


def in_rest(limit: Limit, begins: time, ends: time) -> bool:
    """Whether any of [begins, ends) lies in the hours of rest."""
    if limit.rest_from is None or limit.rest_until is None:
        return False
    return begins < limit.rest_until and limit.rest_from < ends
