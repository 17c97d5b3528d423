"""Work that takes two: the second technician passes the same gates, and their time is taken by the same rule."""

from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import localdate, localtime

from bihuan.registers.access.errors import LostRace, Refusal
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import Requirement, WorkCondition
from bihuan.registers.staff.keeping import give_leave
from bihuan.registers.staff.models import Busy, Certificate, Skill
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import may_see_full, visible
from bihuan.service.dispatch import assigning, booking
from bihuan.service.dispatch.choosing import crew_of, mates_for, workers_for, workers_for_all
from bihuan.service.dispatch.conflicts import conflicts_at
from bihuan.service.dispatch.errors import (
    MateUnderWay,
    NobodySecond,
    NotYourJob,
    SlotNotFree,
    SlotRuledOut,
    TechnicianRuledOut,
)
from bihuan.service.dispatch.mates import standing_mate
from bihuan.service.dispatch.models import Mate, Visit
from bihuan.service.dispatch.pairing import choose_mate, refuse_along, send_mate_home
from bihuan.service.dispatch.queries import day_of, free_slots, open_visit_of
from bihuan.service.dispatch.slots import Slot
from bihuan.service.dispatch.standing_in import go_on_leave, stand_in, take_over
from bihuan.service.dispatch.timing.forecast import arrivals_of
from bihuan.service.dispatch.timing.rules import work_of
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from tests.makers import NOW, Company, a_technician, company, later, settle
from tests.service.dispatch.test_dispatch import assigned, by, fresh, kinds

pytestmark = pytest.mark.django_db
TODAY = localdate(NOW)


@pytest.fixture
def made() -> Company:
    found = company()
    WorkCondition.objects.create(category="refrigerator", kind="repair", people=2)
    return found


def visit_of(case: Case) -> Visit:
    found = open_visit_of(case.id)
    assert found is not None
    return found


def taken(technician: Any) -> list[int]:
    return [row.subject_id for row in Busy.objects.filter(technician=technician, why=Busy.VISIT)]


def both_booked(made: Company) -> tuple[Case, Visit]:
    case = assigned(made)
    visit = booking.book(visit_of(case), free_slots(case, now=NOW)[0], doer=by(made, Role.AGENT), now=NOW)
    return fresh(case), visit


def test_a_time_takes_the_second_technicians_time_too_and_both_see_the_job(made: Company) -> None:
    case, visit = both_booked(made)
    first, second = made.technicians[:2]
    assert (taken(first), taken(second)) == ([visit.id], [visit.id])
    viewer = viewer_of(second.person)
    assert list(visible(viewer)) == [case]
    assert may_see_full(viewer, case, now=NOW)
    settle()
    assert kinds(case)[-2:] == ["dispatch.mate_chosen", "dispatch.booked"]


def test_who_goes_along_comes_later_to_their_own_next_visit(made: Company) -> None:
    case, visit = both_booked(made)
    WorkCondition.objects.all().delete()
    own = visit_of(assigned(made))
    second = made.technicians[1]
    assert visit.slot_from is not None and visit.slot_until is not None
    Visit.objects.filter(id=own.id).update(
        technician=second, state=Visit.BOOKED, slot_from=visit.slot_from, slot_until=visit.slot_until
    )
    alone = arrivals_of([second.id], now=visit.slot_from)
    now = visit.slot_from + timedelta(minutes=30)
    Visit.objects.filter(id=visit.id).update(state=Visit.ARRIVED, arrived_at=now)
    both = arrivals_of([technician.id for technician in made.technicians], now=now)
    assert set(alone) == {own.id}  # when both are there is told of the first alone
    assert (both[visit.id], both[own.id] >= now + work_of(case.kind)) == (now, True)
    send_mate_home(case, doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=now)
    assert arrivals_of([second.id], now=now)[own.id] < now + work_of(case.kind)


