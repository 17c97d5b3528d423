"""How many visits a day may still take: defaults, peak seasons, days set by hand, overbooking, the reserve. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class LimitRule:
    """Visits a day; empty category or kind means every, no weekday each, no dates always."""

    id: int
    name: str = ""
    category: str = ""
    kind: str = ""
    weekday: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    visits: int
    overbook: int = 0
    reserve: int = 0

    def holds_on(self, day: date) -> bool:
        dated = self.first_day is None or (
            self.last_day is not None and self.first_day <= day <= self.last_day
        )
        return dated and self.weekday in (None, day.weekday())

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The more exact goes first: dated before undated, of one weekday before of each, the newest."""
        return self.first_day is not None, self.weekday is not None, self.id


@dataclass(frozen=True, kw_only=True)
class DayRule:
    """A day set by hand."""

    category: str = ""
    kind: str = ""
    visits: int | None = None
    closed: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What holds on one day for a category and kind. `visits` None: nobody set a number. `by_hand`: the number that
    was set for this very day."""

    category: str
    kind: str
    name: str = ""
    visits: int | None = None
    overbook: int = 0
    reserve: int = 0
    closed: bool = False
    reason: str = ""
    by_hand: int | None = None

    @property
    def most(self) -> int | None:
        """The most visits of the day, overbooking and reserve within; None when nobody set a number."""
        return None if self.visits is None else self.visits * (100 + self.overbook) // 100

    def is_about(self, category: str, kind: str) -> bool:
        return self.category in ("", category) and self.kind in ("", kind)


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Visits of a day: all of them, and those of urgent cases among them."""

    all: int = 0
    urgent: int = 0


def lines_on(day: date, limits: Iterable[LimitRule], by_hand: Sequence[DayRule]) -> list[Line]:
    """What holds on a day, one line for each category and kind that anybody set, in order."""
    best: dict[tuple[str, str], LimitRule] = {}
    for limit in limits:
        at = (limit.category, limit.kind)
        if limit.holds_on(day) and (at not in best or limit.rank > best[at].rank):
            best[at] = limit
    hand = {(one.category, one.kind): one for one in by_hand}
    return [_line(at, best.get(at), hand.get(at)) for at in sorted({*best, *hand})]


def _line(at: tuple[str, str], limit: LimitRule | None, hand: DayRule | None) -> Line:
    visits = limit.visits if limit else None
    return Line(
        category=at[0],
        kind=at[1],
        name=limit.name if limit else "",
        visits=hand.visits if hand and hand.visits is not None else visits,
        overbook=limit.overbook if limit else 0,
        reserve=limit.reserve if limit else 0,
        closed=bool(hand and hand.closed),
        reason=hand.reason if hand and hand.closed else "",
        by_hand=hand.visits if hand else None,
    )


def left(line: Line, booked: Booked, *, urgent: bool) -> int | None:
    """How many more visits the line takes, 0 or more; None when it has no end.

    Urgent cases may take everything, the reserve first. The others never touch the reserve, and nothing once the day
    is closed; then urgent cases still have the reserve.
    """
    most = line.most
    if line.closed:
        return (
            max(0, min(line.reserve, line.reserve if most is None else most) - booked.urgent) if urgent else 0
        )
    if most is None:
        return None
    if urgent:
        return max(0, most - booked.all)
    kept = max(min(line.reserve, most) - booked.urgent, 0)
    return max(0, most - booked.all - kept)


def room(lines: Iterable[tuple[Line, Booked]], *, category: str, kind: str, urgent: bool) -> int | None:
    """How many more visits of a category and kind a day takes: the least of all lines that are about it."""
    found = [
        count
        for line, booked in lines
        if line.is_about(category, kind) and (count := left(line, booked, urgent=urgent)) is not None
    ]
    return min(found) if found else None
