"""What a desk writes up so that a case can go on: findings, plans, decisions, answers, each ticking one need."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.cases.actions import tick
from bihuan.service.cases.errors import NotYourApproval, WriteUpUnknown
from bihuan.service.cases.events import CaseWrittenUp
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.needs import Need
from bihuan.service.cases.talking import note

WRITTEN_UP: frozenset[Need] = frozenset(
    {
        Need.ANSWERED,
        Need.FOLLOW_UP_OPENED,
        Need.INVESTIGATION_WRITTEN,
        Need.PLAN_WRITTEN,
        Need.PLAN_APPROVED,
        Need.ANSWER_ACCEPTED,
        Need.REMEDY_DONE,
        Need.REVIEW_DECIDED,
        Need.REFUND_OR_EXCHANGE_DONE,
        Need.COVER_EXTENDED,
        Need.MACHINE_RECEIVED,
        Need.SUGGESTION_WEIGHED,
    }
)
APPROVERS = frozenset({Role.APPROVER, Role.SUPERVISOR, Role.MANAGER})
TOLD_TO_CUSTOMER = frozenset({Need.ANSWERED})


@transaction.atomic
def write_up(case: Case, need: Need, words: str, *, viewer: Viewer, now: datetime) -> Note:
    """Write down what a move asks for, and tick it. An approval is given by another person than wrote the plan."""
    if need not in WRITTEN_UP:
        raise WriteUpUnknown
    viewer.must("case.note")
    if need is Need.PLAN_APPROVED:
        _refuse_own_approval(case, viewer)
    with writing():
        contact = "answer" if need in TOLD_TO_CUSTOMER else ""
        kept = note(case, words, by=viewer.actor, now=now, contact=contact, public=need in TOLD_TO_CUSTOMER)
        Note.objects.filter(id=kept.id).update(about=need)
        event = CaseWrittenUp(subject_id=case.id, need=need, note_id=kept.id)
        record(event, by=viewer.actor, now=now, chain=case.chain_id)
        tick(case, need, by=viewer.actor, now=now)
    return kept


def _refuse_own_approval(case: Case, viewer: Viewer) -> None:
    wrote = Note.objects.filter(case=case, about=Need.PLAN_WRITTEN).order_by("-id").first()
    own = wrote is not None and (wrote.by_kind, wrote.by_id) == (viewer.actor.kind, viewer.actor.id)
    if own or not viewer.roles & APPROVERS:
        raise NotYourApproval
