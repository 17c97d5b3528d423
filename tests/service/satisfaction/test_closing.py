"""What hurts opens one callback; what is solved closes; silence closes and is named as such."""

from datetime import timedelta

import pytest
from django.db import transaction

from bihuan.ground.journal.actions import record
from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.models import Case
from bihuan.service.cases.needs import Need
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.models import Promise
from bihuan.service.complaints.actions import complain
from bihuan.service.fieldwork.events import WorkFinished
from bihuan.service.fieldwork.models import Sheet, Work
from bihuan.service.satisfaction import asking, calling_back, closing
from bihuan.service.satisfaction.errors import (
    CallbackHeld,
    CallbackIncomplete,
    CallbackOver,
    CallbackUnreached,
)
from bihuan.service.satisfaction.models import Callback, Survey
from bihuan.service.satisfaction.queries import callbacks_due
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked, at_once, finish_work, rescued
from tests.makers import NOW, Company, a_case, company, later

pytestmark = pytest.mark.django_db


def stands(case: Case) -> tuple[str, str]:
    case.refresh_from_db()
    return case.stands_at, case.closed_how


@pytest.mark.demand("S4-20", "U-06")
def test_done_and_closed_are_two_places_and_a_good_answer_leads_from_one_to_the_other() -> None:
    case = a_done_case(company())
    assert stands(case) == ("done", "")
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=True, via="link", by=CUSTOMER, now=later(minutes=9))
    assert (stands(case), Callback.objects.count()) == (("closed", "confirmed"), 0)


@pytest.mark.demand("S0-34", "S3-146", "X-08")
@pytest.mark.parametrize("rating", ["speed", "effect", "attitude", "overall"])
@pytest.mark.parametrize("closed", [False, True])
def test_any_rating_under_four_opens_one_callback_from_done_or_closed(rating: str, closed: bool) -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))
    if closed:
        asking.say_solved(survey, solved=True, via="link", by=CUSTOMER, now=later(hours=4))
    asking.answer(survey, HAPPY | {rating: 3}, words="", by=CUSTOMER, now=later(hours=5))
    [callback] = Callback.objects.filter(case=case)
    assert (stands(case)[0], callback.cause, callback.open) == ("to_call_back", "low_score", True)
    assert Promise.objects.get(case=case, clause="callback").due_at == later(hours=5 + 48)


@pytest.mark.demand("S0-38", "S4-21", "X-08")
@pytest.mark.parametrize("closed", [False, True])
def test_a_complaint_about_done_work_opens_a_callback_with_its_clock(closed: bool) -> None:
    made = company()
    case = a_done_case(made)
    if closed:
        survey = asked(case, now=later(minutes=1))
        asking.say_solved(survey, solved=True, via="link", by=CUSTOMER, now=later(minutes=5))
    complain("修完还是不制冷", about=case, by=CUSTOMER, now=later(hours=3))
    complain("没有人理我", about=case, by=CUSTOMER, now=later(hours=4))
    [callback] = Callback.objects.filter(case=case)
    assert (stands(case)[0], callback.cause, callback.open) == ("to_call_back", "complaint", True)
    assert Entry.objects.filter(kind="satisfaction.callback_opened", subject_id=case.id).count() == 1
    assert Promise.objects.get(case=case, clause="callback").due_at == later(hours=3 + 48)
    assert [one.id for one in callbacks_due(made.viewer(Role.CALLBACK_AGENT))] == [callback.id]
    assert faults_of(case.chain_id) == []


@pytest.mark.demand("S0-38", "S4-21")
def test_an_agent_who_hears_that_it_is_not_solved_brings_it_to_the_callback_desk() -> None:
    made = company()
    case = a_done_case(made)
    move_case(case, "not_solved", doer=Doer.of(made.viewer(Role.AGENT)), now=later(hours=1), reason="又坏了")
    [callback] = Callback.objects.filter(case=case)
    assert (callback.cause, callback.opened_at, callback.open) == ("not_solved", later(hours=1), True)
    rescued(case, made, solved=False, now=later(hours=2))
    finish_work(case, now=later(hours=20))
    move_case(case, "not_solved", doer=Doer.of(made.viewer(Role.AGENT)), now=later(hours=30), reason="又坏了")
    assert [one.open for one in Callback.objects.filter(case=case).order_by("id")] == [False, True]
    assert Entry.objects.filter(kind="satisfaction.callback_opened").count() == 2


