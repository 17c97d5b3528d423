"""A time kept free for a few minutes while a customer decides: offered to nobody else, and over by itself.

It takes the technician's time like a visit, so that the database itself keeps two customers apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.choosing import Crew
from bihuan.service.dispatch.fitting import Fit
from bihuan.service.dispatch.planning.intending import intended_for
from bihuan.service.dispatch.slots import Slot, by_day

KEPT = timedelta(minutes=10)
BEST, A_DAY = 5, 2
A_DAY_LATER = 20 * 60  # seconds of driving that are worth a day


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What a customer may choose from: the best, and every other time by day."""

    best: tuple[Slot, ...]
    days: tuple[tuple[date, list[Slot]], ...]

    def __bool__(self) -> bool:
        return bool(self.best)


def offered(case: Case, free: Sequence[Fit]) -> Offered:
    """The free slots as they are shown; one that was meant for the case is among the best."""
    meant = intended_for(case.id)
    best = best_of(free, meant=meant.slot_from if meant is not None else None)
    rest = [fit.slot for fit in free if fit.slot not in best]
    return Offered(best=tuple(best), days=tuple(by_day(rest)))


def best_of(free: Sequence[Fit], *, meant: datetime | None = None) -> list[Slot]:
    """The five slots that cost the plan and the customer's patience least, two a day at most so that there is a choice
    of days, in order of time; the one that begins at `meant` before all others."""
    if not free:
        return []
    first = min(fit.slot.begins.date() for fit in free)
    cheapest = sorted(free, key=lambda fit: (fit.slot.begins != meant, _price(fit, first), fit.slot))
    count: dict[date, int] = {}
    chosen: list[Slot] = []
    for fit in cheapest:
        day = fit.slot.begins.date()
        if count.get(day, 0) < A_DAY and len(chosen) < BEST:
            count[day] = count.get(day, 0) + 1
            chosen.append(fit.slot)
    spare = [fit.slot for fit in cheapest if fit.slot not in chosen]
    return sorted([*chosen, *spare[: BEST - len(chosen)]])


def _price(fit: Fit, first: date) -> int:
    """Seconds of driving that a slot costs, and what each day of waiting counts."""
    return fit.extra + A_DAY_LATER * (fit.slot.begins.date() - first).days


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
    held = {
        who: [each for each in all_of if (who, each.begins, each.ends) not in own]
        for who, all_of in crew.held.items()
    }
    return replace(crew, held=held, lines={}, known={})
