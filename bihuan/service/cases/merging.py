"""One matter reported twice becomes one case, and two again if that was wrong. Nothing is lost either way: both
numbers keep working, both stories stay, and the second goes on where it stood."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.ground.journal.actions import hold_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import NotFound
from bihuan.registers.customers.actions import hold
from bihuan.service.cases.chasing import said_of
from bihuan.service.cases.errors import CannotMerge
from bihuan.service.cases.events import CaseLetGo, CaseMerged, CaseTookIn, CaseUnmerged
from bihuan.service.cases.models import Case
from bihuan.service.cases.rules import same_machine
from bihuan.service.intake.merging import count_as_duplicate, count_as_report

MERGED = "merged"
LOOKED_AT = 20  # other open cases of one customer
TOGETHER = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A case that may be the same matter, and why: machine, category, symptom, soon (codes)."""

    case: Case
    why: tuple[str, ...]


def _hold_both(one: int, other: int) -> tuple[Case, Case]:
    """Both cases with their stories held, the older story first, so that two who merge crosswise queue."""
    chains = dict(Case.objects.filter(id__in=(one, other)).values_list("id", "chain_id"))
    for chain in sorted(set(chains.values())):
        hold_chain(chain)
    held = {
        row.id: row for row in Case.objects.select_for_update().filter(id__in=(one, other)).order_by("id")
    }
    if one not in held or other not in held:
        raise NotFound
    return held[one], held[other]


@transaction.atomic
def merge(case: Case, into: Case, *, by: Actor, now: datetime) -> Case:
    """The first goes on in the second: nothing is promised of it any more, its link and number lead to the other.
    Returns that. CannotMerge says why not."""
    if case.id == into.id:
        raise CannotMerge("itself")
    held, other = _hold_both(case.id, into.id)
    _refuse(held, other)
    Case.objects.filter(id=held.id).update(
        merged_into=other, open=False, closed_at=now, closed_how=MERGED, next_owner=None
    )
    held.merged_into, held.open, held.closed_at, held.closed_how = other, False, now, MERGED
    count_as_duplicate(held.report, of=other.report)
    with writing():
        merged = CaseMerged(subject_id=held.id, into_id=other.id)
        record(merged, by=by, now=now, chain=held.chain_id, at_hand=held)
        record(CaseTookIn(subject_id=other.id, other_id=held.id), by=by, now=now, chain=other.chain_id)
    return other


def _refuse(held: Case, other: Case) -> None:
    if held.customer_id != other.customer_id:
        raise CannotMerge("customer")
    if not held.open or not other.open or held.merged_into_id or other.merged_into_id:
        raise CannotMerge("closed")
    if held.technician_person_id is not None:
        raise CannotMerge("begun")
    if held.outside_number:
        raise CannotMerge("platform")


@transaction.atomic
def unmerge(case: Case, *, by: Actor, now: datetime) -> Case:
    """It was another matter after all: the case stands where it stood, and its clocks run on as if they had never
    been let go. CannotMerge where it is not merged, CustomerForgotten where nobody could be reached any more."""
    into = Case.objects.filter(id=case.id).values_list("merged_into_id", flat=True).first()
    if into is None:
        raise CannotMerge("apart")
    held, other = _hold_both(case.id, into)
    if held.merged_into_id != other.id:
        raise CannotMerge("apart")
    hold(held.customer_id)  # of somebody who was forgotten nothing is opened any more
    Case.objects.filter(id=held.id).update(merged_into=None, open=True, closed_at=None, closed_how="")
    held.merged_into, held.open, held.closed_at, held.closed_how = None, True, None, ""
    count_as_report(held.report)
    with writing():
        apart = CaseUnmerged(subject_id=held.id, from_id=other.id)
        record(apart, by=by, now=now, chain=held.chain_id, at_hand=held)
        record(CaseLetGo(subject_id=other.id, other_id=held.id), by=by, now=now, chain=other.chain_id)
    return held


def merged_into(case: Case) -> list[Case]:
    """The cases that go on in this one."""
    return list(Case.objects.filter(merged_into=case).order_by("id"))


def twins_of(case: Case, among: QuerySet[Case]) -> list[Twin]:
    """Other open cases of the same customer that may be the same matter, the likeliest first. `among`: those that
    whoever asks may see."""
    if not case.open:
        return []
    rows = among.filter(customer_id=case.customer_id, open=True, merged_into__isnull=True).exclude(id=case.id)
    found = [
        Twin(case=one, why=why)
        for one in rows.select_related("machine", "report").order_by("-id")[:LOOKED_AT]
        if (why := _alike(case, one))
    ]
    return sorted(found, key=lambda twin: -len(twin.why))


def _alike(one: Case, other: Case) -> tuple[str, ...]:
    """Why two cases of a customer may be one matter; nothing when their machines or faults differ."""
    why: list[str] = []
    if one.machine is not None and other.machine is not None:
        if not same_machine(said_of(one.machine), said_of(other.machine)):
            return ()
        why.append("machine")
    elif one.category and other.category:
        if one.category != other.category:
            return ()
        why.append("category")
    if one.symptom and other.symptom:
        if one.symptom != other.symptom:
            return ()
        why.append("symptom")
    if one.kind == other.kind and abs(one.opened_at - other.opened_at) <= TOGETHER:
        why.append("soon")
    return tuple(why)


def seem_alike(one: Case, other: Case) -> bool:
    """Whether two cases of a customer look like one matter by what their rows say, for pages that have both."""
    if not one.open or not other.open or one.id == other.id or one.kind != other.kind:
        return False
    return one.category == other.category and (
        not one.symptom or not other.symptom or one.symptom == other.symptom
    )


def with_twin(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same, each saying by `has_twin` whether its customer has another open case of the same machine family and
    fault: a hint for lists, in the same statement."""
    other = Case.objects.filter(
        Q(symptom=OuterRef("symptom")) | Q(symptom=""),
        customer_id=OuterRef("customer_id"),
        category=OuterRef("category"),
        kind=OuterRef("kind"),
        open=True,
        merged_into__isnull=True,
    ).exclude(id=OuterRef("id"))
    return cases.annotate(has_twin=Exists(other))
