"""Role by verb and role by page: what the code opens is what the table written by hand says, cell by cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from bihuan.ground.vault.actions import keys
from bihuan.registers.access import roles
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import MAY, Role
from bihuan.registers.customers.models import Contact
from bihuan.service.cases.models import Case
from bihuan.service.intake.queries import link_of
from tests.access import expected
from tests.makers import NOW, Company, a_case, a_person, a_service_point, company

pytestmark = pytest.mark.django_db


def told(letters: str) -> frozenset[Role]:
    return frozenset(expected.LETTERS[letter] for letter in letters)


def differences(table: Mapping[str, frozenset[Role]]) -> list[str]:
    """Every cell in which a table of verbs differs from the one written by hand."""
    found = [f"nobody wrote down {verb}" for verb in sorted(set(table) ^ set(expected.VERBS))]
    for verb in sorted(set(table) & set(expected.VERBS)):
        found += [f"{verb} × {role}" for role in sorted(table[verb] ^ told(expected.VERBS[verb]))]
    return found


def test_every_cell_of_role_and_verb_is_as_written_by_hand() -> None:
    assert differences(MAY) == []


@pytest.mark.parametrize(
    ("verb", "role", "opens"),
    [
        ("customer.forget", Role.MANAGER, True),
        ("case.read", Role.ADMINISTRATOR, True),
        ("visit.work", Role.TECHNICIAN, False),
    ],
)
def test_a_cell_that_is_wrong_is_found(verb: str, role: Role, opens: bool) -> None:
    wrong = dict(MAY)
    wrong[verb] = MAY[verb] | {role} if opens else MAY[verb] - {role}
    assert differences(wrong) == [f"{verb} × {role}"]


@dataclass
class World:
    """A company with one case at its own service point, in the hands of its agent and its technician."""

    made: Company
    case: Case
    other: Case
    numbers: dict[str, Any]


@pytest.fixture
def world() -> World:
    return a_world()


def a_world() -> World:
    made = company()
    mine, theirs = a_case(made), a_case(made)
    Case.objects.filter(id=mine.id).update(
        node=made.own,
        owner=made.people[Role.AGENT],
        technician_person=made.technicians[0].person,
    )
    Case.objects.filter(id=theirs.id).update(
        node=made.authorised, owner=None, technician_person=made.technicians[2].person
    )
    numbers = {
        "number": mine.number,
        "customer_id": mine.customer_id,
        "row_id": made.people[Role.AGENT].id,
        "code": "people",
        "callback_id": 1,
        "photo_id": 1,
        "name": "arrive",
        "ending": "csv",
    }
    mine.refresh_from_db()
    theirs.refresh_from_db()
    return World(made=made, case=mine, other=theirs, numbers=numbers)


def named_addresses() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, each.namespace or space)
            else:
                yield (f"{space}:" if space else "") + (each.name or ""), each

    yield from walk(get_resolver().url_patterns, "")


def address_of(name: str, numbers: Mapping[str, Any]) -> str | None:
    for key, pattern in named_addresses():
        if key == name:
            wanted = pattern.pattern.converters or dict.fromkeys(pattern.pattern.regex.groupindex)
            try:
                return reverse(name, kwargs={part: numbers.get(part, 1) for part in wanted})
            except NoReverseMatch:
                return None
    return None


def test_every_address_is_classified() -> None:
    known = {*expected.STAFF_PAGES, *expected.API, *expected.LINK_PAGES, *expected.OWN_PAGES, *expected.WORLD}
    found = {name for name, _ in named_addresses() if not name.startswith(expected.ACCOUNTS)}
    assert {name.removeprefix("api:") if name == "api:" else name for name in found} - known - {
        "api:"
    } == set()


def asked(client: Client, how: str, address: str) -> int:
    """The status of one request, whose writes are undone."""
    with transaction.atomic():
        status = client.post(address).status_code if how == "post" else client.get(address).status_code
        transaction.set_rollback(True)
    return status


def wrong_cells(world: World, role: Role) -> list[str]:
    """The pages whose door treats this role otherwise than the table says."""
    client = Client()
    client.force_login(world.made.people[role])
    found = []
    for name, (how, letters) in expected.STAFF_PAGES.items():
        address = address_of(name, world.numbers)
        if address is None:
            continue
        status = asked(client, how, address)
        opened = status != 403
        if opened != (role in told(letters)) or status >= 500:
            found.append(f"{name} × {role}: {status}")
    return found


STAFF = [role for role in Role if role is not Role.CUSTOMER]


@pytest.mark.parametrize("role", STAFF)
def test_every_page_opens_to_the_roles_written_down_and_to_no_other(world: World, role: Role) -> None:
    assert wrong_cells(world, role) == []


def test_nobody_sees_a_customers_own_pages_without_their_code(world: World) -> None:
    staff = Client()
    staff.force_login(world.made.people[Role.ADMINISTRATOR])
    for client in (Client(), staff):
        for name in expected.OWN_PAGES:
            address = address_of(name, world.numbers)
            assert address is not None, name
            assert client.get(address).status_code in {302, 405}, name
            assert client.post(address).status_code in {302, 405}, name


def test_a_door_that_is_open_to_one_role_too_many_is_found(world: World, monkeypatch: Any) -> None:
    monkeypatch.setitem(roles.MAY, "settings.change", MAY["settings.change"] | {Role.ANALYST})
    assert "managers:settings × analyst: 200" in wrong_cells(world, Role.ANALYST)


def test_nobody_gets_in_without_signing_in(world: World) -> None:
    client, found = Client(), []
    for name, (how, _letters) in expected.STAFF_PAGES.items():
        address = address_of(name, world.numbers)
        if address is not None:
            status = asked(client, how, address)
            if status != 302:
                found.append(f"{name}: {status}")
    assert found == []


def statuses(person: Person, number: str) -> list[int]:
    client = Client()
    client.force_login(person)
    pages = [f"/desk/case/{number}", f"/desk/case/{number}/record", f"/field/{number}/sheet.pdf"]
    return [client.get(page).status_code for page in pages]


@pytest.mark.parametrize(
    "role", [Role.SERVICE_POINT_OWNER, Role.SERVICE_POINT_DISPATCHER, Role.PARTS_KEEPER, Role.TECHNICIAN]
)
def test_a_service_point_sees_its_own_cases_and_not_its_neighbours(world: World, role: Role) -> None:
    person = world.made.people[role]
    assert statuses(person, world.case.number)[:2] == [200, 200]
    assert statuses(person, world.other.number)[:2] == [404, 404]


def test_a_technician_sees_only_what_is_theirs_even_in_their_own_service_point(world: World) -> None:
    assert statuses(world.made.technicians[1].person, world.case.number)[:2] == [404, 404]


def test_a_case_that_is_not_there_sounds_the_same_as_one_that_is_not_theirs(world: World) -> None:
    person = world.made.people[Role.SERVICE_POINT_OWNER]
    assert statuses(person, "AF20991231999")[:2] == statuses(person, world.other.number)[:2]


def test_exports_and_lists_are_cut_by_node(world: World) -> None:
    client = Client()
    client.force_login(world.made.people[Role.SERVICE_POINT_OWNER])
    for page in ("/desk/", "/desk/cases", "/desk/queue.csv", "/desk/cases.csv", "/desk/search?q=AF"):
        answer = client.get(page)
        body = b"".join(answer) if answer.streaming else answer.content
        assert world.other.number not in body.decode(), page


def test_a_person_moved_to_another_node_sees_that_one_at_once(world: World) -> None:
    person = world.made.people[Role.SERVICE_POINT_OWNER]
    person.node = a_service_point(world.made.region, "良渚网点")
    person.save()
    assert statuses(person, world.case.number)[0] == 404


def test_one_customers_link_shows_their_case_and_nothing_of_anothers(world: World) -> None:
    mine, theirs = (link_of(case.report).rsplit("/", 1)[-1] for case in (world.case, world.other))
    client = Client()
    page = client.get(f"/c/{mine}").content.decode()
    assert (world.case.number in page, world.other.number in page) == (True, False)
    assert mine != theirs
    for wrong in (world.case.number, mine[:-1], mine.swapcase(), f"{mine}x", "%00", "x" * 300):
        assert client.get(f"/c/{wrong}").status_code == 404, wrong


def api(world: World, role: Role, *, person: Person | None = None, customer: int | None = None) -> Client:
    clear = make_token(role=role, now=NOW, person=person, customer_id=customer)
    return Client(headers={"Authorization": f"Bearer {clear}"})


BODIES = {"api:move": {"move": "cancel", "reason": "x"}, "api:note": {"words": "call back"}}


@pytest.mark.parametrize("role", list(Role))
def test_every_endpoint_opens_to_the_roles_written_down_and_to_no_other(world: World, role: Role) -> None:
    customer = world.case.customer_id if role is Role.CUSTOMER else None
    person = None if role is Role.CUSTOMER else world.made.people[role]
    client = api(world, role, person=person, customer=customer)
    found = []
    for name, (how, letters) in expected.API.items():
        address = address_of(name, world.numbers)
        assert address is not None, name
        with transaction.atomic():
            ask = client.post if how == "post" else client.get
            answer = ask(address, data=BODIES.get(name, {}), content_type="application/json")
            transaction.set_rollback(True)
        empty = name == "api:cases" and world.case.number not in answer.content.decode()
        got_in = answer.status_code not in (403, 404) and not empty
        if got_in != (role in told(letters)) or answer.status_code in (401, 500):
            found.append(f"{name} × {role}: {answer.status_code}")
    assert found == []


def test_no_token_a_wrong_one_and_one_that_ended_all_answer_401(world: World) -> None:
    for header in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "x"},
    ):
        assert Client(headers=header).get("/api/v1/cases").status_code == 401
    client = api(world, Role.AGENT, person=world.made.people[Role.AGENT])
    assert client.get("/api/v1/cases").status_code == 200
    Person.objects.filter(id=world.made.people[Role.AGENT].id).update(is_active=False)
    assert client.get("/api/v1/cases").status_code == 401


def test_one_customers_token_reads_their_cases_and_nobody_elses(world: World) -> None:
    client = api(world, Role.CUSTOMER, customer=world.case.customer_id)
    assert client.get(f"/api/v1/cases/{world.case.number}").status_code == 200
    assert client.get(f"/api/v1/cases/{world.other.number}").status_code == 404
    assert world.other.number not in client.get("/api/v1/cases").content.decode()


def test_a_tokens_of_another_service_point_reads_nothing_of_ours(world: World) -> None:
    owner = a_person(Role.SERVICE_POINT_OWNER, node=world.made.authorised)
    client = api(world, Role.SERVICE_POINT_OWNER, person=owner)
    assert client.get(f"/api/v1/cases/{world.case.number}").status_code == 404
    assert client.get(f"/api/v1/cases/{world.other.number}").status_code == 200


def clear_of(case: Case) -> tuple[str, str]:
    """The customer's full name and the middle of their number, which no masked page may show."""
    hand = keys(case.customer.key)
    sealed = Contact.objects.filter(customer=case.customer).values_list("sealed", flat=True)[0]
    return hand.open(case.customer.name_sealed) or "", (hand.open(sealed) or "")[3:]


