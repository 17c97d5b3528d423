"""Writing down what a customer says. Accepting is one transaction; whoever sent it is answered only after."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import hold_chain, open_chain, record, writing
from bihuan.ground.journal.event import Actor, Event
from bihuan.ground.journal.reactions import trace_of
from bihuan.ground.vault import files
from bihuan.ground.vault.actions import SealedBy, fingerprint, signature, tie
from bihuan.ground.vault.inspecting import inspect
from bihuan.registers.customers.actions import (
    Known,
    hold,
    keep_machine,
    keep_place,
    know_by,
    note_consents,
    reach_by,
    refuse_to_identify,
)
from bihuan.registers.customers.models import Customer, Machine, Place
from bihuan.registers.knowledge.queries import danger_in, symptoms_in
from bihuan.registers.knowledge.silenced import count_silenced
from bihuan.registers.organisation.models import Node
from bihuan.service.intake.errors import ReportRefused, SameKeyOtherBody
from bihuan.service.intake.events import ReportQuarantined, ReportReceived, ReportUnderstood
from bihuan.service.intake.models import Attachment, RawMessage, Report
from bihuan.service.intake.proving import is_own, prove
from bihuan.service.intake.rules import faults_of
from bihuan.service.intake.told import FileTold, Told

SWEEP = 500  # rows at a time
KEY_KEPT = timedelta(days=30)  # how long the same idempotency key finds its report


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
    message: RawMessage | None = None,
) -> Report:
    """Write down what a customer told us, whichever channel it came by, and let a case be opened for it.

    `once` is (scope, key): the same request again finds its report instead of making a second. Whatever goes
    wrong while the case is opened, the report is kept, quarantined, for a person to see. `message` is what it was
    read from; without one the words are what arrived.
    """
    faults = faults_of(told, today=localdate(now), strict=strict)
    if faults:
        raise ReportRefused(faults)
    if probed := bool(told.probe) and is_own(told.probe, told.channel, now=now):
        told = Told(words=told.words, channel=told.channel, handle=("house", "probe"), probe=told.probe)
    arrived = _Arrived(
        told=told,
        by=by,
        node=node,
        now=now,
        taken_by=taken_by,
        received_at=received_at or (message.received_at if message else now),
        once=once,
        message=message,
        is_probe=probed,
    )
    for _ in range(2):  # two can come before: whoever makes the same customer, and a twin of this request
        try:
            return _keep(arrived)
        except IntegrityError:
            if twin := _twin(arrived):
                return twin
    return _keep(arrived)


@dataclass(frozen=True, kw_only=True)
class _Arrived:
    """A report with its circumstances."""

    told: Told
    by: Actor
    node: Node
    now: datetime
    taken_by: int | None
    received_at: datetime
    once: tuple[str, str] | None
    message: RawMessage | None
    is_probe: bool  # we sent it ourselves, to see that the channel works


class _NotUnderstood(Exception):
    """No case could be opened for a report: nothing of it is written yet."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.trouble = (type(error).__name__, trace_of(error))
        self.may_pass = isinstance(error, (OperationalError, InterfaceError))


def _keep(arrived: _Arrived) -> Report:
    """Write it down; when no case can be opened, without one. A database that went away meanwhile may be back: then
    all is tried once more before a person has to look."""
    try:
        return _accept(arrived)
    except _NotUnderstood as failed:
        if not failed.may_pass:
            return _accept(arrived, trouble=failed.trouble)
    try:
        return _accept(arrived)
    except _NotUnderstood as failed:
        return _accept(arrived, trouble=failed.trouble)


@transaction.atomic
def _accept(arrived: _Arrived, *, trouble: tuple[str, str] | None = None) -> Report:
    """Write it down and let a case be opened, or, after `trouble` with that, quarantine it for a person."""
    with writing():
        report, kept = _write_down(arrived)
        heard = ReportReceived(
            subject_id=report.id,
            channel=report.channel,
            customer_id=report.customer_id,
            arrived=arrived.message is not None,
        )
        _record(heard, report, arrived)
        if report.state == Report.PROBE:
            prove(report.channel, now=arrived.now)
            return report
        if trouble:
            _quarantine(report, *trouble, arrived=arrived)
            return report
        try:
            _record(ReportUnderstood(subject_id=report.id, node_id=arrived.node.id), report, arrived)
        except (
            Exception
        ) as error:  # the words are kept whatever the rooms above do: written once more, without
            for name in kept:
                files.drop(name)
            raise _NotUnderstood(error) from error
    return report


def _record(event: Event, report: Report, arrived: _Arrived) -> None:
    record(
        event,
        by=arrived.by,
        now=arrived.now,
        chain=report.chain_id,
        happened_at=report.received_at,
        at_hand=report,
    )


def _quarantine(report: Report, reason: str, trace: str, *, arrived: _Arrived) -> None:
    report.state, report.trouble = Report.QUARANTINED, trace
    report.save(update_fields=["state", "trouble"])
    event = ReportQuarantined(subject_id=report.id, reason=reason)
    record(event, by=arrived.by, now=arrived.now, chain=report.chain_id)


