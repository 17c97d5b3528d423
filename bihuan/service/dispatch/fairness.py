"""How evenly the work is shared out: jobs and minutes of each technician over the last days, and the spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.staff.models import Technician
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.sharing import Spread, spread_of

PERIODS = (7, 28)
DONE = (Visit.FINISHED, Visit.MISSED)  # a customer who was not at home was a way as well


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one technician did. `minutes`: at customers' homes. `against_mean`: jobs more or fewer than the mean."""

    technician_id: int
    name: str
    node: str
    jobs: int
    minutes: int
    against_mean: float


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """Everybody of some nodes, most jobs first, and how far they lie apart."""

    shares: tuple[Share, ...]
    jobs: Spread
    minutes: Spread


def fairness(viewer: Viewer, *, days: int, now: datetime, node_id: int = 0) -> Fairness:
    """Visits that ended in the last `days`, for every technician in use of this viewer's nodes: two statements."""
    viewer.must("capacity.read")
    technicians = Technician.objects.select_related("person", "node").filter(retired_at__isnull=True)
    if viewer.nodes is not None:
        technicians = technicians.filter(node_id__in=viewer.nodes)
    if node_id:
        technicians = technicians.filter(node_id=node_id)
    people = list(technicians.order_by("number"))
    worked = ExpressionWrapper(F("ended_at") - F("arrived_at"), output_field=DurationField())
    rows = Visit.objects.filter(
        technician__in=technicians, state__in=DONE, ended_at__gt=now - timedelta(days=days), ended_at__lte=now
    )
    counted = rows.values("technician_id").annotate(jobs=Count("id"), worked=Sum(worked)).order_by()
    found = {row["technician_id"]: row for row in counted}
    return _fairness(people, {key: (row["jobs"], _minutes(row["worked"])) for key, row in found.items()})


def _minutes(worked: timedelta | None) -> int:
    return round(worked.total_seconds() / 60) if worked is not None else 0


def _fairness(people: Sequence[Technician], done: dict[int, tuple[int, int]]) -> Fairness:
    jobs = spread_of([done.get(one.id, (0, 0))[0] for one in people])
    minutes = spread_of([done.get(one.id, (0, 0))[1] for one in people])
    shares = [
        Share(
            technician_id=one.id,
            name=one.person.name,
            node=one.node.name,
            jobs=done.get(one.id, (0, 0))[0],
            minutes=done.get(one.id, (0, 0))[1],
            against_mean=round(done.get(one.id, (0, 0))[0] - jobs.mean, 1),
        )
        for one in people
    ]
    ordered = sorted(shares, key=lambda one: (-one.jobs, -one.minutes, one.technician_id))
    return Fairness(shares=tuple(ordered), jobs=jobs, minutes=minutes)