@pytest.mark.demand("S0-34")
def test_four_of_five_is_good_enough() -> None:
    survey = asked(a_done_case(company()), now=later(hours=3))
    asking.answer(survey, dict.fromkeys(HAPPY, 4), words="", by=CUSTOMER, now=later(hours=5))
    assert Callback.objects.count() == 0


@pytest.mark.demand("S0-34", "S4-21")
def test_several_complaints_about_one_completion_open_one_callback() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"effect": 1}, words="", by=CUSTOMER, now=later(hours=4))
    asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(hours=5))
    calling_back.open_callback(case.id, cause="opinion", by=CLOCK, now=later(hours=6))
    assert (Callback.objects.count(), Entry.objects.filter(kind="satisfaction.callback_opened").count()) == (
        1,
        1,
    )
    assert faults_of(case.chain_id) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.demand("S0-34")
def test_two_answers_at_the_same_time_open_one_callback() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))

    def not_solved() -> None:
        asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(hours=4))

    def low() -> None:
        asking.answer(survey, HAPPY | {"speed": 1}, words="", by=CUSTOMER, now=later(hours=4))

    at_once(not_solved, low)
    assert (Callback.objects.filter(case=case).count(), stands(case)[0]) == (1, "to_call_back")
    assert faults_of(case.chain_id) == []


@pytest.mark.demand("S0-38", "S3-45", "S3-43")
def test_a_callback_that_solves_it_closes_the_case_in_time() -> None:
    made = company()
    case = a_done_case(made)
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"attitude": 2}, words="", by=CUSTOMER, now=later(hours=4))
    callback = rescued(case, made, solved=True, now=later(hours=20), score=5)
    assert (stands(case), callback.open, callback.score, callback.fault) == (
        ("closed", "confirmed"),
        False,
        5,
        "service",
    )
    assert Promise.objects.get(case=case, clause="callback").state == "kept"


@pytest.mark.demand("S4-21", "X-09")
def test_a_callback_that_does_not_returns_to_work_and_to_a_supervisor_with_a_day() -> None:
    made = company()
    case = a_done_case(made)
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(minutes=5))
    rescued(case, made, solved=False, now=later(hours=1))
    assert (stands(case)[0], case.next_owner_id, case.done_at) == (
        "to_assign",
        made.people[Role.SUPERVISOR].id,
        None,
    )
    clock = Promise.objects.get(case=case, clause="second_handling")
    assert (clock.state, clock.due_at) == ("running", later(hours=25))
    finish_work(case, now=later(hours=20))
    clock.refresh_from_db()
    assert (clock.state, Survey.objects.filter(case=case).count()) == ("kept", 2)


@pytest.mark.demand("U-06", "X-09")
def test_the_silence_counts_from_the_newest_completion() -> None:
    made = company()
    case = a_done_case(made)
    survey = asked(case, now=later(minutes=1))
    asking.answer(survey, HAPPY | {"effect": 2}, words="", by=CUSTOMER, now=later(hours=2))
    rescued(case, made, solved=False, now=later(hours=3))
    finish_work(case, now=later(hours=100))
    asked(case, now=later(hours=101))
    closing.close_silent(later(hours=102))
    assert stands(case)[0] == "done"
    closing.close_silent(later(hours=101 + 72))
    assert stands(case) == ("closed", "no_answer")


