"""What dispatchers and technicians see and press where two go, where a customer has a wish, and where one is away."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import WorkCondition
from bihuan.registers.staff.keeping import give_leave
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch import assigning, booking, offering
from bihuan.service.dispatch.mates import standing_mate
from bihuan.service.dispatch.models import TechnicianWish, Visit
from bihuan.service.dispatch.queries import free_slots, open_visit_of
from tests.makers import Company, a_case, a_technician, company, settle

pytestmark = pytest.mark.django_db
POINT = Role.SERVICE_POINT_DISPATCHER


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def made() -> Company:
    found = company()
    WorkCondition.objects.create(category="refrigerator", kind="repair", people=2)
    return found


def assigned(made: Company) -> Case:
    """A job of the first technician just now by the page's own clock."""
    now = clock.now()
    case = a_case(made, now=now, words="冰箱门关不严")
    settle(now)
    point = Doer.of(made.viewer(POINT))
    offering.accept_offer(Case.objects.get(id=case.id), doer=point, now=now)
    case = Case.objects.get(id=case.id)
    assigning.assign(case, technician_id=made.technicians[0].id, doer=point, now=now)
    assigning.accept_job(
        case, technician_id=made.technicians[0].id, doer=Doer.of(made.viewer(Role.TECHNICIAN)), now=now
    )
    return Case.objects.get(id=case.id)


def test_on_the_phone_whoever_goes_along_says_why_they_cannot_and_the_case_shows_it(made: Company) -> None:
    visit = booked(made)
    second = made.technicians[1]
    phone, address = signed_in(second.person), reverse("technicians:stay", args=[visit.case.number])
    day = phone.get(reverse("technicians:coming")).content.decode()
    assert (address in day, reverse("technicians:visit", args=[visit.case.number]) in day) == (True, False)
    assert signed_in(made.technicians[0].person).post(address, {"reason": "ill"}).status_code == 404
    assert "Choose a reason" in phone.post(address, {"reason": ""}, follow=True).content.decode()
    phone.post(address, {"reason": "ill"})
    assert standing_mate(visit.case_id) is None
    assert visit.case.number not in phone.get(reverse("technicians:coming")).content.decode()
    desk = signed_in(made.people[POINT])
    page = desk.get(reverse("dispatchers:assign", args=[visit.case.number])).content.decode()
    assert "The second person is missing" in page
    assert f"{second.person.name} cannot go along: Ill or on leave" in page


def booked(made: Company) -> Visit:
    case, now = assigned(made), clock.now()
    visit = open_visit_of(case.id)
    assert visit is not None
    tomorrow = localtime(now).date() + timedelta(days=1)
    slot = next(one for one in free_slots(case, now=now) if localtime(one.begins).date() == tomorrow)
    return booking.book(visit, slot, doer=Doer.of(made.viewer(POINT)), now=now)


def test_the_second_technician_is_chosen_on_the_page_and_both_phones_show_the_other(made: Company) -> None:
    case = assigned(made)
    point = signed_in(made.people[POINT])
    page = point.get(reverse("dispatchers:assign", args=[case.number])).content.decode()
    assert "This work takes two people" in page
    second = made.technicians[1]
    told = {"technician": str(second.id)}
    page = point.post(reverse("dispatchers:mate", args=[case.number]), told, follow=True).content.decode()
    assert f"{second.person.name} goes along and is told." in page
    visit = open_visit_of(case.id)
    assert visit is not None
    now = clock.now()
    slot = free_slots(Case.objects.get(id=case.id), now=now)[-1]
    booking.book(visit, slot, doer=Doer.of(made.viewer(POINT)), now=now)
    for person, words in (
        (second.person, f"You go along with {made.technicians[0].person.name}"),
        (made.technicians[0].person, f"{second.person.name} goes along."),
    ):
        page = signed_in(person).get(reverse("technicians:coming")).content.decode()
        assert words in page
        assert case.number in page


def test_a_wish_is_kept_shown_and_ended_on_the_page(made: Company) -> None:
    case = assigned(made)
    point = signed_in(made.people[POINT])
    told = {
        "technician": str(made.technicians[1].id),
        "wanted": "no",
        "reason": "unsatisfied",
        "until": "2099-12-31",
    }
    page = point.post(reverse("dispatchers:wish", args=[case.number]), told, follow=True).content.decode()
    assert "not wanted" in page
    assert "Does not come to this customer: The customer was not satisfied" in page
    kept = TechnicianWish.objects.get()
    told = {"step": "end", "wish": str(kept.id)}
    page = point.post(reverse("dispatchers:wish", args=[case.number]), told, follow=True).content.decode()
    assert "not wanted" not in page


def test_a_leave_is_entered_with_its_visits_handed_over(made: Company) -> None:
    WorkCondition.objects.all().delete()
    visit = booked(made)
    assert visit.slot_from is not None
    begins = localtime(visit.slot_from).replace(hour=0)
    span = {
        "technician": str(made.technicians[0].id),
        "begins": f"{begins:%Y-%m-%dT%H:%M}",
        "ends": f"{begins + timedelta(days=2):%Y-%m-%dT%H:%M}",
    }
    point = signed_in(made.people[POINT])
    page = point.get(reverse("dispatchers:leave"), span).content.decode()
    assert visit.case.number in page
    assert made.technicians[1].person.name in page
    page = point.post(reverse("dispatchers:leave"), span | {"step": "all"}, follow=True).content.decode()
    assert "1 visit was taken over." in page
    visit.refresh_from_db()
    assert visit.technician_id == made.technicians[1].id
    assert Busy.objects.filter(technician=made.technicians[0], why=Busy.LEAVE).count() == 1
    assert Change.objects.filter(register="leave", deed="added").count() == 1
    assert standing_mate(visit.case_id) is None


def test_who_is_away_stands_in_a_list_and_a_leave_can_be_taken_back_by_their_own_point(made: Company) -> None:
    begins = localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    leave = give_leave(made.technicians[0].id, begins=begins, ends=begins + timedelta(days=1))
    other = a_technician(made.authorised, name="别家的人")
    foreign = give_leave(other.id, begins=begins, ends=begins + timedelta(days=1))
    point, address = signed_in(made.people[POINT]), reverse("dispatchers:leave")
    page = point.get(address).content.decode()
    assert f'name="leave" value="{leave.id}"' in page and "别家的人" not in page
    assert point.post(address, {"step": "back", "leave": str(foreign.id)}).status_code == 404
    page = point.post(address, {"step": "back", "leave": str(leave.id)}, follow=True).content.decode()
    assert "The leave is taken back" in page and "Nobody is away" in page
    assert set(Busy.objects.filter(why=Busy.LEAVE).values_list("id", flat=True)) == {foreign.id}
    assert Change.objects.filter(register="leave", deed="removed").count() == 1


def test_a_leave_of_nobody_or_backwards_is_refused_with_a_sentence(made: Company) -> None:
    point = signed_in(made.people[POINT])
    span = {
        "technician": str(made.technicians[2].id),
        "begins": "2027-01-02T08:00",
        "ends": "2027-01-01T08:00",
    }
    page = point.get(reverse("dispatchers:leave"), span).content.decode()
    assert "an end that lies after the beginning" in page
