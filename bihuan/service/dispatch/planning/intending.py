"""What is meant for a case that has no agreed time: by whom, and when. It takes nobody's time."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware

from bihuan.registers.staff.models import Technician
from bihuan.service.dispatch.planning.models import Intended
from bihuan.service.dispatch.planning.versions import touch
from bihuan.service.dispatch.slots import Slot


def intend(
    case_id: int,
    *,
    technician_id: int,
    slot: Slot,
    begins: datetime,
    ends: datetime,
    by: int,
    now: datetime,
) -> Intended:
    """Write down when a case is meant to be done; what was meant before is over. Within a transaction."""
    forget_intended(case_id)
    node_id = Technician.objects.values_list("node_id", flat=True).get(id=technician_id)
    touch(node_id, [localtime(slot.begins).date()])
    made = meaning(case_id, technician_id=technician_id, slot=slot, begins=begins, ends=ends, by=by, now=now)
    made.save(force_insert=True)
    return made


def meaning(
    case_id: int,
    *,
    technician_id: int,
    slot: Slot,
    begins: datetime,
    ends: datetime,
    by: int,
    now: datetime,
) -> Intended:
    """The same as a row that is not kept yet."""
    return Intended(
        case_id=case_id,
        technician_id=technician_id,
        slot_from=slot.begins,
        slot_until=slot.ends,
        begins=begins,
        ends=ends,
        made_at=now,
        made_by=by,
    )


def forget_intended(case_id: int) -> None:
    """Nothing is meant for this case any more: it has its time, or nobody goes."""
    held = Intended.objects.select_related("technician").filter(case_id=case_id).first()
    if held is not None:
        touch(held.technician.node_id, [localtime(held.slot_from).date()])
        held.delete()


def days_meant(case_id: int) -> list[date]:
    """The day for which a case is meant, if it is for any."""
    rows = Intended.objects.filter(case_id=case_id).values_list("slot_from", flat=True)
    return [localtime(one).date() for one in rows]


def intended_for(case_id: int) -> Intended | None:
    return Intended.objects.filter(case_id=case_id).first()


def intended_on(technician_ids: Collection[int], day: date) -> list[Intended]:
    """What is meant for these technicians on a day, soonest first: one statement."""
    begins = make_aware(datetime.combine(day, time()))
    rows = Intended.objects.select_related("case__place", "case__customer", "case__node")
    rows = rows.filter(
        technician_id__in=technician_ids, begins__gte=begins, begins__lt=begins + timedelta(days=1)
    )
    return list(rows.order_by("begins", "id"))


def as_told(rows: Collection[Intended]) -> Mapping[int, tuple[int, int]]:
    """case → technician and begin in epoch seconds, as `translating` reads it."""
    return {row.case_id: (row.technician_id, int(row.begins.timestamp())) for row in rows}