def test_the_day_of_the_second_shows_the_visit_too(made: Company) -> None:
    _case, visit = both_booked(made)
    assert visit.slot_from is not None
    crew = crew_of(frozenset({made.own.id}), now=NOW)
    rows = day_of(crew, localtime(visit.slot_from).date())
    assert [[one for cell in row.cells for one in cell.visits] for row in rows] == [[visit], [visit]]
    assert [row.jobs for row in rows] == [1, 1]


def test_moving_and_giving_up_free_both_and_take_both_anew(made: Company) -> None:
    case, visit = both_booked(made)
    later = free_slots(case, now=NOW)[3]
    booking.rebook(visit, later, reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    rows = Busy.objects.filter(why=Busy.VISIT, subject_id=visit.id)
    assert {row.begins for row in rows} == {int(later.taken_from.timestamp())}
    assert rows.count() == 2
    booking.cancel_booking(visit, reason="customer_wish", doer=by(made, Role.AGENT), now=NOW)
    assert not Busy.objects.filter(why=Busy.VISIT).exists()
    assert standing_mate(case.id) is None


def test_taking_the_job_away_frees_both(made: Company) -> None:
    case, _visit = both_booked(made)
    third = a_technician(made.own)
    assigning.reassign(
        case, technician_id=third.id, reason="nearer", words="", doer=by(made, Role.DISPATCHER), now=NOW
    )
    assert not Busy.objects.filter(why=Busy.VISIT).exists()
    assert (standing_mate(case.id), fresh(case).mate_person_id) == (None, None)


def test_the_second_passes_the_same_gates(made: Company) -> None:
    second = made.technicians[1]
    Requirement.objects.create(category="refrigerator", kind="repair", certificate="height")
    Certificate.objects.filter(technician=second, kind="height").update(valid_until=TODAY + timedelta(days=1))
    case = assigned(made)
    assert max(localtime(one.begins).date() for one in free_slots(case, now=NOW)) == TODAY + timedelta(days=1)
    Skill.objects.filter(technician=second).delete()
    assert free_slots(case, now=NOW) == []
    with pytest.raises(TechnicianRuledOut) as refused:
        choose_mate(case, technician_id=second.id, doer=by(made, Role.DISPATCHER), now=NOW)
    assert second.person.name in str(refused.value)


def test_nobody_to_go_along_is_said_where_the_first_is_chosen_and_where_a_time_is(made: Company) -> None:
    case = assigned(made)
    slot = free_slots(case, now=NOW)[0]
    Skill.objects.filter(technician=made.technicians[1]).delete()
    assert {one.rule.code for one in workers_for(case, now=NOW).ruled_out} == {"no_skill", "no_second"}
    with pytest.raises(SlotRuledOut):
        booking.book(visit_of(case), slot, doer=by(made, Role.AGENT), now=NOW)
    assert (Busy.objects.count(), Mate.objects.count()) == (0, 0)


def test_a_person_may_choose_who_goes_along_before_and_after_a_time_is_agreed(made: Company) -> None:
    third = a_technician(made.own)
    case = assigned(made)
    doer = by(made, Role.DISPATCHER)
    choose_mate(case, technician_id=third.id, doer=doer, now=NOW)
    visit = booking.book(
        visit_of(case), free_slots(fresh(case), now=NOW)[0], doer=by(made, Role.AGENT), now=NOW
    )
    assert (taken(third), taken(made.technicians[1])) == ([visit.id], [])
    choose_mate(case, technician_id=made.technicians[1].id, doer=doer, now=NOW)
    assert (taken(third), taken(made.technicians[1])) == ([], [visit.id])
    with pytest.raises(NobodySecond):
        send_mate_home(case, doer=doer, now=NOW)
    booking.cancel_booking(visit, reason="weather", doer=doer, now=NOW)
    assert standing_mate(case.id) is not None
    send_mate_home(case, doer=doer, now=NOW)
    assert standing_mate(case.id) is None


def test_the_first_cannot_go_along_with_themselves_nor_somebody_of_another_point(made: Company) -> None:
    case = assigned(made)
    names = {
        one.id for one in mates_for(case, first_id=made.technicians[0].id, slot=None, now=NOW).candidates
    }
    assert names == {made.technicians[1].id}


def told(technician: Any) -> list[str]:
    """What this technician was told on their page since it was asked last."""
    rows = Notice.objects.filter(person=technician.person, channel=Notice.PAGE).order_by("id")
    kinds = list(rows.values_list("kind", flat=True))
    rows.update(channel="told")
    return kinds


def test_who_goes_along_hears_of_every_time_and_of_the_other_first_technician(made: Company) -> None:
    second, third = made.technicians[1], a_technician(made.own)
    case, doer = assigned(made), by(made, Role.DISPATCHER)
    choose_mate(case, technician_id=second.id, doer=doer, now=NOW)
    settle()
    assert told(second) == ["goes_along"]
    slots = free_slots(fresh(case), now=NOW)
    visit = booking.book(visit_of(case), slots[0], doer=by(made, Role.AGENT), now=NOW)
    settle()
    assert told(second) == ["along_booked"]
    booking.rebook(visit, slots[3], reason="customer_wish", doer=doer, now=later(minutes=1))
    settle()
    assert told(second) == ["along_booked"]
    visit = visit_of(case)
    stand_in(visit, absent_id=visit.technician_id, technician_id=third.id, doer=doer, now=later(minutes=2))
    settle()
    assert told(second) == ["along_with_other"]
    booking.cancel_booking(visit_of(case), reason="weather", doer=doer, now=later(minutes=3))
    settle()
    assert told(second) == ["along_called_off"]


def test_who_goes_along_hears_that_the_visit_begins_later(made: Company) -> None:
    _, visit = both_booked(made)
    second, doer = made.technicians[1], by(made, Role.AGENT)
    settle()
    told(second)
    assert visit.slot_from is not None
    expected = visit.slot_from + timedelta(hours=1)
    booking.say_late(visit, expected_at=expected, reason="weather", doer=doer, now=NOW)
    settle()
    row = Notice.objects.get(person=second.person, channel=Notice.PAGE, kind="along_late")
    assert f"{localtime(expected):%H:%M}" in (shown([row], links=False)[0].words or "")


def test_who_was_chosen_with_the_time_hears_of_it_once_each_time(made: Company) -> None:
    case, visit = both_booked(made)
    second = made.technicians[1]
    settle()
    assert told(second) == ["goes_along"]
    slot = free_slots(case, now=NOW)[3]
    booking.rebook(visit, slot, reason="weather", doer=by(made, Role.AGENT), now=later(minutes=1))
    settle()
    assert told(second) == ["goes_along"]


def test_whoever_went_along_takes_over_at_another_time_and_somebody_else_goes_along(made: Company) -> None:
    case, visit = both_booked(made)
    first, second = made.technicians[:2]
    doer, slot = by(made, Role.DISPATCHER), free_slots(case, now=NOW)[3]
    choose_mate(case, technician_id=second.id, doer=doer, now=NOW)
    take_over(visit, slot, technician_id=second.id, reason="weather", doer=doer, now=NOW, by_customer=False)
    stands, mate = visit_of(case), standing_mate(case.id)
    assert (stands.technician_id, stands.slot_from) == (second.id, slot.begins)
    assert mate is not None and mate.technician_id == first.id
    assert (taken(first), taken(second)) == ([visit.id], [visit.id])


def test_who_refused_one_job_is_still_asked_for_another_that_needs_the_same(made: Company) -> None:
    refused, other = assigned(made), assigned(made)
    first, second = made.technicians[:2]
    choose_mate(refused, technician_id=second.id, doer=by(made, Role.DISPATCHER), now=NOW)
    viewer = viewer_of(second.person)
    refuse_along(refused, technician_id=second.id, reason="ill", words="", doer=Doer.of(viewer), now=NOW)
    crew = crew_of(frozenset({refused.node_id}), now=NOW)
    found = workers_for_all([fresh(refused), fresh(other)], crew=crew)
    could = {case: {one.id for one in choice.candidates} for case, choice in found.items()}
    assert first.id not in could[refused.id]
    assert first.id in could[other.id]


def test_the_second_refuses_with_a_reason_and_the_dispatcher_chooses_another(made: Company) -> None:
    case, visit = both_booked(made)
    first, second = made.technicians[:2]
    viewer = viewer_of(second.person)
    assigning.accept_job(case, technician_id=first.id, doer=by(made, Role.TECHNICIAN), now=NOW)
    slot = free_slots(case, now=NOW)[1]
    settle()
    refuse_along(case, technician_id=second.id, reason="ill", words="发烧", doer=Doer.of(viewer), now=NOW)
    settle()
    assert (taken(first), taken(second)) == ([visit.id], [])
    assert (standing_mate(case.id), visit_of(case).state) == (None, Visit.BOOKED)
    assert not may_see_full(viewer, fresh(case), now=NOW)
    missing = conflicts_at(frozenset({made.own.id}), now=NOW)
    assert [(one.visit, one.rule.code) for one in missing] == [(visit, "one_of_two")]
    heard = Notice.objects.filter(case=case, kind="mate_refused", channel=Notice.PAGE)
    assert first.person_id in set(heard.values_list("person_id", flat=True))
    assert heard.exclude(person=first.person).exists()
    with pytest.raises(NotYourJob):
        refuse_along(case, technician_id=second.id, reason="ill", words="", doer=Doer.of(viewer), now=NOW)
    doer = by(made, Role.DISPATCHER)
    assert free_slots(fresh(case), now=NOW) == []  # the house does not ask the same again
    with pytest.raises(SlotRuledOut):
        booking.rebook(visit, slot, reason="weather", doer=doer, now=NOW)
    choose_mate(case, technician_id=second.id, doer=doer, now=NOW)  # a person who rang them may
    assert taken(second) == [visit.id]
    Visit.objects.filter(id=visit.id).update(state=Visit.ON_THE_WAY)
    with pytest.raises(MateUnderWay):
        refuse_along(case, technician_id=second.id, reason="ill", words="", doer=Doer.of(viewer), now=NOW)


def test_leave_of_the_second_closes_the_slot_and_a_held_slot_refuses_their_leave(made: Company) -> None:
    case = assigned(made)
    slot = free_slots(case, now=NOW)[0]
    second = made.technicians[1]
    leave = give_leave(second.id, begins=slot.begins, ends=slot.ends)
    assert slot not in free_slots(case, now=NOW)
    with pytest.raises(Refusal):
        booking.book(visit_of(case), slot, doer=by(made, Role.AGENT), now=NOW)
    leave.delete()
    booking.book(visit_of(case), slot, doer=by(made, Role.AGENT), now=NOW)
    with pytest.raises(LostRace):
        give_leave(second.id, begins=slot.begins, ends=slot.ends)


def raced(*deeds: Any) -> list[str]:
    """Do all at once, each in a thread of its own: what each of them came to."""
    barrier, found = Barrier(len(deeds)), []

    def one(deed: Any) -> None:
        try:
            barrier.wait(10)
            deed()
            found.append("done")
        except (LostRace, Refusal) as refusal:
            found.append(type(refusal).__name__)
        except OperationalError:
            found.append("locked")
        finally:
            connection.close()

    threads = [Thread(target=one, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_for_two_and_leave_at_once_never_book_anybody_twice() -> None:
    made = company()
    WorkCondition.objects.create(category="refrigerator", kind="repair", people=2)
    first, second = made.technicians[:2]
    one = assigned(made, words="冰箱漏水了一")
    other = assigned(made, words="冰箱漏水了二")
    doer = by(made, Role.DISPATCHER)
    assigning.reassign(other, technician_id=second.id, reason="nearer", words="", doer=doer, now=NOW)
    slot = free_slots(one, now=NOW)[0]
    visits = [visit_of(one), visit_of(fresh(other))]

    def book(visit: Visit, when: Slot) -> Any:
        return lambda: booking.book(visit, when, doer=by(made, Role.AGENT), now=NOW)

    begins, ends = slot.begins + timedelta(minutes=30), slot.ends
    came = raced(
        book(visits[0], slot),
        book(visits[1], slot),
        lambda: give_leave(second.id, begins=begins, ends=ends),
    )
    assert came.count("done") == 1 or "locked" in came
    for technician in (first, second):
        rows = list(Busy.objects.filter(technician=technician).order_by("begins"))
        assert all(left.ends <= right.begins for left, right in pairwise(rows))
    booked = Visit.objects.filter(state=Visit.BOOKED)
    assert Busy.objects.filter(why=Busy.VISIT).count() == 2 * booked.count()
    assert Mate.objects.filter(ended_at__isnull=True).count() == booked.count()


@pytest.mark.django_db(transaction=True)
def test_those_who_go_with_each_other_on_two_days_are_booked_at_once() -> None:
    made = company()
    WorkCondition.objects.create(category="refrigerator", kind="repair", people=2)
    one, other = (assigned(made, words=words) for words in ("冰箱漏水了一", "冰箱漏水了二"))
    doer, second = by(made, Role.DISPATCHER), made.technicians[1]
    assigning.reassign(other, technician_id=second.id, reason="nearer", words="", doer=doer, now=NOW)
    visits = [visit_of(one), visit_of(fresh(other))]
    slots = [
        next(each for each in free_slots(visits[0].case, now=NOW) if each.begins > later(days=n))
        for n in (1, 2)
    ]

    def deed(visit: Visit, slot: Slot) -> Any:
        return lambda: booking.book(visit, slot, doer=doer, now=NOW)

    assert raced(*(deed(*each) for each in zip(visits, slots, strict=True))) == ["done", "done"]
    assert Mate.objects.filter(ended_at__isnull=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_leave_and_customers_who_change_their_times_at_once_wait_for_each_other_and_all_are_done() -> None:
    made = company()
    agent, first = by(made, Role.AGENT), made.technicians[0]
    visits = []
    for number, words in enumerate(("冰箱漏水了一", "冰箱漏水了二", "冰箱漏水了三"), start=1):
        case = assigned(made, words=words)
        slots = [each for each in free_slots(case, now=NOW) if each.begins > later(hours=20)]
        visits.append(booking.book(visit_of(case), slots[number], doer=agent, now=NOW))
    begins, ends = later(hours=20), later(hours=40)
    slots = [each for each in free_slots(visits[0].case, now=NOW) if each.begins > ends]

    def change(visit: Visit, slot: Slot) -> Any:
        return lambda: booking.rebook(visit, slot, reason="customer_wish", doer=agent, now=NOW)

    assert (
        raced(
            lambda: go_on_leave(first.id, begins=begins, ends=ends, doer=agent, now=NOW),
            *(change(*each) for each in zip(visits[1:], slots, strict=False)),
        )
        == ["done"] * 3
    )


def test_a_mate_who_was_taken_meanwhile_leaves_the_first_free(made: Company) -> None:
    case = assigned(made)
    choose_mate(case, technician_id=made.technicians[1].id, doer=by(made, Role.DISPATCHER), now=NOW)
    slot = free_slots(fresh(case), now=NOW)[0]
    visit = visit_of(case)
    give_leave(made.technicians[1].id, begins=slot.begins, ends=slot.ends)
    with pytest.raises((SlotNotFree, SlotRuledOut)):
        booking.book(visit, slot, doer=by(made, Role.AGENT), now=NOW)
    assert taken(made.technicians[0]) == []
