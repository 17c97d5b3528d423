"""Cases of another system, many at once: open ones are carried on here, past ones are kept for their history.

They are true cases: a report, a row, a number of the day on which they were opened, a chain of their own whose first
entry says where they come from. A handful of statements for a whole batch.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import open_chains, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.process.card import Card
from bihuan.ground.vault.actions import SealedBy, fingerprint
from bihuan.registers.customers.models import Customer, Machine, Place
from bihuan.registers.knowledge.queries import core_function_lost, hazards_in, symptoms_in
from bihuan.service.cases.events import CaseBroughtIn, CasesBroughtIn, PastCaseBroughtIn
from bihuan.service.cases.models import Case, Tick
from bihuan.service.cases.needs import Need
from bihuan.service.cases.rules import number_for, urgency_of
from bihuan.service.intake.actions import link_token
from bihuan.service.intake.models import RawMessage, Report

SEED_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class CarriedTold:
    """A case as another system had it. `outside_number`: its number there, by which it is known again; `person_id`
    and `technician_id`: whoever goes to the customer, as a person and in the register of technicians."""

    customer: Customer
    machine: Machine | None
    place: Place | None
    outside_number: str
    card: Card
    stands_at: str
    node_id: int
    opened_at: datetime
    words: str = ""
    way: str = "on_site"
    urgency: str = ""
    channel: str = "hotline"
    category: str = ""
    brand: str = ""
    person_id: int | None = None
    technician_id: int | None = None
    ticks: tuple[Need, ...] = ()
    hold_reason: str = ""
    outcome: str = ""
    closed_how: str = ""
    done_at: datetime | None = None
    closed_at: datetime | None = None
    fee_fen: int = 0
    score: int = 0

    @property
    def is_open(self) -> bool:
        return self.stands_at not in self.card.ends


def known_here(outside_numbers: Sequence[str]) -> dict[str, int]:
    """Outside number → the case that has it."""
    rows = Case.objects.filter(outside_number__in=set(outside_numbers) - {""}).order_by("-id")
    return dict(rows.values_list("outside_number", "id"))


def bring_in_cases(
    tolds: Sequence[CarriedTold], *, hand: SealedBy, run_id: int, by: Actor, now: datetime
) -> list[tuple[Case, CaseBroughtIn | PastCaseBroughtIn]]:
    """Write these cases, each with its report and the first entry of its story. `hand`: the keys of their customers.
    Runs inside the caller's transaction."""
    if not tolds:
        return []
    with writing():
        reports = _reports(tolds, hand)
        numbers = draw_numbers([localdate(told.opened_at) for told in tolds])
        cases = Case.objects.bulk_create(
            _case(told, report, number, now=now)
            for told, report, number in zip(tolds, reports, numbers, strict=True)
        )
        ticks = [
            Tick(case=case, need=need, at=now)
            for told, case in zip(tolds, cases, strict=True)
            for need in told.ticks
        ]
        if ticks:
            Tick.objects.bulk_create(ticks)
        events = [_event(told, case, run_id) for told, case in zip(tolds, cases, strict=True)]
        for case, event in zip(cases, events, strict=True):
            record(event, by=by, now=now, chain=case.chain_id, happened_at=case.opened_at, at_hand=case)
        together = CasesBroughtIn(subject_id=run_id, count=len(cases), days=days_of(cases))
        record(together, by=by, now=now, at_hand=cases)
    return list(zip(cases, events, strict=True))


def days_of(cases: Sequence[Case]) -> tuple[str, ...]:
    """The days, in the installation's zone, on which these cases are counted."""
    moments = (moment for case in cases for moment in (case.opened_at, case.done_at) if moment)
    return tuple(sorted({localdate(moment).isoformat() for moment in moments}))


