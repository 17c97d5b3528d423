"""A mail of ours came back: its customer was not told, and somebody must ring."""

import hmac

from django.db import transaction

from bihuan.ground.journal.event import Fact
from bihuan.registers.channels.mail.bounces import returned
from bihuan.service.intake.arriving import bytes_of
from bihuan.service.intake.events import MessageSettled
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.replying import reply_token
from bihuan.service.notices.falling import fell_on
from bihuan.service.notices.marking import say_given_up
from bihuan.service.notices.models import Notice
from bihuan.service.notices.receipts import NOT_ARRIVED


@transaction.atomic
def hear_bounce(fact: Fact[MessageSettled]) -> None:
    """Of a message that a mail server sent back: give the notice up. Nothing is believed without the token that our
    mail carried."""
    if (fact.event.state, fact.event.reason) != (RawMessage.AUTOMATIC, "bounce"):
        return
    message = RawMessage.objects.filter(id=fact.event.subject_id).first()
    raw = bytes_of(message) if message is not None else None
    told = returned(raw) if raw is not None else None
    if told is None:
        return
    number, token, status = told
    rows = Notice.objects.filter(id=number, channel=Notice.MAIL, state=Notice.SENT)
    notice = rows.select_related("case__report", "customer").first()
    if notice is None or notice.case is None or not _carried(notice, token):
        return
    now, trouble = fact.recorded_at, f"{NOT_ARRIVED} {status}".strip()
    if fell_on(notice, trouble, now=now, state=Notice.SENT):
        return
    if rows.update(state=Notice.GIVEN_UP, trouble=trouble[:120], failed_at=now):
        say_given_up(notice, now=now)


def _carried(notice: Notice, token: str) -> bool:
    assert notice.case is not None
    return hmac.compare_digest(reply_token(notice.case.report).encode(), token.encode())
