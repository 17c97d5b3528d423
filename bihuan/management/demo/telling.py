"""The messages of the past: written down as they would have been, and sent long ago. Runs inside `quietly`."""

from django.db import transaction
from django.db.models import F

from bihuan.ground.journal.queries import story_of
from bihuan.management.demo.models import Made
from bihuan.service.cases.models import Case
from bihuan.service.notices.alerting import tell_the_staff
from bihuan.service.notices.models import Notice
from bihuan.service.notices.telling import TOLD, tell_the_customer

STAFF = frozenset({"case.chased", "dispatch.offered", "dispatch.assigned", "dispatch.returned"})


def tell_past(number: int) -> None:
    """The notices of one past case, once; what went to our own people only while it is open."""
    made = Made.objects.filter(number=number, told=False, case_id__isnull=False).first()
    if made is None or made.case_id is None:
        return
    case = Case.objects.get(id=made.case_id)
    with transaction.atomic():
        for fact in story_of(case.chain_id):
            if fact.event.kind in TOLD:
                tell_the_customer(fact)
            if case.open and fact.event.kind in STAFF:
                tell_the_staff(fact)
        Notice.objects.filter(case=case, state=Notice.WAITING).update(
            state=Notice.SENT, sent_at=F("next_at"), attempts=1, provider="outbox"
        )
        Made.objects.filter(number=number).update(told=True)
