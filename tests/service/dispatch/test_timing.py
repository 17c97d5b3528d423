"""When technicians arrive: a span that narrows, delays foreseen, said by one tap, answered by the customer."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.errors import NotBooked, NotLater, VisitMoved
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.positions.actions import give_consent, keep_positions
from bihuan.service.dispatch.positions.rules import Fix
from bihuan.service.dispatch.queries import TO_BOOK, free_slots, lane, open_visit_of
from bihuan.service.dispatch.timing.calling import next_try, not_reached, to_call
from bihuan.service.dispatch.timing.errors import NextTryUnknown, NothingToSay
from bihuan.service.dispatch.timing.forecast import arrivals_of, span_of
from bihuan.service.dispatch.timing.late import accept_late, foresee, foreseen, say_foreseen
from bihuan.service.dispatch.timing.models import Attempt, Delay
from bihuan.service.dispatch.timing.rules import NARROWLY, PLANNED, WIDELY, Stop, arrivals, span
from bihuan.service.fieldwork.actions import arrive, depart, open_work
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def by(made: Company, role: Role) -> Doer:
    return Doer.of(made.viewer(role))


def planned(made: Company) -> Visit:
    """A visit of the first technician that waits for its time."""
    case = a_case(made, words="冰箱漏水了")
    settle()
    case = Case.objects.get(id=case.id)
    offering.accept_offer(case, doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)
    case = Case.objects.get(id=case.id)
    one = made.technicians[0]
    assigning.assign(case, technician_id=one.id, doer=by(made, Role.SERVICE_POINT_DISPATCHER), now=NOW)
    assigning.accept_job(case, technician_id=one.id, doer=by(made, Role.TECHNICIAN), now=NOW)
    visit = open_visit_of(case.id)
    assert visit is not None
    return visit


def booked(made: Company, *, at: int = 0) -> Visit:
    """The same in a free slot: 12:00, 14:00 … of that Monday."""
    visit = planned(made)
    return booking.book(visit, free_slots(visit.case, now=NOW)[at], doer=by(made, Role.AGENT), now=NOW)


def fresh(visit: Visit) -> Visit:
    return Visit.objects.select_related("case__place", "technician").get(id=visit.id)


def set_off(made: Company, visit: Visit, *, now: Any) -> Visit:
    case = Case.objects.get(id=visit.case_id)
    depart(open_work(case, by=made.actor(Role.TECHNICIAN), now=now), doer=by(made, Role.TECHNICIAN), now=now)
    return fresh(visit)


def kinds(visit: Visit) -> list[str]:
    return [fact.event.kind for fact in story_of(visit.case.chain_id)]


def test_the_span_is_the_slot_then_wide_then_narrow(made: Company) -> None:
    visit = booked(made)  # 12:00 to 14:00 in Shanghai, 04:00 to 06:00 here
    assert visit.slot_from is not None
    before = span_of(visit, now=NOW)
    assert before is not None and (before.how, before.begins) == (PLANNED, visit.slot_from)
    visit = set_off(made, visit, now=later(hours=2))
    wide = span_of(visit, now=later(hours=2))  # from nowhere known: half an hour's drive
    assert wide is not None and (wide.how, wide.begins, wide.ends) == (
        WIDELY,
        later(hours=2, minutes=10),
        later(hours=2, minutes=50),
    )
    narrow = span_of(visit, now=later(hours=2, minutes=15))
    assert narrow is not None and (narrow.how, narrow.begins, narrow.ends) == (
        NARROWLY,
        later(hours=2, minutes=20),
        later(hours=2, minutes=40),
    )


@pytest.mark.demand("L-20")
def test_a_position_makes_the_forecast_and_the_customer_sees_a_time_only(made: Company) -> None:
    visit = booked(made)
    one = made.technicians[0]
    give_consent(one, now=NOW)
    visit = set_off(made, visit, now=later(hours=2))
    near = Fix(at=later(hours=2, minutes=1), latitude=30.2901, longitude=120.1001, accuracy=10)
    keep_positions(one, [near], now=later(hours=2, minutes=1))
    told = span_of(visit, now=later(hours=2, minutes=1))
    assert told is not None and (told.how, told.ends) == (NARROWLY, later(hours=2, minutes=15))
    page = Client().get(reverse("customers:arrival", args=[link_of(visit.case.report).rsplit("/", 1)[1]]))
    assert page.status_code == 200
    assert "30.29" not in page.content.decode() and "120.1" not in page.content.decode()


def test_the_message_of_setting_off_says_between_when_and_when(made: Company) -> None:
    visit = booked(made)
    settle()
    set_off(made, visit, now=later(hours=2))
    settle(later(hours=2))
    assert Notice.objects.filter(kind="departed", case_id=visit.case_id).exists()


@pytest.mark.demand("S1-20")
def test_a_delay_is_foreseen_before_the_slot_begins_and_told_by_one_tap(made: Company) -> None:
    first, second, third = (booked(made, at=at) for at in range(3))  # 12:00, 14:00 and 16:00
    assert second.slot_from is not None
    case = Case.objects.get(id=first.case_id)
    now = later(hours=3, minutes=50)  # 13:50: the first is only reached now, an hour's work lies ahead
    work = open_work(case, by=made.actor(Role.TECHNICIAN), now=now)
    arrive(work, doer=by(made, Role.TECHNICIAN), now=now)
    assert foresee(now) == 0  # 14:50 and the drive: still inside the two hours
    Visit.objects.filter(id=second.id).update(slot_until=later(hours=4, minutes=30))
    assert [foresee(now) for _ in range(3)] == [1, 0, 0]
    delay = Delay.objects.get()
    assert (delay.visit_id, delay.said_at) == (second.id, None)
    assert [row.id for row in foreseen(made.viewer(Role.SERVICE_POINT_DISPATCHER), now=now)] == [delay.id]
    settle(now)
    told = set(Notice.objects.filter(kind="late_foreseen").values_list("person_id", flat=True))
    assert made.people[Role.TECHNICIAN].id in told and len(told) > 1
    say_foreseen(fresh(second), doer=by(made, Role.TECHNICIAN), now=now)
    assert fresh(second).expected_at == delay.expected_at
    with pytest.raises(NothingToSay):
        say_foreseen(fresh(second), doer=by(made, Role.TECHNICIAN), now=now)
    assert foreseen(made.viewer(Role.SERVICE_POINT_DISPATCHER), now=now) == []
    assert not Delay.objects.filter(visit=third).exists()


def test_once_the_slot_has_begun_it_is_still_said_until_somebody_is_there(made: Company) -> None:
    visit, technician = booked(made), by(made, Role.TECHNICIAN)
    assert visit.slot_until is not None
    now = visit.slot_until - timedelta(minutes=10)
    assert foresee(now) == 1
    with pytest.raises(NotLater):
        booking.say_late(fresh(visit), expected_at=now, reason="traffic", doer=technician, now=now)
    said = say_foreseen(fresh(visit), doer=technician, now=now)
    assert (said.late_said_at, said.expected_at) == (now, Delay.objects.get().expected_at)
    set_off(made, visit, now=now)
    case = Case.objects.get(id=visit.case_id)
    arrive(open_work(case, by=made.actor(Role.TECHNICIAN), now=now), doer=technician, now=now)
    with pytest.raises(NotBooked):
        booking.say_late(fresh(visit), expected_at=later(days=1), reason="traffic", doer=technician, now=now)


def test_a_warning_is_taken_back_when_it_fits_again(made: Company) -> None:
    visit = booked(made)
    assert visit.slot_until is not None
    assert foresee(visit.slot_until - timedelta(minutes=10)) == 1
    Visit.objects.filter(id=visit.id).update(slot_until=visit.slot_until + timedelta(hours=1))
    foresee(visit.slot_until - timedelta(minutes=10))
    assert Delay.objects.count() == 0


@pytest.mark.demand("S1-20")
def test_the_customer_waits_or_takes_another_time(made: Company) -> None:
    visit, other = booked(made), booked(made)
    for one in (visit, other):
        assert one.slot_from is not None
        when = one.slot_from + timedelta(hours=2)
        booking.say_late(one, expected_at=when, reason="traffic", doer=by(made, Role.TECHNICIAN), now=NOW)
    token = link_of(visit.case.report).rsplit("/", 1)[1]
    customer = Doer.of(made.viewer(Role.AGENT))
    for _ in range(2):
        accept_late(fresh(visit), doer=customer, now=NOW)
    assert kinds(visit).count("dispatch.late_accepted") == 1
    assert Delay.objects.get(visit=visit).answer == Delay.WAITS
    assert Client().get(reverse("customers:case", args=[token])).status_code == 200
    slot = free_slots(other.case, now=NOW)[2]
    moved = booking.rebook(other, slot, reason="running_late", doer=customer, now=NOW)
    assert (moved.moved_by_us, moved.moved_by_customer) == (1, 0)
    assert Delay.objects.get(visit=other).answer == Delay.MOVED


@given(
    ahead=st.integers(-300, 300), width=st.integers(30, 300), passed=st.integers(0, 600), on_way=st.booleans()
)
def test_a_span_is_never_backwards_nor_all_past_on_the_road(
    ahead: int, width: int, passed: int, on_way: bool
) -> None:
    begins, now = NOW, NOW + timedelta(minutes=passed)
    told = span(
        slot_from=begins,
        slot_until=begins + timedelta(minutes=width),
        said_at=None,
        arrives_at=now + timedelta(minutes=ahead) if on_way else None,
        now=now,
    )
    assert told.begins < told.ends
    if on_way:
        assert told.ends > now and told.begins >= now - timedelta(minutes=3)


def test_a_day_is_reckoned_one_visit_after_the_other() -> None:
    half = timedelta(minutes=30)
    stops = [
        Stop(visit_id=2, slot_from=later(hours=1), slot_until=later(hours=3), kind="repair", place=None),
        Stop(
            visit_id=1,
            slot_from=NOW,
            slot_until=later(hours=2),
            kind="installation",
            place=None,
            arrived_at=later(minutes=-10),
        ),
    ]
    found = arrivals(stops, here=None, seen_at=None, drive=lambda *_: half, now=NOW)
    assert found == {1: later(minutes=-10), 2: later(minutes=140)}


@pytest.mark.demand("S1-16", "S1-17")
def test_a_time_waits_to_be_agreed_until_the_technician_rings_and_who_is_not_reached_is_counted(
    made: Company,
) -> None:
    visit = planned(made)
    doer, point = by(made, Role.TECHNICIAN), made.viewer(Role.SERVICE_POINT_DISPATCHER)
    assert [case.id for case in lane(point, TO_BOOK)] == [visit.case_id]
    waits = to_call([visit.case_id], now=NOW)[visit.case_id]
    assert (waits.since, waits.by, waits.times) == (NOW, later(hours=1), 0)
    with pytest.raises(NextTryUnknown):
        not_reached(visit, again="never", doer=doer, now=NOW)
    assert [not_reached(visit, again="half_hour", doer=doer, now=later(minutes=at)) for at in (5, 6, 40)] == [
        1,
        1,
        2,
    ]
    assert Notice.objects.filter(kind="rang").count() == 0
    settle(later(minutes=41))
    assert set(Notice.objects.filter(case=visit.case, kind="rang").values_list("kind", flat=True)) == {"rang"}
    assert not Notice.objects.filter(kind="not_reached").exists()
    assert not_reached(visit, again="tomorrow", doer=doer, now=later(hours=2)) == 3
    settle(later(hours=2))
    assert Notice.objects.filter(
        kind="not_reached", person=made.people[Role.SERVICE_POINT_DISPATCHER]
    ).exists()
    waits = to_call([visit.case_id], now=later(hours=2))[visit.case_id]
    assert (waits.times, waits.next_at) == (3, later(hours=23))
    booking.book(visit, free_slots(visit.case, now=NOW)[0], doer=doer, now=later(minutes=50))
    assert to_call([visit.case_id], now=later(hours=2)) == {}
    with pytest.raises(VisitMoved):
        not_reached(visit, again="half_hour", doer=doer, now=later(hours=3))


def test_the_evening_that_has_begun_is_the_next_one() -> None:
    assert next_try("evening", now=NOW) == later(hours=8, minutes=30)
    assert next_try("evening", now=later(hours=9)) == later(days=1, hours=8, minutes=30)


@pytest.mark.demand("S1-17")
def test_the_technician_agrees_changes_and_counts_on_the_phone(made: Company) -> None:
    visit, client = planned(made), Client()
    client.force_login(made.people[Role.TECHNICIAN])
    url = reverse("technicians:agree", args=[visit.case.number])
    chosen = client.get(url).context["offered"].best
    assert client.post(url, {"step": "tried", "again": "evening"}).status_code == 302
    assert Attempt.objects.count() == 1
    kept = client.post(f"{url}/keep", {"slot": chosen[1].begins.isoformat()})
    assert (kept.status_code, Busy.objects.get().why) == (200, Busy.HOLD)
    assert client.post(url, {"step": "book", "slot": chosen[1].begins.isoformat()}).status_code == 302
    assert fresh(visit).slot_from == chosen[1].begins
    assert client.post(url, {"step": "book", "slot": chosen[2].begins.isoformat()}).status_code == 422
    told = {"step": "book", "slot": chosen[2].begins.isoformat(), "reason": "no_part"}
    assert client.post(url, told).status_code == 302
    assert (fresh(visit).slot_from, fresh(visit).moved_by_us) == (chosen[2].begins, 1)
    client.force_login(made.people[Role.DISPATCHER])
    other = planned(made)
    board = client.get(reverse("dispatchers:board"), {"lane": "to_book"}).content.decode()
    assert other.case.number in board


def test_of_two_visits_in_one_slot_the_one_that_is_planned_first_is_reckoned_first(made: Company) -> None:
    first, second = booked(made), booked(made)
    assert first.slot_from == second.slot_from
    one = made.technicians[0]
    begins = int(first.slot_from.timestamp()) if first.slot_from else 0
    Busy.objects.filter(subject_id__in=[first.id, second.id]).delete()
    for at, visit in enumerate([second, first]):
        Busy.objects.create(
            technician=one,
            why=Busy.VISIT,
            subject_id=visit.id,
            begins=begins + at * 3_600,
            ends=begins + (at + 1) * 3_600,
        )
    arrives = arrivals_of([one.id], now=NOW)
    assert arrives[second.id] == first.slot_from and arrives[first.id] > arrives[second.id]
    client = Client()
    client.force_login(made.people[Role.TECHNICIAN])
    page = client.get(reverse("technicians:today")).content.decode()
    assert page.index(second.case.number) < page.index(first.case.number)
    assert "13:00" in page
