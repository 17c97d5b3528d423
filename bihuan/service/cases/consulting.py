"""Asking technical support how to go about a case, before anybody leaves: one question at a time, one answer with
the way it is to be solved; for a special or large fault the answer holds a contingency plan too."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bihuan.ground.journal.actions import record
from bihuan.ground.vault.actions import SealedBy, keys_for
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import standards_for
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.errors import SupportAnsweredAlready, SupportAskedAlready, SupportLacks
from bihuan.service.cases.events import SupportAnswered, SupportAsked
from bihuan.service.cases.models import Case, Consultation
from bihuan.service.cases.queries import visible

SUPPORT = "technical_support"  # the department that is told
LONGEST = 2000


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One question with its answer, in clear; empty where the customer was forgotten."""

    id: int
    asked_at: datetime
    asked_by: str
    question: str
    special: bool
    answered_at: datetime | None
    answered_by: str
    way: str
    answer: str
    contingency: str


def is_special(case: Case) -> bool:
    """Whether the work standard of this fault asks for technical support before anybody leaves."""
    found = standards_for(category=case.category, kind=case.kind, symptoms=case.report.symptoms)
    return any(one.special for one in found)


@transaction.atomic
def ask(case: Case, words: str, *, viewer: Viewer, now: datetime, special: bool = False) -> Consultation:
    """Ask technical support. A fault whose standard says so is special, whatever was ticked."""
    viewer.must("support.ask")
    if not words.strip():
        raise SupportLacks(question=_("Write what you want to know."))
    case_for_change(case.id)  # two who ask at once queue here
    if Consultation.objects.filter(case=case, answered_at__isnull=True).exists():
        raise SupportAskedAlready(case.number)
    kept = Consultation.objects.create(
        case=case,
        asked_by_id=viewer.person_id or 0,
        asked_at=now,
        question_sealed=_sealed(case, words),
        special=special or is_special(case),
    )
    event = SupportAsked(subject_id=case.id, consultation_id=kept.id, special=kept.special)
    record(event, by=viewer.actor, now=now, chain=case.chain_id)
    return kept


@transaction.atomic
def answer(
    held: Consultation, *, way: str, words: str, contingency: str = "", viewer: Viewer, now: datetime
) -> None:
    """Answer with the way to solve it. Two at once: the first counts."""
    viewer.must("support.answer")
    wrong: dict[str, str] = {}
    if way not in Consultation.WAYS:
        wrong["way"] = _("Choose how it is to be solved.")
    if not words.strip():
        wrong["answer"] = _("Write what is to be done.")
    if held.special and not contingency.strip():
        wrong["contingency"] = _("A special or large fault needs a contingency plan: what if this fails?")
    if wrong:
        raise SupportLacks(**wrong)
    case = case_for_change(held.case_id)
    unanswered = Consultation.objects.filter(id=held.id, answered_at__isnull=True)
    if not unanswered.update(
        way=way,
        answer_sealed=_sealed(case, words),
        contingency_sealed=_sealed(case, contingency),
        answered_by_id=viewer.person_id,
        answered_at=now,
    ):
        raise SupportAnsweredAlready(case.number)
    event = SupportAnswered(
        subject_id=case.id, consultation_id=held.id, way=way, contingency=bool(contingency.strip())
    )
    record(event, by=viewer.actor, now=now, chain=case.chain_id)


def _sealed(case: Case, words: str) -> str:
    told = words.strip()[:LONGEST]
    key = case.customer.key_id
    return keys_for([key]).seal(key, told) if told else ""


def consultation(consultation_id: int) -> Consultation:
    return Consultation.objects.get(id=consultation_id)


def open_of(case_id: int) -> Consultation | None:
    """The question that waits for its answer."""
    return Consultation.objects.filter(case_id=case_id, answered_at__isnull=True).first()


def advice_of(case: Case) -> list[Advice]:
    """Every question about a case, newest first: two statements."""
    rows = list(
        Consultation.objects.filter(case=case).select_related("asked_by", "answered_by").order_by("-id")
    )
    hand = keys_for([case.customer.key_id])
    return [_opened(row, hand) for row in rows]


def _opened(row: Consultation, hand: SealedBy) -> Advice:
    return Advice(
        id=row.id,
        asked_at=row.asked_at,
        asked_by=row.asked_by.name,
        question=hand.open(row.question_sealed) or "",
        special=row.special,
        answered_at=row.answered_at,
        answered_by=row.answered_by.name if row.answered_by else "",
        way=row.way,
        answer=hand.open(row.answer_sealed) or "",
        contingency=hand.open(row.contingency_sealed) or "",
    )


def waiting_for_support(viewer: Viewer) -> QuerySet[Consultation]:
    """The questions that wait, of the cases this viewer may see."""
    viewer.must("support.answer")
    rows = Consultation.objects.filter(answered_at__isnull=True).select_related("case__node", "asked_by")
    return rows if viewer.nodes is None else rows.filter(case__in=visible(viewer))
