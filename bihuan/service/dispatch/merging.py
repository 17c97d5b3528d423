"""Two cases of one matter: whoever was asked to do the second is not asked any more, and again when it was no twin."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.event import Fact
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases import merging
from bihuan.service.cases.actions import Doer, case_for_change
from bihuan.service.cases.errors import CannotMerge
from bihuan.service.cases.events import CaseUnmerged
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import standing_assignment
from bihuan.service.dispatch.models import PhoneFirst
from bihuan.service.dispatch.offering import case_to_offer, offer_by_itself, withdraw_open


@transaction.atomic
def merge(case: Case, into: Case, *, viewer: Viewer, now: datetime) -> Case:
    """A person makes one case of two: the first goes on in the second. CannotMerge says why not."""
    viewer.must("case.merge")
    for one in sorted((case, into), key=lambda row: row.chain_id):
        case_for_change(one.id)
    if standing_assignment(case.id) is not None:
        raise CannotMerge("begun")
    PhoneFirst.objects.filter(case_id=case.id).delete()
    held = Case.objects.get(id=case.id)
    if held.open:
        withdraw_open(held, doer=Doer.of(viewer), now=now)
    return merging.merge(held, into, by=viewer.actor, now=now)


def unmerge(case: Case, *, viewer: Viewer, now: datetime) -> Case:
    """A person says that they were two matters. CannotMerge where they are not one."""
    viewer.must("case.merge")
    return merging.unmerge(case, by=viewer.actor, now=now)


def offer_again(fact: Fact[CaseUnmerged]) -> None:
    """Later, when a case goes on by itself again: ask the best service point, where that is wished."""
    case = case_to_offer(fact.event.subject_id)
    if case.open:
        offer_by_itself(case, now=fact.recorded_at)
