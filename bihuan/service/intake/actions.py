"""Writing down what a customer says. Accepting is one transaction; whoever sent it is answered only after."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import attempt, open_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.journal.reactions import trace_of
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, fingerprint, keys, signature
from bihuan.registers.customers.actions import (
    Known,
    keep_machine,
    keep_place,
    know_by,
    note_consents,
    reach_by,
    refuse_to_identify,
)
from bihuan.registers.customers.models import Customer, Machine, Place
from bihuan.registers.customers.queries import customer as customer_at
from bihuan.registers.knowledge.queries import hazards_in, symptoms_in
from bihuan.registers.organisation.models import Node
from bihuan.service.intake.errors import ReportRefused, SameKeyOtherBody
from bihuan.service.intake.events import ReportQuarantined, ReportReceived, ReportUnderstood
from bihuan.service.intake.models import Answered, Attachment, RawMessage, Report
from bihuan.service.intake.rules import faults_of
from bihuan.service.intake.told import Told


def receive(
    told: Told,
    *,
    by: Actor,
    node: Node,
    now: datetime,
    taken_by: int | None = None,
    strict: bool = False,
    once: tuple[str, str] | None = None,
    received_at: datetime | None = None,
) -> Report:
    """Write down what a customer told us, whichever channel it came by, and let a case be opened for it.

    `once` is (scope, key): the same request again finds its report instead of making a second. Whatever goes
    wrong while the case is opened, the report is kept, quarantined, for a person to see.
    """
    faults = faults_of(told, today=localdate(now), strict=strict)
    if faults:
        raise ReportRefused(faults)
    arrived = _Arrived(
        told=told, by=by, node=node, now=now, taken_by=taken_by, received_at=received_at or now
    )
    try:
        return _accept(arrived, once=once)
    except IntegrityError:  # another call made the same customer a moment ago: now we know them
        return _accept(arrived, once=once)


@dataclass(frozen=True, kw_only=True)
class _Arrived:
    """A report with its circumstances."""

    told: Told
    by: Actor
    node: Node
    now: datetime
    taken_by: int | None
    received_at: datetime


@transaction.atomic
def _accept(arrived: _Arrived, *, once: tuple[str, str] | None) -> Report:
    with writing():
        claim = _claim(once, arrived.told, now=arrived.now) if once else None
        if claim is not None and claim.report is not None:
            return claim.report
        report = _write_down(arrived)
        if claim is not None:
            Answered.objects.filter(id=claim.id).update(report=report)
        received = ReportReceived(
            subject_id=report.id, channel=report.channel, customer_id=report.customer_id
        )
        record(
            received, by=arrived.by, now=arrived.now, chain=report.chain_id, happened_at=report.received_at
        )
        _understand(report, by=arrived.by, node=arrived.node, now=arrived.now)
    return report


def _understand(report: Report, *, by: Actor, node: Node, now: datetime) -> None:
    """Let a case be opened; a failure there must not lose the customer's words."""
    try:
        with attempt():
            understood = ReportUnderstood(subject_id=report.id, node_id=node.id)
            record(
                understood,
                by=by,
                now=now,
                chain=report.chain_id,
                happened_at=report.received_at,
                at_hand=report,
            )
    except Exception as error:  # the report is kept whatever the rooms above do
        Report.objects.filter(id=report.id).update(state=Report.QUARANTINED, trouble=trace_of(error))
        report.state = Report.QUARANTINED
        event = ReportQuarantined(subject_id=report.id, reason=type(error).__name__)
        record(event, by=by, now=now, chain=report.chain_id)


def _claim(once: tuple[str, str], told: Told, *, now: datetime) -> Answered:
    """The first of many equal requests gets a new row; the others wait for it and read its answer."""
    scope, name = once
    asked = fingerprint(repr(told))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO intake_answered (scope, name, asked, at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (scope, name) DO NOTHING RETURNING id",
            [scope, name, asked, connection.ops.adapt_datetimefield_value(now)],
        )
        first = cursor.fetchone()
    if first:
        return Answered(id=first[0], scope=scope, name=name, asked=asked, at=now)
    claim = (
        Answered.objects.select_related("report").select_for_update(of=("self",)).get(scope=scope, name=name)
    )
    if claim.asked != asked:
        raise SameKeyOtherBody
    return claim


def _write_down(arrived: _Arrived) -> Report:
    told, now = arrived.told, arrived.now
    customer, hand, fresh = _customer(told, node=arrived.node, now=now)
    place = keep_place(customer, told.address, by=hand, fresh=fresh) if _has_place(told) else None
    machine = None
    if _has_machine(told):
        machine = keep_machine(customer, told.machine, place=place, now=now, fresh=fresh)
    if told.consents:
        note_consents(customer, told.consents, how=told.channel, now=now)
    raw = RawMessage.objects.create(
        channel=told.channel,
        key_id=customer.key_id,
        body_sealed=hand.seal(customer.key_id, told.words),
        received_at=arrived.received_at,
    )
    report = _report(told, raw=raw, customer=customer, place=place, machine=machine, hand=hand, now=now)
    report.taken_by_id, report.received_at = arrived.taken_by, arrived.received_at
    report.save(force_insert=True)
    _keep_files(told, report, hand)
    return report


def _customer(told: Told, *, node: Node, now: datetime) -> Known:
    if told.customer_id is not None:
        on_screen = customer_at(told.customer_id)
        return Known(on_screen, keys(on_screen.key), fresh=False)
    if told.refused_to_identify and not (told.phone or told.email):
        return refuse_to_identify(node=node, now=now)
    reaches = reach_by(phone=told.phone, email=told.email)
    return know_by(reaches, name=told.name, node=node, now=now, language=told.language)


def _report(
    told: Told,
    *,
    raw: RawMessage,
    customer: Customer,
    place: Place | None,
    machine: Machine | None,
    hand: SealedBy,
    now: datetime,
) -> Report:
    seed = secrets.token_hex(16)
    return Report(
        raw=raw,
        chain_id=open_chain(),
        customer=customer,
        machine=machine,
        place=place,
        channel=told.channel,
        outside_number=told.outside_number,
        words_sealed=raw.body_sealed,
        symptoms=list(told.symptoms) or symptoms_in(told.words, category=told.machine.category),
        hazards=hazards_in(told.words),
        error_code=told.error_code,
        began_on=told.began_on,
        kind=told.kind,
        wish=told.wish,
        way=told.way,
        urgency=told.urgency,
        department=told.department,
        tried=told.tried,
        asked_sealed=hand.seal(customer.key_id, json.dumps(told.asked, ensure_ascii=False))
        if told.asked
        else "",
        restated_at=now if told.restated else None,
        link_seed=seed,
        link_print=fingerprint(link_token(seed)),
    )


def link_token(seed: str) -> str:
    """The private link's token, 256 bits, derived from the row's seed and the installation's key."""
    return signature("report-link", seed)


def _keep_files(told: Told, report: Report, hand: SealedBy) -> None:
    kept = [(file, files.keep(file.content, key_id=report.customer.key_id, by=hand)) for file in told.files]
    if kept:
        Attachment.objects.bulk_create(
            Attachment(
                report=report,
                name_sealed=hand.seal(report.customer.key_id, file.name),
                media=file.media,
                digest=at.digest,
                kept_as=at.name,
                size=at.size,
            )
            for file, at in kept
        )


def _has_place(told: Told) -> bool:
    where = told.address
    return bool(where.city or where.district or where.street or where.door)


def _has_machine(told: Told) -> bool:
    what = told.machine
    return bool(what.category or what.brand or what.model or any(what.serials.values()))
