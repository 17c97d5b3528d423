"""The outbox page: what was said to whom, masked, filtered, cut by node."""

import pytest
from django.test import Client

from bihuan.registers.access.models import Reveal
from bihuan.registers.access.roles import Role
from bihuan.service.notices import sending
from bihuan.service.notices.models import Notice
from tests.makers import NOW, Company, a_case, a_person, company, settle
from tests.statements import statements

pytestmark = pytest.mark.django_db
OUTBOX = "/manage/outbox"


def reader(made: Company, role: Role = Role.SUPERVISOR) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(made.people[role])
    return client


@pytest.mark.demand("S4-19")
def test_every_message_stands_there_as_the_customer_reads_it() -> None:
    made = company()
    case = a_case(made, phone="13800138000", name="张三丰")
    settle()
    page = reader(made).get(OUTBOX).content.decode()
    assert case.number in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "张三丰" not in page
    assert "已收到您的诉求" in page


def test_filters_narrow_it_and_say_when_nothing_is_left() -> None:
    made = company()
    one, other = a_case(made), a_case(made)
    settle()
    page = reader(made).get(OUTBOX, {"number": one.number}).content.decode()
    assert (one.number in page, f"· {other.number}" in page) == (True, False)
    assert "No message like this" in reader(made).get(OUTBOX, {"state": "given_up"}).content.decode()


def test_one_row_and_three_cost_the_same_statements() -> None:
    made = company()
    client, counts = reader(made), []
    for cases in (1, 2):
        for _ in range(cases):
            a_case(made)
        settle()
        counts.append(len(statements(lambda: client.get(OUTBOX))))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_who_may_not_read_it_does_not() -> None:
    made = company()
    assert reader(made, Role.TECHNICIAN).get(OUTBOX).status_code == 403
    assert Client().get(OUTBOX).status_code == 302


def test_a_supervisor_of_one_service_point_reads_only_its_messages() -> None:
    made = company()
    case = a_case(made)
    settle()
    near = a_person(Role.SUPERVISOR, node=made.authorised)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(near)
    assert case.number not in client.get(OUTBOX).content.decode()


def test_a_message_given_up_goes_out_again_at_a_click() -> None:
    made = company()
    case = a_case(made)
    settle()
    notice = Notice.objects.get(case=case, kind="case_opened")
    Notice.objects.filter(id=notice.id).update(state=Notice.GIVEN_UP, trouble="NotSent", attempts=8)
    client = reader(made, Role.MANAGER)
    assert "The provider did not take it." in client.get(OUTBOX).content.decode()
    client.post(f"{OUTBOX}/{notice.id}/again")
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (Notice.WAITING, 0)
    assert sending.send_due(max(NOW, notice.next_at)) >= 1


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.SUPERVISOR])
def test_to_whom_a_message_went_is_shown_for_a_purpose_that_is_written_down(role: Role) -> None:
    made = company()
    case = a_case(made, phone="13800138000", name="张三丰")
    settle()
    notice = Notice.objects.get(case=case, kind="case_opened")
    client, at = reader(made, role), f"{OUTBOX}/{notice.id}/full"
    without = client.post(at, {"purpose": " "})
    assert (without.status_code, Reveal.objects.count()) == (422, 0)
    opened = client.post(at, {"purpose": "the customer says nothing came"})
    assert "13800138000" in opened.content.decode()
    assert opened.headers["Cache-Control"] == "no-store"
    kept = Reveal.objects.get()
    assert (kept.person_id, kept.customer_id, kept.case_id, kept.purpose) == (
        made.people[role].id,
        case.customer_id,
        case.id,
        "the customer says nothing came",
    )
    assert "13800138000" not in client.get(OUTBOX).content.decode()


def test_a_message_to_staff_or_of_another_node_is_not_opened() -> None:
    made = company()
    a_case(made, words="冰箱漏电")
    settle()
    to_staff = Notice.objects.filter(person__isnull=False).first()
    to_customer = Notice.objects.filter(customer__isnull=False).first()
    assert to_staff is not None and to_customer is not None
    told = {"purpose": "just looking"}
    assert reader(made).post(f"{OUTBOX}/{to_staff.id}/full", told).status_code == 404
    far = Client(headers={"Accept-Language": "en"})
    far.force_login(a_person(Role.SUPERVISOR, node=made.authorised))
    assert far.post(f"{OUTBOX}/{to_customer.id}/full", told).status_code == 404
    assert reader(made, Role.AGENT).post(f"{OUTBOX}/{to_customer.id}/full", told).status_code == 403
    assert Reveal.objects.count() == 0
