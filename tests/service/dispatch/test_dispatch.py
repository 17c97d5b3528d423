"""From an opened case to an agreed time, through the real actions."""

from datetime import date, timedelta
from threading import Barrier, Thread
from time import sleep
from typing import Any

import pytest
from django.db import OperationalError, connection

from bihuan.ground.journal.event import CLOCK, Event
from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Authorisation, Node
from bihuan.registers.parts.models import Requirement
from bihuan.registers.staff.models import Busy, Certificate
from bihuan.service.cases.actions import Doer, move_case
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import may_see_full
from bihuan.service.dispatch import assigning, booking, guiding, offering
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.choosing import points_for, workers_for
from bihuan.service.dispatch.errors import (
    AssignedAlready,
    NoOfferHere,
    NotToOffer,
    OutsideShift,
    PointRuledOut,
    SlotNotFree,
    SlotPast,
    TechnicianRuledOut,
)
from bihuan.service.dispatch.models import Assignment, Offer, Visit
from bihuan.service.dispatch.policy import Policy
from bihuan.service.dispatch.queries import (
    RETURNED,
    TO_OFFER,
    WAITING,
    free_slots,
    lane,
    open_visit_of,
    visits_of,
)
from bihuan.service.dispatch.slots import Slot
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def fresh(case: Case) -> Case:
    return Case.objects.get(id=case.id)


def kinds(case: Case) -> list[str]:
    return [fact.event.kind for fact in story_of(case.chain_id) if fact.event.kind.startswith("dispatch.")]


def last(case: Case, kind: str) -> Any:
    found: list[Event] = [fact.event for fact in story_of(case.chain_id) if fact.event.kind == kind]
    return found[-1]


def by(made: Company, role: Role) -> Doer:
    return Doer.of(made.viewer(role))


def offered(made: Company, **more: Any) -> Case:
    case = a_case(made, **({"words": "冰箱漏水了"} | more))  # no checklist fits: nothing to try by phone
    settle()
    return fresh(case)


def accepted(made: Company, **more: Any) -> Case:
    case = offered(made, **more)
    offering.accept_offer(case, doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)
    return fresh(case)


def assigned(made: Company, **more: Any) -> Case:
    case = accepted(made, **more)
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.assign(case, technician_id=made.technicians[0].id, doer=point, now=NOW)
    return fresh(case)


def booked(made: Company, **more: Any) -> Visit:
    case = assigned(made, **more)
    technician = made.technicians[0]
    assigning.accept_job(case, technician_id=technician.id, doer=by(made, Role.TECHNICIAN), now=NOW)
    visit = open_visit_of(case.id)
    assert visit is not None
    return booking.book(visit, free_slots(case, now=NOW)[0], doer=by(made, Role.AGENT), now=NOW)


@pytest.mark.demand("U-01", "S0-12", "S1-10")
def test_an_opened_case_is_offered_by_itself_accepted_and_assigned(made: Company) -> None:
    case = offered(made)
    assert (case.node_id, case.stands_at) == (made.own.id, "to_accept")
    assert [one.id for one in lane(made.viewer(Role.DISPATCHER), WAITING)] == [case.id]
    case = assigned(made, words="洗衣机不转了")
    assert case.stands_at == "to_book"
    assert kinds(case) == ["dispatch.offered", "dispatch.accepted", "dispatch.assigned"]


def test_a_case_to_be_solved_by_phone_is_offered_once_it_is_sent_on(made: Company) -> None:
    case = offered(made, way="remote")
    assert not Offer.objects.filter(case=case).exists()
    agent = by(made, Role.AGENT)
    move_case(case, "guide_remotely", doer=agent, now=NOW)
    with pytest.raises(NotToOffer):
        offering.offer(case, node_id=made.own.id, doer=agent, now=NOW)
    move_case(case, "send_on", doer=agent, now=NOW, reason="not_solved")
    settle()
    assert Offer.objects.get(case=case).node_id == made.own.id


