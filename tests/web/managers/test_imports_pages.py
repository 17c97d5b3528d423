"""The pages of imports in a browser: accessible, nothing cut off on a phone, and the whole way by clicks."""

from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.registers.organisation.models import Node
from tests.access.test_settings_pages import enter, looked_at
from tests.makers import company
from tests.service.imports import sheets

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database, pytest.mark.demand("U-04")]

ROWS: list[list[Any]] = [
    ["网点名称", "网点编码", "电话", "城市", "服务区域", "备注"],
    ["浦东店", "PD01", "13800138000", "上海市", "浦东新区", "新"],
    ["缺电话店", "QD01", "123", "上海市", "黄浦区", None],
    ["文新网点", "WX99", "13800138001", "杭州市", "西湖区", None],
]


def test_a_list_is_brought_in_by_clicks_and_every_page_is_accessible(
    page: Page, live_server: LiveServer
) -> None:
    made = company()
    enter(page, live_server, made.people[Role.ADMINISTRATOR].login)
    page.goto(f"{live_server.url}/settings/import")
    found = looked_at(page, "import-start")
    file = {"name": "网点.xlsx", "mimeType": "application/octet-stream", "buffer": sheets.xlsx(ROWS)}
    page.set_input_files("input[name=file]", file)  # type: ignore[arg-type]
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("form[action$=columns]")
    found += looked_at(page, "import-columns")
    page.click("form[action$=columns] button[type=submit]")
    page.wait_for_selector("form[action$=confirm]")
    found += looked_at(page, "import-looked")
    page.select_option("select[name=take-4]", index=2)
    page.click("form[action$=confirm] button.btn-primary")
    page.wait_for_selector("form[action$=undo]")
    found += looked_at(page, "import-done")
    assert found == []
    assert set(Node.objects.filter(code__in=["PD01", "QD01", "WX99"]).values_list("name", "code")) == {
        ("浦东店", "PD01"),
        ("文新网点", "WX99"),
    }
