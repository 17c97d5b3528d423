"""The second technician (搭档) of a case that takes two: who it is, and their time beside the first one's."""

from datetime import datetime

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Actor
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_mate
from bihuan.service.dispatch.events import MateChosen, MateReleased
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.placing import give_back

HELD = (Visit.BOOKED, Visit.ON_THE_WAY)


def standing_mate(case_id: int) -> Mate | None:
    """The second technician of a case, with their name; None where it has none."""
    rows = Mate.objects.select_related("technician__person")
    return rows.filter(case_id=case_id, ended_at__isnull=True).first()


def mates_of(case_ids: list[int]) -> dict[int, Mate]:
    """case → its second technician, in one statement."""
    rows = Mate.objects.select_related("technician__person").filter(
        case_id__in=case_ids, ended_at__isnull=True
    )
    return {row.case_id: row for row in rows}


def keep_mate(case: Case, *, technician_id: int, by: Actor, made_by: int, now: datetime) -> Mate:
    """Write down the second technician; the case must have none."""
    made = Mate.objects.create(case=case, technician_id=technician_id, made_at=now, made_by=made_by)
    person_id = made.technician.person_id
    set_mate(case, person_id)
    told = MateChosen(
        subject_id=case.id,
        technician_id=technician_id,
        person_id=person_id,
        automatic=not made_by,
    )
    record(told, by=by, now=now, chain=case.chain_id)
    return made


def end_mate(case: Case, *, by: Actor, now: datetime) -> Mate | None:
    """The second technician does not go any more; their time is free again. None where there was none."""
    held = standing_mate(case.id)
    if held is None or not Mate.objects.filter(id=held.id, ended_at__isnull=True).update(ended_at=now):
        return None
    for visit in Visit.objects.filter(case=case, state__in=HELD):
        give_back(visit.id, technician_id=held.technician_id)
    set_mate(case, None)
    told = MateReleased(
        subject_id=case.id, technician_id=held.technician_id, person_id=held.technician.person_id
    )
    record(told, by=by, now=now, chain=case.chain_id)
    return held


def finish_mate(case: Case, *, now: datetime) -> None:
    """The work is done: the second one's part ends with it, and nobody has to be told."""
    Mate.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
