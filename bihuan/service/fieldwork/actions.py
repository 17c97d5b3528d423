"""Work on site and in the workshop, from the call before leaving to the tests. Ending it stands in `signing.py`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor, Event
from bihuan.ground.vault.actions import keys_for
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick, untick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.dispatch.models import Visit
from bihuan.service.fieldwork import rules
from bihuan.service.fieldwork.errors import FieldLacks, NotArrived, WorkIsOver
from bihuan.service.fieldwork.events import (
    Arrived,
    Departed,
    Diagnosed,
    FunctionsTested,
    MachineReceived,
    VisitConfirmed,
)
from bihuan.service.fieldwork.models import Check, Reading, Tried, Work

SORTS = ("conduct", "safety", "environment", "standard", "closing")
STATES = ("yes", "no", "none")
LONGEST = 2000
MOST_MINUTES = 24 * 60


@transaction.atomic
def open_work(case: Case, *, by: Actor, now: datetime) -> Work:
    """The visit or stay that is going on for this case; begun when there is none."""
    found = Work.objects.filter(case=case, finished_at__isnull=True).first()
    if found is not None:
        return _with_case(found, case)
    inside = case.stands_at == "in_workshop"
    made = Work.objects.create(
        case=case,
        visit=None if inside else Visit.objects.filter(case=case, state__in=Visit.OPEN).first(),
        technician_person_id=case.technician_person_id or by.id,
        place=Work.WORKSHOP if inside else Work.ON_SITE,
        made_at=now,
        arrived_at=now if inside else None,
    )
    return _with_case(made, case)


def _with_case(work: Work, case: Case) -> Work:
    work.case = case
    return work


@transaction.atomic
def confirm(work: Work, *, reached: bool, by: Actor, now: datetime) -> None:
    """The customer was rung before leaving. Kept as a contact on the case when somebody answered."""
    _must_be_open(work)
    if reached:
        _set(work, confirmed_at=now)
    said = _("Confirmed by phone before leaving.") if reached else _("Rang before leaving; nobody answered.")
    with writing():
        talking.note(work.case, said, by=by, now=now, contact="phone" if reached else "")
        _record(
            work, VisitConfirmed(subject_id=work.case_id, work_id=work.id, reached=reached), by=by, now=now
        )


@transaction.atomic
def depart(work: Work, *, doer: Doer, now: datetime, happened_at: datetime | None = None) -> None:
    """On the road. A late upload tells when it was."""
    _must_be_open(work)
    happened = _no_later(happened_at, now)
    with writing():
        move_case(work.case, "depart", doer=doer, now=now, happened_at=happened)
        _set(work, departed_at=happened)
        _record(
            work,
            Departed(subject_id=work.case_id, work_id=work.id),
            by=doer.by,
            now=now,
            happened_at=happened,
        )


@transaction.atomic
def arrive(work: Work, *, doer: Doer, now: datetime, happened_at: datetime | None = None) -> None:
    """Check in at the door. A phone without network may tell later when it was; promises count that time."""
    _must_be_open(work)
    if happened_at and (fault := rules.arrival_faults(happened_at, now=now, opened_at=work.case.opened_at)):
        raise FieldLacks("happened_at", _ARRIVAL[fault]())
    happened = _no_later(happened_at, now)
    with writing():
        tick(work.case, Need.ARRIVED, by=doer.by, now=now)
        move_case(work.case, "arrive", doer=doer, now=now, happened_at=happened)
        _set(work, arrived_at=happened)
        _record(
            work, Arrived(subject_id=work.case_id, work_id=work.id), by=doer.by, now=now, happened_at=happened
        )


_ARRIVAL = {
    "future": lambda: _("The time of arrival lies in the future."),
    "before_case": lambda: _("The time of arrival lies before the customer's report."),
}


@transaction.atomic
def receive_machine(work: Work, receipt: str, *, by: Actor, now: datetime) -> None:
    """A machine comes into our hands; looks and accessories are written down for the receipt."""
    _must_be_open(work)
    if not receipt.strip():
        raise FieldLacks("receipt", _("Write down looks and accessories for the receipt."))
    _set(work, received_at=now, receipt_sealed=_sealed(work, receipt))
    with writing():
        tick(work.case, Need.MACHINE_RECEIVED, by=by, now=now)
        _record(work, MachineReceived(subject_id=work.case_id, work_id=work.id), by=by, now=now)


@transaction.atomic
def take_in(work: Work, receipt: str, *, doer: Doer, now: datetime) -> None:
    """A carried or mailed machine goes into the workshop; work on it begins."""
    with writing():
        receive_machine(work, receipt, by=doer.by, now=now)
        move_case(work.case, "take_in", doer=doer, now=now)
        _set(work, place=Work.WORKSHOP, arrived_at=now)


@transaction.atomic
def check(work: Work, sort: str, answers: Mapping[str, str], *, now: datetime) -> None:
    """Keep the answers of a checklist; an answer given again replaces the earlier one."""
    if sort not in SORTS or not set(answers.values()) <= set(STATES):
        raise FieldLacks("state", _("Choose one of the answers shown."))
    _must_be_here(work)
    for code, state in answers.items():
        Check.objects.update_or_create(
            work=work, sort=sort, code=code[:40], defaults={"state": state, "at": now}
        )


@transaction.atomic
def diagnose(
    work: Work, *, reproduced: bool, cause: str, plan: str, fallback: str = "", by: Actor, now: datetime
) -> None:
    """What is wrong, what will be done, and what if that does not help."""
    _must_be_here(work)
    if not cause.strip():
        raise FieldLacks("cause", _("Write the cause in plain words."))
    if not plan.strip():
        raise FieldLacks("plan", _("Write what you will do."))
    _set(
        work,
        reproduced=reproduced,
        cause_sealed=_sealed(work, cause),
        plan_sealed=_sealed(work, plan),
        fallback_sealed=_sealed(work, fallback),
        diagnosed_at=now,
    )
    with writing():
        tick(work.case, Need.DIAGNOSIS_WRITTEN, by=by, now=now)
        _record(
            work, Diagnosed(subject_id=work.case_id, work_id=work.id, reproduced=reproduced), by=by, now=now
        )


@transaction.atomic
def read(work: Work, *, name: str, value: str, unit: str = "", now: datetime) -> Reading:
    """Write a key figure down, as it was read."""
    _must_be_here(work)
    if not name.strip() or not value.strip():
        raise FieldLacks("value", _("Say what was measured and what it showed."))
    return Reading.objects.create(
        work=work, name=name.strip()[:60], value=value.strip()[:40], unit=unit.strip()[:16], at=now
    )


@transaction.atomic
def strike_reading(work: Work, reading_id: int) -> None:
    """Take a wrong reading out, before the sheet is signed."""
    _must_be_here(work)
    Reading.objects.filter(work=work, id=reading_id).delete()


@transaction.atomic
def try_points(work: Work, results: Mapping[str, bool], *, by: Actor, now: datetime) -> bool:
    """Keep the tests of complained points; whether all of them now pass. One that fails takes the tick back."""
    _must_be_here(work)
    points = points_of(work.case)
    if not set(results) <= set(points):
        raise FieldLacks("point", _("This is no point that the customer complained of."))
    for point, passed in results.items():
        Tried.objects.update_or_create(work=work, point=point, defaults={"passed": passed, "at": now})
    tried = dict(Tried.objects.filter(work=work).values_list("point", "passed"))
    with writing():
        if not rules.all_pass(points, tried):
            untick(work.case, Need.FUNCTIONS_TESTED, by=by, now=now)
            return False
        tick(work.case, Need.FUNCTIONS_TESTED, by=by, now=now)
        _record(
            work,
            FunctionsTested(subject_id=work.case_id, work_id=work.id, points=len(points)),
            by=by,
            now=now,
        )
        return True


@transaction.atomic
def say_minutes(work: Work, minutes: int) -> None:
    """How long the work took, in minutes."""
    _must_be_here(work)
    if not 1 <= minutes <= MOST_MINUTES:
        raise FieldLacks("minutes", _("Minutes of work: 1 to 1,440."))
    _set(work, minutes=minutes)


def points_of(case: Case) -> list[str]:
    """The complained points of a case: its report's standard symptoms, or the machine as a whole."""
    return rules.points_to_test(case.report.symptoms)


def lock(work: Work) -> Case:
    """The work's case, locked, with the row of the work as it is now."""
    case = case_for_change(work.case_id)
    work.refresh_from_db()
    work.case = case
    return case


def _must_be_open(work: Work) -> None:
    if Work.objects.filter(id=work.id, finished_at__isnull=False).exists():
        raise WorkIsOver


def _must_be_here(work: Work) -> None:
    _must_be_open(work)
    if work.arrived_at is None:
        raise NotArrived


def _set(work: Work, **changed: Any) -> None:
    Work.objects.filter(id=work.id).update(**changed)
    for name, value in changed.items():
        setattr(work, name, value)


def _sealed(work: Work, words: str) -> str:
    key = work.case.customer.key_id
    return keys_for([key]).seal(key, words.strip()[:LONGEST])


def _no_later(moment: datetime | None, now: datetime) -> datetime:
    return min(moment or now, now)


def _record(
    work: Work, event: Event, *, by: Actor, now: datetime, happened_at: datetime | None = None
) -> None:
    record(event, by=by, now=now, chain=work.case.chain_id, happened_at=happened_at)
