"""What rules a day out: permits and licences that end before it, and heat for work outdoors."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate, localtime

from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Authorisation, Licence
from bihuan.registers.parts.models import Requirement, WorkCondition
from bihuan.registers.staff.heat import heat_of, keep_limit, load_limits
from bihuan.registers.staff.models import Certificate, HeatLimit, HotDay
from bihuan.registers.staff.rules import Limit, limit_at
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking
from bihuan.service.dispatch.choosing import crew_of, points_for, workers_for
from bihuan.service.dispatch.conflicts import conflicts_at
from bihuan.service.dispatch.errors import PointRuledOut, SlotRuledOut, TechnicianRuledOut
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from bihuan.service.dispatch.slots import Slot
from bihuan.service.dispatch.words import sentence
from tests.makers import CITY, NOW, Company, company
from tests.service.dispatch.test_dispatch import accepted, assigned, booked, by, fresh, offered

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def made() -> Company:
    return company()


def outdoors() -> None:
    load_limits()
    WorkCondition.objects.create(category="refrigerator", kind="repair", outdoors=True)


def hot(celsius: int, *, days: int = 1, city: str = CITY) -> date:
    day = TODAY + timedelta(days=days)
    HotDay.objects.create(city=city, day=day, celsius=celsius)
    return day


def begins_of(case: Case, day: date) -> list[int]:
    return [
        localtime(one.begins).hour for one in free_slots(case, now=NOW) if localtime(one.begins).date() == day
    ]


def slot_on(day: date, hour: int) -> Slot:
    begins = localtime(NOW).replace(hour=hour) + (day - TODAY)
    return Slot(begins, begins + timedelta(hours=2))


def code_for(case: Case, made: Company, technician: Any) -> str:
    out = workers_for(case, now=NOW).why_not(technician.id)
    return out.rule.code if out else ""


@pytest.mark.demand("L-16", "S3-141")
@pytest.mark.parametrize("permit", ["height", "welding", "refrigeration", "electrician"])
def test_a_permit_gates_the_choice_the_slots_and_the_day_of_the_visit(made: Company, permit: str) -> None:
    Requirement.objects.create(category="refrigerator", kind="repair", certificate=permit)
    technician = made.technicians[0]
    held = Certificate.objects.filter(technician=technician, kind=permit)
    held.delete()
    case = accepted(made)
    assert code_for(case, made, technician) == "permit_missing"
    with pytest.raises(TechnicianRuledOut):
        assigning.assign(
            case, technician_id=technician.id, doer=by(made, Role.DISPATCHER), now=NOW, by_choice=True
        )
    last = TODAY + timedelta(days=2)
    Certificate.objects.create(technician=technician, kind=permit, number="1", valid_until=last)
    assigning.assign(case, technician_id=technician.id, doer=by(made, Role.DISPATCHER), now=NOW)
    assert max(localtime(one.begins).date() for one in free_slots(case, now=NOW)) == last
    visit = open_visit_of(case.id)
    assert visit is not None
    with pytest.raises(SlotRuledOut) as refused:
        booking.book(visit, slot_on(last + timedelta(days=1), 10), doer=by(made, Role.AGENT), now=NOW)
    assert str(last.day) in str(refused.value)
    booking.book(visit, slot_on(last, 10), doer=by(made, Role.AGENT), now=NOW)


def test_a_permit_that_ends_before_the_first_free_day_is_named_and_not_want_of_time(made: Company) -> None:
    Requirement.objects.create(category="refrigerator", kind="repair", certificate="welding")
    technician = made.technicians[0]
    technician.max_jobs = 0
    Certificate.objects.create(technician=technician, kind="welding", number="1", valid_until=TODAY)
    case = accepted(made)
    crew = crew_of(frozenset({case.node_id}), now=NOW.replace(hour=14))  # 22:00 there: today is over
    rule = next(
        one.rule
        for one in workers_for(case, now=NOW.replace(hour=14), crew=crew).ruled_out
        if one.id == technician.id
    )
    assert (rule.code, rule.params["day"]) == ("permit_ends_before", TODAY)


@pytest.mark.demand("S3-141")
def test_an_exam_that_ran_out_is_a_gate_like_a_permit(made: Company) -> None:
    Requirement.objects.create(category="refrigerator", kind="", certificate="brand_training")
    technician, other = made.technicians[:2]
    for one, until in ((technician, TODAY - timedelta(days=1)), (other, TODAY + timedelta(days=30))):
        Certificate.objects.create(technician=one, kind="brand_training", number="1", valid_until=until)
    case = accepted(made)
    choice = workers_for(case, now=NOW)
    assert [one.id for one in choice.candidates] == [other.id]
    assert choice.ruled_out[0].rule.code == "permit_expired"


@pytest.mark.demand("U-14")
def test_licences_gate_the_service_point_own_or_authorised_and_say_why(made: Company) -> None:
    Requirement.objects.create(category="refrigerator", certificate="gas", holder="service_point")
    Licence.objects.create(node=made.own, kind="gas", number="1", valid_until=TODAY - timedelta(days=1))
    case = offered(made)
    choice = points_for(case, now=NOW)
    assert {one.id: one.rule.code for one in choice.ruled_out} == {
        made.own.id: "licence_expired",
        made.authorised.id: "licence_missing",
    }
    Licence.objects.create(node=made.authorised, kind="gas", number="2", valid_until=TODAY)
    best = points_for(case, now=NOW).best
    assert best is not None
    assert (best.id, [one.code for one in best.reasons if "licence" in one.code]) == (
        made.authorised.id,
        ["licence_until"],
    )
    assert all(sentence(one.rule) for one in choice.ruled_out)


@pytest.mark.demand("U-14")
def test_a_licence_that_ran_out_after_accepting_stops_assigning_and_days_after_it(made: Company) -> None:
    case = accepted(made)
    Requirement.objects.create(category="refrigerator", certificate="gas", holder="service_point")
    with pytest.raises(PointRuledOut):
        assigning.assign(case, technician_id=made.technicians[0].id, doer=by(made, Role.DISPATCHER), now=NOW)
    assert {one.rule.code for one in workers_for(case, now=NOW).ruled_out} == {"licence_missing"}
    last = TODAY + timedelta(days=1)
    Licence.objects.create(node=made.own, kind="gas", number="1", valid_until=last)
    assigning.assign_best(case, doer=by(made, Role.DISPATCHER), now=NOW)
    assert max(localtime(one.begins).date() for one in free_slots(case, now=NOW)) == last


@pytest.mark.demand("U-14")
def test_a_brands_authorisation_rules_out_the_days_after_it_ends(made: Company) -> None:
    last = TODAY + timedelta(days=3)
    Authorisation.objects.filter(node=made.authorised).update(valid_until=last)
    case = offered(made)
    Case.objects.filter(id=case.id).update(node=made.authorised)
    crew = crew_of(frozenset({made.authorised.id}), now=NOW)
    days = {localtime(one.begins).date() for one in crew.slots_for(crew.abilities[0], fresh(case))}
    assert max(days) == last


@pytest.mark.demand("U-13")
def test_forty_degrees_close_the_day_for_work_outdoors_only_and_only_in_that_city(made: Company) -> None:
    outdoors()
    case = assigned(made)
    day, other = hot(40), hot(41, days=2, city="宁波市")
    assert (begins_of(case, day), len(begins_of(case, other))) == ([], 6)
    WorkCondition.objects.update(outdoors=False)
    assert len(begins_of(case, day)) == 6


@pytest.mark.demand("U-13")
def test_at_37_degrees_the_hottest_hours_and_more_than_six_hours_outdoors_are_closed(made: Company) -> None:
    outdoors()
    day = hot(38)
    for hour in (8, 10, 16):
        case = assigned(made, words=f"冰箱漏水了{hour}")
        visit = open_visit_of(case.id)
        assert visit is not None
        assert not {12, 14} & set(begins_of(case, day))
        booking.book(visit, slot_on(day, hour), doer=by(made, Role.AGENT), now=NOW)
    case = assigned(made, words="冰箱又漏水了")
    visit = open_visit_of(case.id)
    assert visit is not None
    assert begins_of(case, day) == []
    with pytest.raises(SlotRuledOut) as refused:
        booking.book(visit, slot_on(day, 18), doer=by(made, Role.AGENT), now=NOW)
    assert "6" in str(refused.value)
    assert "38" in str(refused.value)


@pytest.mark.demand("U-13")
def test_no_heat_told_limits_nothing_and_shipped_limits_name_source_and_missing_check() -> None:
    load_limits()
    load_limits()
    assert heat_of(CITY, since=TODAY, until=TODAY + timedelta(days=7)) == {}
    assert [
        (one.from_celsius, one.outdoor_minutes, bool(one.source), one.checked_by)
        for one in HeatLimit.objects.order_by("id")
    ] == [
        (37, 360, True, ""),
        (40, 0, True, ""),
    ]


def test_a_new_limit_ends_the_old_one_the_day_before() -> None:
    load_limits()
    keep_limit(None, from_celsius=37, outdoor_minutes=240, valid_from=TODAY, source="GB", checked_by="王工")
    HotDay.objects.create(city="", day=TODAY, celsius=39)
    HotDay.objects.create(city=CITY, day=TODAY, celsius=37)
    held = heat_of(CITY, since=TODAY, until=TODAY)[TODAY]
    assert (held.celsius, held.limit.outdoor_minutes, held.limit.checked_by) == (39, 240, "王工")


def test_the_highest_step_that_is_reached_on_the_day_counts() -> None:
    steps = [
        Limit(from_celsius=37, outdoor_minutes=360, valid_from=date(2012, 1, 1)),
        Limit(from_celsius=37, outdoor_minutes=300, valid_from=date(2026, 1, 1)),
        Limit(from_celsius=40, outdoor_minutes=0, valid_from=date(2012, 1, 1), valid_until=date(2025, 1, 1)),
    ]
    at = {celsius: limit_at(celsius, date(2026, 7, 1), steps) for celsius in (36, 37, 41)}
    assert at == {36: None, 37: steps[1], 41: steps[1]}


def test_a_booked_visit_is_counted_once_outdoors_however_often_it_is_moved(made: Company) -> None:
    outdoors()
    day = hot(38)
    visit = booked(made)
    booking.rebook(visit, slot_on(day, 8), reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    booking.rebook(visit, slot_on(day, 10), reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    case = assigned(made, words="冰箱又漏水了")
    assert begins_of(case, day) == [8, 10, 16, 18]


@pytest.mark.demand("U-13")
def test_what_the_week_closes_is_told_to_the_dispatcher(made: Company) -> None:
    outdoors()
    hot(41)
    hot(38, days=2)
    Requirement.objects.create(category="refrigerator", certificate="gas", holder="service_point")
    Licence.objects.create(node=made.own, kind="gas", number="1", valid_until=TODAY + timedelta(days=3))
    case = accepted(made)
    crew = crew_of(frozenset({case.node_id}), now=NOW)
    told = crew.gates.shut_days(case)
    assert [one.code for one in told] == ["papers_end_before", "too_hot", "hours_in_heat", "rest_in_heat"]
    assert "12:00–15:00" in sentence(told[-1])


def broken(made: Company) -> list[tuple[str, str]]:
    found = conflicts_at(frozenset({made.own.id}), now=NOW)
    return [(one.visit.case.number, one.rule.code) for one in found]


@pytest.mark.demand("L-16", "U-13")
def test_an_agreed_visit_that_a_rule_forbids_since_is_shown_with_the_rule(made: Company) -> None:
    visit = booked(made)
    day = TODAY + timedelta(days=1)
    booking.rebook(visit, slot_on(day, 16), reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    assert broken(made) == []
    Requirement.objects.create(category="refrigerator", kind="repair", certificate="height")
    assert broken(made) == []
    Certificate.objects.filter(technician=made.technicians[0], kind="height").update(valid_until=TODAY)
    assert broken(made) == [(visit.case.number, "permit_ends_before")]
    Requirement.objects.all().delete()
    outdoors()
    HotDay.objects.create(city=CITY, day=day, celsius=38)
    assert broken(made) == []
    HotDay.objects.update(celsius=40)
    assert broken(made) == [(visit.case.number, "too_hot")]
    WorkCondition.objects.update(outdoors=False, people=2)
    assert broken(made) == [(visit.case.number, "one_of_two")]


def test_the_hours_outdoors_of_an_agreed_visit_are_not_counted_twice(made: Company) -> None:
    outdoors()
    day = TODAY + timedelta(days=1)
    for hour in (8, 10, 16):
        case = assigned(made, words=f"冰箱漏水了{hour}")
        visit = open_visit_of(case.id)
        assert visit is not None
        booking.book(visit, slot_on(day, hour), doer=by(made, Role.AGENT), now=NOW)
    HotDay.objects.create(city=CITY, day=day, celsius=38)
    assert broken(made) == []
    HeatLimit.objects.filter(from_celsius=37).update(outdoor_minutes=240)
    assert {code for _number, code in broken(made)} == {"hours_in_heat"}
