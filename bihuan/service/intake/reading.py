"""Making sense of what arrived: a message becomes a report, joins one, or is kept for a person.

Runs after the sender was answered, as often as it takes. Whatever goes wrong, the message stays where a person sees
it; only a database that is away lets it wait for another try.
"""

from dataclasses import replace
from datetime import datetime

from django.db import DatabaseError, transaction

from bihuan.ground.journal.event import Actor, Fact
from bihuan.ground.journal.reactions import trace_of
from bihuan.registers.channels.channel import reader
from bihuan.registers.channels.message import IncomingMessage, Unreadable
from bihuan.registers.customers.told import MachineTold
from bihuan.registers.organisation.queries import head_office
from bihuan.service.intake.actions import receive
from bihuan.service.intake.arriving import CHANNEL, bytes_of
from bihuan.service.intake.errors import ReportRefused
from bihuan.service.intake.events import MessageArrived
from bihuan.service.intake.following_up import followed
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.proving import is_own, prove
from bihuan.service.intake.replying import report_answered
from bihuan.service.intake.rules import LONGEST_WORDS, fitting
from bihuan.service.intake.settling import quarantine, settle
from bihuan.service.intake.told import FileTold, Told

CUSTOMER = Actor(kind="customer")
GONE, REFUSED = "gone", "refused"
WITHOUT_WORDS = "（只有附件，没有文字）"


def read_arrived(fact: Fact[MessageArrived]) -> None:
    """Read a message that was kept. One that stands somewhere already is left alone."""
    message = RawMessage.objects.select_related("key").get(id=fact.event.subject_id)
    if message.state == RawMessage.WAITING:
        read_message(message, now=fact.recorded_at)


def read_message(message: RawMessage, *, now: datetime) -> Report | None:
    """Read a waiting message and settle it. The report that it became, if it did."""
    try:
        with transaction.atomic():
            return _read(message, now=now)
    except Unreadable as unreadable:
        quarantine(message, unreadable.code, by=CHANNEL, now=now)
    except ReportRefused as refused:
        quarantine(message, REFUSED, trouble=" ".join(refused.fields), by=CHANNEL, now=now)
    except DatabaseError:
        raise  # it may pass: the reaction is tried again
    except Exception as error:  # poison must not come back for ever, and must not be lost
        quarantine(message, type(error).__name__, trouble=trace_of(error), by=CHANNEL, now=now)
    return None


def _read(message: RawMessage, *, now: datetime) -> Report | None:
    """Held while it is read: what a person decides about it meanwhile stands, and is not read over."""
    waits = RawMessage.objects.select_for_update(no_key=True).filter(id=message.id, state=RawMessage.WAITING)
    if waits.values_list("id", flat=True).first() is None:
        return None
    raw = bytes_of(message)
    if raw is None:
        raise Unreadable(GONE)
    read = reader(message.channel).read(raw)
    if read.probe and is_own(read.probe, message.channel, now=now):
        settle(message, RawMessage.PROBE, reason="probe", by=CHANNEL, now=now)
        prove(message.channel, now=now)
        return None
    if read.live:
        return None
    if read.automatic:
        settle(message, RawMessage.AUTOMATIC, reason=read.automatic, by=CHANNEL, now=now)
        return None
    told = followed(told_of(read, message.channel), now=message.received_at)
    return receive(told, by=CUSTOMER, node=head_office(), now=now, message=message)


def told_of(read: IncomingMessage, channel: str) -> Told:
    """What was read, as every channel hands it over. What does not fit is left out rather than the message lost:
    the bytes are kept whole."""
    answered = report_answered(read.reply_to) if read.reply_to else None
    words = read.words if answered else read.whole
    told = Told(
        words=words.strip()[:LONGEST_WORDS] or (WITHOUT_WORDS if read.files else ""),
        channel=channel,
        phone=read.phone,
        email=read.email,
        handle=(channel, read.handle) if read.handle else None,
        customer_id=None if answered is None else answered.customer_id,
        name=read.name.strip()[:120],
        kind=read.kind,
        urgency=read.told.get("urgency", ""),
        outside_number=read.outside_number,
        joins=None if answered is None else answered.id,
        machine=MachineTold(
            category=read.told.get("category", ""),
            brand=read.told.get("brand", ""),
            model=read.told.get("model", ""),
            serials={"whole": read.told["serial"]} if read.told.get("serial") else {},
        ),
        files=tuple(FileTold(name=one.name, media=one.media, content=one.content) for one in read.files),
    )
    return replace(told, **fitting(told))
