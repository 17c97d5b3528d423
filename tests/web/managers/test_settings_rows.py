"""One entry of a register: nobody's change is lost, nothing in use goes, and what went comes back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from bihuan.registers.access.models import Change, Person
from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Coverage, Node
from bihuan.registers.parts.models import Category, Part, Price, Stock
from bihuan.registers.parts.queries import certificates_needed
from bihuan.registers.staff.models import Busy, Certificate, Skill, Technician
from bihuan.registers.staff.queries import abilities
from bihuan.service.cases.models import Case
from bihuan.web.managers.settings import REGISTERS
from bihuan.web.managers.settings_row import keep_row
from tests.makers import NOW, Company, a_case, a_person, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def administrator(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.ADMINISTRATOR])
    client.cookies["language"] = "en"
    return client


def sent(code: str, row: Any, **more: Any) -> dict[str, Any]:
    """What the browser of somebody sends who opened this entry now and changed something."""
    register = REGISTERS[code]
    told = {name: value for name, value in register.initial(row).items() if value not in (None, False)}
    return told | {"seen": register.mark(row)} | more


@pytest.mark.parametrize("code", [code for code, one in REGISTERS.items() if one.keep and not one.versions])
def test_of_two_who_change_the_same_entry_the_second_is_told(made: Company, code: str) -> None:
    """Over the whole of every register: a mark that is not the entry's any more is refused before anything is kept."""
    register = REGISTERS[code]
    row = register.rows("").order_by("pk").first()
    if row is None:
        pytest.skip("this register begins empty")
    from bihuan.web.managers.settings_row import ChangedMeanwhile

    with pytest.raises(ChangedMeanwhile):
        keep_row(made.viewer(Role.ADMINISTRATOR), register, row.pk, {}, seen="somebody-else", now=NOW)
    assert Change.objects.count() == 0


def test_the_second_sees_what_stands_and_may_keep_theirs_knowingly(
    administrator: Client, made: Company
) -> None:
    node = made.own
    first = sent("nodes", node, daily_capacity=50)
    second = sent("nodes", node, daily_capacity=60, name="文三网点")
    address = f"/settings/nodes/{node.pk}"
    assert administrator.post(address, first).status_code == 302
    answer = administrator.post(address, second)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this entry" in page
    assert "Cases it can take in a day: 50 / 60" in page and "Name: 文新网点 / 文三网点" in page
    node.refresh_from_db()
    assert (node.daily_capacity, node.name) == (50, "文新网点")
    again = second | {"seen": REGISTERS["nodes"].mark(node)}
    assert again["seen"] in page
    assert administrator.post(address, again).status_code == 302
    node.refresh_from_db()
    assert (node.daily_capacity, node.name) == (60, "文三网点")


def test_an_entry_changed_after_it_was_opened_is_not_taken_out_unseen(administrator: Client) -> None:
    row = Part.objects.create(number="A-1", name_zh="件", name_en="Part")
    seen = REGISTERS["parts"].mark(row)
    Part.objects.filter(pk=row.pk).update(name_zh="压缩机")
    assert administrator.post(f"/settings/parts/{row.pk}/out", {"seen": seen}).status_code == 409
    row.refresh_from_db()
    assert row.retired_at is None


@pytest.mark.demand("U-08")
def test_a_service_point_at_work_stays_and_says_what_to_do_first(
    administrator: Client, made: Company
) -> None:
    case = a_case(made)
    Case.objects.filter(pk=case.pk).update(node=made.own)
    page = administrator.get(f"/settings/nodes/{made.own.pk}").content.decode()
    assert (
        "Open cases: <strong>1</strong> · Finish them, or give them to another service point first." in page
    )
    assert "Technicians in use: <strong>2</strong>" in page
    assert f"/settings/nodes/{made.own.pk}/out" not in page
    answer = administrator.post(f"/settings/nodes/{made.own.pk}/out")
    assert (answer.status_code, "still in use" in answer.content.decode()) == (422, True)
    assert Node.objects.get(pk=made.own.pk).retired_at is None


