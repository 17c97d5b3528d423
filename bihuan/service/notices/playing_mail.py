"""The mailbox of somebody who plays a customer in the demo: what we sent them by mail, and what they send us. What
they send is a mail like any other: real bytes, kept first and read later."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bihuan.registers.channels.mail.key import key_of
from bihuan.registers.channels.mail.writing import SERVICE, written
from bihuan.registers.channels.message import IncomingFile
from bihuan.registers.channels.smtp.provider import mail_number
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by
from bihuan.service.cases.queries import case_of_report
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.replying import reply_token
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown

MOST = 20  # letters that a page shows
CHANNEL = "mail"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail that we sent. `number` is its Message-ID, which an answer names."""

    id: int
    subject: str
    words: str
    at: datetime
    number: str


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One mail that the player sent: what became of it, and of which case it is."""

    id: int
    at: datetime
    state: str
    reason: str
    case: str


def letters_to(address: str) -> list[Letter]:
    """What we sent to this address by mail, the newest first."""
    customer = known_by(reach_by(email=address)) if address else None
    if customer is None or customer.forgotten_at is not None:
        return []
    rows = Notice.objects.filter(customer=customer, channel=Notice.MAIL, state=Notice.SENT)
    held = list(rows.select_related("case__report").order_by("-sent_at", "-id")[:MOST])
    views = shown(held, links=True, full=True)
    return [
        Letter(
            id=row.id,
            subject=view.subject,
            words=view.words or "",
            at=row.sent_at or row.made_at,
            number=_number(row),
        )
        for row, view in zip(held, views, strict=True)
        if view.receiver == address
    ]


def _number(row: Notice) -> str:
    thread = reply_token(row.case.report) if row.case is not None else ""
    return mail_number(row.id, thread, host=SERVICE.rpartition("@")[2])


def post(
    address: str,
    *,
    name: str,
    subject: str,
    words: str,
    now: datetime,
    answers: str = "",
    files: Sequence[IncomingFile] = (),
) -> int:
    """The player's mail arrives. Returns the number of the kept message."""
    raw = written(
        sender=address,
        name=name,
        subject=subject,
        words=words,
        number=f"{secrets.token_hex(12)}@{address.rpartition('@')[2]}",
        at=now,
        answers=answers,
        files=files,
    )
    return keep(CHANNEL, raw, once=key_of(raw), now=now).message.id


def posted(message_ids: Sequence[int]) -> list[Posted]:
    """What became of these mails, the newest first."""
    rows = RawMessage.objects.filter(id__in=list(message_ids), channel=CHANNEL).order_by("-id")
    reports = dict(Report.objects.filter(raw__in=rows).values_list("raw_id", "id"))
    return [
        Posted(
            id=row.id,
            at=row.received_at,
            state=row.state,
            reason=row.reason,
            case=_case_number(reports.get(row.id)),
        )
        for row in rows
    ]


def _case_number(report_id: int | None) -> str:
    case = case_of_report(report_id) if report_id is not None else None
    return case.number if case is not None else ""
