"""What an administrator keeps under /settings: every list, form, change, history; and that nobody else gets in."""

import io
from csv import reader
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate
from openpyxl import load_workbook

from bihuan.ground.journal.models import Entry
from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Coverage, Node
from bihuan.registers.parts.models import Price
from bihuan.registers.staff.models import Busy
from bihuan.service.cases.models import CardVersion
from bihuan.service.commitments.models import ProfileVersion
from bihuan.web.managers.settings import REGISTERS
from tests.makers import Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    return client


def filled(register: str, **more: Any) -> dict[str, Any]:
    """What a browser would send for the newest row of a register, changed by `more`."""
    held = REGISTERS[register]
    row = held.rows("").order_by("-pk").first()
    told = {name: value for name, value in held.initial(row).items() if value not in (None, False)}
    return told | more


@pytest.mark.parametrize("code", REGISTERS)
def test_every_register_has_a_list_a_form_a_history_and_files(administrator: Client, code: str) -> None:
    register = REGISTERS[code]
    pages = [f"/settings/{code}", f"/settings/{code}/history", f"/settings/{code}?q=x&after=nonsense"]
    if register.keep is not None and register.adds:
        pages.append(f"/settings/{code}/add")
    row = register.rows("").order_by("pk").first()
    if row is not None:
        pages += [f"/settings/{code}/{row.pk}", f"/settings/{code}/{row.pk}/history"]
    assert [administrator.get(page).status_code for page in pages] == [200] * len(pages)
    may_add = f"/settings/{code}/add" in administrator.get(f"/settings/{code}").content.decode()
    offers = [may_add == register.adds]
    if row is not None and register.out is not None:
        page = administrator.get(pages[-2]).content.decode()
        used = any(use.stops for use in register.uses(row, clock.now())) if register.uses else False
        offers.append((f"/settings/{code}/{row.pk}/out" in page) != used)
    assert all(offers)
    csv = b"".join(administrator.get(f"/settings/{code}?format=csv"))
    assert (
        len(list(reader(io.StringIO(csv.decode("utf-8-sig"), newline="")))) == register.rows("").count() + 1
    )
    assert load_workbook(_file(administrator, f"/settings/{code}?format=xlsx")).active is not None


def _file(client: Client, page: str) -> Any:
    return io.BytesIO(b"".join(client.get(page)))


@pytest.mark.parametrize("code", [code for code, register in REGISTERS.items() if register.adds])
def test_an_empty_form_is_refused_and_writes_nothing(administrator: Client, code: str) -> None:
    before = REGISTERS[code].rows("").count()
    answer = administrator.post(f"/settings/{code}/add", {})
    assert (answer.status_code, REGISTERS[code].rows("").count(), Change.objects.count()) == (422, before, 0)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.CUSTOMER)])
def test_nobody_but_an_administrator_gets_in(client: Client, made: Company, role: Role) -> None:
    client.force_login(made.people[role])
    pages = [
        "/settings/",
        "/settings/people",
        "/settings/people/1",
        "/settings/history",
        "/settings/customers/forget",
    ]
    assert {client.get(page).status_code for page in pages} == {403}
    assert client.post("/settings/people/add", {"login": "x"}).status_code == 403


def test_a_change_is_kept_with_who_when_and_what(administrator: Client, made: Company) -> None:
    node = made.own
    told = {
        "kind": node.kind, "parent_id": node.parent_id, "name": "文三网点", "code": node.code,
        "latitude": node.latitude, "longitude": node.longitude, "daily_capacity": 55,
        "phone": "0571-88880000",
    }  # fmt: skip
    assert administrator.post(f"/settings/nodes/{node.id}", told).status_code == 302
    change = Change.objects.get()
    assert (change.person_id, change.deed, change.register, change.row) == (
        made.people[Role.ADMINISTRATOR].id, "changed", "nodes", str(node.id),
    )  # fmt: skip
    assert (change.before, change.after) == (
        {"name": "文新网点", "daily_capacity": 40}, {"name": "文三网点", "daily_capacity": 55},
    )  # fmt: skip
    entry = Entry.objects.get(kind="access.register_changed")
    assert (entry.subject_id, "文三" in entry.body) == (change.id, False)
    page = administrator.get(f"/settings/nodes/{node.id}/history").content.decode()
    assert "文三网点" in page and "0571" not in page


