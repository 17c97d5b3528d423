"""One promise is one row with its own clock: made, kept, warned of and broken exactly once."""

from datetime import datetime, timedelta

import pytest

from bihuan.ground.journal.event import CLOCK
from bihuan.ground.journal.models import Entry
from bihuan.ground.journal.queries import faults_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.actions import Doer, move_case, tick
from bihuan.service.cases.models import NO_DUTY, Case
from bihuan.service.cases.needs import Need
from bihuan.service.cases.talking import chase, note
from bihuan.service.commitments.actions import mark_at_risk, mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.queries import promises_of
from bihuan.service.commitments.rules import Light
from bihuan.service.dispatch.models import Offer
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db


def promise(case: Case, about: str) -> Promise:
    return Promise.objects.filter(case=case, about=about).latest("id")


def written(case: Case, kind: str) -> int:
    return Entry.objects.filter(chain_id=case.chain_id, kind=kind).count()


@pytest.fixture
def made() -> Company:
    return company()


@pytest.mark.demand("S1-11", "S1-12", "X-01")
def test_a_repair_promises_contact_dispatch_and_solution(made: Company) -> None:
    case = a_case(made, channel="app")
    due = {row.about: row.due_at for row in Promise.objects.filter(case=case)}
    assert due == {
        "receipt": later(minutes=1),
        "plan": later(hours=2),
        "first_response": later(hours=2),
        "dispatch": later(hours=2),
        "solve": later(hours=48),
        "statutory_remedy": later(days=15),
    }


@pytest.mark.demand("S4-11", "X-03")
def test_a_danger_is_promised_within_thirty_minutes(made: Company) -> None:
    case = a_case(made, channel="app", words="插座冒烟了，有焦糊味")
    due = {row.about: row.due_at for row in Promise.objects.filter(case=case)}
    assert (due["first_response"], due["dispatch"]) == (later(minutes=30), later(minutes=30))


@pytest.mark.demand("S4-11", "U-01")
def test_an_urgent_offer_is_promised_an_answer_when_it_is_recalled(made: Company) -> None:
    night = NOW + timedelta(hours=13)
    case = a_case(made, now=night, words="插座冒烟了，有焦糊味")
    settle(night)
    [offer] = Offer.objects.filter(case=case)
    answer = promise(case, "acceptance")
    assert (answer.clause, answer.due_at) == ("acceptance_urgent", offer.answer_by)
    assert offer.answer_by == night + timedelta(minutes=30)


def test_whoever_speaks_on_the_phone_has_answered_already(made: Company) -> None:
    first = promise(a_case(made), "first_response")
    assert (first.state, first.ended_at) == ("kept", NOW)


@pytest.mark.demand("S2-17")
def test_a_report_at_night_is_answered_from_nine_on(made: Company) -> None:
    night = NOW.replace(hour=14)  # 22:00 in Shanghai
    case = a_case(made, channel="app", now=night)
    assert promise(case, "first_response").due_at == night + timedelta(hours=13)


def test_a_contact_in_time_keeps_the_promise(made: Company) -> None:
    case = a_case(made, channel="app")
    note(case, "已联系客户，约明天上午", by=made.actor(Role.AGENT), now=later(minutes=50), contact="phone")
    first = promise(case, "first_response")
    assert (first.state, first.ended_at, first.broken_at) == ("kept", later(minutes=50), None)


@pytest.mark.demand("S3-140")
def test_a_promise_is_announced_at_risk_once_and_broken_once(made: Company) -> None:
    case = a_case(made)
    at_risk = later(minutes=95)
    assert (mark_at_risk(at_risk), mark_at_risk(at_risk)) == (2, 0)
    over = later(hours=2, seconds=1)
    assert (mark_broken(over), mark_broken(over)) == (2, 0)
    assert (written(case, "promise.at_risk"), written(case, "promise.broken")) == (2, 2)


def test_at_the_due_second_nothing_is_broken(made: Company) -> None:
    case = a_case(made)
    assert mark_broken(later(hours=2)) == 0
    lights = {view.light for view in promises_of(case.id, now=later(hours=2))}
    assert lights == {Light.AT_RISK, Light.RUNNING, Light.KEPT}


def test_a_late_contact_leaves_the_promise_broken(made: Company) -> None:
    case = a_case(made, channel="app")
    mark_broken(later(hours=3))
    note(case, "联系上了", by=made.actor(Role.AGENT), now=later(hours=3), contact="phone")
    first = promise(case, "first_response")
    assert (first.state, first.broken_at, first.ended_at) == ("broken", later(hours=2), later(hours=3))


def test_a_late_fact_that_proves_punctuality_withdraws_the_breach(made: Company) -> None:
    case = a_case(made)
    doer = Doer.house(CLOCK)
    mark_broken(later(hours=49))
    assert promise(case, "solve").state == "broken"
    _solve_by_phone(case, doer, happened_at=later(hours=1), now=later(hours=50))
    solved = promise(case, "solve")
    assert (solved.state, solved.broken_at, solved.breach_withdrawn_at) == ("kept", None, later(hours=50))
    assert (written(case, "promise.breach_withdrawn"), faults_of(case.chain_id)) == (3, [])


def _solve_by_phone(case: Case, doer: Doer, *, happened_at: datetime, now: datetime) -> None:
    move_case(case, "guide_remotely", doer=Doer(by=doer.by, roles=frozenset({"agent"})), now=now)
    tick(case, Need.REMOTE_CHECKLIST_DONE, by=doer.by, now=now)
    agent = Doer(by=doer.by, roles=frozenset({"agent"}))
    move_case(case, "solve_remotely", doer=agent, now=now, happened_at=happened_at)


@pytest.mark.demand("U-09")
def test_each_chase_is_a_promise_of_its_own_and_none_puts_an_earlier_one_off(made: Company) -> None:
    case = a_case(made)
    chase(case, by=made.actor(Role.AGENT), now=later(hours=1))
    chase(case, by=made.actor(Role.AGENT), now=later(hours=2))
    rows = list(
        Promise.objects.filter(case=case, about="chase").order_by("id").values_list("state", "due_at")
    )
    assert rows == [("running", later(hours=3)), ("running", later(hours=4))]
    assert Case.objects.get(id=case.id).chases == 2


def test_the_row_of_a_case_knows_its_soonest_promise(made: Company) -> None:
    case = a_case(made, channel="app")
    assert Case.objects.get(id=case.id).next_due_at == later(hours=2)


def test_a_withdrawn_case_owes_nothing_and_breaks_nothing(made: Company) -> None:
    case = a_case(made, channel="app")
    settle(NOW)
    agent = Doer.of(made.viewer(Role.AGENT))
    move_case(case, "cancel", doer=agent, now=later(hours=1), reason="customer")
    assert set(Promise.objects.filter(case=case, quiet=False).values_list("state", "open")) == {
        ("void", False)
    }
    assert (mark_broken(later(hours=99)), Case.objects.get(id=case.id).next_due_at) == (0, NO_DUTY)
