"""The day as it stands is told to its technicians: which version, when and by whom."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone, make_aware

from bihuan.ground.journal.actions import record
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.queries import service_points
from bihuan.registers.staff.models import Technician
from bihuan.registers.staff.queries import visits_between
from bihuan.service.dispatch.planning.errors import NotPublished
from bihuan.service.dispatch.planning.events import PlanPublished
from bihuan.service.dispatch.planning.models import DayPlan
from bihuan.service.dispatch.planning.versions import hold_to, plan_of
from bihuan.service.dispatch.slots import days_of


@transaction.atomic
def publish(viewer: Viewer, node_id: int, day: date, *, version: int, now: datetime) -> DayPlan:
    """Tell every technician with visits on this day that it stands; PlanMoved where it is not the one of `version` any
    more. Publishing the same version again tells nobody anew."""
    viewer.must("visit.assign")
    if viewer.nodes is not None and node_id not in viewer.nodes:
        raise NotFound
    if all(node.id != node_id for node in service_points()):
        raise NotFound
    if day not in days_of(now, get_default_timezone()):
        raise NotPublished
    plan = plan_of(node_id, day)
    hold_to(plan, version)
    mine = DayPlan.objects.filter(id=plan.id).exclude(published_version=version)
    if mine.update(published_version=version, published_at=now, published_by=viewer.person_id or 0):
        told = PlanPublished(
            subject_id=plan.id,
            node_id=node_id,
            day=day.isoformat(),
            plan_version=version,
            persons=tuple(_with_visits(node_id, day)),
        )
        record(told, by=viewer.actor, now=now)
    plan.refresh_from_db()
    return plan


def _with_visits(node_id: int, day: date) -> list[int]:
    """The persons of the technicians who have an agreed visit on this day, those who go along too."""
    begins = make_aware(datetime.combine(day, time()))
    persons = dict(Technician.objects.filter(node_id=node_id).values_list("id", "person_id"))
    busy = visits_between(list(persons), begins, begins + timedelta(days=1))
    return sorted({persons[technician_id] for technician_id, _, _ in busy})
