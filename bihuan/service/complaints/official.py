"""An authority writes about a case (12315, market supervision): what it wants, by when, and that it was answered."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import get_default_timezone, localdate

from bihuan.ground.journal.actions import hold_chain, record
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.models import Case
from bihuan.service.complaints import events
from bihuan.service.complaints.errors import NoticeAnswered, NoticeRefused, NoticeTaken
from bihuan.service.complaints.models import OfficialNotice
from bihuan.service.complaints.rules import end_of, notice_fault
from bihuan.service.complaints.words import AUTHORITIES


@transaction.atomic
def take_notice(
    case: Case,
    *,
    authority: str,
    received_on: date | None,
    answer_on: date | None,
    viewer: Viewer,
    now: datetime,
    number: str = "",
) -> OfficialNotice:
    """Write down an authority's notice about a case of any kind, open or ended.

    `answer_on` is the last day for the answer as the notice says; its clock ends with that day in the
    installation's zone. `number` is the authority's own.
    """
    viewer.must("complaint.official")
    number = number.strip()
    fault = notice_fault(
        authority=authority,
        known=AUTHORITIES,
        number=number,
        received_on=received_on,
        answer_on=answer_on,
        today=localdate(now),
    )
    if fault or received_on is None or answer_on is None:
        raise NoticeRefused(fault)
    zone, key = get_default_timezone(), case.customer.key_id
    answer_by = end_of(answer_on, zone)
    hold_chain(case.chain_id)
    try:
        with transaction.atomic():
            kept = OfficialNotice.objects.create(
                case=case,
                authority=authority,
                number_sealed=keys_for([key]).seal(key, number) if number else "",
                received_on=received_on,
                answer_by=answer_by,
                noted_by_id=viewer.person_id,
                noted_at=now,
            )
    except IntegrityError:
        raise NoticeTaken(case.number) from None
    came = max(end_of(received_on, zone), case.opened_at)
    told = events.OfficialNotice(
        subject_id=case.id, notice_id=kept.id, authority=authority, answer_by=int(answer_by.timestamp())
    )
    record(told, by=viewer.actor, now=now, chain=case.chain_id, happened_at=came)
    return kept


@transaction.atomic
def answer_notice(case: Case, notice_id: int, *, viewer: Viewer, now: datetime) -> OfficialNotice:
    """Note that the authority was given its answer. Of two at once one wins."""
    viewer.must("complaint.official")
    hold_chain(case.chain_id)
    found = OfficialNotice.objects.filter(id=notice_id, case=case)
    notice = found.first()
    if notice is None:
        raise NotFound
    if not found.filter(answered_at__isnull=True).update(answered_at=now, answered_by_id=viewer.person_id):
        raise NoticeAnswered(case.number)
    told = events.OfficialAnswered(subject_id=case.id, notice_id=notice.id, authority=notice.authority)
    record(told, by=viewer.actor, now=now, chain=case.chain_id)
    notice.refresh_from_db()
    return notice
