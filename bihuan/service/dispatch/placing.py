"""Putting a task into a technician's day: what stands there makes room within its own slots."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone, localtime, make_aware

from bihuan.registers.staff.actions import free_time, free_time_of, hold_time, retime, take_time
from bihuan.registers.staff.errors import TechnicianBusy
from bihuan.registers.staff.models import Busy
from bihuan.registers.staff.queries import Ability
from bihuan.service.dispatch.errors import SlotNotFree
from bihuan.service.dispatch.fitting import Fit, Task
from bihuan.service.dispatch.lines import held_between, line_of
from bihuan.service.dispatch.planning.versions import touch
from bihuan.service.dispatch.slots import Slot, shift_end


def put_in(
    one: Ability,
    slot: Slot,
    task: Task,
    *,
    now: datetime,
    visit_id: int = 0,
    case_id: int = 0,
    until: datetime | None = None,
    near: datetime | None = None,
) -> Fit:
    """Take a technician's time for a task in this slot: for a visit, or kept free `until` then for the customer of a
    case. Their other visits of that day move within their slots where that makes room. Within a transaction;
    SlotNotFree where it fits nowhere. `near`: the arrival that is wished for within the slot."""
    day = localtime(slot.begins).date()
    touch(one.node_id, [day])  # our turn
    begins = make_aware(datetime.combine(day, time()))
    held = held_between([one.id], begins, begins + timedelta(days=1), now=now).get(one.id, [])
    line, closes = line_of(one, day, held), shift_end(slot, one.shifts, get_default_timezone())
    fit = None
    if closes is not None:
        wished = int(near.timestamp()) if near is not None else None
        fit = line.fit(task, slot, ends_by=int(closes.timestamp()), near=wished)
    if fit is None:
        raise SlotNotFree(slot.begins, slot.ends)
    try:
        retime(
            one.id, {each.visit_id: (each.begins, each.ends) for each in line.with_task(fit, task).moved()}
        )
        sets_off, done = (
            datetime.fromtimestamp(at, tz=get_default_timezone()) for at in (fit.sets_off, fit.done)
        )
        if until is None:
            take_time(one.id, begins=sets_off, ends=done, why=Busy.VISIT, subject_id=visit_id)
        else:
            hold_time(
                one.id, begins=sets_off, ends=done, slot_from=slot.begins, subject_id=case_id, until=until
            )
    except TechnicianBusy as busy:
        raise SlotNotFree(slot.begins, slot.ends) from busy
    return fit


def give_back(visit_id: int, *, technician_id: int = 0) -> None:
    """Free the time that was taken for a visit: of everybody who goes, or of one of them."""
    rows = Busy.objects.filter(why=Busy.VISIT, subject_id=visit_id)
    rows = rows.filter(technician_id=technician_id) if technician_id else rows
    days: dict[int, set[date]] = {}
    for node_id, begins in rows.values_list("technician__node_id", "begins"):
        days.setdefault(node_id, set()).add(localtime(datetime.fromtimestamp(begins, UTC)).date())
    for node_id in sorted(days):
        touch(node_id, days[node_id])
    if technician_id:
        free_time_of(technician_id, why=Busy.VISIT, subject_id=visit_id)
    else:
        free_time(why=Busy.VISIT, subject_id=visit_id)
