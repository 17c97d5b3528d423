"""A booking takes its place in the calendar: one after another, so that no day ever holds more than it may."""

from datetime import date

from django.db.models import F

from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.errors import DayFull
from bihuan.service.dispatch.capacity.loads import calendars
from bihuan.service.dispatch.capacity.models import Turn


def claim(case: Case, *, node: Node, day: date, visit_id: int) -> None:
    """Within the booking's transaction, before the visit is written: DayFull where the day takes no more of this
    category and kind. The urgent may use the reserve. Where nobody set a limit nothing is written."""
    held = calendars(node.path, day, day, but=visit_id)
    if not held:
        return
    for node_id in sorted(one.node_id for one in held):
        take_turn(node_id, day)
    urgent = case.urgency == "urgent"
    for one in calendars(node.path, day, day, but=visit_id):  # counted again, now that it is our turn
        if one.room(day, category=case.category, kind=case.kind, urgent=urgent) == 0:
            raise DayFull(day)


def take_turn(node_id: int, day: date) -> None:
    """Nobody else books or changes this day until the transaction ends."""
    Turn.objects.bulk_create([Turn(node_id=node_id, day=day)], ignore_conflicts=True)
    Turn.objects.filter(node_id=node_id, day=day).update(number=F("number") + 1)