@pytest.mark.demand("U-06")
def test_after_72_hours_of_silence_a_case_closes_as_no_answer_and_is_not_satisfied() -> None:
    case = a_done_case(company())
    asked(case, now=later(minutes=1))
    assert closing.close_silent(later(hours=72)) == 0
    assert [closing.close_silent(later(hours=72, minutes=1)) for _ in range(2)] == [1, 0]
    survey = Survey.objects.get(case=case)
    assert (stands(case), survey.solved, survey.answered_at) == (("closed", "no_answer"), None, None)


@pytest.mark.demand("U-06")
def test_an_objection_after_that_opens_the_case_again() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(minutes=1))
    closing.close_silent(later(hours=73))
    asking.say_solved(survey, solved=False, via="link", by=CUSTOMER, now=later(hours=80))
    assert (stands(case), case.reopened, case.open) == (("to_call_back", ""), 1, True)


def test_while_a_callback_is_owed_neither_silence_nor_a_good_answer_closes() -> None:
    case = a_done_case(company())
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"speed": 1}, words="", by=CUSTOMER, now=later(hours=4))
    asking.say_solved(survey, solved=True, via="link", by=CUSTOMER, now=later(hours=5))
    assert (closing.close_silent(later(hours=100)), stands(case)[0]) == (0, "to_call_back")


@pytest.mark.demand("S0-34")
def test_one_person_holds_a_callback_and_the_other_is_told_who() -> None:
    made = company()
    callback = _opened(made)
    calling_back.hold(callback, person_id=made.people[Role.CALLBACK_AGENT].id)
    calling_back.hold(callback, person_id=made.people[Role.CALLBACK_AGENT].id)
    with pytest.raises(CallbackHeld) as refused:
        calling_back.hold(callback, person_id=made.people[Role.SUPERVISOR].id)
    assert made.people[Role.CALLBACK_AGENT].name in str(refused.value)


def test_a_callback_ends_only_when_the_customer_was_reached_and_everything_is_said() -> None:
    made = company()
    callback, doer = _opened(made), Doer.of(made.viewer(Role.CALLBACK_AGENT))
    agent = made.people[Role.CALLBACK_AGENT].id
    empty = calling_back.Finding(solved=True, fault="", remedy=" ", score=7)
    with pytest.raises(CallbackIncomplete) as incomplete:
        calling_back.finish(callback, empty, doer=doer, now=later(hours=6))
    assert sorted(incomplete.value.fields) == ["fault", "remedy", "score"]
    whole = calling_back.Finding(solved=True, fault="product", remedy="换新", score=0)
    calling_back.note_attempt(callback, result="no_answer", person_id=agent, by=doer.by, now=later(hours=6))
    with pytest.raises(CallbackUnreached):
        calling_back.finish(callback, whole, doer=doer, now=later(hours=6))
    calling_back.note_attempt(callback, result="reached", person_id=agent, by=doer.by, now=later(hours=7))
    calling_back.finish(callback, whole, doer=doer, now=later(hours=7))
    with pytest.raises(CallbackOver):
        calling_back.finish(callback, whole, doer=doer, now=later(hours=8))
    callback.refresh_from_db()
    assert (callback.done_at, callback.score, "换新" in callback.remedy_sealed) == (
        later(hours=7),
        None,
        False,
    )


@pytest.mark.demand("S0-38")
def test_a_callback_not_done_in_48_hours_is_a_broken_promise() -> None:
    callback = _opened(company())
    commitments.mark_broken(callback.opened_at + timedelta(hours=48, seconds=1))
    assert Promise.objects.get(case=callback.case, clause="callback").state == "broken"


def _opened(made: Company) -> Callback:
    case = a_done_case(made)
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"speed": 1}, words="", by=CUSTOMER, now=later(hours=5))
    return Callback.objects.get(case=case)