@pytest.mark.demand("S3-185", "S0-42", "S0-43")
@pytest.mark.parametrize("role", [role for role in STAFF if role is not Role.ADMINISTRATOR])
def test_lists_boards_exports_and_print_are_masked_for_everybody(world: World, role: Role) -> None:
    name, phone = clear_of(world.case)
    client = Client()
    client.force_login(world.made.people[role])
    number = world.case.number
    pages = [
        "/desk/", "/desk/cases", "/desk/queue.csv", "/desk/cases.csv", f"/desk/case/{number}/record",
        "/dispatch/", "/dispatch/point", f"/desk/search?q={number}",
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page, follow=page.endswith(number))
        if page.endswith(number) and "/case/" in answer.request["PATH_INFO"]:
            continue
        body = (b"".join(answer) if answer.streaming else answer.content).decode()
        assert (name in body, phone in body) == (False, False), page


@pytest.mark.demand("X-14")
def test_the_holder_sees_the_customer_in_full_and_others_masked(world: World) -> None:
    name, phone = clear_of(world.case)
    seen = {}
    for who in ("holder", "technician", "supervisor", "other agent"):
        person = {
            "holder": world.made.people[Role.AGENT],
            "technician": world.made.technicians[0].person,
            "supervisor": world.made.people[Role.SUPERVISOR],
        }.get(who) or a_person(Role.AGENT, node=world.made.head)
        client = Client()
        client.force_login(person)
        page = client.get(f"/desk/case/{world.case.number}").content.decode()
        seen[who] = name in page or phone in page
    assert seen == {"holder": True, "technician": True, "supervisor": False, "other agent": False}
