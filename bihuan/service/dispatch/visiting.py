"""The visits of a case and who holds them: planned, given up, ended. The rows below offers and bookings."""

from datetime import datetime

from django.db.models import Max

from bihuan.ground.journal.actions import record
from bihuan.ground.vault.actions import keys_for
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_technician
from bihuan.service.dispatch.events import SlotGivenUp, TechnicianReleased
from bihuan.service.dispatch.mates import end_mate
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.placing import give_back
from bihuan.service.dispatch.planning.intending import forget_intended


def open_visit(case_id: int) -> Visit | None:
    """The visit that is planned, booked or under way; a case has at most one."""
    rows = Visit.objects.select_related("technician__person", "case__customer")
    return rows.filter(case_id=case_id, state__in=Visit.OPEN).first()


def plan_visit(case: Case, *, technician_id: int, now: datetime) -> Visit:
    """The next visit of a case, without a time yet; the one already planned keeps its number."""
    held = open_visit(case.id)
    if held is not None:
        return held
    last = Visit.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    return Visit.objects.create(case=case, number=last + 1, technician_id=technician_id, made_at=now)


def end_visit(visit: Visit, *, state: str, now: datetime) -> bool:
    """Close a visit as finished, missed or withdrawn and give its time back. False when it was closed already."""
    held = Visit.objects.filter(id=visit.id, state=visit.state)
    if visit.state in (Visit.FINISHED, Visit.MISSED, Visit.WITHDRAWN) or not held.update(
        state=state, ended_at=now, evening_due_at=None, hours_due_at=None
    ):
        return False
    if state == Visit.WITHDRAWN:
        give_back(visit.id)
    visit.state = state
    return True


def give_up(visit: Visit, *, reason: str, by_customer: bool, doer: Doer, now: datetime) -> None:
    """A visit will not take place. One without a time leaves no trace but its number."""
    had_time = visit.state in (Visit.BOOKED, Visit.ON_THE_WAY)
    if not end_visit(visit, state=Visit.WITHDRAWN, now=now) or not had_time:
        return
    told = SlotGivenUp(subject_id=visit.case_id, visit_id=visit.id, reason=reason, by_customer=by_customer)
    record(told, by=doer.by, now=now, chain=visit.case.chain_id)


def release(
    case: Case, *, state: str, reason: str, words: str, doer: Doer, now: datetime
) -> Assignment | None:
    """The technician of this case does not go any more, nor whoever goes along, and their visit with them. None when
    there was nobody."""
    rows = Assignment.objects.select_related("technician")
    held = rows.filter(case=case, state__in=Assignment.STANDING).first()
    visit = open_visit(case.id)
    end_mate(case, by=doer.by, now=now)
    forget_intended(case.id)
    if visit is not None:
        give_up(visit, reason=reason, by_customer=False, doer=doer, now=now)
    set_technician(case, None)
    if held is None:
        return None
    ended = {"state": state, "reason": reason, "words_sealed": seal_words(case, words), "ended_at": now}
    if not Assignment.objects.filter(id=held.id, state=held.state).update(**ended):
        return None
    if state == Assignment.WITHDRAWN:
        told = TechnicianReleased(
            subject_id=case.id,
            assignment_id=held.id,
            technician_id=held.technician_id,
            person_id=held.technician.person_id,
            reason=reason,
        )
        record(told, by=doer.by, now=now, chain=case.chain_id)
    held.state = state
    return held


def seal_words(case: Case, words: str) -> str:
    """What somebody wrote about a customer's case, sealed with the customer's key; empty stays empty."""
    if not words.strip():
        return ""
    key = case.customer.key_id
    return keys_for([key]).seal(key, words.strip()[:2000])
