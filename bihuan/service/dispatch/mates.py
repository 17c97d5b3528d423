"""The second technician (搭档) of a case that takes two: who it is, and their time beside the first one's."""

from datetime import datetime

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import Actor
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_mate
from bihuan.service.dispatch.events import MateChosen, MateRefused, MateReleased
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.placing import give_back

HELD = (Visit.BOOKED, Visit.ON_THE_WAY)
MAY_REFUSE = (Visit.PLANNED, Visit.BOOKED)  # until the first one sets off


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


def refused_along(case_id: int) -> Mate | None:
    """Who refused last to go along on a case, with their name."""
    rows = Mate.objects.select_related("technician__person").filter(case_id=case_id)
    return rows.exclude(reason="").order_by("-id").first()


def end_mate(
    case: Case, *, by: Actor, now: datetime, reason: str = "", words_sealed: str = ""
) -> Mate | None:
    """The second technician does not go any more; their time is free again. None where there was none. `reason`: they
    refused themselves."""
    held = standing_mate(case.id)
    ended = {"ended_at": now, "reason": reason, "words_sealed": words_sealed}
    if held is None or not Mate.objects.filter(id=held.id, ended_at__isnull=True).update(**ended):
        return None
    for visit in Visit.objects.filter(case=case, state__in=HELD):
        give_back(visit.id, technician_id=held.technician_id)
    set_mate(case, None)
    who = {"technician_id": held.technician_id, "person_id": held.technician.person_id}
    released = MateReleased(subject_id=case.id, **who)
    told = MateRefused(subject_id=case.id, **who, reason=reason) if reason else released
    record(told, by=by, now=now, chain=case.chain_id)
    return held


def finish_mate(case: Case, *, now: datetime) -> None:
    """The work is done: the second one's part ends with it, and nobody has to be told."""
    Mate.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
