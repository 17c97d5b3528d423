"""Coming late: foreseen by the house, said by one tap, answered by the customer."""

from datetime import datetime, timedelta

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Fact
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.queries import visible
from bihuan.service.dispatch.booking import say_late
from bihuan.service.dispatch.events import LateSaid, SlotGivenUp
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.timing.errors import NothingToSay
from bihuan.service.dispatch.timing.events import LateAccepted, LateForeseen
from bihuan.service.dispatch.timing.forecast import delay_of, reckoned, stops_of
from bihuan.service.dispatch.timing.models import Delay
from bihuan.service.dispatch.timing.rules import Stop, fits_again, is_late, round_up

AHEAD, BEHIND = timedelta(hours=4), timedelta(hours=3)
FORESEEN_BECAUSE = "previous_job"


def foresee(now: datetime) -> int:
    """A sweep: who comes when the agreed slot is over, each told once for a slot; what fits again is taken back.
    Returns how many were new."""
    soon = Visit.objects.filter(
        state__in=(Visit.BOOKED, Visit.ON_THE_WAY), slot_from__gt=now - BEHIND, slot_from__lt=now + AHEAD
    )
    days = stops_of(set(soon.values_list("technician_id", flat=True)), now=now)
    arrives = reckoned(days, now=now)
    known = {(row.visit_id, row.slot_from): row for row in Delay.objects.filter(visit_id__in=list(arrives))}
    new = 0
    for stop in (stop for stops in days.values() for stop in stops if not stop.along):
        at, held = arrives[stop.visit_id], known.get((stop.visit_id, stop.slot_from))
        if is_late(at, stop):
            new += _warn(stop, held, round_up(at), now=now)
        elif held is not None and held.said_at is None and fits_again(at, stop):
            Delay.objects.filter(id=held.id, said_at=None).delete()
    return new


@transaction.atomic
def _warn(stop: Stop, held: Delay | None, expected_at: datetime, *, now: datetime) -> int:
    if held is not None:
        if held.said_at is None and held.expected_at != expected_at:
            Delay.objects.filter(id=held.id, said_at=None).update(expected_at=expected_at)
        return 0
    _row, made = Delay.objects.get_or_create(
        visit_id=stop.visit_id,
        slot_from=stop.slot_from,
        defaults={"expected_at": expected_at, "foreseen_at": now},
    )
    if not made:
        return 0
    visit = Visit.objects.select_related("case", "technician").get(id=stop.visit_id)
    event = LateForeseen(
        subject_id=visit.case_id,
        visit_id=visit.id,
        person_id=visit.technician.person_id,
        expected_at=int(expected_at.timestamp()),
    )
    record(event, by=CLOCK, now=now, chain=visit.case.chain_id)
    return 1


@transaction.atomic
def say_foreseen(visit: Visit, *, doer: Doer, now: datetime) -> Visit:
    """Tell the customer the time that the house foresees; refused like any late notice."""
    held = delay_of(visit)
    if held is None or held.said_at is not None:
        raise NothingToSay
    return say_late(visit, expected_at=held.expected_at, reason=FORESEEN_BECAUSE, doer=doer, now=now)


def hear_said(fact: Fact[LateSaid]) -> None:
    """At once: the customer is told a new time, and may answer."""
    visit = Visit.objects.get(id=fact.event.visit_id)
    if visit.slot_from is None or visit.expected_at is None:
        return
    told = {
        "expected_at": visit.expected_at,
        "said_at": fact.recorded_at,
        "answer": "",
        "answered_at": None,
    }
    Delay.objects.update_or_create(visit=visit, slot_from=visit.slot_from, defaults=told)


def hear_given_up(fact: Fact[SlotGivenUp]) -> None:
    """At once: whoever was told that we come late and took another time has answered."""
    waiting = Delay.objects.filter(visit_id=fact.event.visit_id, said_at__isnull=False, answer="")
    waiting.update(answer=Delay.MOVED, answered_at=fact.recorded_at)


@transaction.atomic
def accept_late(visit: Visit, *, doer: Doer, now: datetime) -> None:
    """The customer waits for the new time. Said twice it counts once."""
    if visit.slot_from is None:
        raise NothingToSay
    waiting = Delay.objects.filter(visit=visit, slot_from=visit.slot_from, said_at__isnull=False, answer="")
    if waiting.update(answer=Delay.WAITS, answered_at=now):
        told = LateAccepted(subject_id=visit.case_id, visit_id=visit.id)
        record(told, by=doer.by, now=now, chain=visit.case.chain_id)


def foreseen(viewer: Viewer, *, now: datetime) -> list[Delay]:
    """The delays that nobody told the customer yet, of cases this viewer may see, the nearest slot first."""
    viewer.must("visit.book")
    rows = Delay.objects.select_related("visit__case__place", "visit__technician__person").filter(
        said_at=None, visit__state__in=(Visit.BOOKED, Visit.ON_THE_WAY), slot_from__gt=now - BEHIND
    )
    found = rows.filter(visit__case__in=visible(viewer)).order_by("slot_from", "id")[:100]
    return [row for row in found if row.slot_from == row.visit.slot_from]