@pytest.mark.demand("U-02", "S0-16")
def test_what_a_checklist_fits_waits_for_the_phone_and_is_offered_when_sent_on(made: Company) -> None:
    case = offered(made, words="机器突然不制冷了", channel="web")
    assert (Offer.objects.count(), guiding.guided_until(case.id)) == (0, later(minutes=30))
    assert guiding.offer_unguided(later(minutes=29)) == 0
    agent = by(made, Role.AGENT)
    move_case(case, "guide_remotely", doer=agent, now=later(minutes=10))
    move_case(case, "send_on", doer=agent, now=later(minutes=20), reason="not_solved")
    settle(later(minutes=20))
    assert Offer.objects.get(case=case).node_id == made.own.id
    assert (guiding.offer_unguided(later(minutes=31)), Offer.objects.count()) == (0, 1)


@pytest.mark.demand("U-02", "X-03")
def test_what_nobody_begins_to_guide_is_offered_after_half_an_hour_once(made: Company) -> None:
    case = offered(made, words="机器突然不制冷了")
    assert [guiding.offer_unguided(later(minutes=30)) for _ in range(3)] == [1, 0, 0]
    assert (Offer.objects.get(case=case).automatic, fresh(case).node_id) == (True, made.own.id)


def test_a_person_may_ask_a_service_point_before_the_phone_was_tried(made: Company) -> None:
    case = offered(made, words="机器突然不制冷了")
    offering.offer(case, node_id=made.own.id, doer=by(made, Role.DISPATCHER), now=later(minutes=1))
    assert (guiding.offer_unguided(later(minutes=40)), Offer.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    "told",
    [
        {"words": "机器突然不制冷了，还有焦糊味冒烟"},
        {"words": "机器突然不制冷了", "urgency": "urgent"},
        {"words": "机器突然不制冷了", "tried": {"cl_fridge.1": "no"}},
        {"words": "冰箱漏水了"},
    ],
)
def test_danger_urgency_and_what_was_tried_already_do_not_wait_for_the_phone(
    made: Company, told: dict[str, Any]
) -> None:
    assert Offer.objects.filter(case=offered(made, **told)).count() == 1


def test_an_open_offer_is_taken_back_when_the_agent_guides_by_phone_after_all(made: Company) -> None:
    case = offered(made)
    move_case(case, "guide_remotely", doer=by(made, Role.AGENT), now=NOW)
    assert (Offer.objects.get(case=case).state, fresh(case).node_id) == (Offer.WITHDRAWN, made.head.id)


@pytest.mark.demand("U-01")
def test_a_returned_case_goes_to_the_next_service_point_and_never_back_by_itself(made: Company) -> None:
    case = offered(made)
    point = by(made, Role.SERVICE_POINT_OWNER)
    offering.return_offer(case, reason="no_capacity", words="今天师傅都满了", doer=point, now=NOW)
    assert (fresh(case).node_id, fresh(case).stands_at) == (made.head.id, "to_accept")
    assert [one.id for one in lane(made.viewer(Role.DISPATCHER), RETURNED)] == [case.id]
    settle()
    assert fresh(case).node_id == made.authorised.id
    dispatcher = by(made, Role.DISPATCHER)
    offering.return_offer(fresh(case), reason="too_far", words="", doer=dispatcher, now=NOW)
    settle()
    assert offering.standing_offer(case.id) is None  # nobody is left to ask by itself
    with pytest.raises(PointRuledOut):
        offering.offer(fresh(case), node_id=made.own.id, doer=dispatcher, now=NOW)
    again = offering.offer(fresh(case), node_id=made.own.id, doer=dispatcher, now=NOW, by_choice=True)
    assert again.node_id == made.own.id


@pytest.mark.demand("U-01")
def test_no_answer_in_time_recalls_the_offer_once_and_asks_the_next(made: Company) -> None:
    case = offered(made)
    assert offering.recall_unanswered(later(minutes=30)) == 0
    assert [offering.recall_unanswered(later(minutes=31)) for _ in range(3)] == [1, 0, 0]
    settle(later(minutes=31))
    assert kinds(case) == ["dispatch.offered", "dispatch.returned", "dispatch.offered"]
    assert last(case, "dispatch.returned").recalled is True
    assert fresh(case).node_id == made.authorised.id
    with pytest.raises(NoOfferHere):
        offering.accept_offer(a_case(made), doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)


