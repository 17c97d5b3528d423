"""What agents do at the telephone: sit down, say what came of a call, transfer it; and what the clock watches."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Fact
from bihuan.ground.vault.actions import destroy, tie
from bihuan.registers.access.events import RegisterChanged
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.models import Customer
from bihuan.service.intake.calls.errors import (
    CallAccounted,
    CallGoesOn,
    CallNotYours,
    ExtensionTaken,
    NotReady,
    ReasonUnknown,
    TransferToNobody,
)
from bihuan.service.intake.calls.events import CallAccountedFor, TransferUnanswered
from bihuan.service.intake.calls.hearing import end_forgotten, note
from bihuan.service.intake.calls.models import Call, CallEvent, RingBack, Seat
from bihuan.service.intake.calls.ringing_back import hear_reported, let_go
from bihuan.service.intake.calls.rules import OPEN, TALKING, Happened
from bihuan.service.intake.events import ReportReceived
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.settling import settle

REASONS = ("answered", "progress", "chased", "wrong_number", "nobody_there", "internal", "nuisance")
TAKE_OVER = timedelta(minutes=2)
KEPT_UNKNOWN = timedelta(days=180)  # how long the number of somebody we never came to know is kept
AT_ONCE = 200


@transaction.atomic
def sit(viewer: Viewer, *, extension: str, ready: bool, now: datetime) -> Seat:
    """Take a telephone, and say whether calls may come. An empty extension: signed in by name there too."""
    viewer.must("call.take")
    told = extension.strip()[:20]
    if told:
        other = (
            Seat.objects.select_related("person")
            .filter(extension=told)
            .exclude(person_id=viewer.person_id or 0)
        )
        if (row := other.first()) is not None:
            if row.ready and row.since > now - timedelta(hours=12):
                raise ExtensionTaken(row.person.name)
            other.update(extension="")
    try:
        with transaction.atomic():
            seat, _made = Seat.objects.update_or_create(
                person_id=viewer.person_id or 0, defaults={"extension": told, "ready": ready, "since": now}
            )
    except IntegrityError:
        raise ExtensionTaken("") from None
    return seat


@transaction.atomic
def account_for(call: Call, *, reason: str, viewer: Viewer, now: datetime) -> None:
    """Why no report came of a call that was answered. Its message gets its place in the daily closing."""
    if reason not in REASONS:
        raise ReasonUnknown
    _theirs(call, viewer)
    if call.answered_at is None:
        raise CallGoesOn
    mine = Call.objects.filter(id=call.id, report__isnull=True, reason="").update(reason=reason)
    if not mine:
        raise CallAccounted
    state = RawMessage.SPAM if reason == "nuisance" else RawMessage.ANSWERED
    settle(call.message, state, reason=reason, by=viewer.actor, now=now)
    told = CallAccountedFor(subject_id=call.id, report_id=0, reason=reason)
    record(told, by=viewer.actor, now=now)


def _theirs(call: Call, viewer: Viewer) -> None:
    viewer.must("call.take_over")
    if call.agent_id not in (None, viewer.person_id) and Role.SUPERVISOR not in viewer.roles:
        raise CallNotYours


@transaction.atomic
def transfer(call: Call, *, to: str, ready: bool, viewer: Viewer, now: datetime) -> Call:
    """Put the customer through, who was asked first and is ready to wait; refused otherwise."""
    _theirs(call, viewer)
    if call.state != TALKING:
        raise CallGoesOn
    if not to.strip():
        raise TransferToNobody
    if not ready:
        raise NotReady
    return note(call, Happened(sort="transfer", at=now, to=to.strip()[:80], ready=True), now=now)


@transaction.atomic
def say_notice(call: Call, *, viewer: Viewer, now: datetime) -> Call:
    """The agent told the caller that the call is recorded."""
    _theirs(call, viewer)
    return note(call, Happened(sort="notice", at=now), now=now)


def hear_received(fact: Fact[ReportReceived]) -> None:
    """A report was read from a call's message, or from a wish to be rung: they belong together, and the number is
    now its customer's. Runs in the report's transaction."""
    if not fact.event.arrived:
        return
    report = (
        fact.at_hand if isinstance(fact.at_hand, Report) else Report.objects.get(id=fact.event.subject_id)
    )
    call = Call.objects.filter(message_id=report.raw_id).first()
    duty = RingBack.objects.filter(message_id=report.raw_id).first()
    if call is not None:
        Call.objects.filter(id=call.id).update(report=report, customer_id=report.customer_id, reason="")
        told = CallAccountedFor(subject_id=call.id, report_id=report.id, reason="")
        record(told, by=fact.by, now=fact.recorded_at)
    if duty is not None:
        hear_reported(
            duty,
            customer=report.customer,
            by=fact.by,
            person_id=report.taken_by_id,
            now=fact.recorded_at,
        )
    mark = call.number_blind if call is not None else duty.number_blind if duty is not None else ""
    if mark:
        _belong(mark, report.customer)


def _belong(number_blind: str, customer: Customer) -> None:
    """Earlier calls and wishes of the same number are this customer's too, and are lost with their key."""
    for call in Call.objects.filter(number_blind=number_blind, customer__isnull=True).select_related(
        "message"
    ):
        tie(call.message.key_id, under=customer.key_id)
    Call.objects.filter(number_blind=number_blind, customer__isnull=True).update(customer=customer)
    duties = RingBack.objects.filter(number_blind=number_blind, customer__isnull=True).select_related(
        "message"
    )
    for duty in duties:
        tie(duty.message.key_id, under=customer.key_id)
    duties.update(customer=customer)