def test_an_empty_node_goes_and_comes_back_in_use(administrator: Client, made: Company) -> None:
    team = Node.objects.create(kind="team", name="一组", code="T1", parent=made.own)
    Node.objects.filter(pk=team.pk).update(path=f"{made.own.path}{team.pk}/")
    assert administrator.post(f"/settings/nodes/{team.pk}/out").status_code == 302
    assert Node.objects.get(pk=team.pk).retired_at is not None
    page = administrator.get(f"/settings/nodes/{team.pk}").content.decode()
    assert "Back in use" in page and f"/settings/nodes/{team.pk}/out" not in page
    assert administrator.post(f"/settings/nodes/{team.pk}/back").status_code == 302
    assert Node.objects.get(pk=team.pk).retired_at is None
    assert [change.deed for change in Change.objects.order_by("id")] == ["retired", "back"]


def test_a_node_under_a_retired_one_does_not_come_back_alone(administrator: Client, made: Company) -> None:
    Node.objects.filter(pk__in=(made.region.pk, made.own.pk)).update(retired_at=NOW)
    answer = administrator.post(f"/settings/nodes/{made.own.pk}/back")
    assert (answer.status_code, "城西大区" in answer.content.decode()) == (422, True)


def test_a_category_with_open_cases_models_or_prices_stays(administrator: Client, made: Company) -> None:
    Case.objects.filter(pk=a_case(made).pk).update(category="air_conditioner")
    row = Category.objects.get(code="air_conditioner")
    answer = administrator.post(f"/settings/categories/{row.pk}/out")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Open cases: 1" in text and "Models in use: 1" in text


def test_a_part_in_stock_stays_until_it_is_counted_to_nothing(administrator: Client, made: Company) -> None:
    part = Part.objects.create(number="A-1", name_zh="件", name_en="Part")
    shelf = Stock.objects.create(part=part, node=made.own, quantity=3)
    answer = administrator.post(f"/settings/parts/{part.pk}/out")
    assert (answer.status_code, "Pieces in stock: 3" in answer.content.decode()) == (422, True)
    Stock.objects.filter(pk=shelf.pk).update(quantity=0)
    assert administrator.post(f"/settings/parts/{part.pk}/out").status_code == 302


def test_a_person_who_answers_for_cases_hands_them_over_first(administrator: Client, made: Company) -> None:
    agent = made.people[Role.AGENT]
    case = a_case(made)
    Case.objects.filter(pk=case.pk).update(owner=agent)
    assert administrator.post(f"/settings/people/{agent.pk}/out").status_code == 422
    told = sent("people", agent)
    told.pop("is_active")
    answer = administrator.post(f"/settings/people/{agent.pk}", told)
    assert (answer.status_code, "Open cases they answer for: 1" in answer.content.decode()) == (422, True)
    assert Person.objects.get(pk=agent.pk).is_active is True


def test_somebody_who_left_may_sign_in_again(administrator: Client, made: Company) -> None:
    agent = a_person(Role.AGENT, node=made.head)
    assert administrator.post(f"/settings/people/{agent.pk}/out").status_code == 302
    assert administrator.post(f"/settings/people/{agent.pk}/back").status_code == 302
    assert Person.objects.get(pk=agent.pk).is_active is True


def test_a_technician_comes_back_only_with_a_person_who_may_sign_in(
    administrator: Client, made: Company
) -> None:
    technician = made.technicians[1]
    assert administrator.post(f"/settings/technicians/{technician.pk}/out").status_code == 302
    Person.objects.filter(pk=technician.person_id).update(is_active=False)
    assert administrator.post(f"/settings/technicians/{technician.pk}/back").status_code == 422
    Person.objects.filter(pk=technician.person_id).update(is_active=True)
    assert administrator.post(f"/settings/technicians/{technician.pk}/back").status_code == 302
    assert Technician.objects.get(pk=technician.pk).retired_at is None


def test_coverage_that_was_removed_is_put_back_once(administrator: Client, made: Company) -> None:
    row = Coverage.objects.create(node=made.own, city="杭州市", district="拱墅区", street="米市巷街道")
    assert administrator.post(f"/settings/coverage/{row.pk}/out").status_code == 302
    change = Change.objects.get(deed="removed")
    page = administrator.get("/settings/coverage/history").content.decode()
    assert f"/settings/history/{change.pk}/back" in page
    assert administrator.post(f"/settings/history/{change.pk}/back").status_code == 302
    back = Coverage.objects.get(street="米市巷街道")
    assert (back.node_id, back.city, back.district) == (made.own.pk, "杭州市", "拱墅区")
    assert administrator.post(f"/settings/history/{change.pk}/back").status_code == 422
    assert Coverage.objects.filter(street="米市巷街道").count() == 1
    assert (
        f"/settings/history/{change.pk}/back"
        not in administrator.get("/settings/coverage/history").content.decode()
    )


