"""Asking the customer: the row when the work is done, the question when its time has come."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK, Actor, Event, Fact
from bihuan.ground.vault.actions import fingerprint, keys, signature
from bihuan.ground.worktime.calendar import moment_after, next_open
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.actions import case_for_change
from bihuan.service.cases.events import CaseClosed, CaseDone, CaseMoved, CaseReopened
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of
from bihuan.service.commitments.profiles_in_use import calendar_in_force
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.policy import CONTACT_HOURS
from bihuan.service.satisfaction.errors import AnsweredAlready, AskedTooEarly, RatingsMissing
from bihuan.service.satisfaction.events import ConfirmAsked, SolvedConfirmed, SurveyAnswered, SurveySent
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.rules import LONGEST_WORDS, RATINGS, SURVEY_AFTER, faults_of, is_low

CALLBACK_PLACE = "to_call_back"
OVER = frozenset({"done", "closed"})
BY_PHONE = frozenset({"solved_remotely", "answered"})  # outcomes for which nobody went
SWEEP = 100


def plan_asking(fact: Fact[CaseDone]) -> None:
    """The work is done: put the two questions down, each for a time outside quiet hours."""
    case = Case.objects.get(id=fact.event.subject_id)
    calendar = calendar_in_force(CONTACT_HOURS)
    seed = secrets.token_hex(16)
    survey = Survey(
        case=case,
        node_id=case.node_id,
        technician_person_id=case.technician_person_id,
        visit=_visit_of(case, fact.event.outcome),
        machine_id=case.machine_id,
        kind=case.kind,
        category=case.category,
        brand=case.brand,
        outcome=case.outcome,
        link_seed=seed,
        link_print=fingerprint(token_of(seed)),
        done_at=fact.happened_at,
        confirm_due_at=next_open(calendar, fact.happened_at) or fact.happened_at,
        due_at=moment_after(calendar, fact.happened_at, SURVEY_AFTER) or fact.happened_at,
    )
    Survey.objects.bulk_create([survey], ignore_conflicts=True)


def _visit_of(case: Case, outcome: str) -> Visit | None:
    """The trip on which the work was done; None when nobody went."""
    if outcome in BY_PHONE:
        return None
    return Visit.objects.filter(case=case, arrived_at__isnull=False).order_by("-number").first()


def hear_reopened(fact: Fact[CaseReopened]) -> None:
    """Somebody rings: nothing closes by silence, and nobody is asked whether it is solved."""
    Survey.objects.filter(case_id=fact.event.subject_id, awaits=True).update(awaits=False)


def hear_closed(fact: Fact[CaseClosed]) -> None:
    """The case waits for no word any more; the survey is still asked."""
    Survey.objects.filter(case_id=fact.event.subject_id, awaits=True).update(awaits=False)


def drop_asking(fact: Fact[CaseMoved]) -> None:
    """The case went back to work: what was not asked yet is asked after the next completion."""
    if fact.event.left != CALLBACK_PLACE:
        return
    case = Case.objects.get(id=fact.event.subject_id)
    if card_of(case).place(fact.event.reached).stage not in OVER:
        waiting = Survey.objects.filter(case=case, sent_at__isnull=True, dropped_at__isnull=True)
        waiting.update(dropped_at=fact.recorded_at)


def token_of(seed: str) -> str:
    return signature("survey-link", seed)


def link_of(survey: Survey) -> str:
    """The absolute private link of a survey."""
    return f"{settings.BIHUAN_ADDRESS}/s/{token_of(survey.link_seed)}"


def survey_by_token(token: str) -> Survey:
    found = (
        Survey.objects.select_related("case__customer__key")
        .filter(link_print=fingerprint(token or " "))
        .first()
    )
    if found is None or found.case.customer.forgotten_at is not None:
        raise NotFound
    return found


def ask_confirms(now: datetime) -> int:
    """A sweep: ask whether it is solved, for each completion whose time has come. Each exactly once."""
    due = Survey.objects.filter(confirm_asked_at__isnull=True, awaits=True, confirm_due_at__lte=now)
    told = 0
    for survey in due.select_related("case").order_by("confirm_due_at")[:SWEEP]:
        event = ConfirmAsked(subject_id=survey.case_id, survey_id=survey.id)
        told += _once(survey, "confirm_asked_at", event, now)
    return told


def send_surveys(now: datetime) -> int:
    """A sweep: send the surveys whose time has come. Each exactly once. A customer whom somebody is about to ring
    is asked after that call."""
    ringing = Callback.objects.filter(case_id=OuterRef("case_id"), open=True)
    due = Survey.objects.filter(
        ~Exists(ringing), sent_at__isnull=True, dropped_at__isnull=True, due_at__lte=now
    )
    told = 0
    for survey in due.select_related("case").order_by("due_at")[:SWEEP]:
        told += _once(survey, "sent_at", SurveySent(subject_id=survey.case_id, survey_id=survey.id), now)
    return told


@transaction.atomic
def _once(survey: Survey, column: str, event: Event, now: datetime) -> bool:
    """The conditional update decides which of several sweeps asks."""
    case_for_change(survey.case_id)
    unasked = Survey.objects.filter(**{f"{column}__isnull": True}, id=survey.id, dropped_at__isnull=True)
    if not unasked.update(**{column: now}):
        return False
    record(event, by=CLOCK, now=now, chain=survey.case.chain_id)
    return True


@transaction.atomic
def say_solved(survey: Survey, *, solved: bool, via: str, by: Actor, now: datetime) -> None:
    """The customer says whether it is solved (`via` link or phone). The first answer counts."""
    case = case_for_change(survey.case_id)
    _refuse_at_work(case, survey)
    mine = Survey.objects.filter(id=survey.id, solved__isnull=True)
    asked = Coalesce("confirm_asked_at", now)
    if not mine.update(solved=solved, solved_at=now, solved_via=via, awaits=False, confirm_asked_at=asked):
        raise AnsweredAlready
    event = SolvedConfirmed(subject_id=case.id, survey_id=survey.id, solved=solved)
    record(event, by=by, now=now, chain=case.chain_id)


@transaction.atomic
def answer(survey: Survey, ratings: dict[str, int], *, words: str, by: Actor, now: datetime) -> None:
    """The customer's four ratings and their own words; taken once, never changed."""
    if reasons := faults_of(ratings):
        raise RatingsMissing(reasons)
    case = case_for_change(survey.case_id)
    if survey.answered_at is None:
        _refuse_at_work(case, survey)
    change = {name: ratings[name] for name in RATINGS}
    sealed = _sealed(survey, words)
    unanswered = Survey.objects.filter(id=survey.id, answered_at__isnull=True)
    sent = Coalesce("sent_at", now)
    if not unanswered.update(**change, answered_at=now, sent_at=sent, words_sealed=sealed):
        raise AnsweredAlready
    event = SurveyAnswered(subject_id=case.id, survey_id=survey.id, low=is_low(change), **change)
    record(event, by=by, now=now, chain=case.chain_id)


def _sealed(survey: Survey, words: str) -> str:
    """The customer's words under their key; nothing once that is destroyed."""
    key = survey.case.customer.key
    told = words.strip()[:LONGEST_WORDS]
    return keys(key).seal(key.id, told) if told and key.destroyed_at is None else ""


def _refuse_at_work(case: Case, survey: Survey) -> None:
    """While the work goes on again nobody can say how it went."""
    if survey.dropped_at is not None and card_of(case).place(case.stands_at).stage not in OVER:
        raise AskedTooEarly
