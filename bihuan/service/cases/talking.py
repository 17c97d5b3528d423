"""What is said on a case: notes, contacts with the customer, and the customer's asking again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bihuan.ground.journal.actions import hold_chain, record, writing
from bihuan.ground.journal.event import Actor
from bihuan.ground.journal.queries import story_of
from bihuan.ground.vault.actions import keys_for
from bihuan.registers.knowledge.queries import asks_again
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.errors import GradeUnknown, NoteEmpty, PlanNotTold
from bihuan.service.cases.events import (
    CallConnected,
    CallGreeted,
    CaseChased,
    CaseContacted,
    CaseGraded,
    CaseNoted,
    CustomerWrote,
    DangerHeard,
    PlanTold,
    UrgencyChanged,
)
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import Report

LONGEST_NOTE = 5000
GRADES = frozenset({"general", "complex", "major"})


@transaction.atomic
def note(
    case: Case, words: str, *, by: Actor, now: datetime, contact: str = "", public: bool = False
) -> Note:
    """Write something down. `contact` names how the customer was spoken to, and then counts as a contact."""
    if not words.strip():
        raise NoteEmpty
    key = case.customer.key_id
    kept = Note.objects.create(
        case=case,
        by_kind=by.kind,
        by_id=by.id,
        words_sealed=keys_for([key]).seal(key, words.strip()[:LONGEST_NOTE]),
        contact=contact,
        public=public,
        at=now,
    )
    with writing():
        record(CaseNoted(subject_id=case.id, note_id=kept.id), by=by, now=now, chain=case.chain_id)
        if contact:
            record(CaseContacted(subject_id=case.id, how=contact), by=by, now=now, chain=case.chain_id)
    return kept


@transaction.atomic
def tell_plan(case: Case, words: str, *, contact: str, by: Actor, now: datetime) -> Note:
    """Write down that the customer was told how we go about it; `contact` says by which way."""
    if not contact:
        raise PlanNotTold
    with writing():
        kept = note(case, words, by=by, now=now, contact=contact)
        told = PlanTold(subject_id=case.id, note_id=kept.id)
        record(told, by=by, now=now, chain=case.chain_id)
    return kept


@transaction.atomic
def move_saying(case: Case, move: str, *, doer: Doer, now: datetime, reason: str = "") -> Case:
    """Take one step for a reason in words: the words are kept as a note, sealed; the journal never sees them.

    A reason that is a code (one plain word) goes to the journal as it is.
    """
    moved = move_case(case, move, doer=doer, now=now, reason=reason)
    if reason.strip() and not (reason.isascii() and reason.isidentifier()):
        note(moved, reason, by=doer.by, now=now)
    return moved


@transaction.atomic
def chase(case: Case, *, by: Actor, now: datetime, words: str = "") -> int:
    """催单: the customer asks again. Never a second case. Returns how often by now.

    `words` are the customer's: kept as a note, no contact of ours. The chase still waits for our answer.
    """
    hold_chain(case.chain_id)
    Case.objects.filter(id=case.id).update(chases=F("chases") + 1)
    case.refresh_from_db(fields=["chases"])
    with writing():
        record(CaseChased(subject_id=case.id, times=case.chases), by=by, now=now, chain=case.chain_id)
        if words.strip():
            note(case, words, by=by, now=now)
    return case.chases


@transaction.atomic
def hear_more(case: Case, report: Report, words: str, *, by: Actor, now: datetime) -> Note:
    """The customer wrote again about this case: their words beside the others, and whoever answers for it is told.
    A case that ended stays so: thanks open nothing again, a person decides."""
    kept = note(case, words, by=by, now=now)
    if case.open and asks_again(words):
        chase(case, by=by, now=now)
    heard = CustomerWrote(subject_id=case.id, note_id=kept.id, report_id=report.id, channel=report.channel)
    record(heard, by=by, now=now, chain=case.chain_id)
    hear_danger(case, report.hazards, by=by, now=now)
    return kept


def hear_danger(case: Case, dangers: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Later words tell of danger: the case becomes urgent, and those who work on it are told, urgent or not before."""
    if not dangers or not case.open:
        return
    hold_chain(case.chain_id)
    known = [*case.report.hazards, *dangers]
    Report.objects.filter(id=case.report_id).update(hazards=list(dict.fromkeys(known)))
    heard = DangerHeard(subject_id=case.id, dangers=tuple(dangers), raised=case.urgency != "urgent")
    record(heard, by=by, now=now, chain=case.chain_id)
    set_urgency(case, "urgent", by=by, now=now)


@transaction.atomic
def set_urgency(case: Case, urgency: str, *, by: Actor, now: datetime) -> None:
    """How soon it must be done. Saying what is so already records nothing."""
    hold_chain(case.chain_id)
    changed = Case.objects.filter(id=case.id).exclude(urgency=urgency).update(urgency=urgency)
    case.urgency = urgency
    if changed:
        record(UrgencyChanged(subject_id=case.id, urgency=urgency), by=by, now=now, chain=case.chain_id)


@transaction.atomic
def set_grade(case: Case, grade: str, *, by: Actor, now: datetime) -> None:
    """How much there is to it: general, complex or major. Saying what is so already records nothing."""
    if grade not in GRADES:
        raise GradeUnknown
    hold_chain(case.chain_id)
    changed = Case.objects.filter(id=case.id).exclude(grade=grade).update(grade=grade)
    case.grade = grade
    if changed:
        record(CaseGraded(subject_id=case.id, grade=grade), by=by, now=now, chain=case.chain_id)


@transaction.atomic
def call_began(
    case: Case, *, connected_at: datetime, greeted_at: datetime | None, by: Actor, now: datetime
) -> None:
    """The call of which this case came: when it was taken and when the greeting was said. Where nobody noted the
    greeting nothing is known, and nothing is written down: silence is no breach.

    A case has one such call; saying it again changes nothing.
    """
    hold_chain(case.chain_id)
    known = any(fact.event.kind == CallConnected.kind for fact in story_of(case.chain_id))
    if known or greeted_at is None:
        return
    with writing():
        taken, said = CallConnected(subject_id=case.id), CallGreeted(subject_id=case.id)
        record(taken, by=by, now=now, chain=case.chain_id, happened_at=connected_at)
        record(said, by=by, now=now, chain=case.chain_id, happened_at=max(greeted_at, connected_at))
