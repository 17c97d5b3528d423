"""结案: what the customer's answers and their silence do to a case. Listens to what was answered."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from bihuan.ground.journal.event import CLOCK, Actor, Fact
from bihuan.ground.process.steps import leaving_moves
from bihuan.service.cases.actions import Doer, case_for_change, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.queries import card_of
from bihuan.service.fieldwork.events import WorkFinished
from bihuan.service.fieldwork.models import Sheet
from bihuan.service.satisfaction.calling_back import open_callback
from bihuan.service.satisfaction.events import SolvedConfirmed, SurveyAnswered
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import LOW_OPINIONS, silent_since

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


def hear_low_opinion(fact: Fact[WorkFinished]) -> None:
    """一般 or 不满意 on the sheet opens a callback too, once the work is done."""
    sheet = Sheet.objects.filter(work_id=fact.event.work_id).values_list("opinion", flat=True).first()
    if sheet not in LOW_OPINIONS:
        return
    case = Case.objects.get(id=fact.event.subject_id)
    if card_of(case).place(case.stands_at).stage == "done":
        open_callback(case.id, cause="opinion", by=fact.by, now=fact.recorded_at)


@transaction.atomic
def close_confirmed(case_id: int, *, by: Actor, now: datetime) -> None:
    """The customer said that it is solved; close, unless a callback is still owed."""
    case = case_for_change(case_id)
    tick(case, Need.SOLVED_CONFIRMED, by=by, now=now)
    owed = Callback.objects.filter(case=case, open=True).exists()
    if not owed and any(move.name == "close" for move in leaving_moves(card_of(case), case.stands_at)):
        move_case(case, "close", doer=Doer.house(by), now=now)


def close_silent(now: datetime) -> int:
    """A sweep: close what was asked 72 hours ago and not objected to, marked as no answer. Returns how many."""
    ringing = Callback.objects.filter(case_id=OuterRef("case_id"), open=True)
    asked = Survey.objects.filter(~Exists(ringing), awaits=True, confirm_asked_at__lte=silent_since(now))
    closed = 0
    for survey in asked.order_by("confirm_asked_at")[:SWEEP]:
        closed += _close_one(survey.id, survey.case_id, now=now)
    return closed


@transaction.atomic
def _close_one(survey_id: int, case_id: int, *, now: datetime) -> bool:
    case = case_for_change(case_id)
    if not Survey.objects.filter(id=survey_id, awaits=True).update(awaits=False):
        return False
    if not any(move.name == "close_silent" for move in leaving_moves(card_of(case), case.stands_at)):
        return False
    move_case(case, "close_silent", doer=Doer.house(CLOCK), now=now)
    return True
