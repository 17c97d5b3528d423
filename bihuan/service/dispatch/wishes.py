"""Technicians whom a customer asks for or does not want, and who was there last: heard whenever somebody is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.errors import ReasonUnknown, TechnicianElsewhere
from bihuan.service.dispatch.models import TechnicianWish, Visit
from bihuan.service.dispatch.words import WISH_REASONS

AFTER_COMPLAINT = "complaint"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What choosing a technician for one case must know of its customer."""

    wanted: frozenset[int] = frozenset()
    unwanted: Mapping[int, str] = field(default_factory=dict)
    fixed_last: int = 0


NOTHING_HEARD = Heard()


def heard_of(cases: Sequence[Case], *, today: date) -> dict[int, Heard]:
    """case → what is heard of its customer, in two statements for a whole list. Nothing is said of the others."""
    wishes: dict[int, list[TechnicianWish]] = {}
    for row in wishes_in_force(today).filter(customer_id__in={case.customer_id for case in cases}):
        wishes.setdefault(row.customer_id, []).append(row)
    last = _fixed_last(cases)
    found = {}
    for case in cases:
        mine = [row for row in wishes.get(case.customer_id, ()) if row.case_id in (None, case.id)]
        fixed = last.get((case.customer_id, case.category), 0)
        if mine or fixed:
            found[case.id] = Heard(
                wanted=frozenset(row.technician_id for row in mine if row.wanted),
                unwanted={row.technician_id: row.reason for row in mine if not row.wanted},
                fixed_last=fixed,
            )
    return found


def _fixed_last(cases: Sequence[Case]) -> dict[tuple[int, str], int]:
    """(customer, category) → the technician of the last visit that was finished, of another case than these."""
    named = {case.customer_id for case in cases if case.category}
    rows = Visit.objects.filter(state=Visit.FINISHED, case__customer_id__in=named).exclude(
        case_id__in=[case.id for case in cases]
    )
    told = rows.order_by("ended_at", "id").values_list("case__customer_id", "case__category", "technician_id")
    return {(customer, category): technician for customer, category, technician in told}


def wishes_in_force(today: date) -> QuerySet[TechnicianWish]:
    """Those that hold on a day."""
    return TechnicianWish.objects.filter(Q(until__isnull=True) | Q(until__gte=today), ended_at__isnull=True)


def wishes_of(case: Case, *, today: date) -> list[TechnicianWish]:
    """What holds for this case, the newest first, with the technicians' names."""
    rows = wishes_in_force(today).filter(customer_id=case.customer_id)
    mine = rows.filter(Q(case__isnull=True) | Q(case_id=case.id))
    return list(mine.select_related("technician__person").order_by("-id"))


@transaction.atomic
def wish(
    case: Case,
    *,
    technician_id: int,
    wanted: bool,
    reason: str,
    now: datetime,
    made_by: int = 0,
    until: date | None = None,
    only_here: bool = False,
) -> TechnicianWish:
    """Keep that the customer asks for a technician, or does not want one; what was kept of the two before ends.
    `only_here`: for this case alone. `until`: the last day, none for until further notice."""
    if reason not in WISH_REASONS:
        raise ReasonUnknown
    if not Technician.objects.filter(id=technician_id).exists():
        raise TechnicianElsewhere
    told = {
        "customer_id": case.customer_id,
        "technician_id": technician_id,
        "case_id": case.id if only_here else None,
    }
    TechnicianWish.objects.filter(ended_at__isnull=True, **told).update(ended_at=now)
    return TechnicianWish.objects.create(
        wanted=wanted, reason=reason, until=until, made_at=now, made_by=made_by, **told
    )


def end_wish(case: Case, wish_id: int, *, now: datetime) -> bool:
    """It holds no more. False where it did not hold, or is not this customer's."""
    mine = TechnicianWish.objects.filter(id=wish_id, customer_id=case.customer_id, ended_at__isnull=True)
    return bool(mine.update(ended_at=now))


def keep_away_after_complaint(case: Case, *, now: datetime) -> None:
    """Whoever was at this case last does not come to it again after the customer complained."""
    last = Visit.objects.filter(case=case, arrived_at__isnull=False).order_by("-number").first()
    if last is not None:
        wish(
            case,
            technician_id=last.technician_id,
            wanted=False,
            reason=AFTER_COMPLAINT,
            now=now,
            only_here=True,
        )