def alarm_transfers(now: datetime) -> int:
    """A sweep: customers put through two minutes ago whom nobody has taken over. Each is told of once."""
    due = Call.objects.filter(state__in=OPEN, taken_over_at__isnull=True, alarmed_at__isnull=True)
    asked = due.filter(transfer_ready=True, transfer_asked_at__lte=now - TAKE_OVER)
    found = 0
    for call in (asked | due.filter(transferred_at__lte=now - TAKE_OVER)).order_by("id")[:AT_ONCE]:
        with transaction.atomic():
            if Call.objects.filter(id=call.id, alarmed_at__isnull=True).update(alarmed_at=now):
                late = TransferUnanswered(subject_id=call.id, person_id=call.agent_id or 0)
                record(late, by=CLOCK, now=now)
                found += 1
    return found


def hear_forgotten(fact: Fact[RegisterChanged]) -> None:
    """A customer was forgotten: their calls have ended and cannot be found by a number any more, and nobody need ring
    them. Runs in that transaction."""
    if (fact.event.register, fact.event.deed) != ("customers", "forgotten"):
        return
    gone = Customer.objects.filter(forgotten_at__isnull=False)
    for call in Call.objects.filter(customer__in=gone, state__in=OPEN):
        end_forgotten(call, now=fact.recorded_at)
    for duty in RingBack.objects.filter(customer__in=gone, open=True).select_related("message"):
        let_go(duty, by=fact.by, now=fact.recorded_at)
    for rows in (Call.objects, RingBack.objects):
        rows.filter(customer__in=gone).exclude(number_blind="").update(number_blind="")
    CallEvent.objects.filter(call__customer__in=gone).exclude(said_sealed="").update(said_sealed="")


def forget_unknown(now: datetime) -> int:
    """A sweep: calls and wishes to be rung of half a year ago, by somebody we never came to know, lose number, words
    and recording. Returns how many."""
    old = Call.objects.filter(customer__isnull=True, rang_at__lt=now - KEPT_UNKNOWN).exclude(number_blind="")
    found = list(old.select_related("message").order_by("rang_at")[:AT_ONCE])
    for call in found:
        with transaction.atomic():
            destroy(call.message.key_id, now=now)
            CallEvent.objects.filter(call=call).update(said_sealed="")
            Call.objects.filter(id=call.id).update(number_blind="", number_sealed="", recording_sealed="")
            RingBack.objects.filter(message_id=call.message_id).update(number_blind="")
    wishes = RingBack.objects.filter(customer__isnull=True, open=False, done_at__lt=now - KEPT_UNKNOWN)
    left = list(wishes.exclude(number_blind="").select_related("message").order_by("id")[:AT_ONCE])
    for duty in left:
        with transaction.atomic():
            destroy(duty.message.key_id, now=now)
            RingBack.objects.filter(id=duty.id).update(number_blind="")
    return len(found) + len(left)
