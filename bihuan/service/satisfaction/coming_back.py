"""It is not solved, or it has come back: within 30 days of closing the case opens again, later it is a new report."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from bihuan.ground.journal.actions import writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.process.steps import leaving_moves
from bihuan.ground.vault.actions import keys
from bihuan.registers.customers.queries import machine_cards
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.organisation.queries import head_office
from bihuan.service.cases import talking
from bihuan.service.cases.actions import Doer, case_for_change, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of
from bihuan.service.intake.actions import receive
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import Told
from bihuan.service.satisfaction.errors import ComingBackUntold
from bihuan.service.satisfaction.thanks import only_thanks

REOPENS = "not_solved"
WITHIN = timedelta(days=30)
CUSTOMER = frozenset({"customer"})


def may_come_back(case: Case) -> bool:
    """Whether the work is done, so that its customer may say that it is not solved."""
    return any(move.name == REOPENS for move in leaving_moves(card_of(case), case.stands_at))


def opens_again(case: Case, *, now: datetime) -> bool:
    """Whether the case itself opens again; after 30 days the customer's words become a new report."""
    return may_come_back(case) and (case.closed_at is None or now <= case.closed_at + WITHIN)


def come_back(case: Case, words: str, *, by: Actor, now: datetime, once: str = "") -> Report:
    """What the customer says of done work: the report whose page tells how it goes on.

    A case that opens again goes to the callback desk, which rings. `once` makes a new report sent twice one. Whoever
    only says thank you opens nothing: their words stand as a note.
    """
    if not words.strip():
        raise ComingBackUntold
    if only_thanks(words):
        talking.note(case, words, by=by, now=now, public=True)
        return case.report
    if opens_again(case, now=now):
        _open_again(case, words, by=by, now=now)
        return case.report
    return receive(
        _told_anew(case, words, now=now),
        by=by,
        node=head_office(),
        now=now,
        once=(f"again:{case.id}", once) if once else None,
    )


@transaction.atomic
def _open_again(case: Case, words: str, *, by: Actor, now: datetime) -> None:
    held = case_for_change(case.id)
    with writing():
        move_case(held, REOPENS, doer=Doer(by=by, roles=CUSTOMER), now=now, reason=REOPENS)
        talking.note(held, words, by=by, now=now, public=True)


def _told_anew(case: Case, words: str, *, now: datetime) -> Told:
    """A report for the same customer, machine and place."""
    told = Told(
        words=words.strip(),
        channel="web",
        customer_id=case.customer_id,
        kind=case.kind if case.kind == "repair" else "",
        language=case.customer.language,
    )
    if case.machine is not None:
        [machine] = machine_cards([case.machine], day=localdate(now))
        known = MachineTold(
            category=machine.category, brand=machine.brand, model=machine.model, serials=dict(machine.serials)
        )
        told = replace(told, machine=known)
    if case.place is not None:
        place = case.place
        where = AddressTold(
            city=place.city,
            district=place.district,
            street=place.street,
            door=keys(case.customer.key).open(place.door_sealed) or "",
            latitude=place.latitude,
            longitude=place.longitude,
        )
        told = replace(told, address=where)
    return told
