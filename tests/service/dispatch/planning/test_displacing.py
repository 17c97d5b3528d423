"""Where nothing is free soon for a pressing case: who could wait, and nobody who was put off before."""

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.registers.access.roles import Role
from bihuan.registers.staff.actions import take_time
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Visit
from bihuan.service.dispatch.planning.displacing import displaceable
from bihuan.service.dispatch.queries import free_slots
from tests.makers import NOW, company, later
from tests.service.dispatch.test_dispatch import assigned, booked

pytestmark = pytest.mark.django_db


def test_who_could_wait_is_told_with_its_price_and_nobody_twice() -> None:
    made = company()
    visit = booked(made)
    case = assigned(made, words="冰箱漏水")
    assert displaceable(case, now=NOW) == []  # there is time
    one = made.technicians[0]
    Case.objects.filter(id=visit.case_id).update(kind="relocation")  # two and a half hours, from noon on
    Busy.objects.filter(subject_id=visit.id).update(ends=later(hours=4.5).timestamp())
    take_time(one.id, begins=later(hours=4.5), ends=later(hours=70), why=Busy.LEAVE)
    Case.objects.filter(id=case.id).update(urgency="urgent")
    case = Case.objects.select_related("place").get(id=case.id)
    assert all(slot.begins > later(hours=48) for slot in free_slots(case, now=NOW))
    [found] = displaceable(case, now=NOW)
    assert (found.visit, found.slot.begins) == (visit, visit.slot_from)
    client = Client()
    client.force_login(made.people[Role.SERVICE_POINT_DISPATCHER])
    Visit.objects.filter(id=visit.id).update(moved_by_us=1)
    assert displaceable(case, now=NOW) == []
    assert client.get(reverse("dispatchers:book", args=[case.number])).status_code == 200
