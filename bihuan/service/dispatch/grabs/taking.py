"""Grabbing a job (抢单): the first conditional update wins, every other is told so. Or passing on it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import writing
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.actions import Doer, case_for_change
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import accept_job, assign
from bihuan.service.dispatch.errors import ReasonUnknown
from bihuan.service.dispatch.grabs.errors import CapReached, GrabbedAlready, GrabOver
from bihuan.service.dispatch.grabs.models import Asked, Round, Taken
from bihuan.service.dispatch.grabs.rounds import end
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.policy import policy_for
from bihuan.service.dispatch.words import REFUSE_REASONS


def grab(case: Case, *, technician_id: int, doer: Doer, now: datetime) -> Assignment:
    """Take the job: it is assigned and accepted in one step, and the customer is seen in full from now on.

    Of several at once one wins, the others get GrabbedAlready. CapReached after so many jobs a day; every gate of
    choosing is looked at again. Whoever came too late is noted for the dispatcher.
    """
    try:
        return _grab(case.id, technician_id=technician_id, doer=doer, now=now)
    except GrabbedAlready:
        mine = Asked.objects.filter(round__case_id=case.id, technician_id=technician_id, rule="")
        mine.filter(round__state=Round.TAKEN, late_at__isnull=True).update(late_at=now)
        raise


@transaction.atomic
def _grab(case_id: int, *, technician_id: int, doer: Doer, now: datetime) -> Assignment:
    case = case_for_change(case_id)
    found = _round_for(case, technician_id)
    _count_one_more(technician_id, cap=policy_for(case.node).grab_cap, now=now)
    mine = Round.objects.filter(id=found.id, state=Round.OPEN)
    if not mine.update(state=Round.TAKEN, taken_by_id=technician_id, ended_at=now):
        raise GrabbedAlready(case.number, now)
    with writing():
        assign(case, technician_id=technician_id, doer=Doer.house(doer.by), now=now, measured=False)
        return accept_job(case, technician_id=technician_id, doer=doer, now=now)


def _round_for(case: Case, technician_id: int) -> Round:
    """The open round in which this technician was asked."""
    last = Round.objects.filter(case=case).order_by("-id").first()
    asked = last and Asked.objects.filter(round=last, technician_id=technician_id, rule="").exists()
    if last is None or not asked:
        raise NotFound
    if last.state == Round.TAKEN and last.ended_at is not None:
        raise GrabbedAlready(case.number, last.ended_at)
    if last.state != Round.OPEN:
        raise GrabOver(case.number)
    return last


def _count_one_more(technician_id: int, *, cap: int, now: datetime) -> None:
    day = localdate(now)
    Taken.objects.bulk_create([Taken(technician_id=technician_id, day=day)], ignore_conflicts=True)
    counted = Taken.objects.filter(technician_id=technician_id, day=day, jobs__lt=cap)
    if not counted.update(jobs=F("jobs") + 1):
        raise CapReached(cap)


@transaction.atomic
def pass_on(case: Case, *, technician_id: int, reason: str, doer: Doer, now: datetime) -> None:
    """Not for me, and why. When everybody who was asked has passed, the round is over at once."""
    if reason not in REFUSE_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    found = _round_for(case, technician_id)
    mine = Asked.objects.filter(round=found, technician_id=technician_id, passed_at__isnull=True)
    mine.update(passed_at=now, reason=reason)
    if not Asked.objects.filter(round=found, rule="", passed_at__isnull=True).exists():
        found.case = case
        with writing():
            end(found, how=Round.LAPSED, by=doer.by, now=now)


def mark_seen(*, technician_id: int, now: datetime) -> None:
    """The technician's phone showed what they may grab; the first time counts."""
    mine = Asked.objects.filter(technician_id=technician_id, rule="", seen_at__isnull=True)
    mine.filter(round__state=Round.OPEN).update(seen_at=now)
