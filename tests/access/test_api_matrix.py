"""Role by operation of the API: nothing is forgotten, nothing of a neighbour is read or changed, and each role reads
of a customer what was written down for it by hand."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case, Note
from tests.access import expected
from tests.access.test_matrix import BODIES, World, a_world, address_of, api, told
from tests.makers import NOW, a_person

pytestmark = pytest.mark.django_db
STAFF = [role for role in Role if role is not Role.CUSTOMER]
OF_NO_CASE = {"api:receive_report", "api:cases", "api:send_order", "api:states", "api:one_order"}
OF_A_CASE = [name for name in expected.API if name not in OF_NO_CASE]

# How each role reads the customer of the case in `world`: letters of `expected.LETTERS`.
FULL = "CAT"  # the customer, the agent who holds it, its technician
MASKED = "DOPKBQESVM"
WITHHELD = "YL"  # they count cases; what a customer said is no figure


@pytest.fixture
def world() -> World:
    return a_world()


def operations() -> set[str]:
    """Every operation that the description names, by the name of its address."""
    described = json.loads(Client().get("/api/v1/openapi.json").content)
    found = set()
    for path in described["paths"]:
        at = resolve(path.replace("{number}", "AF20261123001").replace("{token}", "x"))
        found.add(f"api:{at.url_name}")
    return found


def test_every_operation_of_the_description_has_its_line() -> None:
    written = set(expected.API) | {name for name in expected.LINK_PAGES if name.startswith("api:")}
    assert operations() == written


def send(client: Client, name: str, number: str) -> Any:
    how, _letters = expected.API[name]
    address = address_of(name, {"number": number})
    assert address is not None
    body = {"api:chase": {}, **BODIES}.get(name, {})
    if how == "get":
        return client.get(address)
    return client.post(address, data=body, content_type="application/json")


@pytest.mark.parametrize("role", STAFF)
def test_a_token_of_another_service_point_reads_and_changes_nothing_of_ours(world: World, role: Role) -> None:
    person = a_person(role, node=world.made.authorised)
    client, found = api(world, role, person=person), []
    before = Case.objects.values().get(id=world.case.id)
    for name in OF_A_CASE:
        answer = send(client, name, world.case.number)
        if answer.status_code not in (403, 404) or world.case.number in answer.content.decode():
            found.append(f"{name} × {role}: {answer.status_code}")
    assert found == []
    assert (Case.objects.values().get(id=world.case.id), Note.objects.count()) == (before, 0)


def test_a_customers_token_reads_and_changes_nothing_of_anothers(world: World) -> None:
    client = api(world, Role.CUSTOMER, customer=world.case.customer_id)
    before = Case.objects.values().get(id=world.other.id)
    statuses = {name: send(client, name, world.other.number).status_code for name in OF_A_CASE}
    assert set(statuses.values()) == {404}, statuses
    assert Case.objects.values().get(id=world.other.id) == before


@pytest.mark.parametrize("name", list(expected.API))
def test_no_operation_opens_without_a_token_or_with_one_that_ended(world: World, name: str) -> None:
    person = world.made.people[Role.AGENT]
    ended = make_token(role=Role.AGENT, now=NOW, person=person)
    type(person).objects.filter(id=person.id).update(is_active=False)
    for headers in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {ended}"}):
        client = Client(headers=headers)
        if name in OF_A_CASE:
            answer = send(client, name, world.case.number)
        else:
            answer = client.post("/api/v1/reports", {}) if "report" in name else client.get("/api/v1/cases")
        assert (answer.status_code, set(answer.json())) == (401, {"message", "fields"}), headers


@pytest.mark.demand("X-14")
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_of_the_customer_what_was_written_down(world: World, role: Role) -> None:
    customer = world.case.customer_id if role is Role.CUSTOMER else None
    person = None if role is Role.CUSTOMER else world.made.people[role]
    answer = send(api(world, role, person=person, customer=customer), "api:one", world.case.number)
    if role not in told(expected.API["api:one"][1]):
        assert answer.status_code in (403, 404)
        return
    read = answer.json()
    wanted = next(
        kind
        for kind, letters in (("full", FULL), ("masked", MASKED), ("withheld", WITHHELD))
        if role in told(letters)
    )
    assert (read["words_are"], read["customer"]["full"], bool(read["words"])) == (
        wanted,
        wanted == "full",
        wanted != "withheld",
    )
    assert ("*" in read["customer"]["phone"]) == (wanted != "full")
