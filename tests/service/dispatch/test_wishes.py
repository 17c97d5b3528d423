"""Technicians whom customers ask for, do not want, or know; and who stands in when somebody is away."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from bihuan.registers.access.errors import LostRace
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import WorkCondition
from bihuan.registers.staff.models import Busy, Skill
from bihuan.service.cases.models import Case
from bihuan.service.complaints.actions import complain
from bihuan.service.dispatch import assigning
from bihuan.service.dispatch.choosing import workers_for
from bihuan.service.dispatch.errors import TechnicianRuledOut
from bihuan.service.dispatch.mates import standing_mate
from bihuan.service.dispatch.models import Assignment, TechnicianWish, Visit
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.dispatch.standing_in import affected_by, go_on_leave, stand_in
from bihuan.service.dispatch.wishes import end_wish, wish
from bihuan.service.dispatch.words import sentence
from tests.makers import NOW, Company, a_technician, company, later, settle
from tests.service.dispatch.test_dispatch import accepted, booked, by, fresh, kinds

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def made() -> Company:
    return company()


def order(case: Case) -> list[int]:
    return [one.id for one in workers_for(case, now=NOW).candidates]


def best_reason(case: Case) -> str:
    best = workers_for(case, now=NOW).best
    return best.reasons[0].code if best else ""


def test_whom_the_customer_asks_for_comes_first_and_it_is_said_until_the_last_day(made: Company) -> None:
    first, second = made.technicians[:2]
    Skill.objects.filter(technician=first).update(level=3)
    case = accepted(made)
    assert order(case) == [first.id, second.id]
    wish(case, technician_id=second.id, wanted=True, reason="satisfied", until=TODAY, now=NOW)
    assert (order(case), best_reason(case)) == ([second.id, first.id], "asked_for")
    TechnicianWish.objects.update(until=TODAY - timedelta(days=1))
    assert order(case) == [first.id, second.id]


def test_whom_the_customer_does_not_want_is_ruled_out_with_the_reason_until_it_ends(made: Company) -> None:
    second = made.technicians[1]
    case = accepted(made)
    kept = wish(case, technician_id=second.id, wanted=False, reason="quarrel", now=NOW)
    out = workers_for(case, now=NOW).why_not(second.id)
    assert out is not None
    assert (out.rule.code, out.a_person_may, "get on" in sentence(out.rule)) == ("kept_away", False, True)
    with pytest.raises(TechnicianRuledOut):
        assigning.assign(
            case, technician_id=second.id, doer=by(made, Role.DISPATCHER), now=NOW, by_choice=True
        )
    assert end_wish(case, kept.id, now=NOW)
    assert workers_for(case, now=NOW).why_not(second.id) is None


def test_a_new_wish_takes_the_place_of_the_one_before(made: Company) -> None:
    case = accepted(made)
    who = made.technicians[0].id
    wish(case, technician_id=who, wanted=True, reason="satisfied", now=NOW)
    wish(case, technician_id=who, wanted=False, reason="unsatisfied", now=NOW)
    assert [row.wanted for row in TechnicianWish.objects.filter(ended_at__isnull=True)] == [False]


def test_one_customers_wish_says_nothing_of_another(made: Company) -> None:
    case, other = accepted(made), accepted(made, words="冰箱漏水了又")
    wish(case, technician_id=made.technicians[0].id, wanted=False, reason="quarrel", now=NOW)
    assert len(order(other)) == 2


def test_a_returning_customer_gets_who_fixed_it_last_if_they_can_come_soon(made: Company) -> None:
    first, second = made.technicians[:2]
    visit = booked(made)
    Visit.objects.filter(id=visit.id).update(
        technician=second, state=Visit.FINISHED, ended_at=NOW, arrived_at=NOW
    )
    Busy.objects.all().delete()
    case = accepted(made, words="冰箱门关不严")
    Case.objects.filter(id=case.id).update(customer=visit.case.customer)
    case = fresh(case)
    assert (order(case)[0], best_reason(case)) == (second.id, "fixed_last")
    Busy.objects.create(
        technician=second,
        begins=int(NOW.timestamp()),
        ends=int(later(days=4).timestamp()),
        why=Busy.LEAVE,
    )
    assert order(case)[0] == first.id


def test_after_a_complaint_whoever_was_there_does_not_come_to_that_case_again(made: Company) -> None:
    visit = booked(made)
    Visit.objects.filter(id=visit.id).update(arrived_at=NOW, state=Visit.ARRIVED)
    case = fresh(visit.case)
    complain("师傅态度很差", about=case, by=made.actor(Role.AGENT), now=NOW)
    out = workers_for(case, now=NOW).why_not(visit.technician_id)
    assert out is not None
    assert (out.rule.code, out.rule.params["wish"]) == ("kept_away", "complaint")


def week_from(visit: Visit) -> dict[str, object]:
    assert visit.slot_from is not None
    return {"begins": visit.slot_from - timedelta(hours=3), "ends": visit.slot_from + timedelta(days=3)}


def test_leave_shows_its_visits_with_who_could_stand_in_and_one_takes_over_at_the_same_time(
    made: Company,
) -> None:
    visit = booked(made)
    slot_from = visit.slot_from
    [one] = affected_by(made.technicians[0].id, now=NOW, **week_from(visit))  # type: ignore[arg-type]
    assert [each.id for each in one.choice.candidates] == [made.technicians[1].id]
    stand_in(
        visit,
        absent_id=made.technicians[0].id,
        technician_id=made.technicians[1].id,
        doer=by(made, Role.DISPATCHER),
        now=NOW,
    )
    visit.refresh_from_db()
    case = fresh(visit.case)
    assert (visit.technician_id, visit.slot_from, visit.state) == (
        made.technicians[1].id,
        slot_from,
        Visit.BOOKED,
    )
    assert (case.stands_at, case.technician_person_id) == ("booked", made.technicians[1].person_id)
    assert [row.technician_id for row in Busy.objects.all()] == [made.technicians[1].id]
    assert Assignment.objects.filter(case=case, state__in=Assignment.STANDING).count() == 1
    assert kinds(case)[-3:] == ["dispatch.released", "dispatch.assigned", "dispatch.stood_in"]
    settle()


def test_a_leave_with_all_it_asks_for_is_entered_at_once(made: Company) -> None:
    visit = booked(made)
    first, second = made.technicians[:2]
    span = week_from(visit)
    done = go_on_leave(first.id, doer=by(made, Role.DISPATCHER), now=NOW, **span)  # type: ignore[arg-type]
    assert (done.taken_over, done.given_up) == (1, 0)
    done = go_on_leave(second.id, doer=by(made, Role.DISPATCHER), now=NOW, **span)  # type: ignore[arg-type]
    assert (done.taken_over, done.given_up) == (0, 1)
    assert fresh(visit.case).stands_at == "to_book"
    assert sorted(row.why for row in Busy.objects.all()) == [Busy.LEAVE, Busy.LEAVE]


def test_nothing_is_changed_when_the_leave_itself_cannot_be(made: Company) -> None:
    visit = booked(made)
    first = made.technicians[0]
    span = week_from(visit)
    Busy.objects.create(
        technician=first,
        begins=int(later(days=2).timestamp()),
        ends=int(later(days=2, hours=1).timestamp()),
        why=Busy.LEAVE,
    )
    with pytest.raises(LostRace):
        go_on_leave(first.id, doer=by(made, Role.DISPATCHER), now=NOW, **span)  # type: ignore[arg-type]
    visit.refresh_from_db()
    assert visit.technician_id == first.id


def test_who_goes_along_is_stood_in_for_too(made: Company) -> None:
    WorkCondition.objects.create(category="refrigerator", kind="repair", people=2)
    third = a_technician(made.own)
    visit = booked(made)
    mate = standing_mate(visit.case_id)
    assert mate is not None
    [one] = affected_by(mate.technician_id, now=NOW, **week_from(visit))  # type: ignore[arg-type]
    assert one.second
    other = next(each for each in (third, made.technicians[1]) if each.id != mate.technician_id)
    assert [each.id for each in one.choice.candidates] == [other.id]
    stand_in(
        visit,
        absent_id=mate.technician_id,
        technician_id=other.id,
        doer=by(made, Role.DISPATCHER),
        now=NOW,
    )
    assert {row.technician_id for row in Busy.objects.all()} == {visit.technician_id, other.id}
    assert open_visit_of(visit.case_id) is not None
    assert free_slots(fresh(visit.case), now=NOW)
