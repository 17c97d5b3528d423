"""The pages of orders: what each platform's stand at, one order, and the file of what is new."""

import pytest
from django.test import Client

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.orders.models import Order, StateTold
from tests.makers import Company, company
from tests.service.orders.ordering import a_platform, taken

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-09", "U-03")]


def signed_in(made: Company, role: Role) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(Person.objects.get(id=made.people[role].id))
    return client


def test_the_list_shows_orders_by_platform_and_finds_one_by_its_number() -> None:
    made = company()
    platform = a_platform(made)
    taken(made, platform)
    taken(made, platform, number="JD-2002", phone="13900002222")
    client = signed_in(made, Role.SUPERVISOR)
    found = client.get("/desk/orders?search=2002").content.decode()
    assert ("JD-2002" in found, "JD-1001" in found) == (True, False)
    assert client.get("/desk/orders?format=csv").headers["Content-Type"].startswith("text/csv")


def test_one_order_shows_its_proof_to_whoever_serves_customers_only() -> None:
    made = company()
    order = taken(made, a_platform(made)).order
    agent = signed_in(made, Role.AGENT).get(f"/desk/orders/{order.id}").content.decode()
    analyst = signed_in(made, Role.ANALYST).get(f"/desk/orders/{order.id}").content.decode()
    assert ("INV-20261101" in agent, "INV-20261101" in analyst) == (True, False)
    assert "13800001111" not in agent + analyst


def test_another_service_point_sees_no_order_of_ours() -> None:
    made = company()
    order = taken(made, a_platform(made)).order
    client = signed_in(made, Role.SERVICE_POINT_OWNER)
    assert client.get(f"/desk/orders/{order.id}").status_code == 404
    assert "JD-1001" not in client.get("/desk/orders").content.decode()


def test_the_file_of_states_holds_what_is_new_once_and_is_then_refused() -> None:
    made = company()
    taken(made, a_platform(made))
    client = signed_in(made, Role.SUPERVISOR)
    first = client.post("/desk/orders/states", {"platform": "jd"})
    second = client.post("/desk/orders/states", {"platform": "jd"})
    assert (first.status_code, second.status_code) == (200, 422)
    assert StateTold.objects.get().exported_at is not None


def test_what_was_given_up_is_tried_again_by_a_person() -> None:
    made = company()
    order = taken(made, a_platform(made, webhook="https://platform.example/hook")).order
    StateTold.objects.update(standing="given_up", attempts=10, trouble="status 500")
    client = signed_in(made, Role.AGENT)
    assert "(500)" in client.get(f"/desk/orders/{order.id}").content.decode()
    row = StateTold.objects.get()
    assert client.post(f"/desk/orders/{order.id}/{row.id}/again").status_code == 302
    row.refresh_from_db()
    assert (row.standing, row.attempts, Order.objects.count()) == ("waiting", 0, 1)
