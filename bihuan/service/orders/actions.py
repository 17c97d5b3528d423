"""Taking orders of platforms: each outside number once, whoever sends it how often.

An order becomes a report and a case like any other words of a customer. The same order again gets the same answer;
the same number with other words is an update as far as the work allows, else a refusal that says why.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import hold_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.process.steps import leaving_moves
from bihuan.ground.vault.actions import fingerprint, keys
from bihuan.registers.access.viewer import EVERYTHING
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of, case_of_report
from bihuan.service.cases.words import KINDS
from bihuan.service.complaints.errors import NoticeTaken
from bihuan.service.complaints.official import take_notice
from bihuan.service.intake.actions import receive
from bihuan.service.intake.adding import add_files
from bihuan.service.intake.told import Told
from bihuan.service.orders.errors import OrderDiffers, OrderRefused, PlatformUnknown
from bihuan.service.orders.events import OrderCancelled, OrderChanged, OrderPromised
from bihuan.service.orders.models import Order, Platform
from bihuan.service.orders.rules import (
    Fault,
    changed,
    content_of,
    faults_of,
    kind_for,
    merged,
    private_phone,
    promised_by,
    refusal_of,
)
from bihuan.service.orders.telling import keep_state
from bihuan.service.orders.told import OrderTold
from bihuan.service.orders.words import FIELDS, KIND_WORDS

CHANNEL = "third_party"
NEW, SAME, CHANGED = "new", "same", "changed"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of an order: new, the same as before, or changed; and the fields that changed."""

    order: Order
    became: str
    fields: tuple[str, ...] = ()


def platform_in_use(code: str) -> Platform:
    """The platform of this code; PlatformUnknown when there is none, or it is out of use."""
    found = Platform.objects.select_related("key").filter(code=code, retired_at__isnull=True).first()
    if found is None:
        raise PlatformUnknown
    return found


def tidied(told: OrderTold) -> OrderTold:
    """The order with its number and phones in the form in which they are compared."""
    return replace(told, number=told.number.strip(), phone=private_phone(told.phone))


def kind_of_order(platform: Platform, word: str) -> str:
    """Our kind of work for a platform's word; empty when nothing says."""
    return kind_for(word, own=platform.kinds, usual=KIND_WORDS, default=platform.kind)


def order_faults(platform: Platform, told: OrderTold, *, now: datetime) -> list[Fault]:
    """What keeps an order from being taken, before anything is written."""
    return faults_of(told, kind=kind_of_order(platform, told.kind), known=KINDS, today=localdate(now))


def take_order(platform: Platform, told: OrderTold, *, by: Actor, now: datetime) -> Taken:
    """Take one order. OrderRefused for faults, OrderDiffers where the same number says what it may not, ReportRefused
    where the report of it is refused. Sent fifty times at once it is one order."""
    told = tidied(told)
    if faults := order_faults(platform, told, now=now):
        raise OrderRefused(faults)
    with transaction.atomic():
        order = _held(platform, told.number, now=now)
        if order.report_id is None:
            return _first(order, told, platform, by=by, now=now)
        return _again(order, told, platform, by=by, now=now)


def _held(platform: Platform, number: str, *, now: datetime) -> Order:
    """The row of this number, made when there is none; whoever comes second waits here for the first. The lock lets
    those pass who only point at the row: a case that moves meanwhile writes what is to be told of it."""
    made = Order(platform=platform, number=number, received_at=now, changed_at=now)
    Order.objects.bulk_create([made], ignore_conflicts=True)
    return Order.objects.select_for_update(no_key=True).get(platform=platform, number=number)


def _first(order: Order, told: OrderTold, platform: Platform, *, by: Actor, now: datetime) -> Taken:
    if told.cancelled:
        raise OrderRefused([Fault("number", "number_unknown")])
    kind = kind_of_order(platform, told.kind)
    report = receive(_report(told, kind), by=by, node=head_office(), now=now)
    content = content_of(told)
    order.report, order.case, order.kind = report, case_of_report(report.id), kind
    order.promised_at = _promised(platform, told, now)
    _write(order, content)
    order.save(update_fields=["report", "case", "kind", "promised_at", "print", "told_sealed"])
    if order.case is not None:
        keep_state(order, order.case, at=order.case.opened_at, platform=platform, now=now)
        _promise(order, order.case, platform, by=by, now=now)
    return Taken(order=order, became=NEW)


def _report(told: OrderTold, kind: str) -> Told:
    """The order as a report: the buyer's remark, or where there is none, what was ordered."""
    machine = told.machine
    thing = " ".join(part for part in (told.kind or kind, machine.brand, machine.model) if part)
    return Told(
        words=told.words.strip() or thing,
        channel=CHANNEL,
        phone=told.phone,
        name=told.name,
        kind=kind,
        way=told.way or "on_site",
        machine=machine,
        address=told.address,
        outside_number=told.number,
        files=told.files,
    )


def _promised(platform: Platform, told: OrderTold, now: datetime) -> datetime | None:
    return promised_by(
        told=told.promised_on,
        ordered_at=told.ordered_at,
        received_at=now,
        days=platform.promise_days,
        zone=get_default_timezone(),
    )


