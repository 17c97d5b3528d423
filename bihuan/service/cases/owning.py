"""首问负责: one owner from the first word to the end; a change is proposed, and accepted by the next."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.journal.event import Actor
from bihuan.service.cases.errors import CaseMovedMeanwhile, OwnerNeeded
from bihuan.service.cases.events import CaseGivenTo, OwnerChanged, OwnerProposed
from bihuan.service.cases.models import NO_DUTY, Case


@transaction.atomic
def claim(case: Case, *, person_id: int, by: Actor, now: datetime) -> None:
    """Take a case that nobody owns yet. Of two at once one wins."""
    hold_chain(case.chain_id)
    if not Case.objects.filter(id=case.id, owner__isnull=True).update(owner_id=person_id):
        raise CaseMovedMeanwhile(case.number)
    case.owner_id = person_id
    record(OwnerChanged(subject_id=case.id, owner_id=person_id), by=by, now=now, chain=case.chain_id)


@transaction.atomic
def hand_over(case: Case, *, to_person_id: int, by: Actor, now: datetime, live: bool = False) -> None:
    """Propose another owner; until they accept, the present one answers for the case.

    `live`: the customer waits on the line until the other one takes over or we ring back.
    """
    hold_chain(case.chain_id)
    Case.objects.filter(id=case.id).update(next_owner_id=to_person_id)
    case.next_owner_id = to_person_id
    proposed = OwnerProposed(subject_id=case.id, owner_id=to_person_id, live=live)
    record(proposed, by=by, now=now, chain=case.chain_id)


@transaction.atomic
def accept_ownership(case: Case, *, person_id: int, by: Actor, now: datetime) -> None:
    """The proposed owner takes over."""
    hold_chain(case.chain_id)
    mine = Case.objects.filter(id=case.id, next_owner_id=person_id)
    if not mine.update(owner_id=person_id, next_owner=None):
        raise OwnerNeeded(case.number)
    case.owner_id, case.next_owner_id = person_id, None
    record(OwnerChanged(subject_id=case.id, owner_id=person_id), by=by, now=now, chain=case.chain_id)


@transaction.atomic
def give_to(case: Case, *, node_id: int, by: Actor, now: datetime) -> None:
    """Another node does the work from now on; the owner stays."""
    hold_chain(case.chain_id)
    Case.objects.filter(id=case.id).update(node_id=node_id)
    case.node_id = node_id
    record(CaseGivenTo(subject_id=case.id, node_id=node_id), by=by, now=now, chain=case.chain_id)


def set_technician(case: Case, person_id: int | None) -> None:
    """Who goes to the customer: kept on the row for lists and for what a technician may see."""
    Case.objects.filter(id=case.id).update(technician_person_id=person_id)
    case.technician_person_id = person_id


def set_mate(case: Case, person_id: int | None) -> None:
    """Who goes along where it takes two: kept on the row, because they may see the job too."""
    Case.objects.filter(id=case.id).update(mate_person_id=person_id)
    case.mate_person_id = person_id


def set_next_due(case_id: int, due: datetime | None) -> None:
    """The soonest running promise of a case: a reading for sorting, the promises are the truth."""
    Case.objects.filter(id=case_id).update(next_due_at=due or NO_DUTY)
