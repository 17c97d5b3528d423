"""Keeping a time free for a customer who decides."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils.timezone import localtime

from bihuan.registers.staff.actions import drop_holds
from bihuan.service.dispatch.booking import refuse_wrong_slot, visit_for_change
from bihuan.service.dispatch.capacity.claiming import claim
from bihuan.service.dispatch.errors import NothingHeld
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.placing import put_in
from bihuan.service.dispatch.planning.versions import touch
from bihuan.service.dispatch.reserving import KEPT, held_of
from bihuan.service.dispatch.slots import Slot


@transaction.atomic
def keep_free(visit: Visit, slot: Slot, *, now: datetime) -> datetime:
    """Keep this slot for the visit's customer for ten minutes, with its place in the calendar of that day; what was
    kept before is free again. Asked again for the same slot it stays as it was. Returns until when; refused like a
    booking."""
    visit = visit_for_change(visit.id)
    if visit.state not in (Visit.PLANNED, Visit.BOOKED):
        raise NothingHeld
    before = held_of(visit.case_id, now=now)
    same = before is not None and (before.technician_id, before.slot_from) == (
        visit.technician_id,
        int(slot.begins.timestamp()),
    )
    if before is not None and same and before.expires is not None:
        return datetime.fromtimestamp(before.expires, UTC)
    day, node = localtime(slot.begins).date(), visit.technician.node
    touch(node.id, [day])
    drop_holds(subject_id=visit.case_id, technician_id=visit.technician_id, now=now)
    crew, mine = refuse_wrong_slot(visit, slot, now=now)
    claim(visit.case, node=node, day=day, visit_id=visit.id, now=now)
    put_in(mine, slot, crew.task_of(visit.case), case_id=visit.case_id, until=now + KEPT, now=now)
    return now + KEPT
