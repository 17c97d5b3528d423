"""A time kept free while a customer decides, the limits of changing it, and the page on which they choose."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import get_default_timezone, localtime

from bihuan.ground.journal.event import Actor
from bihuan.registers.access.errors import Refusal
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.actions import drop_expired_holds
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.errors import MovedTooOften, SlotNotFree, TooLateToMove
from bihuan.service.dispatch.fitting import Fit
from bihuan.service.dispatch.keeping_free import keep_free
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.queries import free_fits, free_slots, open_visit_of
from bihuan.service.dispatch.reserving import best_of, offered
from bihuan.service.dispatch.slots import Slot, slots_on
from bihuan.service.intake.queries import link_of
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def planned(made: Company) -> Visit:
    """A visit of the first technician that waits for its time."""
    case = a_case(made, words="冰箱漏水了")
    settle()
    case = Case.objects.get(id=case.id)
    offering.accept_offer(case, doer=Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), now=NOW)
    case = Case.objects.get(id=case.id)
    one, point = made.technicians[0], Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER))
    assigning.assign(case, technician_id=one.id, doer=point, now=NOW)
    assigning.accept_job(case, technician_id=one.id, doer=Doer.of(made.viewer(Role.TECHNICIAN)), now=NOW)
    visit = open_visit_of(case.id)
    assert visit is not None
    return visit


def customer(visit: Visit) -> Doer:
    return Doer(by=Actor(kind="customer", id=visit.case.customer_id), roles=frozenset({"customer"}))


def path(visit: Visit, name: str) -> str:
    return reverse(f"customers:{name}", args=[link_of(visit.case.report).rsplit("/", 1)[1]])


def with_room_for_one(made: Company, visit: Visit) -> Slot:
    """A slot of the visit's technician that takes one more: two hours of work and their drives fill it."""
    slot = free_slots(visit.case, now=NOW)[0]
    another = planned(made)
    booking.book(another, slot, doer=customer(another), now=NOW)
    return slot


def test_what_is_kept_is_offered_to_nobody_else_and_over_by_itself(made: Company) -> None:
    mine, other = planned(made), planned(made)
    slot = with_room_for_one(made, mine)
    assert keep_free(mine, slot, now=NOW) == later(minutes=10)
    assert keep_free(mine, slot, now=later(minutes=4)) == later(minutes=10)  # asked again it is no longer
    assert free_slots(mine.case, now=NOW)[0] == slot
    assert slot not in free_slots(other.case, now=NOW)
    for refused in (keep_free, lambda one, at, now: booking.book(one, at, doer=customer(one), now=now)):
        with pytest.raises(SlotNotFree):
            refused(other, slot, now=later(minutes=9))
    assert slot in free_slots(other.case, now=later(minutes=10))
    booking.book(other, slot, doer=customer(other), now=later(minutes=10))
    with pytest.raises(SlotNotFree):
        booking.book(mine, slot, doer=customer(mine), now=later(minutes=10))


def test_another_choice_gives_the_first_back_and_a_booking_leaves_nothing_kept(made: Company) -> None:
    mine, other = planned(made), planned(made)
    first, second = free_slots(mine.case, now=NOW)[:2]
    keep_free(mine, first, now=NOW)
    keep_free(mine, second, now=NOW)
    assert first in free_slots(other.case, now=NOW)
    booking.book(mine, second, doer=customer(mine), now=NOW)
    assert list(Busy.objects.values_list("why", flat=True)) == [Busy.VISIT]


