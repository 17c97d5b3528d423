"""How a node dispatches: what goes by itself, and how long an answer may take."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.ground.worktime.due import due
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.commitments.profiles_in_use import calendar_in_force
from bihuan.service.dispatch.models import DispatchPolicy
from bihuan.service.dispatch.modes import AUTOMATIC, MANUAL

CONTACT_HOURS, ALWAYS = "cn-contact", "24x7"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The settings in force for one node; the shipped ones where nobody set any."""

    auto_offer: bool = True
    mode: str = MANUAL
    point_minutes: int = 30
    technician_minutes: int = 15
    grab_minutes: int = 20
    grab_cap: int = 3
    grab_then: str = AUTOMATIC


def policy_for(node: Node) -> Policy:
    """The policy of this node or of the nearest one above it."""
    path = [int(part) for part in node.path.split("/") if part]
    rows = {row.node_id: row for row in DispatchPolicy.objects.filter(node_id__in=path)}
    nearest = next((rows[node_id] for node_id in reversed(path) if node_id in rows), None)
    if nearest is None:
        return Policy()
    return Policy(
        auto_offer=nearest.auto_offer,
        mode=nearest.mode,
        point_minutes=nearest.point_minutes,
        technician_minutes=nearest.technician_minutes,
        grab_minutes=nearest.grab_minutes,
        grab_cap=nearest.grab_cap,
        grab_then=nearest.grab_then,
    )


def answer_by(case: Case, *, minutes: int, now: datetime) -> datetime:
    """When an answer is due: in contact hours, or at any hour where something is urgent."""
    calendar = calendar_in_force(ALWAYS if case.urgency == "urgent" else CONTACT_HOURS)
    return due(calendar, now, minutes * 60) or now + timedelta(minutes=minutes)
