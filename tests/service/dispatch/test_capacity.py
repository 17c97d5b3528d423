"""The capacity calendar: how many visits a day takes, for whom, and that no booking goes past it."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.event import CLOCK
from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, matching, offering
from bihuan.service.dispatch.actions import set_policy
from bihuan.service.dispatch.capacity.errors import DayFull
from bihuan.service.dispatch.capacity.keeping import drop_limit, keep_limit, set_day
from bihuan.service.dispatch.capacity.models import Day, Limit, Turn
from bihuan.service.dispatch.capacity.queries import month_of
from bihuan.service.dispatch.capacity.rules import Booked, DayRule, LimitRule, Line, left, lines_on, room
from bihuan.service.dispatch.choosing import workers_for
from bihuan.service.dispatch.deciding.models import Waiting
from bihuan.service.dispatch.keeping_free import keep_free
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.policy import Policy
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from tests.makers import NOW, Company, a_case, a_technician, company, later, settle
from tests.service.dispatch.test_dispatch import race

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)


# Rules


def limit(number: int, **more: Any) -> LimitRule:
    return LimitRule(id=number, **({"visits": 10} | more))


@pytest.mark.demand("U-12")
def test_a_peak_season_goes_before_a_weekday_and_that_before_every_day() -> None:
    limits = [
        limit(1, visits=10),
        limit(2, visits=6, weekday=0),
        limit(3, visits=20, first_day=date(2026, 11, 20), last_day=date(2026, 11, 23), name="旺季"),
    ]
    assert [(line.visits, line.name) for line in lines_on(MONDAY, limits, [])] == [(20, "旺季")]
    assert [line.visits for line in lines_on(date(2026, 11, 30), limits, [])] == [6]
    assert [line.visits for line in lines_on(TUESDAY, limits, [])] == [10]


def test_a_day_set_by_hand_goes_before_every_limit() -> None:
    by_hand = [DayRule(visits=3), DayRule(category="air_conditioner", closed=True, reason="旺季")]
    first, second = lines_on(MONDAY, [limit(1, overbook=50)], by_hand)
    assert (first.visits, first.most, first.closed) == (3, 4, False)
    assert (second.category, second.visits, second.closed, second.reason) == (
        "air_conditioner",
        None,
        True,
        "旺季",
    )


lines = st.builds(
    Line,
    category=st.sampled_from(["", "a", "b"]),
    kind=st.sampled_from(["", "x"]),
    visits=st.none() | st.integers(0, 9),
    overbook=st.integers(0, 100),
    reserve=st.integers(0, 9),
    closed=st.booleans(),
    reason=st.just("full"),
)


@pytest.mark.demand("U-12")
@given(lines, st.lists(st.booleans(), max_size=40))
def test_however_they_come_a_day_never_holds_more_than_it_may(line: Line, coming: list[bool]) -> None:
    """`coming`: whether each is urgent. Each is booked where there is room."""
    every = urgent = 0
    for pressing in coming:
        free = left(line, Booked(all=every, urgent=urgent), urgent=pressing)
        if free is None or free > 0:
            every, urgent = every + 1, urgent + pressing
        if line.most is not None:
            assert every <= line.most
            assert every - urgent <= max(line.most - line.reserve, 0)
        if line.closed:
            assert every == urgent and urgent <= line.reserve


@given(lines, st.integers(0, 20), st.integers(0, 20))
def test_an_urgent_case_has_room_wherever_another_has(line: Line, ordinary: int, urgent: int) -> None:
    booked = Booked(all=ordinary + urgent, urgent=urgent)
    usual, pressing = left(line, booked, urgent=False), left(line, booked, urgent=True)
    assert (usual is None) <= (pressing is None)
    if usual is not None and pressing is not None:
        assert 0 <= usual <= pressing


def test_a_booking_obeys_every_line_that_is_about_it() -> None:
    held = [
        (Line(category="", kind="", visits=10), Booked(all=4)),
        (Line(category="ac", kind="", visits=5), Booked(all=5)),
    ]
    assert room(held, category="ac", kind="repair", urgent=False) == 0
    assert room(held, category="fridge", kind="repair", urgent=False) == 6
    assert room(held[1:], category="fridge", kind="repair", urgent=False) is None


# Bookings


@pytest.fixture
def made(db: None) -> Company:
    return company()


def to_book(made: Company, number: int = 0, **more: Any) -> Visit:
    """A case whose technician (by number) is chosen and whose time is still open."""
    case = a_case(made, **({"words": "冰箱漏水了"} | more))
    settle()
    point = Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    offering.accept_offer(Case.objects.get(id=case.id), doer=point, now=NOW)
    technician = made.technicians[number].id
    assigning.assign(Case.objects.get(id=case.id), technician_id=technician, doer=point, now=NOW)
    visit = open_visit_of(case.id)
    assert visit is not None
    return visit


def on(visit: Visit, day: date, at: int = 0) -> Any:
    return [slot for slot in free_slots(visit.case, now=NOW) if localtime(slot.begins).date() == day][at]


def book(visit: Visit, slot: Any) -> Visit:
    return booking.book(visit, slot, doer=Doer.house(CLOCK), now=NOW)


@pytest.mark.demand("U-12")
def test_a_full_day_is_offered_to_nobody_and_a_booking_that_knew_of_it_is_refused(made: Company) -> None:
    Limit.objects.create(node=made.head, visits=1)
    first, second = to_book(made), to_book(made, 1, words="冰箱门关不严")
    known = on(second, TUESDAY)
    book(first, on(first, TUESDAY))
    days = {localtime(slot.begins).date() for slot in free_slots(second.case, now=NOW)}
    assert TUESDAY not in days and len(days) == 6
    with pytest.raises(DayFull) as refused:
        book(second, known)
    assert "24 Nov" in str(refused.value)
    assert Visit.objects.get(id=second.id).state == Visit.PLANNED
    booking.cancel_booking(first, reason="customer_wish", doer=Doer.house(CLOCK), now=NOW, by_customer=True)
    book(second, known)  # there is room again


@pytest.mark.demand("U-12")
def test_the_reserve_is_for_urgent_cases_alone(made: Company) -> None:
    Limit.objects.create(node=made.own, visits=2, reserve=1)
    usual, more = to_book(made), to_book(made, 1, words="冰箱门关不严")
    pressing = to_book(made, 1, words="冰箱灯不亮", urgency="urgent")
    book(usual, on(usual, TUESDAY))
    assert TUESDAY not in {localtime(slot.begins).date() for slot in free_slots(more.case, now=NOW)}
    book(pressing, on(pressing, TUESDAY))
    loads = month_of(made.own, date(2026, 11, 1))
    assert (loads[23].booked, loads[23].left, loads[23].left_urgent) == (Booked(all=2, urgent=1), 0, 0)


def test_a_closed_day_takes_nobody_and_what_is_booked_stays(made: Company) -> None:
    visit, other = to_book(made), to_book(made, 1, words="冰箱门关不严")
    book(visit, on(visit, TUESDAY))
    point = made.viewer(Role.SERVICE_POINT_DISPATCHER)
    set_day(point, node_id=made.own.id, day=TUESDAY, closed=True, reason="台风", now=NOW)
    assert TUESDAY not in {localtime(slot.begins).date() for slot in free_slots(other.case, now=NOW)}
    assert Visit.objects.get(id=visit.id).state == Visit.BOOKED
    set_day(point, node_id=made.own.id, day=TUESDAY, now=later(minutes=1))
    assert (on(other, TUESDAY) is not None, Day.objects.count()) == (True, 0)
    assert Change.objects.filter(register="capacity").count() == 2


@pytest.mark.demand("U-12")
def test_what_is_kept_free_has_its_place_in_the_day_until_it_is_over(made: Company) -> None:
    Limit.objects.create(node=made.head, visits=1)
    first, second = to_book(made), to_book(made, 1, words="冰箱门关不严")
    known = on(second, TUESDAY)
    keep_free(first, on(first, TUESDAY), now=NOW)
    keep_free(first, on(first, TUESDAY, 1), now=NOW)  # another time of the same day is no second place
    for refused in (lambda: keep_free(second, known, now=NOW), lambda: book(second, known)):
        with pytest.raises(DayFull):
            refused()
    assert keep_free(second, known, now=later(minutes=10)) == later(minutes=20)
    with pytest.raises(DayFull):
        booking.book(first, on(first, TUESDAY), doer=Doer.house(CLOCK), now=later(minutes=19))
    booking.book(second, known, doer=Doer.house(CLOCK), now=later(minutes=21))


def test_a_rebooking_on_the_same_full_day_keeps_its_own_place(made: Company) -> None:
    Limit.objects.create(node=made.own, visits=1)
    visit = to_book(made)
    first, second = on(visit, TUESDAY), on(visit, TUESDAY, 1)
    book(visit, first)
    booking.rebook(visit, second, reason="customer_wish", doer=Doer.house(CLOCK), now=NOW, by_customer=True)
    assert Visit.objects.get(id=visit.id).slot_from == second.begins


@pytest.mark.demand("U-12")
@pytest.mark.django_db(transaction=True)
def test_of_bookings_at_once_no_more_than_the_day_takes_succeed() -> None:
    made = company()
    more = [a_technician(made.own) for _ in range(3)]
    made.technicians[1:1] = more
    Limit.objects.create(node=made.own, visits=2)
    words = ("冰箱漏水了", "冰箱门关不严", "冰箱灯不亮", "冰箱结冰太厚")
    visits = [to_book(made, number, words=said) for number, said in enumerate(words)]
    slots = [on(visit, TUESDAY) for visit in visits]
    assert race(4, lambda number: book(visits[number], slots[number])) == ["lost", "lost", "won", "won"]
    assert Visit.objects.filter(state=Visit.BOOKED).count() == 2
    assert Turn.objects.get().day == TUESDAY


@pytest.mark.django_db(transaction=True)
def test_of_bookings_at_once_a_technician_gets_no_more_jobs_than_they_take_in_a_day() -> None:
    made = company()
    visits = [to_book(made, words=said) for said in ("冰箱漏水了", "冰箱门关不严", "冰箱灯不亮")]
    slots = [on(visit, TUESDAY, number) for number, visit in enumerate(visits)]
    Technician.objects.filter(id=made.technicians[0].id).update(max_jobs=2)
    assert race(3, lambda number: book(visits[number], slots[number])) == ["lost", "won", "won"]
    assert Visit.objects.filter(state=Visit.BOOKED).count() == 2


@pytest.mark.demand("U-12")
def test_where_every_day_is_full_nobody_is_chosen_until_capacity_opens(made: Company) -> None:
    set_policy(made.head, Policy(mode="automatic"))
    row = Limit.objects.create(node=made.head, visits=0)
    case = a_case(made, words="冰箱漏水了")
    settle()
    point = Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    offering.accept_offer(Case.objects.get(id=case.id), doer=point, now=NOW)
    settle()
    choice = workers_for(Case.objects.get(id=case.id), now=NOW)
    assert [one.rule.code for one in choice.ruled_out] == ["days_full", "days_full"]
    drop_limit(made.viewer(Role.MANAGER), row.id, now=later(minutes=1))
    assert matching.match_waiting(later(minutes=1)) == 1
    assert Case.objects.get(id=case.id).stands_at == "to_book"


# Keeping


def told(made: Company, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "node_id": made.own.id,
        "name": "旺季",
        "category": "",
        "kind": "",
        "weekday": None,
        "first_day": date(2026, 6, 1),
        "last_day": date(2026, 8, 31),
        "visits": 30,
        "overbook": 10,
        "reserve": 3,
    }
    return usual | more


def test_a_limit_is_kept_changed_and_dropped_with_its_history(made: Company) -> None:
    point = made.viewer(Role.SERVICE_POINT_DISPATCHER)
    row = keep_limit(point, None, told(made), now=NOW)
    keep_limit(point, row.id, told(made, visits=40), now=later(minutes=1))
    assert Limit.objects.get().visits == 40
    drop_limit(point, row.id, now=later(minutes=2))
    assert Limit.objects.count() == 0
    deeds = Change.objects.filter(register="capacity").order_by("id").values_list("deed", flat=True)
    assert list(deeds) == ["added", "changed", "removed"]


def test_what_cannot_be_is_refused_field_by_field(made: Company) -> None:
    point = made.viewer(Role.SERVICE_POINT_DISPATCHER)
    for wrong in ({"last_day": None}, {"last_day": date(2026, 5, 1)}, {"overbook": 101}):
        with pytest.raises(ValidationError):
            keep_limit(point, None, told(made, **wrong), now=NOW)
    with pytest.raises(ValidationError):
        set_day(point, node_id=made.own.id, day=TUESDAY, closed=True, now=NOW)
    with pytest.raises(NotFound):
        keep_limit(point, None, told(made, node_id=made.authorised.id), now=NOW)
    with pytest.raises(NotAllowed):
        set_day(made.viewer(Role.AGENT), node_id=made.own.id, day=TUESDAY, now=NOW)
    assert (Limit.objects.count(), Day.objects.count()) == (0, 0)


def test_capacity_that_opens_wakes_what_waits(made: Company) -> None:
    case = a_case(made)
    Waiting.objects.create(case=case, since=NOW, look_at=later(hours=1))
    keep_limit(made.viewer(Role.MANAGER), None, told(made), now=later(minutes=1))
    assert Waiting.objects.get().look_at == later(minutes=1)


def test_a_month_has_every_day_with_its_load(made: Company) -> None:
    Limit.objects.create(node=made.own, visits=4)
    visit = to_book(made)
    book(visit, on(visit, TUESDAY))
    loads = month_of(made.own, date(2026, 11, 1))
    assert (len(loads), loads[23].day, loads[23].booked.all, loads[23].left) == (30, TUESDAY, 1, 3)
    empty = month_of(made.authorised, date(2026, 2, 1))
    assert (len(empty), empty[0].left, empty[0].line.most) == (28, None, None)