OTHERS = {
    "consultation": (("answer",), (Need.ANSWERED,), "to_answer"),
    "suggestion": (("take", "adopt"), (Need.SUGGESTION_WEIGHED, Need.ANSWERED), "in_review"),
    "complaint": (
        ("take", "conclude", "submit", "approve", "answer", "accept_answer", "finish"),
        (Need.INVESTIGATION_WRITTEN, Need.PLAN_WRITTEN, Need.PLAN_APPROVED, Need.ANSWERED, Need.ANSWER_ACCEPTED,
         Need.REMEDY_DONE),
        "investigating",
    ),
    "support": (("take", "solve_remotely"), (Need.REMOTE_CHECKLIST_DONE,), "remote"),
    "return_exchange": (
        ("review", "approve", "keep_goods", "finish"),
        (Need.REVIEW_DECIDED, Need.PLAN_APPROVED, Need.REFUND_OR_EXCHANGE_DONE),
        "to_review",
    ),
}  # fmt: skip


def _done_on(kind: str, made: Company) -> Case:
    moves, needs, _ = OTHERS[kind]
    case = a_case(made, kind=kind)
    tick(case, *needs, by=CLOCK, now=NOW)
    for name in moves:
        move_case(case, name, doer=Doer.house(CLOCK), now=NOW, reason="agreed")
    return case


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_of_work_are_asked_closed_and_rescued_likewise(kind: str) -> None:
    made = company()
    case = _done_on(kind, made)
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=True, via="link", by=CUSTOMER, now=later(minutes=2))
    assert stands(case) == ("closed", "confirmed")
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"overall": 2}, words="", by=CUSTOMER, now=later(hours=4))
    rescued(case, made, solved=False, now=later(hours=5))
    assert stands(case)[0] == OTHERS[kind][2]


@pytest.mark.demand("S4-21")
def test_what_was_solved_by_phone_and_is_not_goes_to_dispatch() -> None:
    made = company()
    case = a_case(made)
    move_case(case, "guide_remotely", doer=Doer.house(CLOCK), now=NOW)
    tick(case, Need.REMOTE_CHECKLIST_DONE, by=CLOCK, now=NOW)
    move_case(case, "solve_remotely", doer=Doer.house(CLOCK), now=NOW)
    survey = asked(case, now=later(minutes=1))
    asking.say_solved(survey, solved=False, via="phone", by=CUSTOMER, now=later(minutes=2))
    rescued(case, made, solved=False, now=later(minutes=9))
    assert (stands(case)[0], survey.visit_id) == ("to_accept", None)


def _sheet_signed(case: Case, opinion: str, made: Company) -> Work:
    """A visit whose sheet carries this opinion; the rows that fieldwork leaves behind."""
    technician = made.people[Role.TECHNICIAN]
    work = Work.objects.create(case=case, technician_person=technician, made_at=NOW, finished_at=NOW)
    Sheet.objects.create(
        work=work,
        case=case,
        number=f"{case.number}-1",
        opinion=opinion,
        total_fen=0,
        seed="s",
        token_print=case.number,
        signed_at=NOW,
    )
    return work


def _work_finished(work: Work) -> None:
    with transaction.atomic():
        event = WorkFinished(subject_id=work.case_id, work_id=work.id, outcome="finished", minutes=40)
        record(event, by=CLOCK, now=NOW, chain=work.case.chain_id)


@pytest.mark.demand("S2-13", "X-08", "S0-34")
@pytest.mark.parametrize(
    ("opinion", "causes"),
    [("very_satisfied", []), ("satisfied", []), ("fair", ["opinion"]), ("dissatisfied", ["opinion"])],
)
def test_a_poor_opinion_on_the_sheet_opens_a_callback(opinion: str, causes: list[str]) -> None:
    made = company()
    case = a_done_case(made)
    _work_finished(_sheet_signed(case, opinion, made))
    assert list(Callback.objects.values_list("cause", flat=True)) == causes
    assert stands(case)[0] == ("to_call_back" if causes else "done")


def test_a_poor_opinion_on_a_visit_that_did_not_finish_waits_for_the_work() -> None:
    made = company()
    case = a_case(made)
    _work_finished(_sheet_signed(case, "dissatisfied", made))
    assert (Callback.objects.count(), stands(case)[0]) == (0, "to_accept")
