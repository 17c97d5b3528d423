"""What the telephone system tells becomes a call: kept first, then folded into its row, then acted on.

Repeated or in any order, the same events make the same call; whatever was noticed once is not noticed again.
"""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.vault.actions import Forgotten, fingerprint, keys_for, tie
from bihuan.registers.access.models import Person
from bihuan.registers.channels.hotline.account import LANGUAGES, RING_BACK, account
from bihuan.registers.channels.hotline.telling import CallTold, told_in
from bihuan.registers.channels.message import Unreadable
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.queries import known_by
from bihuan.registers.customers.rules import read_phone
from bihuan.service.intake.arriving import bytes_of, keep
from bihuan.service.intake.calls.events import CallAnswered, CallEnded, TransferBegun, TransferMoved
from bihuan.service.intake.calls.models import Call, CallEvent, RingBack, Seat
from bihuan.service.intake.calls.ringing_back import Wish, number_mark, open_ring_back, withdraw_ring_back
from bihuan.service.intake.calls.rules import (
    ABANDONED,
    HANDLED,
    MISSED,
    OPEN,
    QUEUED,
    RINGING,
    TALKING,
    CallNow,
    Happened,
    folded,
    waits_since,
)
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import settle

CHANNEL = "hotline"
TELEPHONE = Actor(kind="channel")
LATEST = timedelta(minutes=1)  # how far in our future the telephone system's clock may be
SILENT = timedelta(hours=4)  # a call that nothing was told of for so long has ended
PLAYED, PLAYED_TALK = timedelta(minutes=15), timedelta(hours=1)  # so in a demo, where a visitor just goes
AT_ONCE = 200

type Transfer = tuple[datetime | None, datetime | None, datetime | None]
NO_TRANSFER: Transfer = (None, None, None)


def hear_call(raw: bytes, told: CallTold, *, now: datetime) -> Call:
    """Take in one event. The first of a call keeps its bytes as the call's message; all are kept with the call."""
    kept = keep(CHANNEL, raw, once=f"call:{told.call}", now=now)
    with transaction.atomic():
        call = _row(told, kept.message, now=now)
        happened = _happened(told, now=now)
        _keep_event(call, happened, exact=told.at is not None, now=now)
        return fold_again(call, now=now)


def note(call: Call, happened: Happened, *, now: datetime) -> Call:
    """Something that we know of a call ourselves, such as what its agent did: told like the rest."""
    with transaction.atomic():
        held = (
            Call.objects.select_for_update(of=("self",), no_key=True)
            .select_related("message")
            .get(id=call.id)
        )
        _keep_event(held, happened, exact=True, now=now)
        return fold_again(held, now=now)


def _row(told: CallTold, message: RawMessage, *, now: datetime) -> Call:
    mark = call_mark(told.call)
    fresh = Call(message=message, call_print=mark, state="ringing", rang_at=_at(told, now))
    Call.objects.bulk_create([fresh], ignore_conflicts=True)
    rows = Call.objects.select_for_update(of=("self",), no_key=True).select_related("message", "customer")
    return rows.get(call_print=mark)


def call_mark(name: str) -> str:
    """The mark by which the call of this name is found: what the telephone system calls it may say a number."""
    return fingerprint(json.dumps(["call", name]))


def _at(told: CallTold, now: datetime) -> datetime:
    """When it happened; a clock that is ahead of ours is not believed."""
    return now if told.at is None or told.at > now + LATEST else told.at


def _happened(told: CallTold, *, now: datetime) -> Happened:
    return Happened(
        sort=told.sort,
        at=_at(told, now),
        number=told.number,
        agent=told.agent,
        keys=told.keys,
        to=told.to,
        ready=told.ready,
        recording=told.recording,
        cause=told.cause,
        language=told.language,
    )


def _keep_event(call: Call, happened: Happened, *, exact: bool, now: datetime) -> None:
    """`exact`: the telephone system said when; otherwise the same words of one call are the same event."""
    said = asdict(happened) | {"at": happened.at.isoformat()}
    mark = said if exact else {**said, "at": ""}
    key_id = call.message.key_id
    row = CallEvent(
        call=call,
        event_print=fingerprint(json.dumps(mark, sort_keys=True)),
        said_sealed=keys_for([key_id]).seal(key_id, json.dumps(said, ensure_ascii=False)),
        at=happened.at,
        told_at=now,
    )
    CallEvent.objects.bulk_create([row], ignore_conflicts=True)