def test_the_clock_clears_what_was_kept_too_long(made: Company) -> None:
    mine = planned(made)
    keep_free(mine, free_slots(mine.case, now=NOW)[0], now=NOW)
    assert [drop_expired_holds(later(minutes=at)) for at in (9, 10, 11)] == [0, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_choose_the_same_time_at_once_one_has_it(made: Company) -> None:
    both = [planned(made), planned(made)]
    slot = with_room_for_one(made, both[0])
    gate, told = Barrier(2), list[str]()

    def choose(visit: Visit) -> None:
        gate.wait()
        try:
            keep_free(visit, slot, now=NOW)
            told.append("kept")
        except (SlotNotFree, OperationalError):
            told.append("refused")
        finally:
            connection.close()

    hands = [Thread(target=choose, args=(one,)) for one in both]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert (sorted(told), Busy.objects.count()) == (["kept", "refused"], 2)


@pytest.mark.demand("S2-72")
def test_a_customer_keeps_a_time_by_choosing_it_and_agrees_by_one_press(made: Company) -> None:
    visit, client = planned(made), Client()
    Visit.objects.filter(id=visit.id).update(made_at=NOW)
    page = client.get(path(visit, "slot"))
    assert page.context["offered"].best
    chosen = page.context["offered"].best[0].begins.isoformat()
    assert "kept-free" in client.post(path(visit, "keep_free"), {"slot": chosen}).content.decode()
    assert Busy.objects.get().why == Busy.HOLD
    assert client.post(path(visit, "slot"), {"slot": chosen}).status_code == 302
    assert Busy.objects.get().why == Busy.VISIT
    for wrong in ("", "x", "2020-01-01T10:00:00+08:00"):
        assert client.post(path(visit, "keep_free"), {"slot": wrong}).status_code == 200


def test_the_best_five_are_spread_over_days_and_nothing_is_offered_twice(made: Company) -> None:
    case = planned(made).case
    free = free_fits(case, now=NOW)
    told = offered(case, free)
    assert (len(told.best), len({slot.begins.date() for slot in told.best})) == (5, 3)
    rest = [slot for _day, slots in told.days for slot in slots]
    assert sorted([*told.best, *rest]) == sorted(fit.slot for fit in free)
    assert len(offered(case, free[:3]).best) == 3


def test_a_time_beside_other_work_is_worth_a_day_of_waiting_and_a_long_way_is_not() -> None:
    today = localtime(NOW).date()
    days = [slots_on(today + timedelta(days=ahead), get_default_timezone())[1] for ahead in range(7)]

    def free(**extra: int) -> list[Fit]:
        dear = [extra.get(f"day_{at}", 1_000) for at in range(7)]
        return [
            Fit(slot=slot, after=0, sets_off=0, arrives=0, done=0, ends_by=0, extra=one)
            for slot, one in zip(days, dear, strict=True)
        ]

    assert best_of(free()) == days[:5]
    assert best_of(free(day_0=9_000, day_1=9_000)) == days[2:7]
    assert best_of(free(day_5=0, day_4=2_000)) == [*days[:4], days[5]]
    assert best_of(free(), meant=days[6].begins) == [*days[:4], days[6]]


def test_a_customer_changes_the_time_three_times_and_not_at_the_last_moment(made: Company) -> None:
    visit = planned(made)
    slots = free_slots(visit.case, now=NOW)
    visit = booking.book(visit, slots[8], doer=customer(visit), now=NOW, by_customer=True)
    told: dict[str, Any] = {"reason": "customer_wish", "now": NOW, "by_customer": True}
    for at in (9, 10, 8):
        visit = booking.rebook(visit, slots[at], doer=customer(visit), **told)
    with pytest.raises(MovedTooOften):
        booking.rebook(visit, slots[9], doer=customer(visit), **told)
    Visit.objects.filter(id=visit.id).update(moved_by_customer=0)
    visit = Visit.objects.select_related("case__report", "case__customer").get(id=visit.id)
    near = slots[8].begins - timedelta(minutes=29)
    with pytest.raises(TooLateToMove):
        booking.rebook(visit, slots[9], doer=customer(visit), **(told | {"now": near}))
    when = slots[8].begins + timedelta(hours=3)
    technician = Doer.of(made.viewer(Role.TECHNICIAN))
    booking.say_late(visit, expected_at=when, reason="traffic", doer=technician, now=near)
    later_slot = next(one for one in free_slots(visit.case, now=near) if one.begins > slots[8].begins)
    try:
        moved = booking.rebook(visit, later_slot, reason="running_late", doer=customer(visit), now=near)
    except Refusal as refusal:  # pragma: no cover
        raise AssertionError(str(refusal)) from refusal
    assert (moved.moved_by_us, moved.moved_by_customer) == (1, 0)
