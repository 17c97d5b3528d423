"""Cases that were brought in by mistake leave the house: every list, every figure. Their stories stay in the journal
and say so. What somebody has worked on since stays whole."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import ProtectedError

from bihuan.ground.journal.actions import lock_chains, record, writing
from bihuan.ground.journal.event import CLOCK, Actor
from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.reactions import let_go
from bihuan.service.cases.bringing_in import days_of
from bihuan.service.cases.events import CaseBroughtIn, CaseImportUndone, CasesTakenOut, PastCaseBroughtIn
from bihuan.service.cases.models import Case
from bihuan.service.intake.models import RawMessage, Report

FIRST_WORDS = frozenset({CaseBroughtIn.kind, PastCaseBroughtIn.kind, CaseImportUndone.kind, "promise.made"})


def worked_on(cases: Sequence[Case]) -> set[int]:
    """The cases of these whose story has anything that a person did since they were brought in."""
    chains = {case.chain_id: case.id for case in cases}
    entries = Entry.objects.filter(chain_id__in=chains).exclude(actor_kind=CLOCK.kind)
    touched = entries.exclude(kind__in=FIRST_WORDS).values_list("chain_id", flat=True)
    return {chains[chain] for chain in touched if chain is not None}


def tell_taking_out(cases: Sequence[Case], *, run_id: int, by: Actor, now: datetime) -> None:
    """Write into the stories of these cases that they go, and let the rooms above forget what they keep of them. What
    the stories still owe is not carried out any more."""
    with writing():
        lock_chains(case.chain_id for case in cases)
        leaving = CasesTakenOut(
            subject_id=run_id, cases=tuple(case.id for case in cases), days=days_of(cases)
        )
        record(leaving, by=by, now=now)
        for case in sorted(cases, key=lambda one: one.chain_id):
            undone = CaseImportUndone(subject_id=case.id, run_id=run_id)
            record(undone, by=by, now=now, chain=case.chain_id)
    let_go((case.chain_id for case in cases), now=now)


def remove_cases(cases: Sequence[Case]) -> set[int]:
    """Remove the rows of these cases, their reports and the words as they came in. Returns the cases that stay because
    something hangs on them. Whoever keeps rows of theirs above has taken them away before."""
    wanted = {case.id: case for case in cases}
    while wanted:
        try:
            with transaction.atomic():
                _remove(list(wanted.values()))
        except ProtectedError as held:
            for blocked in _cases_in(held.protected_objects) or set(wanted):
                wanted.pop(blocked, None)
        else:
            break
    return {case.id for case in cases} - set(wanted)


def _remove(cases: Sequence[Case]) -> None:
    reports = Report.objects.filter(id__in=[case.report_id for case in cases])
    raws = list(reports.values_list("raw_id", flat=True))
    Case.objects.filter(id__in=[case.id for case in cases]).delete()
    reports.delete()
    RawMessage.objects.filter(id__in=raws).delete()


def _cases_in(holding: set[models.Model]) -> set[int]:
    return {int(case) for row in holding if (case := getattr(row, "case_id", None)) is not None}
