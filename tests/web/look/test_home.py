"""Where each role begins after signing in, and that its first page lets it in."""

import pytest
from django.test import Client

from bihuan.registers.access.roles import Role
from bihuan.web.look.navigation import links
from tests.makers import company

pytestmark = pytest.mark.django_db
BEGINS = {
    Role.AGENT: "/desk/",
    Role.CALLBACK_AGENT: "/desk/",
    Role.SUPERVISOR: "/desk/",
    Role.DEPARTMENT_OWNER: "/desk/",
    Role.QUALITY_INSPECTOR: "/desk/",
    Role.DISPATCHER: "/dispatch/",
    Role.SERVICE_POINT_OWNER: "/dispatch/point",
    Role.SERVICE_POINT_DISPATCHER: "/dispatch/point",
    Role.TECHNICIAN: "/field/",
    Role.MANAGER: "/manage/",
    Role.ANALYST: "/manage/",
    Role.ADMINISTRATOR: "/settings/",
    Role.PARTS_KEEPER: "/desk/cases",
    Role.APPROVER: "/desk/cases",
    Role.SETTLEMENT_CLERK: "/desk/cases",
}


def test_each_role_begins_on_the_page_of_its_work_and_may_read_it(client: Client) -> None:
    made, begins = company(), {}
    for role in BEGINS:
        client.force_login(made.people[role])
        begins[role] = client.get("/").headers["Location"]
        assert client.get(begins[role]).status_code == 200, role
    assert begins == BEGINS


@pytest.mark.parametrize("role", [Role.PARTS_KEEPER, Role.APPROVER, Role.SETTLEMENT_CLERK])
def test_whoever_may_read_cases_finds_them(role: Role) -> None:
    assert "/desk/cases" in [link.url for link in links([role], "")]
