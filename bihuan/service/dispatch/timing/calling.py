"""待预约: whoever goes rings the customer about a time; who was not reached is rung again, counted and seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Max
from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.journal.actions import record
from bihuan.service.cases.actions import Doer
from bihuan.service.commitments.queries import PromiseView, open_promises
from bihuan.service.dispatch.booking import visit_for_change
from bihuan.service.dispatch.errors import VisitMoved
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.timing.errors import NextTryUnknown
from bihuan.service.dispatch.timing.events import BookingTried
from bihuan.service.dispatch.timing.models import Attempt

CLAUSE = "appointment"  # the promise of the call
AT_ONCE = timedelta(minutes=2)  # pressed twice within these it counts once
TRIES = ("half_hour", "two_hours", "evening", "tomorrow")
EVENING, MORNING = time(18, 30), time(9)


@dataclass(frozen=True, kw_only=True)
class ToCall:
    """A case whose time is not agreed: since when, by when its customer is to be rung, how often in vain, when next."""

    since: datetime
    by: datetime | None
    times: int
    next_at: datetime | None


def next_try(code: str, *, now: datetime) -> datetime:
    """When the customer is rung again. An evening that has begun is the next one."""
    local = localtime(now)
    match code:
        case "half_hour":
            return now + timedelta(minutes=30)
        case "two_hours":
            return now + timedelta(hours=2)
        case "evening":
            day = local.date() + timedelta(days=1 if local.time() >= EVENING else 0)
            return datetime.combine(day, EVENING, get_default_timezone())
        case "tomorrow":
            return datetime.combine(local.date() + timedelta(days=1), MORNING, get_default_timezone())
    raise NextTryUnknown


@transaction.atomic
def not_reached(visit: Visit, *, again: str, doer: Doer, now: datetime) -> int:
    """The customer was rung about a time and not reached. Returns how often by now; pressed twice it counts once."""
    next_at = next_try(again, now=now)
    visit = visit_for_change(visit.id)
    if visit.state != Visit.PLANNED:
        raise VisitMoved(visit.case.number)
    tried = Attempt.objects.filter(visit=visit).order_by("at")
    last = tried.last()
    if last is not None and now - last.at < AT_ONCE:
        return tried.count()
    Attempt.objects.create(visit=visit, person_id=doer.by.id, at=now, next_at=next_at)
    times = tried.count()
    event = BookingTried(
        subject_id=visit.case_id, visit_id=visit.id, times=times, next_at=int(next_at.timestamp())
    )
    record(event, by=doer.by, now=now, chain=visit.case.chain_id)
    return times


def attempts_of(visit_id: int) -> list[Attempt]:
    """The calls in vain about the time of a visit, newest first."""
    return list(Attempt.objects.filter(visit_id=visit_id).order_by("-at", "-id"))


def to_call(case_ids: Iterable[int], *, now: datetime) -> dict[int, ToCall]:
    """Of these cases those whose visit has no time yet: two statements and one for the promises."""
    visits = list(Visit.objects.filter(case_id__in=list(case_ids), state=Visit.PLANNED))
    if not visits:
        return {}
    tried = Attempt.objects.filter(visit_id__in=[visit.id for visit in visits]).values("visit_id").order_by()
    counted: dict[int, tuple[int, datetime]] = {
        row["visit_id"]: (row["times"], row["next"])
        for row in tried.annotate(times=Count("id"), next=Max("next_at"))
    }
    promised = open_promises([visit.case_id for visit in visits], now=now)
    found = {}
    for visit in visits:
        times, next_at = counted.get(visit.id, (0, None))
        found[visit.case_id] = ToCall(
            since=visit.made_at, by=call_by(promised.get(visit.case_id, [])), times=times, next_at=next_at
        )
    return found


def call_by(promises: Iterable[PromiseView]) -> datetime | None:
    """By when the customer is to be rung, as promised."""
    return next((one.due_at for one in promises if one.clause == CLAUSE), None)