def test_leave_and_a_skill_come_back_from_the_history(administrator: Client, made: Company) -> None:
    technician = made.technicians[0]
    noon = int(datetime(2026, 12, 1, 4, 0, tzinfo=UTC).timestamp())
    leave = Busy.objects.create(technician=technician, begins=noon, ends=noon + 7200, why=Busy.LEAVE)
    skill = Skill.objects.filter(technician=technician).first()
    assert skill is not None
    for code, pk in (("leave", leave.pk), ("skills", skill.pk)):
        assert administrator.post(f"/settings/{code}/{pk}/out").status_code == 302
        change = Change.objects.get(register=code, deed="removed")
        assert administrator.post(f"/settings/history/{change.pk}/back").status_code == 302
    back = Busy.objects.get(technician=technician, why=Busy.LEAVE)
    assert (back.begins, back.ends) == (noon, noon + 7200)
    same = Skill.objects.get(technician=technician, category=skill.category, kind=skill.kind)
    assert same.level == skill.level


def test_leave_is_not_put_back_over_a_visit(administrator: Client, made: Company) -> None:
    technician = made.technicians[0]
    noon = int(datetime(2026, 12, 1, 4, 0, tzinfo=UTC).timestamp())
    leave = Busy.objects.create(technician=technician, begins=noon, ends=noon + 7200, why=Busy.LEAVE)
    administrator.post(f"/settings/leave/{leave.pk}/out")
    Busy.objects.create(technician=technician, begins=noon, ends=noon + 600, why=Busy.VISIT, subject_id=1)
    change = Change.objects.get(deed="removed")
    assert administrator.post(f"/settings/history/{change.pk}/back").status_code in {409, 422}
    assert not Busy.objects.filter(why=Busy.LEAVE).exists()


def test_a_permit_taken_back_counts_no_more_and_can_be_given_back(
    administrator: Client, made: Company
) -> None:
    permit = Certificate.objects.filter(technician=made.technicians[0]).first()
    if permit is None:
        permit = Certificate.objects.create(
            technician=made.technicians[0], kind="height", number="G-1", valid_until="2035-01-01"
        )

    def held() -> set[str]:
        mine = next(one for one in abilities(None) if one.id == made.technicians[0].pk)
        return set(mine.certificates)

    assert permit.kind in held()
    assert administrator.post(f"/settings/certificates/{permit.pk}/out").status_code == 302
    assert permit.kind not in held()
    assert administrator.post(f"/settings/certificates/{permit.pk}/back").status_code == 302
    assert permit.kind in held()
    assert "G-1" not in str(list(Change.objects.values()))


def test_requirements_that_were_removed_come_back(administrator: Client) -> None:
    told = {"category": "gas_cooker", "kind": "repair", "certificate": "gas"}
    choices = dict(REGISTERS["requirements"].form().fields["certificate"].choices)  # type: ignore[attr-defined]
    told["certificate"] = next(code for code in choices if code)
    assert administrator.post("/settings/requirements/add", told).status_code == 302
    row = REGISTERS["requirements"].rows("").latest("pk")
    administrator.post(f"/settings/requirements/{row.pk}/out")
    assert certificates_needed(category_code="gas_cooker", kind="repair") == frozenset()
    administrator.post(f"/settings/history/{Change.objects.get(deed='removed').pk}/back")
    assert certificates_needed(category_code="gas_cooker", kind="repair") == {told["certificate"]}


def test_a_calendar_that_promises_count_on_stays(administrator: Client) -> None:
    row = REGISTERS["calendars"].rows("").get(code="24x7")
    answer = administrator.post(f"/settings/calendars/{row.pk}/out")
    assert (answer.status_code, "Clauses in force that count on it" in answer.content.decode()) == (422, True)


def test_what_is_in_force_is_not_deleted_by_an_address(administrator: Client) -> None:
    price = Price.objects.get(item="visit")
    before = Price.objects.count()
    assert administrator.post(f"/settings/prices/{price.pk}/out").status_code == 302
    assert Price.objects.count() == before
    assert administrator.post("/settings/profiles/1/out").status_code == 404
    assert administrator.post("/settings/stock/1/back").status_code == 404
