"""Two people, or two phones, at the same instant: one wins, the other is told, nothing is written twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from bihuan.ground.journal.queries import faults_of, story_of
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case, Numbering
from bihuan.service.cases.rules import number_order
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.fieldwork import actions, quoting
from bihuan.service.fieldwork.models import Quote, Sheet
from bihuan.service.intake.queries import link_of
from bihuan.service.satisfaction import closing
from bihuan.service.satisfaction.asking import link_of as survey_link
from tests import makers
from tests.afterwards import a_done_case, asked
from tests.attacks.test_hostile_input import BACKEND
from tests.makers import NOW
from tests.service.dispatch.test_dispatch import accepted, assigned, offered
from tests.service.fieldwork import made as field

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """What the pages take for now."""

    now = NOW


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()
    monkeypatch.setattr("bihuan.web.look.middleware.now", lambda: held.now)
    cache.clear()
    return held


def entered(person: Person | None = None) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


def at_once(*requests: Callable[[], Any]) -> list[int]:
    """The statuses of these requests, begun together in threads of their own, in order."""
    barrier, told = Barrier(len(requests)), [0] * len(requests)

    def run(place: int) -> None:
        barrier.wait()
        try:
            told[place] = getattr(requests[place](), "status_code", 0)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def kinds(case: Case) -> list[str]:
    assert not faults_of(case.chain_id)
    return [fact.event.kind for fact in story_of(case.chain_id)]


def test_two_dispatchers_assign_one_case() -> None:
    made = makers.company()
    case = accepted(made)
    desks = [entered(made.people[Role.SERVICE_POINT_DISPATCHER]), entered(made.people[Role.DISPATCHER])]
    address = f"/dispatch/{case.number}/assign"
    told = at_once(
        *(
            lambda desk=desk, at=at: desk.post(
                address, {"technician": made.technicians[at].id, "why_not_best": "nearer"}
            )
            for at, desk in enumerate(desks)
        )
    )
    assert sorted(told) == [302, 409]
    assert Assignment.objects.filter(case=case).count() == 1
    assert kinds(case).count("dispatch.assigned") == 1


def test_two_dispatchers_and_a_customer_book_the_last_place_of_a_slot_of_one_technician() -> None:
    """Two visits of an hour with their drives fill a slot; one is agreed before."""
    made = makers.company()
    before = assigned(made, words="冰箱灯不亮")
    cases = [assigned(made, words=words) for words in ("冰箱门关不严", "冰箱漏水", "冰箱太吵")]
    slot = free_slots(cases[0], now=NOW)[0].begins.isoformat()
    desks = [entered(made.people[Role.SERVICE_POINT_DISPATCHER]), entered(made.people[Role.DISPATCHER])]
    assert desks[0].post(f"/dispatch/{before.number}/book", {"slot": slot}).status_code == 302
    told = at_once(
        lambda: desks[0].post(f"/dispatch/{cases[0].number}/book", {"slot": slot}),
        lambda: desks[1].post(f"/dispatch/{cases[1].number}/book", {"slot": slot}),
        lambda: entered().post(f"{path(link_of(cases[2].report))}/slot", {"slot": slot}),
    )
    assert sorted(told) == [302, 409, 409]
    assert Busy.objects.count() == 2
    assert Visit.objects.filter(state=Visit.BOOKED).count() == 2


def test_two_agents_claim_one_case() -> None:
    made = makers.company()
    case = makers.a_case(made)
    Case.objects.filter(id=case.id).update(owner=None)
    agents = [made.people[Role.AGENT], makers.a_person(Role.AGENT, node=made.head)]
    desks = [entered(agent) for agent in agents]
    told = at_once(*(lambda desk=desk: desk.post(f"/desk/case/{case.number}/claim") for desk in desks))
    assert sorted(told) == [302, 409]
    assert kinds(case).count("case.owner_changed") == 1


def test_an_offer_is_accepted_and_taken_back_at_once() -> None:
    made = makers.company()
    point, desk = entered(made.people[Role.SERVICE_POINT_DISPATCHER]), entered(made.people[Role.DISPATCHER])
    for at in range(4):
        case = offered(made, words=f"冰箱漏水{at}")
        _accepted, taken_back = at_once(
            partial(point.post, f"/dispatch/{case.number}/answer", {"answer": "accept"}),
            partial(desk.post, f"/dispatch/{case.number}/offer", {"step": "take_back"}),
        )
        case.refresh_from_db()
        assert (Offer.objects.get(case=case).state, case.stands_at, case.node_id, taken_back) in {
            (Offer.ACCEPTED, "to_assign", made.own.id, 409),  # the desk is told that it came too late
            (Offer.WITHDRAWN, "to_accept", made.head.id, 302),
        }
        assert kinds(case).count("dispatch.accepted") + kinds(case).count("dispatch.offer_withdrawn") == 1


def test_a_customer_changes_the_time_while_the_technician_sets_off(time: Clock) -> None:
    for _ in range(2):
        here = field.booked()
        time.now = here.now - timedelta(hours=3)
        case, work = here.case, here.work
        later = [slot.begins for slot in free_slots(case, now=time.now)]
        slot = next(at for at in later if at > here.now + timedelta(days=1)).isoformat()
        phone = entered(Person.objects.get(id=here.viewer.person_id or 0))
        at_once(
            partial(phone.post, f"/field/{case.number}/go/depart"),
            partial(entered().post, f"{path(link_of(case.report))}/slot", {"slot": slot}),
        )
        case.refresh_from_db()
        visit = Visit.objects.get(id=work.visit_id or 0)
        assert (case.stands_at, visit.state) in {("on_the_way", "on_the_way"), ("booked", "booked")}
        moved = visit.slot_from is not None and visit.slot_from.isoformat() != slot
        assert moved == (visit.state == Visit.ON_THE_WAY)
        assert Busy.objects.filter(subject_id=visit.id).count() == 1
        kinds(case)


def test_once_the_technician_has_set_off_the_customers_page_changes_nothing(time: Clock) -> None:
    here = field.booked()
    time.now = here.now - timedelta(minutes=30)
    actions.depart(here.work, doer=here.doer, now=time.now)
    slot = free_slots(here.case, now=time.now)[-1].begins.isoformat()
    answer = entered().post(
        f"{path(link_of(here.case.report))}/slot", {"slot": slot}, headers={"accept-language": "en"}
    )
    assert (answer.status_code, "on the way already" in answer.content.decode()) == (409, True)
    visit = open_visit_of(here.case.id)
    assert visit is not None
    assert (visit.state, visit.moved_by_customer) == (Visit.ON_THE_WAY, 0)


def test_the_signature_arrives_twice(time: Clock) -> None:
    here = field.ready()
    time.now = here.now
    phones = [entered(Person.objects.get(id=here.viewer.person_id or 0)) for _ in range(2)]
    number, told = here.case.number, {"opinion": "satisfied", "signature": field.drawn()}
    chosen = phones[0].post(f"/field/{number}/steps/outcome", {"outcome": "finished", "minutes": "45"})
    assert chosen.status_code == 302
    answers = at_once(*(lambda one=one: one.post(f"/field/{number}/sign", told) for one in phones))
    assert sorted(answers) in ([302, 302], [302, 409])
    assert Sheet.objects.filter(case=here.case).count() == 1
    found = kinds(here.case)
    assert (found.count("fieldwork.signed"), found.count("fieldwork.finished")) == (1, 1)


def test_yes_on_the_phone_and_no_on_the_link_to_one_quote(time: Clock) -> None:
    here = field.on_site()
    time.now = here.now
    quoting.quote(here.work, here.prices("labour"), by=here.viewer.actor, now=here.now)
    phone = entered(Person.objects.get(id=here.viewer.person_id or 0))
    link = f"{path(link_of(here.case.report))}/quote"
    told = at_once(
        lambda: phone.post(f"/field/{here.case.number}/quote", {"answer": "yes"}),
        lambda: entered().post(link, {"answer": "no"}),
        lambda: entered().post(link, {"answer": "yes"}),
    )
    assert sorted(told) == [302, 409, 409]
    assert Quote.objects.get().state in {Quote.CONSENTED, Quote.REFUSED}
    found = kinds(here.case)
    assert found.count("fieldwork.quote_consented") + found.count("fieldwork.quote_refused") == 1


def test_the_survey_and_the_question_before_it_are_answered_once(time: Clock) -> None:
    made = makers.company()
    survey = asked(a_done_case(made), now=NOW + timedelta(hours=30))
    time.now = NOW + timedelta(hours=31)
    link, good = path(survey_link(survey)), {"speed": "5", "effect": "5", "attitude": "5", "overall": "5"}
    told = at_once(
        lambda: entered().post(link, good),
        lambda: entered().post(link, good | {"overall": "1"}),
        lambda: entered().post(f"{link}/solved", {"solved": "yes"}),
        lambda: entered().post(f"{link}/solved", {"solved": "no"}),
    )
    assert (sorted(told[:2]), sorted(told[2:])) == ([302, 409], [302, 409])
    found = kinds(survey.case)
    assert (found.count("satisfaction.survey_answered"), found.count("satisfaction.confirmed")) == (1, 1)


def test_a_case_closes_while_its_customer_says_that_it_is_not_solved(time: Clock) -> None:
    made = makers.company()
    for _ in range(3):
        case = a_done_case(made)
        survey = asked(case, now=NOW + timedelta(hours=30))
        time.now = NOW + timedelta(hours=110)
        report = path(link_of(case.report))
        told = at_once(
            lambda: closing.close_silent(time.now) and None,
            partial(entered().post, f"{report}/again", {"words": "又坏了"}),
            partial(entered().post, f"{path(survey_link(survey))}/solved", {"solved": "yes"}),
        )
        assert 500 not in told
        case.refresh_from_db()
        found = kinds(case)
        last = next((kind for kind in reversed(found) if kind in {"case.closed", "case.reopened"}), "")
        assert case.open == (last != "case.closed")
        print(told, case.stands_at, case.open, [k for k in found if "close" in k or "reop" in k])


def test_the_customer_presses_twice_to_ask_again() -> None:
    made = makers.company()
    case = makers.a_case(made)
    link = f"{path(link_of(case.report))}/chase"
    assert at_once(*(lambda: entered().post(link) for _ in range(4))) == [302] * 4
    case.refresh_from_db()
    assert case.chases == 1


def test_reports_around_midnight_and_beyond_a_thousand_have_numbers_of_their_own_day() -> None:
    made = makers.company()
    before = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # one second before the year ends in Shanghai
    makers.a_case(made, now=before)
    Numbering.objects.update(last=998)
    numbers: list[str] = []

    def report(now: datetime) -> None:
        numbers.append(makers.a_case(made, now=now).number)

    at_once(*(lambda at=at: report(before + timedelta(seconds=at % 2)) for at in range(8)))
    assert sorted(numbers, key=number_order) == [
        *(f"AF20261231{running:03d}" for running in (999, 1000, 1001, 1002)),
        *(f"AF20270101{running:03d}" for running in (1, 2, 3, 4)),
    ]
    agent = entered(made.people[Role.AGENT])
    found = agent.get("/desk/search", {"q": "af 20261231 1002"}, follow=True)
    assert "AF202612311002" in found.content.decode()
