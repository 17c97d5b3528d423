"""The messages of the past: written down as they would have been, and sent long ago. Runs inside `quietly`."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.queries import story_of
from bihuan.management.demo.models import Made
from bihuan.service.cases.models import Case
from bihuan.service.notices.alerting import tell_the_staff
from bihuan.service.notices.events import NoticeSent
from bihuan.service.notices.models import Notice
from bihuan.service.notices.telling import TOLD, tell_the_customer

AT_ONCE = timedelta(seconds=4)  # from the report to the first message
STAFF = frozenset({"case.chased", "dispatch.offered", "dispatch.assigned", "dispatch.returned"})


def confirm_receipt(case: Case, *, now: datetime) -> None:
    """The first message of a past case: gone out seconds after the report, and told in the story."""
    with transaction.atomic():
        for fact in story_of(case.chain_id):
            if fact.event.kind == "case.opened":
                tell_the_customer(fact)
        for notice in Notice.objects.filter(case=case, state=Notice.WAITING):
            sent = now + AT_ONCE
            Notice.objects.filter(id=notice.id).update(
                state=Notice.SENT, sent_at=sent, attempts=1, provider="outbox"
            )
            event = NoticeSent(
                subject_id=case.id, notice_id=notice.id, about=notice.kind, channel=notice.channel
            )
            record(event, by=CLOCK, now=sent, chain=case.chain_id)


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