def test_a_form_sent_unchanged_leaves_no_trace(administrator: Client) -> None:
    row = Coverage.objects.latest("id")
    assert administrator.post(f"/settings/coverage/{row.id}", filled("coverage")).status_code == 302
    assert Change.objects.count() == 0


def test_fields_that_no_form_has_are_not_written(administrator: Client, made: Company) -> None:
    person = made.people[Role.AGENT]
    told = {
        "login": person.login, "name": person.name, "roles": person.roles, "node_id": person.node_id,
        "is_active": "on", "password": "stolen", "demo": "", "is_superuser": "on",
    }  # fmt: skip
    before = person.password
    assert administrator.post(f"/settings/people/{person.id}", told).status_code == 302
    person.refresh_from_db()
    assert (person.password, person.demo) == (before, True)


def test_a_person_who_leaves_cannot_sign_in_and_is_not_deleted(administrator: Client, made: Company) -> None:
    person = made.people[Role.AGENT]
    assert administrator.post(f"/settings/people/{person.id}/out").status_code == 302
    assert Person.objects.get(id=person.id).is_active is False
    assert Change.objects.get().deed == "retired"


def test_an_administrator_cannot_lock_themselves_out(administrator: Client, made: Company) -> None:
    me = made.people[Role.ADMINISTRATOR]
    assert administrator.post(f"/settings/people/{me.id}/out").status_code == 422
    assert Person.objects.get(id=me.id).is_active is True


def test_a_new_password_ends_nothing_but_the_old_ways_in(administrator: Client, made: Company) -> None:
    person = made.people[Role.AGENT]
    page = f"/settings/people/{person.id}/password"
    assert administrator.post(page, {"password": "short"}).status_code == 422
    assert administrator.post(page, {"password": "quite another password"}).status_code == 302
    assert Person.objects.get(id=person.id).check_password("quite another password")
    assert "quite another" not in str(list(Change.objects.values()))


def test_a_node_keeps_its_place_and_there_is_one_head_office(administrator: Client, made: Company) -> None:
    moved = filled("nodes", parent_id=made.head.id, daily_capacity=9)
    assert administrator.post(f"/settings/nodes/{made.authorised.id}", moved).status_code == 422
    second = {"kind": "head_office", "name": "x", "code": "X", "daily_capacity": 1}
    assert administrator.post("/settings/nodes/add", second).status_code == 422
    team = {"kind": "team", "parent_id": made.own.id, "name": "一组", "code": "T1", "daily_capacity": 5}
    assert administrator.post("/settings/nodes/add", team).status_code == 302
    assert Node.objects.get(code="T1").path == f"{made.own.path}{Node.objects.get(code='T1').id}/"


def test_the_same_coverage_twice_is_refused_in_words(administrator: Client) -> None:
    answer = administrator.post("/settings/coverage/add", filled("coverage"))
    assert (answer.status_code, "already exists" in answer.content.decode()) == (422, True)


def test_a_price_in_force_is_not_rewritten_but_followed_by_another(administrator: Client) -> None:
    price = Price.objects.get(item="labour")
    told = {
        "item": "labour", "name_zh": price.name_zh, "name_en": price.name_en, "valid_from": "2020-01-01",
    }  # fmt: skip
    assert administrator.post(f"/settings/prices/{price.id}", told | {"yuan": "150"}).status_code == 422
    starts = localdate() + timedelta(days=30)
    assert (
        administrator.post(
            "/settings/prices/add", told | {"yuan": "150.50", "valid_from": starts.isoformat()}
        ).status_code
        == 302
    )
    price.refresh_from_db()
    assert (price.fen, price.valid_until) == (12000, starts - timedelta(days=1))
    assert Price.objects.get(item="labour", valid_from=starts).fen == 15050


