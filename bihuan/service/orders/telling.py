"""Telling platforms how their orders stand: rows first, then signed requests, at least once each, in their order.

A claim counts the attempt before the platform is asked, so that two workers never send the same attempt; a worker
that dies is followed by the next attempt after `LEASE`. Nothing of the customer is told: the platform knows its buyer.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.tasks import task

from bihuan.ground.journal.event import Event, Fact
from bihuan.ground.vault.actions import keys
from bihuan.ground.worktime import clock
from bihuan.registers.channels.message import NeverSent, NotSent
from bihuan.registers.channels.platform.provider import tell
from bihuan.service.cases.cards_in_use import card_at
from bihuan.service.cases.events import CaseMoved, CaseOpened
from bihuan.service.cases.models import Case
from bihuan.service.orders.models import Order, Platform, StateTold
from bihuan.service.orders.rules import ATTEMPTS, backoff

LEASE = timedelta(minutes=2)
BATCH = 200
CHANNEL = "third_party"


def keep_state(order: Order, case: Case, *, at: datetime, platform: Platform, now: datetime) -> StateTold:
    """Write down that the platform is to be told where its order stands now. Runs in the caller's transaction."""
    place = card_at(case.card, case.card_version).place(case.stands_at)
    made = StateTold.objects.create(
        order=order,
        event=secrets.token_hex(16),
        state="withdrawn" if place.name == "withdrawn" else "on_hold" if case.hold_reason else place.stage,
        place=place.name,
        outcome=case.outcome,
        at=at,
        standing=StateTold.WAITING if platform.webhook_sealed else StateTold.KEPT,
        next_at=now,
    )
    if made.standing == StateTold.WAITING:
        tell_soon.enqueue([order.id])
    return made


def hear_opened(fact: Fact[CaseOpened]) -> None:
    """A case of an order whose report had waited for a person: from now on its platform is told."""
    case = _case_of(fact)
    if case is None:
        return
    order = Order.objects.select_related("platform").filter(report_id=case.report_id, case=None).first()
    if order is None:
        return
    order.case = case
    order.save(update_fields=["case"])
    keep_state(order, case, at=fact.happened_at, platform=order.platform, now=fact.recorded_at)


def hear_moved(fact: Fact[CaseMoved]) -> None:
    """The case of an order moved: its platform is to be told."""
    case = _case_of(fact)
    if case is None:
        return
    order = Order.objects.select_related("platform").filter(case_id=case.id).first()
    if order is not None:
        keep_state(order, case, at=fact.happened_at, platform=order.platform, now=fact.recorded_at)


def _case_of[E: Event](fact: Fact[E]) -> Case | None:
    """The case, when a platform may have ordered it."""
    case = fact.at_hand if isinstance(fact.at_hand, Case) else Case.objects.get(id=fact.event.subject_id)
    return case if case.channel == CHANNEL and case.outside_number else None


@task()
def tell_soon(orders: list[int]) -> None:
    """Called by the engine, as often as it likes."""
    for order_id in orders:
        tell_order(order_id, now=clock.now())


def wake_states(now: datetime) -> int:
    """A sweep: hand on the orders of which something is due to be told. Returns how many."""
    due = list(_first_waiting().filter(next_at__lte=now).order_by("next_at")[:BATCH])
    orders = sorted({one.order_id for one in due})
    StateTold.objects.filter(id__in=[one.id for one in due], standing=StateTold.WAITING).update(
        next_at=now + LEASE
    )
    if orders:
        tell_soon.enqueue(orders)
    return len(orders)


def _first_waiting() -> QuerySet[StateTold]:
    """What waits to be told and has nothing older of its order before it."""
    older = StateTold.objects.filter(
        order_id=OuterRef("order_id"), id__lt=OuterRef("id"), standing=StateTold.WAITING
    )
    return StateTold.objects.filter(~Exists(older), standing=StateTold.WAITING)


def tell_order(order_id: int, *, now: datetime) -> int:
    """Tell what waits of one order, the oldest first, until one is not taken. Returns how many were told."""
    told = 0
    while True:
        first = (
            StateTold.objects.select_related("order__platform__key", "order__case", "order__report")
            .filter(order_id=order_id, standing=StateTold.WAITING)
            .order_by("id")
            .first()
        )
        if first is None or not _tell(first, now=now):
            return told
        told += 1


def _tell(row: StateTold, *, now: datetime) -> bool:
    """One attempt; False when another worker made it, or the platform did not take it."""
    mine = StateTold.objects.filter(id=row.id, standing=StateTold.WAITING, attempts=row.attempts)
    if not mine.update(attempts=row.attempts + 1, next_at=now + LEASE):
        return False
    row.attempts += 1
    platform = row.order.platform
    hand = keys(platform.key)
    url, secret = hand.open(platform.webhook_sealed) or "", hand.open(platform.secret_sealed) or ""
    if not url:
        return _ended(row, StateTold.KEPT, "no_webhook", now=now)
    try:
        tell(url, secret=secret, event=row.event, told=payload(row), now=now)
    except NeverSent as error:
        return _ended(row, StateTold.GIVEN_UP, error.code, now=now)
    except NotSent as error:
        return _put_off(row, error, now=now)
    return _ended(row, StateTold.SENT, "", now=now)


def payload(row: StateTold) -> dict[str, Any]:
    """What a platform is told: numbers, codes and moments; nothing of its buyer."""
    order, case = row.order, row.order.case
    said = card_at(case.card, case.card_version).place(row.place).title if case else None
    return {
        "event": row.event,
        "platform": order.platform.code,
        "number": order.number,
        "case": case.number if case else None,
        "kind": order.kind,
        "state": row.state,
        "place": row.place,
        "words": {"zh": said.zh, "en": said.en} if said else {},
        "outcome": row.outcome,
        "at": row.at.isoformat(),
        "promised_by": order.promised_at.isoformat() if order.promised_at else None,
    }


def _ended(row: StateTold, standing: str, trouble: str, *, now: datetime) -> bool:
    told = standing == StateTold.SENT
    StateTold.objects.filter(id=row.id, standing=StateTold.WAITING).update(
        standing=standing, trouble=trouble[:60], sent_at=now if told else None
    )
    return True  # what comes after it may be told


def _put_off(row: StateTold, error: NotSent, *, now: datetime) -> bool:
    if row.attempts >= ATTEMPTS:
        return _ended(row, StateTold.GIVEN_UP, error.code, now=now)
    wait = backoff(row.attempts)
    if error.again_after is not None:
        wait = max(wait, error.again_after)
    StateTold.objects.filter(id=row.id, standing=StateTold.WAITING).update(
        next_at=now + wait, trouble=error.code[:60]
    )
    return False


def try_again(row_id: int, *, now: datetime) -> bool:
    """A person asks for another round of tries of something that was given up."""
    given_up = StateTold.objects.filter(id=row_id, standing=StateTold.GIVEN_UP)
    changed = given_up.update(standing=StateTold.WAITING, attempts=0, next_at=now, trouble="")
    if changed:
        tell_soon.enqueue([StateTold.objects.values_list("order_id", flat=True).get(id=row_id)])
    return bool(changed)
