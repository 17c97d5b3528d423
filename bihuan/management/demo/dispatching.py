"""How the demo's service points dispatch: one counts its days, at another technicians grab their jobs."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from bihuan.management.demo.company import Founded
from bihuan.management.demo.names import demo
from bihuan.management.demo.quiet import quietly
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.assigning import find_somebody
from bihuan.service.dispatch.capacity.models import Day, Limit
from bihuan.service.dispatch.models import DispatchPolicy
from bihuan.service.dispatch.modes import GRAB, MANUAL
from bihuan.service.dispatch.policy import Policy


def found_ways(founded: Founded, *, now: datetime) -> None:
    """The calendar of capacity and the policies. Nobody changed them by hand: they have no history."""
    told = demo("company")
    Limit.objects.bulk_create(_limit(row, founded, now=now) for row in told["limit"])
    Day.objects.bulk_create(
        Day(
            node=founded.nodes[row["service_point"]],
            day=localdate(now) + timedelta(days=row["day"]),
            closed=True,
            reason=row["zh"],
        )
        for row in told["closed"]
    )
    for row in told["grab"]:
        policy = Policy(mode=GRAB, grab_minutes=row["minutes"], grab_cap=row["cap"], grab_then=MANUAL)
        set_policy(founded.nodes[row["service_point"]], policy)


def _limit(row: dict[str, Any], founded: Founded, *, now: datetime) -> Limit:
    """One that always holds, or that of a season, whose days count from today's."""
    made = Limit(node=founded.nodes[row["service_point"]], name=row["zh"], category=row["family"])
    made.visits, made.overbook, made.reserve = row["visits"], row["overbook"], row["reserve"]
    if "from_day" in row:
        made.first_day = localdate(now) + timedelta(days=row["from_day"])
        made.last_day = localdate(now) + timedelta(days=row["until_day"])
    return made


def put_up_waiting(*, now: datetime) -> int:
    """What waits for a technician where jobs are grabbed is put up for grabs. Returns how many were; repeatable."""
    nodes = DispatchPolicy.objects.filter(mode=GRAB).values("node")
    waiting = Case.objects.filter(node__in=nodes, open=True, stands_at="to_assign").order_by("id")
    with quietly():
        return sum(find_somebody(case_id, now=now) for case_id in waiting.values_list("id", flat=True))
