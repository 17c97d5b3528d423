"""Semi-automatic: the house proposes the best technician with its reasons, a person agrees or refuses with a reason."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.service.cases.actions import Doer, case_for_change
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.choosing import workers_for
from bihuan.service.dispatch.deciding.events import ProposalRefused, TechnicianProposed
from bihuan.service.dispatch.deciding.models import Suggestion
from bihuan.service.dispatch.errors import NothingProposed, ReasonUnknown
from bihuan.service.dispatch.grabs.rounds import plain, reason_of
from bihuan.service.dispatch.rules import Reason
from bihuan.service.dispatch.words import OVERRIDE_REASONS


@transaction.atomic
def suggest(case: Case, *, now: datetime) -> Suggestion | None:
    """Propose the best of those who were not refused for this case before. None when nobody is left."""
    case = case_for_change(case.id)
    standing = open_suggestion(case.id)
    if standing is not None:
        return standing
    refused = Suggestion.objects.filter(case=case, state=Suggestion.REFUSED)
    unwanted = set(refused.values_list("technician_id", flat=True))
    best = next((one for one in workers_for(case, now=now).candidates if one.id not in unwanted), None)
    if best is None:
        return None
    kept: list[dict[str, Any]] = [{"code": one.code, "params": plain(one)} for one in best.reasons]
    anew = {"state": Suggestion.OPEN, "reasons": kept, "made_at": now, "answered_at": None, "answered_by": 0}
    made, _ = Suggestion.objects.update_or_create(case=case, technician_id=best.id, defaults=anew)
    told = TechnicianProposed(
        subject_id=case.id, suggestion_id=made.id, technician_id=best.id, node_id=case.node_id
    )
    record(told, by=CLOCK, now=now, chain=case.chain_id)
    return made


@transaction.atomic
def refuse_suggestion(case: Case, *, reason: str, doer: Doer, now: datetime) -> Suggestion:
    """A person does not agree, and says why; the next one is proposed."""
    if reason not in OVERRIDE_REASONS:
        raise ReasonUnknown
    case = case_for_change(case.id)
    standing = open_suggestion(case.id)
    if standing is None or not _answer(standing, Suggestion.REFUSED, doer=doer, now=now, reason=reason):
        raise NothingProposed(case.number)
    told = ProposalRefused(
        subject_id=case.id,
        suggestion_id=standing.id,
        technician_id=standing.technician_id,
        reason=reason,
    )
    record(told, by=doer.by, now=now, chain=case.chain_id)
    return standing


def settle_suggestion(case: Case, *, technician_id: int, doer: Doer, now: datetime) -> None:
    """The case goes on: with whom was proposed, or another way (`technician_id` of somebody else, or 0)."""
    standing = open_suggestion(case.id)
    if standing is not None:
        agreed = standing.technician_id == technician_id
        _answer(standing, Suggestion.APPLIED if agreed else Suggestion.OVERTAKEN, doer=doer, now=now)


def _answer(standing: Suggestion, state: str, *, doer: Doer, now: datetime, reason: str = "") -> bool:
    mine = Suggestion.objects.filter(id=standing.id, state=Suggestion.OPEN)
    by = doer.by.id if doer.by.kind == "staff" else 0
    return bool(mine.update(state=state, answered_at=now, answered_by=by, reason=reason))


def open_suggestion(case_id: int) -> Suggestion | None:
    """Who is proposed for this case and waits for a person's answer."""
    rows = Suggestion.objects.select_related("technician__person")
    return rows.filter(case_id=case_id, state=Suggestion.OPEN).first()


def open_suggestions(case_ids: Iterable[int]) -> dict[int, Suggestion]:
    """case → who is proposed for it: one statement."""
    rows = Suggestion.objects.select_related("technician__person")
    return {row.case_id: row for row in rows.filter(case_id__in=list(case_ids), state=Suggestion.OPEN)}


def reasons_of(suggestion: Suggestion) -> list[Reason]:
    """What spoke for the proposed technician when they were proposed."""
    return [reason_of(one["code"], one["params"]) for one in suggestion.reasons]
