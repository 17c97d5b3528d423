"""回电: whoever wished to be rung, or whose call nobody took, is rung. One open duty a number, with a clock."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.ground.vault.actions import blind, keys_for, tie
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.customers.actions import reach_by
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.queries import known_by
from bihuan.registers.customers.rules import read_phone
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.calls.errors import (
    NoNumber,
    ResultUnknown,
    RingBackHeld,
    RingBackOver,
    TooFewTries,
)
from bihuan.service.intake.calls.events import RingBackDone, RingBackLate, RingBackOpened, RingBackTried
from bihuan.service.intake.calls.models import Call, RingBack
from bihuan.service.intake.models import RawMessage
from bihuan.service.intake.settling import settle

WITHIN = {"missed": timedelta(minutes=15), "key": timedelta(minutes=30), "web": timedelta(minutes=30)}
LEAST_TRIES = 3
AT_ONCE = 200
CUSTOMER = Actor(kind="customer")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who is to be rung, and the message by which we know. `due_at` where the customer named a moment."""

    message: RawMessage
    number: str = field(repr=False)
    number_blind: str
    cause: str
    call: Call | None = None
    customer: Customer | None = None
    said: dict[str, str] = field(default_factory=dict, repr=False)
    due_at: datetime | None = None


def number_mark(number: str) -> str:
    """The blind index of a caller's number, in E.164."""
    return blind("call", number)


def ask_to_be_rung(
    *, phone: str, name: str, words: str, due_at: datetime | None, once: str, now: datetime
) -> RingBack:
    """A customer asks on the web to be rung. Their wish is kept before anything else; the same form twice is one."""
    number = read_phone(phone)
    if number is None:
        raise NoNumber
    said = {"form": "ring_back", "phone": number.number, "name": name[:120], "words": words[:2000]}
    kept = keep("web", json.dumps(said, ensure_ascii=False).encode(), once=f"ring-back:{once}", now=now)
    wish = Wish(
        message=kept.message,
        number=number.number,
        number_blind=number_mark(number.number),
        cause=RingBack.WEB,
        customer=known_by(reach_by(phone=number.number)),
        said={key: said[key] for key in ("name", "words") if said[key]},
        due_at=due_at,
    )
    return open_ring_back(wish, by=CUSTOMER, now=now)


def open_ring_back(wish: Wish, *, by: Actor, now: datetime) -> RingBack:
    """The duty to ring this number: a new one, or the open one, which then counts once more."""
    try:
        with transaction.atomic():
            return _open(wish, by=by, now=now)
    except IntegrityError:  # a twin of the same number came first
        with transaction.atomic():
            return _open(wish, by=by, now=now)


def _open(wish: Wish, *, by: Actor, now: datetime) -> RingBack:
    same = RingBack.objects.filter(message=wish.message).first()
    if same is not None:
        return same
    held = RingBack.objects.select_for_update(no_key=True).filter(number_blind=wish.number_blind, open=True)
    if (known := held.first()) is not None:
        return _once_more(known, wish, by=by, now=now)
    key_id = wish.message.key_id
    if wish.customer is not None:
        tie(key_id, under=wish.customer.key_id)
    hand = keys_for([key_id])
    made = RingBack.objects.create(
        message=wish.message,
        call=wish.call,
        customer=wish.customer,
        cause=wish.cause,
        number_sealed=hand.seal(key_id, wish.number),
        number_blind=wish.number_blind,
        said_sealed=hand.seal(key_id, json.dumps(wish.said, ensure_ascii=False)) if wish.said else "",
        opened_at=now,
        due_at=wish.due_at or now + WITHIN[wish.cause],
    )
    record(RingBackOpened(subject_id=made.id, cause=made.cause), by=by, now=now)
    return made


def _once_more(known: RingBack, wish: Wish, *, by: Actor, now: datetime) -> RingBack:
    """The same number again: nobody is rung twice. What they said besides stands with what they said before."""
    if not settle(wish.message, RawMessage.DUPLICATE, reason="ring_back_open", by=by, now=now):
        return known
    RawMessage.objects.filter(id=wish.message.id).update(same_as_id=known.message_id)
    if wish.customer is not None:
        tie(wish.message.key_id, under=wish.customer.key_id)
    said = said_of(known)
    words = "\n".join(part for part in (said.get("words", ""), wish.said.get("words", "")) if part)
    merged = {**wish.said, **said, **({"words": words[:4000]} if words else {})}
    key_id = known.message.key_id
    sealed = keys_for([key_id]).seal(key_id, json.dumps(merged, ensure_ascii=False)) if merged else ""
    RingBack.objects.filter(id=known.id).update(times=F("times") + 1, said_sealed=sealed)
    known.refresh_from_db()
    return known