def test_leave_over_a_booked_visit_is_refused(administrator: Client, made: Company) -> None:
    technician = made.technicians[0]
    noon = int(datetime(2026, 12, 1, 4, 0, tzinfo=UTC).timestamp())
    Busy.objects.create(technician=technician, begins=noon, ends=noon + 7200, why=Busy.VISIT, subject_id=1)
    told = {"technician_id": technician.id, "begins": "2026-12-01T08:00", "ends": "2026-12-01T18:00"}
    assert administrator.post("/settings/leave/add", told).status_code == 422
    assert administrator.post("/settings/leave/add", told | {"begins": "2026-12-01T15:00"}).status_code == 302


def test_a_card_with_faults_shows_them_and_a_sound_one_is_put_in_force_apart(administrator: Client) -> None:
    held = CardVersion.objects.get(name="repair", active=True)
    unsound = held.text.replace('reaches = "closed"', 'reaches = "nowhere"', 1)
    higher = f"version = {held.version + 1}"
    answer = administrator.post(
        "/settings/process/add", {"text": unsound.replace(f"version = {held.version}", higher)}
    )
    assert (answer.status_code, "nowhere" in answer.content.decode()) == (422, True)
    assert administrator.post(f"/settings/process/{held.id}", {"text": held.text}).status_code == 422
    newer = held.text.replace(f"version = {held.version}", higher, 1)
    assert administrator.post(f"/settings/process/{held.id}", {"text": newer}).status_code == 302
    assert CardVersion.objects.get(name="repair", active=True).version == held.version
    activate = f"/settings/cards/repair/{held.version + 1}/activate"
    assert administrator.post(activate).status_code == 302
    assert CardVersion.objects.get(name="repair", active=True).version == held.version + 1
    assert administrator.post("/settings/process/add", {"text": "this is [no toml"}).status_code == 422


def test_a_profile_is_checked_kept_and_put_in_force_apart(administrator: Client) -> None:
    held = ProfileVersion.objects.get(active=True, sort="base")
    newer = held.text.replace(f"version = {held.version}", f"version = {held.version + 1}", 1)
    wrong = newer.replace("dispatch.offered", "dispatch.never_heard_of", 1)
    assert administrator.post("/settings/profiles/add", {"text": wrong}).status_code == 422
    assert administrator.post("/settings/profiles/add", {"text": newer}).status_code == 302
    kept = ProfileVersion.objects.get(name=held.name, version=held.version + 1)
    assert kept.active is False
    address = f"/settings/commitments/{held.name}/activate"
    assert administrator.post(address, {"confirmed": "yes"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.active, Change.objects.latest("id").deed) == (True, "activated")


def test_knowledge_that_does_not_hold_together_is_refused(administrator: Client) -> None:
    row = REGISTERS["departments"].rows("").first()
    told = {"code": "x", "zh": "某部门", "en": "Some department"}
    assert administrator.post(f"/settings/departments/{row.id}", told).status_code == 422


def test_calendars_and_days_are_kept_by_their_own_rules(administrator: Client) -> None:
    day = {"day": "2026-12-31", "kind": "holiday", "name": "年会", "hours": "09:00-10:00"}
    assert administrator.post("/settings/days/add", day).status_code == 422
    assert administrator.post("/settings/days/add", day | {"hours": ""}).status_code == 302
    row = REGISTERS["days"].rows("").get(name="年会")
    assert administrator.post(f"/settings/days/{row.id}/out").status_code == 302
    assert REGISTERS["days"].rows("").filter(name="年会").count() == 0
    calendar = REGISTERS["calendars"].rows("").get(code="cn-field")
    told = REGISTERS["calendars"].initial(calendar) | {"mon": "08:00-25:00"}
    assert administrator.post(f"/settings/calendars/{calendar.id}", told).status_code == 422


def test_lists_cost_the_same_with_one_row_and_with_three(
    administrator: Client, made: Company, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        Coverage.objects.create(node=made.own, city="杭州市", district=f"某区{number}")
    with django_assert_max_num_queries(20):
        administrator.get("/settings/coverage")
