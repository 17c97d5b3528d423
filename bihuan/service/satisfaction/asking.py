"""Asking the customer: the row when the work is done, the question when its time has come."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from bihuan.ground.journal.actions import record, writing
from bihuan.ground.journal.event import CLOCK, Actor, Event, Fact
from bihuan.ground.vault.actions import fingerprint, keys, signature
from bihuan.ground.worktime.calendar import moment_after, next_open
from bihuan.registers.access.errors import NotFound
from bihuan.service.cases.events import CaseDone, CaseReopened
from bihuan.service.cases.models import Case
from bihuan.service.commitments.profiles_in_use import calendar_in_force
from bihuan.service.satisfaction.errors import AnsweredAlready, RatingsMissing
from bihuan.service.satisfaction.events import ConfirmAsked, SolvedConfirmed, SurveyAnswered, SurveySent
from bihuan.service.satisfaction.models import Survey
from bihuan.service.satisfaction.rules import LONGEST_WORDS, RATINGS, SURVEY_AFTER, faults_of, is_low

CALENDAR = "cn-contact"
SWEEP = 100


def plan_asking(fact: Fact[CaseDone]) -> None:
    """The work is done: put the two questions down, each for a time outside quiet hours."""
    case = Case.objects.get(id=fact.event.subject_id)
    calendar = calendar_in_force(CALENDAR)
    seed = secrets.token_hex(16)
    soon = next_open(calendar, fact.happened_at) or fact.happened_at
    survey = Survey(
        case=case,
        node_id=case.node_id,
        technician_person_id=case.technician_person_id,
        category=case.category,
        brand=case.brand,
        outcome=case.outcome,
        link_seed=seed,
        link_print=fingerprint(token_of(seed)),
        done_at=fact.happened_at,
        confirm_due_at=soon,
        due_at=moment_after(calendar, fact.happened_at, SURVEY_AFTER) or fact.happened_at,
    )
    Survey.objects.bulk_create([survey], ignore_conflicts=True)


def drop_asking(fact: Fact[CaseReopened]) -> None:
    """The case went back to work: what was not asked yet is asked after the next completion."""
    Survey.objects.filter(case_id=fact.event.subject_id, sent_at__isnull=True, dropped_at__isnull=True).update(
        dropped_at=fact.recorded_at
    )


def token_of(seed: str) -> str:
    return signature("survey-link", seed)


def link_of(survey: Survey) -> str:
    """The absolute private link of a survey."""
    return f"{settings.BIHUAN_ADDRESS}/s/{token_of(survey.link_seed)}"


def survey_by_token(token: str) -> Survey:
    found = Survey.objects.select_related("case__customer__key").filter(link_print=fingerprint(token or " ")).first()
    if found is None:
        raise NotFound
    return found


def ask_confirms(now: datetime) -> int:
    """A sweep: ask whether it is solved, for each completion whose time has come. Each exactly once."""
    due = Survey.objects.filter(confirm_asked_at__isnull=True, dropped_at__isnull=True, confirm_due_at__lte=now)
    told = 0
    for survey in due.select_related("case").order_by("confirm_due_at")[:SWEEP]:
        told += _once(survey, {"confirm_asked_at": now}, ConfirmAsked(subject_id=survey.case_id, survey_id=survey.id), now)
    return told


def send_surveys(now: datetime) -> int:
    """A sweep: send the surveys whose time has come. Each exactly once."""
    due = Survey.objects.filter(sent_at__isnull=True, dropped_at__isnull=True, due_at__lte=now)
    told = 0
    for survey in due.select_related("case").order_by("due_at")[:SWEEP]:
        told += _once(survey, {"sent_at": now}, SurveySent(subject_id=survey.case_id, survey_id=survey.id), now)
    return told


def _once(survey: Survey, change: dict[str, datetime], event: Event, now: datetime) -> bool:
    [column] = change
    with transaction.atomic():
        mine = Survey.objects.filter(**{f"{column}__isnull": True}, id=survey.id, dropped_at__isnull=True).update(**change)
        if mine:
            record(event, by=CLOCK, now=now, chain=survey.case.chain_id)
    return bool(mine)


@transaction.atomic
def say_solved(survey: Survey, *, solved: bool, via: str, by: Actor, now: datetime) -> None:
    """The customer says whether it is solved. The first answer counts; a later objection is a complaint."""
    mine = Survey.objects.filter(id=survey.id, solved__isnull=True)
    if not mine.update(solved=solved, solved_at=now, solved_via=via):
        raise AnsweredAlready
    event = SolvedConfirmed(subject_id=survey.case_id, survey_id=survey.id, solved=solved)
    record(event, by=by, now=now, chain=survey.case.chain_id)


@transaction.atomic
def answer(survey: Survey, ratings: dict[str, int], *, words: str, by: Actor, now: datetime) -> None:
    """The customer's four ratings and their own words; taken once."""
    if reasons := faults_of(ratings):
        raise RatingsMissing(reasons)
    key = survey.case.customer.key
    told = words.strip()[:LONGEST_WORDS]
    change = {name: ratings[name] for name in RATINGS}
    mine = Survey.objects.filter(id=survey.id, answered_at__isnull=True).update(
        **change,
        answered_at=now,
        words_sealed=keys(key).seal(key.id, told) if key.destroyed_at is None else "",
    )
    if not mine:
        raise AnsweredAlready
    with writing():
        event = SurveyAnswered(subject_id=survey.case_id, survey_id=survey.id, low=is_low(change), **change)
        record(event, by=by, now=now, chain=survey.case.chain_id)
