"""Remote first: a new case that phone guidance may solve waits for it before a service point is asked by itself.

An agent guides, or sends it on; a person may ask a service point at any time. What nobody begins does not lie.
"""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.event import Fact
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.events import CaseOpened
from bihuan.service.cases.remote import comes_first
from bihuan.service.dispatch.models import Offer, PhoneFirst
from bihuan.service.dispatch.offering import case_to_offer, offer_by_itself
from bihuan.service.dispatch.policy import answer_by

MINUTES = 30  # of contact hours
SWEEP = 200


def offer_opened(fact: Fact[CaseOpened]) -> None:
    """Later, when a case has opened: ask the best service point by itself, where that is wished.

    A case that was reported to be solved remotely waits until it is sent on; one that a checklist fits waits
    for a call, but not for long.
    """
    case = case_to_offer(fact.event.subject_id)
    if case.way == "remote" or not case.open:
        return
    if comes_first(case):
        until = answer_by(case, minutes=MINUTES, now=fact.recorded_at)
        PhoneFirst.objects.get_or_create(case=case, defaults={"until": until})
        return
    offer_by_itself(case, now=fact.recorded_at)


def offer_unguided(now: datetime) -> int:
    """A sweep: ask a service point for what nobody began to guide in time, each exactly once. Returns how many."""
    due = PhoneFirst.objects.filter(until__lte=now).order_by("until").values_list("case_id", flat=True)
    return sum(_offer(case_id, now=now) for case_id in list(due[:SWEEP]))


@transaction.atomic
def _offer(case_id: int, *, now: datetime) -> bool:
    case_for_change(case_id)
    if not PhoneFirst.objects.filter(case_id=case_id, until__lte=now).delete()[0]:
        return False
    if Offer.objects.filter(case_id=case_id).exists():
        return False  # a person asked somebody, or it was sent on
    offer_by_itself(case_to_offer(case_id), now=now)
    return True


def guided_until(case_id: int) -> datetime | None:
    """When a service point is asked by itself, while the case waits for phone guidance; else None."""
    return PhoneFirst.objects.filter(case_id=case_id).values_list("until", flat=True).first()
