"""A time kept free for a few minutes while a customer decides: offered to nobody else, and over by itself.

It takes the technician's time like a visit, so that the database itself keeps two customers apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.choosing import Crew
from bihuan.service.dispatch.slots import Slot, by_day

KEPT = timedelta(minutes=10)
BEST, A_DAY = 5, 2


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What a customer may choose from: the best first, and every other time by day."""

    best: tuple[Slot, ...]
    days: tuple[tuple[date, list[Slot]], ...]

    def __bool__(self) -> bool:
        return bool(self.best)


def offered(case: Case, free: Sequence[Slot], *, now: datetime) -> Offered:
    """The free slots as they are shown."""
    best = best_of(case, free, now=now)
    return Offered(best=tuple(best), days=tuple(by_day([slot for slot in free if slot not in best])))


def best_of(case: Case, free: Sequence[Slot], *, now: datetime) -> list[Slot]:
    """The five slots that are offered first, in order of time: today the soonest, two a day at most, so that there is
    a choice of days. Whoever knows what a slot costs the plan orders them here."""
    count: dict[date, int] = {}
    chosen: list[Slot] = []
    for slot in free:
        day = slot.begins.date()
        if count.get(day, 0) < A_DAY and len(chosen) < BEST:
            count[day] = count.get(day, 0) + 1
            chosen.append(slot)
    spare = [slot for slot in free if slot not in chosen]
    return sorted([*chosen, *spare[: BEST - len(chosen)]])


def held_of(case_id: int, *, now: datetime) -> Busy | None:
    """What is kept free for the customer of this case now."""
    rows = Busy.objects.filter(why=Busy.HOLD, subject_id=case_id, expires__gt=int(now.timestamp()))
    return rows.first()


def without_own_hold(crew: Crew, *, case_id: int) -> Crew:
    """The same technicians, with what is kept for this very case free."""
    rows = Busy.objects.filter(why=Busy.HOLD, subject_id=case_id)
    own = {(row.technician_id, row.begins, row.ends) for row in rows}
    if not own:
        return crew
    taken = {
        one: [(begins, ends) for begins, ends in spans if (one, begins, ends) not in own]
        for one, spans in crew.taken.items()
    }
    return replace(crew, taken=taken)
