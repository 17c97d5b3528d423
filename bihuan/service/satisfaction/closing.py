"""结案: what the customer's answers and their silence do to a case. Listens to what was answered."""

from datetime import datetime

from django.db import transaction

from bihuan.ground.journal.event import CLOCK, Actor, Event, Fact
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.needs import Need
from bihuan.service.satisfaction.calling_back import open_callback
from bihuan.service.satisfaction.events import SolvedConfirmed, SurveyAnswered
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import SILENCE, silent_long_enough

SWEEP = 100


def hear_confirmed(fact: Fact[SolvedConfirmed]) -> None:
    """Solved: the case closes. Not solved: somebody rings."""
    if fact.event.solved:
        close_confirmed(fact.event.subject_id, by=fact.by, now=fact.recorded_at)
    else:
        open_callback(fact.event.subject_id, cause="not_solved", by=fact.by, now=fact.recorded_at)


def hear_answer(fact: Fact[SurveyAnswered]) -> None:
    """A low rating opens a callback by itself."""
    if fact.event.low:
        open_callback(fact.event.subject_id, cause="low_score", by=fact.by, now=fact.recorded_at)


def hear_low_opinion(fact: Fact[Event]) -> None:
    """一般 or 不满意 on the sheet opens a callback too, once the work is done."""
    open_callback(fact.event.subject_id, cause="opinion", by=fact.by, now=fact.recorded_at)


@transaction.atomic
def close_confirmed(case_id: int, *, by: Actor, now: datetime) -> None:
    """The customer said that it is solved; close, unless a callback is still owed."""
    case = case_for_change(case_id)
    tick(case, Need.SOLVED_CONFIRMED, by=by, now=now)
    if case.stands_at == "done" and not Callback.objects.filter(case=case, open=True).exists():
        move_case(case, "close", doer=Doer.house(by), now=now)


def close_silent(now: datetime) -> int:
    """A sweep: close what was asked 72 hours ago and not objected to, marked as no answer. Returns how many."""
    asked = Survey.objects.filter(
        solved__isnull=True,
        dropped_at__isnull=True,
        confirm_asked_at__lte=now - SILENCE,
        case__open=True,
        case__stands_at="done",
    )
    closed = 0
    for survey in asked.order_by("confirm_asked_at")[:SWEEP]:
        if silent_long_enough(asked_at=survey.confirm_asked_at, done_at=survey.done_at, now=now):
            closed += _close_one(survey.case_id, now=now)
    return closed


@transaction.atomic
def _close_one(case_id: int, *, now: datetime) -> bool:
    case = case_for_change(case_id)
    if case.stands_at != "done":
        return False
    move_case(case, "close_silent", doer=Doer.house(CLOCK), now=now)
    return True