def _twin(arrived: _Arrived) -> Report | None:
    """The report that the same request made before, for as long as its key is remembered."""
    if arrived.once is None:
        return None
    same = once_print(arrived.once)
    _forget(_outlived(arrived.now).filter(once_print=same))
    report = Report.objects.filter(once_print=same).first()
    if report is None:
        return None
    if report.asked_print != fingerprint(repr(arrived.told)):
        raise SameKeyOtherBody
    return report


def forget_keys(now: datetime) -> int:
    """A sweep: idempotency keys older than thirty days are forgotten, some at a time; the reports stay. Returns how
    many were."""
    batch = list(_outlived(now).order_by("received_at").values_list("id", flat=True)[:SWEEP])
    return _forget(Report.objects.filter(id__in=batch)) if batch else 0


def _outlived(now: datetime) -> QuerySet[Report]:
    """The reports whose key has been kept long enough."""
    return Report.objects.filter(once_print__isnull=False, received_at__lt=now - KEY_KEPT)


def _forget(reports: QuerySet[Report]) -> int:
    return reports.update(once_print=None, asked_print="")


def once_print(once: tuple[str, str]) -> str:
    """The mark of an idempotency key, (scope, key), by which its report is found."""
    return fingerprint(json.dumps(once))


def _write_down(arrived: _Arrived) -> tuple[Report, list[str]]:
    """The rows of a report, and the names of the files kept with it."""
    told, now = arrived.told, arrived.now
    joined = None if told.joins is None else Report.objects.get(id=told.joins)
    if joined is not None:
        hold_chain(joined.chain_id)
    customer, hand, fresh = _customer(told, node=arrived.node, now=now)
    place = keep_place(customer, told.address, by=hand, fresh=fresh) if _has_place(told) else None
    machine = None
    if _has_machine(told):
        machine = keep_machine(customer, told.machine, place=place, now=now, fresh=fresh)
    if told.consents:
        note_consents(customer, told.consents, how=told.channel, now=now)
    raw = _message(arrived, customer, hand)
    report = _report(told, raw=raw, customer=customer, place=place, machine=machine, hand=hand, now=now)
    if joined is None:
        report.chain_id = open_chain()
    else:
        report.joins, report.chain_id, report.state = joined, joined.chain_id, Report.JOINED
    if arrived.is_probe:
        report.state = Report.PROBE
    report.taken_by_id, report.received_at = arrived.taken_by, arrived.received_at
    if arrived.once:
        report.once_print, report.asked_print = once_print(arrived.once), fingerprint(repr(told))
    report.save(force_insert=True)
    return report, _keep_files(told, report, hand)


def _message(arrived: _Arrived, customer: Customer, hand: SealedBy) -> RawMessage:
    """What the report was read from, from now on under its customer's key; or the words themselves, kept as such."""
    message, state = arrived.message, RawMessage.PROBE if arrived.is_probe else RawMessage.REPORT
    if message is None:
        return RawMessage.objects.create(
            channel=arrived.told.channel,
            key_id=customer.key_id,
            body_sealed=hand.seal(customer.key_id, arrived.told.words),
            state=state,
            received_at=arrived.received_at,
        )
    tie(message.key_id, under=customer.key_id)
    RawMessage.objects.filter(id=message.id).update(state=state, settled_at=arrived.now)
    return message


def _customer(told: Told, *, node: Node, now: datetime) -> Known:
    if told.customer_id is not None:
        return hold(told.customer_id)
    if told.refused_to_identify and not (told.phone or told.email or told.handle):
        return refuse_to_identify(node=node, now=now)
    reaches = reach_by(phone=told.phone, email=told.email, handle=told.handle)
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
    seed, risk = secrets.token_hex(16), danger_in(told.words)
    count_silenced(risk.silenced, day=localdate(now))
    return Report(
        raw=raw,
        customer=customer,
        machine=machine,
        place=place,
        channel=told.channel,
        outside_number=told.outside_number,
        words_sealed=hand.seal(customer.key_id, told.words),
        symptoms=list(told.symptoms) or symptoms_in(told.words, category=told.machine.category),
        hazards=[alarm.hazard.code for alarm in risk.alarms],
        error_code=told.error_code,
        began_on=told.began_on,
        kind=told.kind,
        wish=told.wish,
        way=told.way,
        urgency=told.urgency,
        department=told.department,
        tried=told.tried,
        fee_told_fen=told.fee_told_fen,
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


def _keep_files(told: Told, report: Report, hand: SealedBy) -> list[str]:
    kept = [attachment_of(file, report, hand) for file in told.files]
    if kept:
        Attachment.objects.bulk_create(kept)
    return [one.kept_as for one in kept]


def attachment_of(file: FileTold, report: Report, hand: SealedBy) -> Attachment:
    """The row of a file that is on the disk from now on, sealed; by what its bytes show, not by what it says."""
    key_id = report.customer.key_id
    seen, kept = inspect(file.name, file.content), files.keep(file.content, key_id=key_id, by=hand)
    return Attachment(
        report=report,
        name_sealed=hand.seal(key_id, seen.name),
        media=seen.media,
        agrees=seen.agrees,
        digest=kept.digest,
        kept_as=kept.name,
        size=kept.size,
    )


def _has_place(told: Told) -> bool:
    where = told.address
    return bool(where.city or where.district or where.street or where.door)


def _has_machine(told: Told) -> bool:
    what = told.machine
    named = what.category or what.brand or what.model or any(what.serials.values())
    return bool(named or what.machine_id is not None)