def events_of(call: Call) -> list[Happened]:
    """All that was told of a call; empty when its customer was forgotten."""
    hand = keys_for([call.message.key_id])
    opened = (hand.open(row.said_sealed) for row in CallEvent.objects.filter(call=call).order_by("id"))
    told = [json.loads(clear) for clear in opened if clear]
    return [Happened(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in told]


def fold_again(call: Call, *, now: datetime) -> Call:
    """Reckon the call anew from all its events, and act on what is new. Runs in a transaction that holds the row."""
    told = events_of(call)
    if not told:
        raise Forgotten(call.message.key_id)
    was, stands = (call.state, call.answered_at, call.ended_at), folded(told)
    waited_for = transfer_of(call)
    _write(call, stands, now=now)
    with writing():
        if stands.answered_at is not None and was[1] is None:
            answered = CallAnswered(
                subject_id=call.id, person_id=call.agent_id or 0, waited=waited(call, stands.answered_at)
            )
            record(answered, by=TELEPHONE, now=now, happened_at=stands.answered_at)
        if stands.ended_at is not None and (was[2] is None or was[0] != stands.state):
            until = stands.answered_at or stands.ended_at
            ended = CallEnded(subject_id=call.id, state=stands.state, waited=waited(call, until))
            record(ended, by=TELEPHONE, now=now, happened_at=stands.ended_at)
        if call.state in OPEN and transfer_of(call)[1:] == (None, None) and _begins(call, waited_for):
            begins = TransferBegun(subject_id=call.id, person_id=call.agent_id or 0)
            record(begins, by=TELEPHONE, now=now)
        if call.report_id is not None and transfer_of(call) not in (waited_for, NO_TRANSFER):
            record(TransferMoved(subject_id=call.id, report_id=call.report_id), by=TELEPHONE, now=now)
        _act(call, stands, now=now)
    return call


def transfer_of(call: Call) -> Transfer:
    """From when its customer waits for somebody else, when that one took over, and when the call ended without."""
    begun = waits_since(
        asked_at=call.transfer_asked_at, ready=call.transfer_ready, transferred_at=call.transferred_at
    )
    if begun is None:
        return NO_TRANSFER
    ended = None if call.taken_over_at is not None else call.ended_at
    return (begun, call.taken_over_at, ended)


def _begins(call: Call, was: Transfer) -> bool:
    begun = transfer_of(call)[0]
    return begun is not None and begun != was[0]


def waited(call: Call, until: datetime) -> int:
    """Whole seconds from the first ring until then."""
    return max(0, int((until - call.rang_at).total_seconds()))


def _write(call: Call, stands: CallNow, *, now: datetime) -> None:
    meanings = account().keys
    meant = [meanings[key] for key in stands.keys if key in meanings]
    number = read_phone(stands.number) if stands.number else None
    key_id = call.message.key_id
    hand = keys_for([key_id])
    call.state, call.keys = stands.state, stands.keys
    call.kind = next((one for one in meant if one not in LANGUAGES and one != RING_BACK), "")
    call.language = next((LANGUAGES[one] for one in meant if one in LANGUAGES), "") or LANGUAGES.get(
        stands.language[:2], ""
    )
    call.rang_at, call.queued_at = stands.rang_at, stands.queued_at
    call.answered_at, call.ended_at = stands.answered_at, stands.ended_at
    call.notice_at, call.agent = stands.notice_at, person_at(stands.agent) if stands.agent else call.agent
    call.transfer_asked_at, call.transfer_ready = stands.transfer_asked_at, stands.transfer_ready
    call.transferred_at, call.taken_over_at = stands.transferred_at, stands.taken_over_at
    call.transfer_to = stands.transfer_to
    call.number_sealed = hand.seal(key_id, number.number if number else stands.number)
    call.number_blind = number_mark(number.number) if number else ""
    call.recording_sealed = hand.seal(key_id, stands.recording)
    if call.customer is None and number and (known := known_by(reach_by(phone=number.number))):
        call.customer = known
        tie(key_id, under=known.key_id)
    call.save()


def person_at(agent: str) -> Person | None:
    """Who answers at this extension, or signs in by this name."""
    seat = Seat.objects.select_related("person").filter(extension=agent).first()
    return seat.person if seat else Person.objects.filter(login=agent, is_active=True).first()


def _act(call: Call, stands: CallNow, *, now: datetime) -> None:
    """A call that nobody took leaves a duty to ring back, as far as a number is known."""
    if call.answered_at is not None:
        withdraw_ring_back(call, now=now)
        return
    meanings = account().keys
    wished = stands.wished_ring_back or any(meanings.get(key) == RING_BACK for key in stands.keys)
    if call.number_blind and (wished or call.state == MISSED):
        open_ring_back(_wish_of(call, wished=wished), by=TELEPHONE, now=now)


def _wish_of(call: Call, *, wished: bool) -> Wish:
    hand = keys_for([call.message.key_id])
    return Wish(
        message=call.message,
        number=hand.open(call.number_sealed) or "",
        number_blind=call.number_blind,
        cause="key" if wished else "missed",
        call=call,
        customer=call.customer,
    )


def settle_lost(now: datetime) -> int:
    """A sweep: calls that nobody took and that nobody can or need ring back get their place in the daily closing, a
    minute after they ended: an answer may be told late. Returns how many."""
    lost = Call.objects.filter(state__in=(MISSED, ABANDONED), ended_at__lt=now - LATEST)
    left = lost.filter(message__state=RawMessage.WAITING).select_related("message").order_by("id")
    found = 0
    for call in left.exclude(message_id__in=RingBack.objects.values("message_id"))[:AT_ONCE]:
        short = call.state == ABANDONED
        state, reason = (RawMessage.AUTOMATIC, "abandoned") if short else (RawMessage.ANSWERED, "no_number")
        found += settle(call.message, state, reason=reason, by=TELEPHONE, now=now)
    return found


def end_silent(now: datetime) -> int:
    """A sweep: calls that nothing was told of for four hours have ended, a visitor's of the demo sooner. Returns how
    many."""
    long = Q(state__in=OPEN, rang_at__lt=now - SILENT)
    if settings.BIHUAN_DEMO:
        long |= Q(state__in=(RINGING, QUEUED), rang_at__lt=now - PLAYED)
        long |= Q(state=TALKING, answered_at__lt=now - PLAYED_TALK)
    old = Call.objects.filter(long).select_related("message")
    found = list(old.order_by("rang_at")[:AT_ONCE])
    for call in found:
        try:
            note(call, Happened(sort="ended", at=now, cause="silent"), now=now)
        except Forgotten:
            end_forgotten(call, now=now)
    return len(found)


def end_forgotten(call: Call, *, now: datetime) -> None:
    """The caller was forgotten: nothing more can be written down of their call, so it has ended for us."""
    state = MISSED if call.answered_at is None else HANDLED
    with transaction.atomic():
        if Call.objects.filter(id=call.id, state__in=OPEN).update(state=state, ended_at=now):
            until = call.answered_at or now
            ended = CallEnded(subject_id=call.id, state=state, waited=waited(call, until))
            record(ended, by=TELEPHONE, now=now)


def take_up_unheard(now: datetime) -> int:
    """A sweep: a message of the hotline that was kept and whose call was not made, because we were killed between the
    two, is heard once more. Returns how many."""
    known = Call.objects.values("message_id")
    left = RawMessage.objects.filter(channel=CHANNEL, state=RawMessage.WAITING, received_at__lt=now - LATEST)
    found = 0
    for message in left.exclude(id__in=known).order_by("id")[:AT_ONCE]:
        raw = bytes_of(message)
        try:
            told = told_in(raw or b"")
        except Unreadable:
            continue
        if told.sort != "probe":
            hear_call(raw or b"", told, now=now)
            found += 1
    return found