def said_of(row: RingBack) -> dict[str, str]:
    """What the customer said with the wish: name and words; nothing where they were forgotten."""
    clear = keys_for([row.message.key_id]).open(row.said_sealed) if row.said_sealed else ""
    said: dict[str, str] = json.loads(clear) if clear else {}
    return said


def withdraw_ring_back(call: Call, *, now: datetime) -> None:
    """The call was answered after all, as the telephone system told late: nobody need ring, unless somebody began."""
    found = RingBack.objects.filter(call=call, open=True, tries=0).first()
    if found is not None:
        _end(found, "was_answered", person_id=None, by=CLOCK, now=now)


@transaction.atomic
def hold(ring_back: RingBack, *, viewer: Viewer) -> None:
    """Somebody will ring; of two at once one wins."""
    viewer.must("call.take")
    mine = RingBack.objects.filter(id=ring_back.id, open=True, holder__isnull=True)
    if mine.update(holder_id=viewer.person_id):
        return
    fresh = RingBack.objects.select_related("holder").get(id=ring_back.id)
    if not fresh.open:
        raise RingBackOver
    if fresh.holder is not None and fresh.holder_id != viewer.person_id:
        raise RingBackHeld(fresh.holder.name)


@transaction.atomic
def tried(ring_back: RingBack, *, viewer: Viewer, now: datetime) -> int:
    """Nobody answered; it stays open, and is tried again. Returns how often by now."""
    viewer.must("call.take")
    if not RingBack.objects.filter(id=ring_back.id, open=True).update(tries=F("tries") + 1):
        raise RingBackOver
    ring_back.refresh_from_db(fields=["tries"])
    record(RingBackTried(subject_id=ring_back.id, tries=ring_back.tries), by=viewer.actor, now=now)
    return ring_back.tries


@transaction.atomic
def finish(ring_back: RingBack, *, result: str, viewer: Viewer, now: datetime) -> None:
    """What came of it. Giving up needs three tries. The message gets its place in the daily closing."""
    viewer.must("call.take")
    if result not in ("reached", "not_reached", "wrong_number", "not_wanted"):
        raise ResultUnknown
    if result == "not_reached" and ring_back.tries < LEAST_TRIES:
        raise TooFewTries(LEAST_TRIES)
    if not _end(ring_back, result, person_id=viewer.person_id, by=viewer.actor, now=now):
        raise RingBackOver
    settle(ring_back.message, RawMessage.ANSWERED, reason=f"ring_back_{result}", by=viewer.actor, now=now)


def let_go(ring_back: RingBack, *, by: Actor, now: datetime) -> None:
    """Whoever wished to be rung was forgotten: nobody can ring them any more. Runs in that transaction."""
    if _end(ring_back, "not_wanted", person_id=None, by=by, now=now):
        settle(ring_back.message, RawMessage.ANSWERED, reason="forgotten", by=by, now=now)


def _end(ring_back: RingBack, result: str, *, person_id: int | None, by: Actor, now: datetime) -> bool:
    ended = RingBack.objects.filter(id=ring_back.id, open=True).update(
        open=False, done_at=now, result=result, holder_id=person_id or ring_back.holder_id
    )
    if ended:
        record(RingBackDone(subject_id=ring_back.id, result=result), by=by, now=now)
    return bool(ended)


def hear_reported(
    ring_back: RingBack, *, customer: Customer, by: Actor, person_id: int | None, now: datetime
) -> None:
    """The ringing led to a report, which was read from this duty's message. Runs in that transaction."""
    RingBack.objects.filter(id=ring_back.id).update(customer=customer)
    _end(ring_back, "report", person_id=person_id, by=by, now=now)


def alarm_late(now: datetime) -> int:
    """A sweep: duties whose moment has passed are told of once. Returns how many."""
    late = RingBack.objects.filter(open=True, due_at__lte=now, alarmed_at__isnull=True).order_by("due_at")
    found = 0
    for row in late[:AT_ONCE]:
        with transaction.atomic():
            if RingBack.objects.filter(id=row.id, open=True, alarmed_at__isnull=True).update(alarmed_at=now):
                record(RingBackLate(subject_id=row.id), by=CLOCK, now=now)
                found += 1
    return found
