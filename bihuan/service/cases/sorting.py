"""How a case was sorted: what the rules said and why, and what a person says instead. A correction is kept for good."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.journal.models import Entry
from bihuan.ground.vault.actions import SealedBy
from bihuan.registers.knowledge.queries import knowledge
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.cards_in_use import active_card, card_at
from bihuan.service.cases.errors import CannotSort
from bihuan.service.cases.events import CaseMoved, CaseSorted
from bihuan.service.cases.models import Case, Correction, Triage
from bihuan.service.cases.talking import set_urgency
from bihuan.service.cases.triage import LONGEST
from bihuan.service.cases.words import KINDS
from bihuan.service.intake.models import Report
from bihuan.service.intake.told import URGENCIES, WISHES

FIELDS = ("kind", "wish", "problem", "urgency", "department", "category", "symptom", "danger")


@dataclass(frozen=True, kw_only=True)
class SortedField:
    """One field of a case: its value now, what the rules had said, and which rules heard which words."""

    field: str
    value: str
    said: str
    why: tuple[tuple[str, str], ...]
    corrected: bool


@transaction.atomic
def correct(case: Case, field: str, value: str, *, person_id: int, by: Actor, now: datetime) -> None:
    """A person sorts the case otherwise. CannotSort for what there is not, or for another kind once work has begun.
    Saying what is so already keeps nothing."""
    if value not in choices_of(field):
        raise CannotSort("unknown")
    held = case_for_change(case.id)
    before = value_of(held, field)
    if value == before:
        return
    if field == "urgency" and held.report.hazards and value != "urgent":
        raise CannotSort("danger")
    said = _said(held, field)
    with writing():
        _put(held, field, value, by=by, now=now)
        told = CaseSorted(
            subject_id=held.id, field=field, value=value, card=held.card, card_version=held.card_version
        )
        if field != "urgency":  # that has an event of its own
            record(told, by=by, now=now, chain=held.chain_id, at_hand=held)
        Correction.objects.create(
            case=held, field=field, said=said[:LONGEST], put=value[:LONGEST], by_id=person_id, at=now
        )


def choices_of(field: str) -> frozenset[str]:
    """The codes that a field can have."""
    known = knowledge()
    found: dict[str, frozenset[str]] = {
        "kind": frozenset(KINDS),
        "wish": frozenset({"", *WISHES}),
        "problem": frozenset(one.problem for one in known.routes),
        "urgency": frozenset(URGENCIES),
        "department": frozenset({"", *(one.code for one in known.departments)}),
        "category": frozenset({"", *(one.code for one in known.families)}),
        "symptom": frozenset({"", *(one.code for one in known.symptoms)}),
        "danger": frozenset({"", *(one.code for one in known.hazards)}),
    }
    return found.get(field, frozenset())


def value_of(case: Case, field: str) -> str:
    """What the case says now; of several dangers the first."""
    if field == "danger":
        return str((case.report.hazards or [""])[0])
    return str(getattr(case, field))


def _said(case: Case, field: str) -> str:
    kept = Triage.objects.filter(case=case).values_list("said", flat=True).first() or {}
    return str(kept.get(field, ""))


def _put(case: Case, field: str, value: str, *, by: Actor, now: datetime) -> None:
    if field == "urgency":
        set_urgency(case, value, by=by, now=now)
    elif field == "kind":
        _turn(case, value, now=now)
    elif field == "danger":
        hazards = [value] if value else []
        Report.objects.filter(id=case.report_id).update(hazards=hazards)
        if value:
            set_urgency(case, "urgent", by=by, now=now)
    elif field == "symptom":
        rest = [one for one in case.report.symptoms[1:] if one != value]
        Report.objects.filter(id=case.report_id).update(symptoms=[value, *rest] if value else rest)
        Case.objects.filter(id=case.id).update(symptom=value)
    else:
        Case.objects.filter(id=case.id).update(**{field: value})
    if field not in {"urgency", "kind", "danger"}:
        setattr(case, field, value)


def _turn(case: Case, kind: str, *, now: datetime) -> None:
    """Another kind has another card: the case begins on it anew, as long as nothing was done on the old one."""
    old, card = card_at(case.card, case.card_version), active_card(kind)
    begun = Entry.objects.filter(chain_id=case.chain_id, kind=CaseMoved.kind).exists()
    begun = begun or case.stands_at != old.starts_at or case.technician_person_id is not None
    if begun or case.merged_into_id is not None or not case.open:
        raise CannotSort("begun")
    changed = {
        "kind": kind,
        "card": card.name,
        "card_version": card.version,
        "stands_at": card.starts_at,
        "stands_since": now,
    }
    if not Case.objects.filter(id=case.id, stands_at=case.stands_at).update(**changed):
        raise CannotSort("begun")
    for name, value in changed.items():
        setattr(case, name, value)


def fields_of(case: Case, hand: SealedBy) -> list[SortedField]:
    """Every field with what the rules had said and why; for a case of the time before, without."""
    kept = Triage.objects.filter(case=case).first()
    said = kept.said if kept is not None else {}
    why = json.loads(hand.open(kept.why_sealed) or "{}") if kept is not None and kept.why_sealed else {}
    corrected = set(Correction.objects.filter(case=case).values_list("field", flat=True))
    reasons = {**why, "urgency": _urgency_reasons(why)}
    return [
        SortedField(
            field=field,
            value=value_of(case, field),
            said=str(said.get(field, "")),
            why=tuple((str(rule), str(words)) for rule, words in reasons.get(field, ())),
            corrected=field in corrected,
        )
        for field in FIELDS
    ]


def _urgency_reasons(why: dict[str, list[list[str]]]) -> list[list[str]]:
    """What made it urgent or not: danger alone, else the symptoms and what hangs on it."""
    return why.get("danger") or [*why.get("symptom", ()), *why.get("impact", ())]


def corrections() -> QuerySet[Correction]:
    """Every correction, newest first: what the rules are to learn from."""
    return Correction.objects.select_related("case", "by").order_by("-at", "-id")
