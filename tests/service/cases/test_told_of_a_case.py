"""What is said of a case: how grave it is, that the customer waits on the line, how the call began, the plan."""

from datetime import timedelta
from typing import Any

import pytest

from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases import owning, talking
from bihuan.service.cases.errors import GradeUnknown, PlanNotTold
from bihuan.service.cases.events import OwnerProposed
from bihuan.service.cases.models import Case, Note
from bihuan.service.cases.words import GRADES
from bihuan.service.commitments.models import Promise
from tests.makers import NOW, Company, a_case, a_person, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def case(made: Company) -> Case:
    return a_case(made)


def told(case: Case, *kinds: str) -> list[Any]:
    return [fact for fact in story_of(case.chain_id) if fact.event.kind in kinds]


def test_a_case_is_general_until_somebody_says_that_there_is_more_to_it(made: Company, case: Case) -> None:
    assert (case.grade, frozenset(GRADES)) == ("general", talking.GRADES)
    by = made.actor(Role.AGENT)
    talking.set_grade(case, "major", by=by, now=NOW)
    talking.set_grade(case, "major", by=by, now=NOW)
    case.refresh_from_db()
    assert case.grade == "major"
    assert [fact.event.grade for fact in told(case, "case.graded")] == ["major"]
    assert faults_of(case.chain_id) == []


def test_a_grade_that_does_not_exist_is_refused(made: Company, case: Case) -> None:
    with pytest.raises(GradeUnknown):
        talking.set_grade(case, "huge", by=made.actor(Role.AGENT), now=NOW)
    case.refresh_from_db()
    assert (case.grade, told(case, "case.graded")) == ("general", [])


def test_the_urgency_that_it_has_already_is_no_news(made: Company, case: Case) -> None:
    by = made.actor(Role.AGENT)
    talking.set_urgency(case, case.urgency, by=by, now=NOW)
    assert told(case, "case.urgency_changed") == []
    talking.set_urgency(case, "low", by=by, now=NOW)
    assert [fact.event.urgency for fact in told(case, "case.urgency_changed")] == ["low"]


@pytest.mark.demand("S4-06")
def test_a_hand_over_says_whether_the_customer_waits_on_the_line(made: Company, case: Case) -> None:
    to, by = a_person(Role.AGENT, node=made.head), made.actor(Role.AGENT)
    owning.hand_over(case, to_person_id=to.id, by=by, now=NOW)
    owning.hand_over(case, to_person_id=to.id, by=by, now=NOW, live=True)
    assert [fact.event.live for fact in told(case, "case.owner_proposed")] == [False, True]


def test_a_hand_over_of_the_time_before_lines_were_noted_reads_as_nobody_waiting() -> None:
    old = OwnerProposed.read({"subject_id": 1, "owner_id": 2}, version=1)
    assert old == OwnerProposed(subject_id=1, owner_id=2, live=False)


@pytest.mark.demand("S4-02")
def test_a_call_is_told_once_with_the_moments_at_which_it_was_taken_and_greeted(
    made: Company, case: Case
) -> None:
    taken, by = NOW - timedelta(minutes=4), made.actor(Role.AGENT)
    greeted = taken + timedelta(seconds=7)
    for _again in range(2):
        talking.call_began(case, connected_at=taken, greeted_at=greeted, by=by, now=NOW)
    facts = told(case, "case.call_connected", "case.call_greeted")
    assert [(fact.event.kind, fact.happened_at) for fact in facts] == [
        ("case.call_connected", taken),
        ("case.call_greeted", greeted),
    ]
    assert faults_of(case.chain_id) == []


def test_of_a_call_whose_greeting_nobody_noted_nothing_is_known(made: Company, case: Case) -> None:
    talking.call_began(case, connected_at=NOW, greeted_at=None, by=made.actor(Role.AGENT), now=NOW)
    assert told(case, "case.call_connected", "case.call_greeted") == []


def test_a_plan_is_told_by_a_contact_with_the_customer(made: Company, case: Case) -> None:
    by = made.actor(Role.AGENT)
    with pytest.raises(PlanNotTold):
        talking.tell_plan(case, "we bring a new pump", contact="", by=by, now=NOW)
    assert Note.objects.count() == 0
    kept = talking.tell_plan(case, "we bring a new pump", contact="phone", by=by, now=NOW)
    facts = told(case, "case.contacted", "case.plan_told")
    assert [fact.event.kind for fact in facts] == ["case.contacted", "case.plan_told"]
    assert facts[1].event.note_id == kept.id


@pytest.mark.demand("S4-02")
@pytest.mark.parametrize(("seconds", "late"), [(7, False), (10, False), (11, True)])
def test_ten_seconds_to_the_greeting_are_counted_from_the_moment_the_call_was_taken(
    made: Company, case: Case, seconds: int, late: bool
) -> None:
    taken = NOW - timedelta(minutes=4)
    greeted = taken + timedelta(seconds=seconds)
    talking.call_began(case, connected_at=taken, greeted_at=greeted, by=made.actor(Role.AGENT), now=NOW)
    promise = Promise.objects.get(case=case, clause="greet")
    assert (promise.open, promise.ended_at) == (False, greeted)
    assert [fact.event.late for fact in told(case, "promise.kept") if fact.event.clause == "greet"] == [late]


@pytest.mark.demand("S4-07")
def test_a_customer_on_the_line_is_a_promise_until_somebody_takes_over_or_speaks_with_them(
    made: Company, case: Case
) -> None:
    to, by = a_person(Role.AGENT, node=made.head), made.actor(Role.AGENT)
    owning.hand_over(case, to_person_id=to.id, by=by, now=NOW)
    assert not Promise.objects.filter(case=case, clause="transfer").exists()
    owning.hand_over(case, to_person_id=to.id, by=by, now=NOW, live=True)
    promise = Promise.objects.get(case=case, clause="transfer")
    assert (promise.open, promise.due_at) == (True, NOW + timedelta(minutes=2))
    owning.accept_ownership(case, person_id=to.id, by=by, now=NOW + timedelta(seconds=80))
    promise.refresh_from_db()
    assert (promise.open, promise.state) == (False, "kept")
