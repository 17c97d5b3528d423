"""A booking takes its place in the calendar: one after another, so that no day ever holds more than it may."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils.timezone import make_aware

from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.errors import DayFull
from bihuan.service.dispatch.capacity.loads import COUNTED, calendars, kept_on, path_of
from bihuan.service.dispatch.capacity.models import Turn
from bihuan.service.dispatch.models import Visit


def claim(case: Case, *, node: Node, day: date, visit_id: int, now: datetime) -> None:
    """Within the transaction of a booking, or of keeping a time free, before it is written: DayFull where the day takes
    no more of this category and kind. What is kept free for others counts like their visits. The urgent may use the
    reserve. Where nobody set a limit nothing is written."""
    held = calendars(node.path, day, day, but=visit_id)
    if not held:
        return
    for node_id in sorted(one.node_id for one in held):
        take_turn(node_id, day)
    urgent = case.urgency == "urgent"
    for one in calendars(node.path, day, day, but=visit_id):  # counted again, now that it is our turn
        kept = kept_on(path_of(node.path, one.node_id), day, but=case.id, now=now)
        counted = replace(one, counts={day: [*one.counts.get(day, []), *kept]})
        if counted.room(day, category=case.category, kind=case.kind, urgent=urgent) == 0:
            raise DayFull(day)


def hold_to_cap(visit: Visit, *, day: date) -> None:
    """Within the booking's transaction, once it is its turn on this day: DayFull where the technician has as many jobs
    on it as they take."""
    begins = make_aware(datetime.combine(day, time()))
    rows = Visit.objects.filter(technician_id=visit.technician_id, state__in=COUNTED).exclude(id=visit.id)
    booked = rows.filter(slot_from__gte=begins, slot_from__lt=begins + timedelta(days=1)).count()
    if booked >= visit.technician.max_jobs:
        raise DayFull(day)


def take_turn(node_id: int, day: date) -> None:
    """Nobody else books or changes this day until the transaction ends."""
    Turn.objects.bulk_create([Turn(node_id=node_id, day=day)], ignore_conflicts=True)
    Turn.objects.filter(node_id=node_id, day=day).update(number=F("number") + 1)