def draw_numbers(days: Sequence[date]) -> list[str]:
    """A number of its day for each, in one statement; two at once never get the same."""
    wanted = Counter(days)
    values = ", ".join(["(%s, %s)"] * len(wanted))
    flat = [value for day in sorted(wanted) for value in (day, wanted[day])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_numbering (day, last) VALUES {values} "  # noqa: S608 (only marks are put in)
            "ON CONFLICT (day) DO UPDATE SET last = cases_numbering.last + excluded.last RETURNING day, last",
            flat,
        )
        rows = cursor.fetchall()
    last = {date.fromisoformat(str(day)[:10]): int(count) for day, count in rows}
    free = {day: last[day] - wanted[day] for day in wanted}
    found = []
    for day in days:
        free[day] += 1
        found.append(number_for(day, free[day]))
    return found


def _reports(tolds: Sequence[CarriedTold], hand: SealedBy) -> list[Report]:
    raws = RawMessage.objects.bulk_create(
        RawMessage(
            channel=told.channel,
            key_id=told.customer.key_id,
            body_sealed=hand.seal(told.customer.key_id, told.words),
            state=RawMessage.BROUGHT_IN,
            received_at=told.opened_at,
        )
        for told in tolds
    )
    chains = open_chains(len(tolds))
    return Report.objects.bulk_create(
        _report(told, raw, chain) for told, raw, chain in zip(tolds, raws, chains, strict=True)
    )


def _report(told: CarriedTold, raw: RawMessage, chain_id: int) -> Report:
    seed = secrets.token_hex(SEED_BYTES)
    listening = told.is_open and bool(told.words)
    return Report(
        raw=raw,
        chain_id=chain_id,
        customer=told.customer,
        machine=told.machine,
        place=told.place,
        channel=told.channel,
        outside_number=told.outside_number,
        words_sealed=raw.body_sealed,
        symptoms=symptoms_in(told.words, category=told.category) if listening else [],
        hazards=hazards_in(told.words) if listening else [],
        kind=told.card.kind,
        way=told.way,
        urgency=told.urgency,
        link_seed=seed,
        link_print=fingerprint(link_token(seed)),
        received_at=told.opened_at,
    )


def _case(told: CarriedTold, report: Report, number: str, *, now: datetime) -> Case:
    place = told.place
    return Case(
        number=number,
        report=report,
        chain_id=report.chain_id,
        customer=told.customer,
        machine=told.machine,
        place=place,
        node_id=told.node_id,
        technician_person_id=told.person_id,
        card=told.card.name,
        card_version=told.card.version,
        stands_at=told.stands_at,
        stands_since=now if told.is_open else told.closed_at or told.opened_at,
        kind=told.card.kind,
        way=told.way,
        urgency=urgency_of(
            told=told.urgency,
            hazards=report.hazards,
            core_lost=core_function_lost(report.symptoms),
            kind=told.card.kind,
        ),
        channel=told.channel,
        category=told.category,
        brand=told.brand,
        symptom=report.symptoms[0] if report.symptoms else "",
        city=place.city if place else "",
        district=place.district if place else "",
        street=place.street if place else "",
        outside_number=told.outside_number,
        hold_reason=told.hold_reason,
        outcome=told.outcome,
        closed_how=told.closed_how,
        open=told.is_open,
        opened_at=told.opened_at,
        done_at=told.done_at,
        closed_at=told.closed_at,
    )


def _event(told: CarriedTold, case: Case, run_id: int) -> CaseBroughtIn | PastCaseBroughtIn:
    if told.is_open:
        return CaseBroughtIn(
            subject_id=case.id,
            run_id=run_id,
            card=case.card,
            card_version=case.card_version,
            work=case.kind,
            urgency=case.urgency,
            channel=case.channel,
            node_id=case.node_id,
            category=case.category,
            stands_at=case.stands_at,
            ticks=tuple(str(need) for need in told.ticks),
            hold_reason=case.hold_reason,
            person_id=told.person_id or 0,
        )
    return PastCaseBroughtIn(
        subject_id=case.id,
        run_id=run_id,
        card=case.card,
        card_version=case.card_version,
        work=case.kind,
        channel=case.channel,
        node_id=case.node_id,
        category=case.category,
        stands_at=case.stands_at,
        outcome=case.outcome,
        done_at=_epoch(case.done_at),
        closed_at=_epoch(case.closed_at),
        fee_fen=told.fee_fen,
        score=told.score,
        person_id=told.person_id or 0,
    )


def _epoch(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
