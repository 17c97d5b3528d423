"""The customer is asked in waking hours, each question once, and answers once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.owning import set_technician
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import calendar_in_force
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.errors import AnsweredAlready, AskedTooEarly, RatingsMissing
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.queries import surveys_of
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked, at_once, rescued
from tests.makers import NOW, company, later

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 the next day


def told(case: Case, kind: str) -> int:
    return Entry.objects.filter(kind=f"satisfaction.{kind}", subject_id=case.id).count()


def promise(case: Case, clause: str) -> Promise:
    return Promise.objects.get(case=case, clause=clause)


@pytest.mark.demand("S4-20", "X-05")
def test_by_day_the_customer_is_asked_at_once_whether_it_is_solved() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(seconds=3))
    commitments.mark_broken(later(minutes=16))
    assert survey.confirm_asked_at == later(seconds=3)
    assert (promise(case, "confirm_solved").state, promise(case, "confirm_solved").due_at) == (
        "kept",
        later(minutes=15),
    )


@pytest.mark.demand("S4-20", "S2-17", "U-06")
def test_what_is_done_at_night_is_asked_in_the_morning_and_is_not_late() -> None:
    case = a_done_case(company(), now=NIGHT)
    assert asked(case, now=MORNING - timedelta(seconds=1)).confirm_asked_at is None
    commitments.mark_broken(MORNING)
    assert asked(case, now=MORNING).confirm_asked_at == MORNING
    commitments.mark_broken(MORNING + timedelta(hours=1))
    assert promise(case, "confirm_solved").state == "kept"


@pytest.mark.demand("S0-32", "S2-15", "X-05")
@pytest.mark.parametrize("done_at", [NOW, NIGHT, datetime(2026, 11, 23, 12, 0, tzinfo=UTC)])
def test_the_survey_goes_out_within_a_day_and_never_at_night(done_at: datetime) -> None:
    survey = Survey.objects.get(case=a_done_case(company(), now=done_at))
    hour = survey.due_at.astimezone(calendar_in_force("cn-contact").zone).hour
    assert (survey.due_at - done_at <= timedelta(hours=24), 9 <= hour < 21) == (True, True)


@pytest.mark.demand("S0-32", "S4-20")
def test_sweeps_that_run_twice_ask_once() -> None:
    case = a_done_case(company())
    for _ in range(3):
        asked(case, now=later(hours=3))
    assert (told(case, "confirm_asked"), told(case, "survey_sent"), faults_of(case.chain_id)) == (1, 1, [])


@pytest.mark.demand("S0-32", "S4-20")
@pytest.mark.django_db(transaction=True)
def test_sweeps_that_run_at_the_same_time_ask_once() -> None:
    made = company()
    cases = [a_done_case(made) for _ in range(4)]

    def sweep() -> None:
        asking.ask_confirms(later(hours=3))
        asking.send_surveys(later(hours=3))

    at_once(sweep, sweep, sweep)
    assert [(told(case, "confirm_asked"), told(case, "survey_sent")) for case in cases] == [(1, 1)] * 4
    assert [faults_of(case.chain_id) for case in cases] == [[]] * 4


def test_who_did_the_work_is_frozen_at_completion() -> None:
    made = company()
    case = a_done_case(made)
    set_technician(case, made.technicians[1].person_id)
    survey = asked(case, now=later(hours=3))
    assert survey.technician_person_id == made.people[Role.TECHNICIAN].id
    assert (survey.node_id, survey.machine_id, survey.category, survey.brand, survey.outcome) == (
        made.own.id, case.machine_id, "refrigerator", "澄川", "finished",
    )  # fmt: skip


@pytest.mark.demand("S4-22", "S2-16")
def test_four_ratings_and_the_customers_own_words_are_kept_and_readable_by_their_key_only() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY, words=" 师傅很准时 ", by=CUSTOMER, now=later(hours=4))
    survey.refresh_from_db()
    hand = keys(case.customer.key)
    [seen] = surveys_of(case.id, hand)
    assert (seen.words, seen.ratings, "准时" in survey.words_sealed) == ("师傅很准时", HAPPY, False)


@pytest.mark.demand("L-28")
def test_a_survey_is_answered_once_and_the_second_answer_changes_nothing() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY, words="好", by=CUSTOMER, now=later(hours=4))
    with pytest.raises(AnsweredAlready):
        asking.answer(survey, HAPPY | {"speed": 1}, words="不好", by=CUSTOMER, now=later(hours=5))
    survey.refresh_from_db()
    assert (survey.speed, survey.answered_at, told(case, "survey_answered")) == (5, later(hours=4), 1)
    assert Callback.objects.count() == 0


@pytest.mark.parametrize(
    "wrong", [{"speed": 0}, {"effect": 6}, {"attitude": "5"}, {"overall": None}, {"speed": True}]
)
def test_a_rating_outside_one_to_five_is_no_answer(wrong: dict[str, int]) -> None:
    survey = asked(a_done_case(company()), now=later(hours=3))
    with pytest.raises(RatingsMissing) as refused:
        asking.answer(survey, HAPPY | wrong, words="", by=CUSTOMER, now=later(hours=4))
    survey.refresh_from_db()
    assert (list(refused.value.fields), survey.answered_at) == (list(wrong), None)


@pytest.mark.demand("L-28")
def test_the_database_itself_refuses_an_invented_rating() -> None:
    survey = asked(a_done_case(company()), now=later(hours=3))
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(id=survey.id).update(answered_at=NOW, speed=9, effect=5, attitude=5, overall=5)


def test_an_answer_before_the_survey_went_out_counts_and_nothing_is_sent_later() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(minutes=1))
    asking.answer(survey, HAPPY, words="", by=CUSTOMER, now=later(minutes=2))
    asking.send_surveys(later(hours=5))
    survey.refresh_from_db()
    assert (survey.sent_at, told(case, "survey_sent")) == (later(minutes=2), 0)
    assert promise(case, "survey").state == "kept"


def test_after_work_begins_anew_the_old_question_is_refused_and_the_next_completion_is_asked() -> None:
    made = company()
    case = a_done_case(made)
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(minutes=5))
    rescued(case, made, solved=False, now=later(minutes=30))
    survey.refresh_from_db()
    assert survey.dropped_at == later(minutes=30)
    with pytest.raises(AskedTooEarly):
        asking.answer(survey, HAPPY, words="", by=CUSTOMER, now=later(minutes=40))


def test_whoever_is_about_to_be_rung_gets_the_survey_after_that_call() -> None:
    made = company()
    case = a_done_case(made)
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(minutes=5))
    assert asked(case, now=later(hours=4)).sent_at is None
    rescued(case, made, solved=True, now=later(hours=5))
    assert asked(case, now=later(hours=6)).sent_at == later(hours=6)
