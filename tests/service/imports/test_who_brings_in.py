"""Lists of orders are brought in by those who work with them every day; everything else by administrators."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.registers.access.errors import NotAllowed, NotFound
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.imports import actions, queries
from bihuan.service.imports.models import Import
from tests.makers import NOW, Company, company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, taken_back
from tests.service.imports.test_orders import HEADS, a_row
from tests.service.orders.ordering import a_platform

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-09")]


@pytest.fixture
def made(settings: Any, tmp_path: Any) -> Company:
    settings.BIHUAN_DATA = tmp_path
    made = company()
    a_platform(made, columns={"kind": ["服务类目"]})
    return made


def orders() -> bytes:
    return sheets.xlsx([HEADS, a_row("JD-1"), a_row("JD-2", phone="13800002222")])


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DISPATCHER])
def test_they_bring_in_orders_and_take_them_back(made: Company, role: Role) -> None:
    viewer = made.viewer(role)
    run = brought_in(viewer, "orders-jd", orders())
    assert (run.written, Case.objects.count()) == ({"new": 2}, 2)
    posts = ["social_posts"] if role == Role.SUPERVISOR else []
    assert [one.target.code for one in queries.offered(viewer)] == [*posts, "orders-jd"]
    taken_back(viewer, run)


def test_nothing_else_is_theirs(made: Company) -> None:
    dispatcher = made.viewer(Role.DISPATCHER)
    with pytest.raises(NotAllowed):
        actions.receive(
            dispatcher, "customers", sheets.xlsx([["手机号"], ["13800001111"]]), file_name="a", now=NOW
        )
    mine = brought_in(dispatcher, "orders-jd", orders())
    other = made.viewer(Role.SUPERVISOR)
    assert list(queries.imports_listed(other)) == []
    with pytest.raises(NotFound):
        queries.opened_import(other, mine.id)
    assert list(queries.imports_listed(made.viewer(Role.ADMINISTRATOR))) == [mine]
    with pytest.raises(NotAllowed):
        queries.imports_listed(made.viewer(Role.AGENT))


def test_the_page_offers_a_dispatcher_orders_only(made: Company, client: Client) -> None:
    client.force_login(made.people[Role.DISPATCHER])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get("/settings/import").content.decode()
    assert ("orders-jd" in page, 'value="customers"' in page, "/settings/import" in page) == (
        True,
        False,
        True,
    )
    file = SimpleUploadedFile("orders.xlsx", orders())
    sent = client.post("/settings/import", {"kind": "orders-jd", "file": file})
    assert (sent.status_code, Import.objects.get().kind) == (302, "orders-jd")
    wrong = client.post(
        "/settings/import", {"kind": "customers", "file": SimpleUploadedFile("a.xlsx", orders())}
    )
    assert (wrong.status_code, Import.objects.count()) == (422, 1)
    assert client.get("/settings/import/template/customers").status_code == 404
    assert "/settings/import" in client.get("/desk/orders").content.decode()