def _write(order: Order, content: Mapping[str, Any]) -> None:
    """Set what the order says, sealed with its customer's key."""
    assert order.report is not None, "an order is written after its report"
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    order.print = fingerprint(text)
    order.told_sealed = keys(order.report.customer.key).seal(order.report.customer.key_id, text)


def _promise(order: Order, case: Case, platform: Platform, *, by: Actor, now: datetime) -> None:
    """Begin the clock of the promised day: an authority's as an authority's, else the platform's."""
    if order.promised_at is None:
        return
    if platform.authority:
        try:
            take_notice(
                case,
                authority=platform.authority,
                number=order.number,
                received_on=localdate(order.received_at),
                answer_on=max(localdate(order.promised_at), localdate(order.received_at)),
                viewer=EVERYTHING,
                now=now,
            )
        except NoticeTaken:
            pass  # it was told so before
        return
    event = OrderPromised(
        subject_id=case.id, order_id=order.id, promised_by=int(order.promised_at.timestamp())
    )
    hold_chain(case.chain_id)
    record(event, by=by, now=now, chain=case.chain_id)


def _again(order: Order, told: OrderTold, platform: Platform, *, by: Actor, now: datetime) -> Taken:
    """The same number once more: the same, an update, a cancellation, or a refusal."""
    report = order.report
    assert report is not None
    hand = keys(report.customer.key)
    before: dict[str, Any] = json.loads(hand.open(order.told_sealed) or "{}")
    if told.cancelled:
        return _cancel(order, by=by, now=now)
    content = content_of(told)
    fields = changed(before, content)
    if not fields:
        return Taken(order=order, became=SAME)
    case = order.case
    other_kind = kind_of_order(platform, told.kind) != order.kind
    if refused := refusal_of(fields, ended=order.is_over, other_kind=other_kind):
        raise OrderDiffers(refused)
    fresh = [file for file in told.files if [file.name, len(file.content)] not in before.get("files", [])]
    if fresh:
        add_files(report, fresh)
    _write(order, merged(before, content))
    order.version, order.changed_at = order.version + 1, now
    promised = _promised(platform, told, order.received_at) if "promised_on" in fields else order.promised_at
    later, order.promised_at = promised != order.promised_at, promised
    order.save(update_fields=["print", "told_sealed", "version", "changed_at", "promised_at"])
    if case is not None:
        _tell_change(order, case, fields, content, by=by, now=now)
        if later:
            _promise(order, case, platform, by=by, now=now)
    return Taken(order=order, became=CHANGED, fields=fields)


def _tell_change(
    order: Order, case: Case, fields: tuple[str, ...], content: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    """What changed stands on the case as a note, for whoever works on it: the register of customers is not rewritten
    by what a platform sends."""
    lines = [_("The platform changed its order %(number)s:") % {"number": order.number}]
    for name in fields:
        lines.append(f"{FIELDS.get(name, name)}: {_shown(content[name])}")
    hold_chain(case.chain_id)
    with writing():
        talking.note(case, "\n".join(lines), by=by, now=now)
        event = OrderChanged(subject_id=case.id, order_id=order.id, edition=order.version, fields=fields)
        record(event, by=by, now=now, chain=case.chain_id)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(one) for one in value.values() if one and not isinstance(one, dict | float))
    if isinstance(value, list):
        return ", ".join(str(one[0]) if isinstance(one, list) else str(one) for one in value)
    return str(value)


def _cancel(order: Order, *, by: Actor, now: datetime) -> Taken:
    """The platform takes its order back: the case is withdrawn where its card allows, else a person is told by a note.
    Cancelling twice cancels once."""
    if order.cancelled_at is not None:
        return Taken(order=order, became=SAME)
    order.cancelled_at = order.changed_at = now
    order.save(update_fields=["cancelled_at", "changed_at"])
    case = order.case
    if case is None or not case.open:
        return Taken(order=order, became=CHANGED, fields=("cancelled",))
    hold_chain(case.chain_id)
    case.refresh_from_db()
    with writing():
        record(OrderCancelled(subject_id=case.id, order_id=order.id), by=by, now=now, chain=case.chain_id)
        move = next(
            (
                one
                for one in leaving_moves(card_of(case), case.stands_at)
                if one.reaches == "withdrawn" and not one.needs
            ),
            None,
        )
        if move is not None:
            move_case(case, move.name, doer=Doer.house(by), now=now, reason="platform_cancelled")
        else:
            said = _("The platform cancelled its order %(number)s.") % {"number": order.number}
            talking.note(case, said, by=by, now=now)
    return Taken(order=order, became=CHANGED, fields=("cancelled",))


def forget_of(customer_id: int) -> None:
    """Outside numbers are numbers of another system by which a person is found there: they go with the person."""
    for order in Order.objects.filter(report__customer_id=customer_id):
        order.number, order.print, order.told_sealed = f"forgotten-{order.id}", "", ""
        order.save(update_fields=["number", "print", "told_sealed"])