@pytest.mark.demand("U-01")
def test_a_company_with_one_service_point_sees_one_step(made: Company) -> None:
    Node.objects.filter(id=made.authorised.id).update(retired_at=NOW)
    case = offered(made)
    assert (case.stands_at, case.node_id) == ("to_assign", made.own.id)
    assert last(case, "dispatch.accepted").one_step is True


def test_what_goes_by_itself_is_a_setting(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    case = offered(made)
    assert [one.id for one in lane(made.viewer(Role.DISPATCHER), TO_OFFER)] == [case.id]
    set_policy(made.head, Policy(mode="automatic"))
    case = accepted(made)
    settle()
    assert fresh(case).stands_at == "to_book"
    assert Assignment.objects.get(case=case).automatic is True


@pytest.mark.demand("U-14")
def test_an_expired_brand_authorisation_blocks_offer_and_assignment(made: Company) -> None:
    set_policy(made.head, Policy(auto_offer=False))
    case = offered(made)
    Authorisation.objects.filter(node=made.authorised).update(valid_until=date(2026, 11, 22))
    dispatcher = by(made, Role.DISPATCHER)
    with pytest.raises(PointRuledOut) as refused:
        offering.offer(case, node_id=made.authorised.id, doer=dispatcher, now=NOW, by_choice=True)
    assert "22" in str(refused.value)
    assert fresh(case).node_id == made.head.id


@pytest.mark.demand("L-16", "S1-14")
def test_an_expired_permit_rules_a_technician_out_with_its_date(made: Company) -> None:
    Requirement.objects.create(category="refrigerator", kind="repair", certificate="refrigeration")
    case = accepted(made)
    first, second = made.technicians[0], made.technicians[1]
    Certificate.objects.filter(technician=first, kind="refrigeration").update(valid_until=date(2026, 11, 22))
    choice = workers_for(case, now=NOW)
    assert [one.id for one in choice.candidates] == [second.id]
    assert [(one.id, one.rule.code) for one in choice.ruled_out] == [(first.id, "permit_expired")]
    with pytest.raises(TechnicianRuledOut):
        assigning.assign(
            case, technician_id=first.id, doer=by(made, Role.DISPATCHER), now=NOW, by_choice=True
        )
    assert fresh(case).stands_at == "to_assign"


def test_the_technician_sees_the_customer_from_acceptance_on(made: Company) -> None:
    case = assigned(made)
    viewer = made.viewer(Role.TECHNICIAN)
    assert may_see_full(viewer, case, now=NOW) is False
    assigning.accept_job(case, technician_id=made.technicians[0].id, doer=Doer.of(viewer), now=NOW)
    assert may_see_full(viewer, fresh(case), now=NOW) is True


@pytest.mark.demand("U-01")
def test_a_refused_job_goes_back_with_its_reason(made: Company) -> None:
    case = assigned(made)
    technician = by(made, Role.TECHNICIAN)
    assigning.refuse_job(
        case, technician_id=made.technicians[0].id, reason="too_far", words="在城东", doer=technician, now=NOW
    )
    case = fresh(case)
    assert (case.stands_at, case.technician_person_id) == ("to_assign", None)
    choice = workers_for(case, now=NOW)
    rule = choice.why_not(made.technicians[0].id)
    assert rule is not None and rule.rule.code == "refused_before"


def test_a_job_without_answer_is_recalled_once(made: Company) -> None:
    case = assigned(made)
    assert [assigning.recall_unanswered(later(minutes=16)) for _ in range(2)] == [1, 0]
    assert fresh(case).stands_at == "to_assign"
    with pytest.raises(LostRace):
        assigning.accept_job(
            case, technician_id=made.technicians[0].id, doer=by(made, Role.TECHNICIAN), now=NOW
        )


def test_a_second_dispatcher_is_told_who_goes_and_when(made: Company) -> None:
    case = assigned(made)
    with pytest.raises(AssignedAlready) as refused:
        assigning.assign(case, technician_id=made.technicians[1].id, doer=by(made, Role.DISPATCHER), now=NOW)
    assert made.people[Role.TECHNICIAN].name in str(refused.value)
    assert made.people[Role.SERVICE_POINT_DISPATCHER].name in str(refused.value)
    assert "10:00" in str(refused.value)


def test_reassigning_gives_back_the_time_of_the_first(made: Company) -> None:
    visit = booked(made)
    case = fresh(visit.case)
    point = by(made, Role.SERVICE_POINT_DISPATCHER)
    assigning.reassign(
        case, technician_id=made.technicians[1].id, reason="ill", words="", doer=point, now=later(minutes=5)
    )
    assert (fresh(case).stands_at, fresh(case).technician_person_id) == ("to_book", None)
    assert not Busy.objects.filter(why=Busy.VISIT).exists()
    assert [(one.number, one.state) for one in visits_of(case.id)] == [
        (1, Visit.WITHDRAWN),
        (2, Visit.PLANNED),
    ]


@pytest.mark.demand("S1-17", "S1-18")
def test_a_booked_slot_takes_the_technicians_time_and_moves_the_case(made: Company) -> None:
    visit = booked(made)
    assert visit.slot_from is not None and visit.slot_until is not None
    assert visit.slot_until - visit.slot_from == timedelta(hours=2)
    assert fresh(visit.case).stands_at == "booked"
    told = last(visit.case, "dispatch.booked")
    assert (told.slot_until, told.by_customer) == (int(visit.slot_until.timestamp()), False)
    assert Busy.objects.filter(why=Busy.VISIT, subject_id=visit.id).count() == 1


def test_a_slot_past_taken_or_outside_the_shift_changes_nothing(made: Company) -> None:
    visit = booked(made)
    booked(made, words="空调不制热")  # two hours of work and their drives are all that a slot takes
    other = assigned(made, words="冰箱漏水")
    planned = open_visit_of(other.id)
    assert planned is not None and visit.slot_from is not None and visit.slot_until is not None
    agent = by(made, Role.AGENT)
    wrong = {
        SlotNotFree: Slot(visit.slot_from, visit.slot_until),
        SlotPast: Slot(NOW, NOW + timedelta(hours=2)),
    }
    for refusal, slot in wrong.items():
        with pytest.raises(refusal):
            booking.book(planned, slot, doer=agent, now=NOW)
    made.technicians[0].retired_at = NOW
    made.technicians[0].save()
    with pytest.raises(OutsideShift):
        booking.book(planned, Slot(later(days=1), later(days=1, hours=2)), doer=agent, now=NOW)
    assert (fresh(other).stands_at, Busy.objects.count()) == ("to_book", 2)


@pytest.mark.demand("S1-20")
def test_rebooking_by_us_is_marked_and_by_the_customer_is_not(made: Company) -> None:
    visit = booked(made)
    slots = free_slots(visit.case, now=NOW)
    agent = by(made, Role.AGENT)
    visit = booking.rebook(visit, slots[3], reason="customer_wish", doer=agent, now=NOW, by_customer=True)
    assert (visit.moved_by_customer, visit.moved_by_us, visit.slot_from) == (1, 0, slots[3].begins)
    visit = booking.rebook(visit, slots[4], reason="no_part", doer=agent, now=NOW)
    assert (visit.moved_by_customer, visit.moved_by_us) == (1, 1)
    assert Busy.objects.filter(why=Busy.VISIT).count() == 1
    taken = Slot(slots[4].begins, slots[4].ends)
    with pytest.raises(Refusal):
        booking.rebook(visit, Slot(NOW, NOW), reason="no_part", doer=agent, now=NOW)
    assert (fresh(visit.case).stands_at, Visit.objects.get(id=visit.id).slot_from) == ("booked", taken.begins)


@pytest.mark.demand("S1-20")
def test_running_late_is_said_before_the_slot_begins(made: Company) -> None:
    visit = booked(made)
    assert visit.slot_from is not None
    technician = by(made, Role.TECHNICIAN)
    when = visit.slot_from + timedelta(hours=3)
    booking.say_late(visit, expected_at=when, reason="traffic", doer=technician, now=NOW)
    assert last(visit.case, "dispatch.late_said").expected_at == int(when.timestamp())


@pytest.mark.demand("S1-19")
def test_the_customer_is_reminded_the_evening_before_and_two_hours_before_once_each(made: Company) -> None:
    case = assigned(made)
    planned = open_visit_of(case.id)
    assert planned is not None
    slot = next(one for one in free_slots(case, now=NOW) if one.begins == later(days=2))
    booking.book(planned, slot, doer=by(made, Role.AGENT), now=NOW)
    evening = later(days=1, hours=8)  # 18:00 in Shanghai
    assert booking.remind(evening - timedelta(seconds=1)) == 0
    assert [booking.remind(evening) for _ in range(2)] == [1, 0]
    assert [booking.remind(slot.begins - timedelta(hours=2)) for _ in range(2)] == [1, 0]
    which = [
        fact.event.which for fact in story_of(case.chain_id) if fact.event.kind == "dispatch.reminder_due"
    ]
    assert which == ["evening", "hours"]


def test_the_visit_follows_the_moves_taken_on_site(made: Company) -> None:
    visit = booked(made)
    case, technician = fresh(visit.case), by(made, Role.TECHNICIAN)
    move_case(case, "depart", doer=technician, now=later(hours=1))
    move_case(case, "not_at_home", doer=technician, now=later(hours=2), reason="no_answer_at_door")
    assert [(one.number, one.state) for one in visits_of(case.id)] == [(1, Visit.MISSED), (2, Visit.PLANNED)]
    assert free_slots(case, now=later(hours=2))
    move_case(case, "cancel", doer=by(made, Role.AGENT), now=later(hours=3), reason="customer_wish")
    assert [one.state for one in visits_of(case.id)] == [Visit.MISSED, Visit.WITHDRAWN]
    assert fresh(case).technician_person_id is None


def test_no_case_of_ones_own_nodes_is_seen_by_another_service_point(made: Company) -> None:
    case = offered(made)
    assert points_for(case, now=NOW).best is not None
    elsewhere = made.viewer(Role.SERVICE_POINT_DISPATCHER)
    Case.objects.filter(id=case.id).update(node_id=made.authorised.id)
    assert list(lane(elsewhere, WAITING)) == []


def _answer(deed: Any, number: int) -> str:
    """Tried again while SQLite's in-memory test database, which cannot wait, is locked."""
    for _ in range(500):
        try:
            deed(number)
        except LostRace:
            return "lost"
        except OperationalError:
            sleep(0.01)
        else:
            return "won"
    raise AssertionError("the database stays locked")


def race(count: int, deed: Any) -> list[str]:
    """The deed, done by so many at once; what each was answered."""
    barrier, answers = Barrier(count), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers.append(_answer(deed, number))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_of_dispatchers_at_once_one_wins_and_the_others_are_told() -> None:
    made = company()
    case = accepted(made)
    doer = by(made, Role.DISPATCHER)

    def assign(number: int) -> None:
        technician = made.technicians[number % 2].id
        assigning.assign(fresh(case), technician_id=technician, doer=doer, now=NOW)

    assert race(4, assign) == ["lost", "lost", "lost", "won"]
    assert Assignment.objects.filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_customers_at_once_one_gets_the_slot() -> None:
    made = company()
    cases = [assigned(made, words="冰箱门关不严"), assigned(made, words="冰箱漏水")]
    slot = free_slots(cases[0], now=NOW)[0]
    booked(made, words="空调不制热")  # the slot takes one more
    visits = [open_visit_of(case.id) for case in cases]

    def book(number: int) -> None:
        visit = visits[number]
        assert visit is not None
        booking.book(visit, slot, doer=Doer.house(CLOCK), now=NOW)

    assert race(2, book) == ["lost", "won"]
    assert Busy.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_offer_is_recalled_once_however_many_clocks_run() -> None:
    made = company()
    case = offered(made)
    race(3, lambda number: offering.recall_unanswered(later(hours=1)))
    assert Offer.objects.filter(case=case, state=Offer.RECALLED).count() == 1
    assert kinds(case).count("dispatch.returned") == 1
