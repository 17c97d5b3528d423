"""The version of a day's plan: it counts up with every change, and whoever acts on a version acts on no other."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F

from bihuan.service.dispatch.planning.errors import PlanMoved
from bihuan.service.dispatch.planning.models import DayPlan


def plan_of(node_id: int, day: date) -> DayPlan:
    """The plan of a service point's day, made when it is first asked for."""
    return DayPlan.objects.get_or_create(node_id=node_id, day=day)[0]


def touch(node_id: int, days: Iterable[date]) -> None:
    """These days of the service point are other than they were, from when this transaction ends."""
    wanted = sorted(set(days))
    DayPlan.objects.bulk_create([DayPlan(node_id=node_id, day=day) for day in wanted], ignore_conflicts=True)
    for day in wanted:
        DayPlan.objects.filter(node_id=node_id, day=day).update(version=F("version") + 1)


def hold(node_id: int, days: Iterable[date]) -> None:
    """Nobody else changes these days of the service point until the transaction ends: taken from the first to the last,
    whatever is done to them then, so that nobody waits for anybody who waits for them."""
    for day in sorted(set(days)):
        DayPlan.objects.filter(node_id=node_id, day=day).update(version=F("version"))


def hold_to(plan: DayPlan, version: int) -> None:
    """Nobody else changes this day until the transaction ends; PlanMoved where somebody did since this version."""
    DayPlan.objects.filter(id=plan.id).update(version=F("version"))  # our turn
    if not DayPlan.objects.filter(id=plan.id, version=version).exists():
        raise PlanMoved
