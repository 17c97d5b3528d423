"""Asking about the capacity calendar, cut by who asks."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.registers.access.viewer import Viewer
from bihuan.registers.organisation.models import Node
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.capacity.loads import calendar_of, full_days
from bihuan.service.dispatch.capacity.models import Limit
from bihuan.service.dispatch.capacity.rules import Booked, Line, left
from bihuan.service.dispatch.fitting import Fit


@dataclass(frozen=True, kw_only=True)
class DayLoad:
    """One day of one line: what is booked, the most, and how many more ordinary and urgent visits it takes."""

    day: date
    line: Line
    booked: Booked
    left: int | None
    left_urgent: int | None


def nodes_for(viewer: Viewer) -> list[Node]:
    """The nodes whose calendar this viewer may look at, in the order of the tree."""
    viewer.must("capacity.read")
    rows = Node.objects.filter(retired_at__isnull=True).exclude(kind=Node.TEAM)
    if viewer.nodes is not None:
        rows = rows.filter(id__in=viewer.nodes)
    return list(rows.order_by("path"))


def limits_of(node_id: int) -> list[Limit]:
    """The limits of a node: those of a season first, then by what they are about."""
    rows = Limit.objects.filter(node_id=node_id)
    return sorted(
        rows,
        key=lambda row: (
            row.first_day or date.max,
            row.category,
            row.kind,
            -1 if row.weekday is None else row.weekday,
            row.id,
        ),
    )


def month_of(node: Node, first: date, *, category: str = "", kind: str = "") -> list[DayLoad]:
    """Every day of the month that begins on `first`, for one line: three statements."""
    days = [first + timedelta(days=ahead) for ahead in range(monthrange(first.year, first.month)[1])]
    held = calendar_of(node, days[0], days[-1])
    return [_load(day, *held.line(day, category=category, kind=kind)) for day in days]


def _load(day: date, line: Line, booked: Booked) -> DayLoad:
    return DayLoad(
        day=day,
        line=line,
        booked=booked,
        left=left(line, booked, urgent=False),
        left_urgent=left(line, booked, urgent=True),
    )


def with_room(case: Case, node: Node, found: list[Fit]) -> list[Fit]:
    """Those of these on days that still take a visit of this case."""
    full = full_days(
        node,
        {fit.slot.begins.date() for fit in found},
        category=case.category,
        kind=case.kind,
        urgent=case.urgency == "urgent",
    )
    return [fit for fit in found if fit.slot.begins.date() not in full]
