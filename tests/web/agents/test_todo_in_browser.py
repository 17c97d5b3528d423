"""The daily pages in a real browser: everybody can use them, at any width; the list is walked by keyboard."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases import handing_over
from bihuan.service.commitments import actions as commitments
from bihuan.service.improvement.waiting import pressing_for
from tests.makers import Company, a_case, company
from tests.pages.axe import overflow, violations

pytestmark = pytest.mark.django_db


def open_as(page: Page, live_server: LiveServer, client: Client, made: Company, role: Role) -> None:
    client.force_login(made.people[role])
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def busy(made: Company) -> None:
    now = clock.now()
    for hours in (90, 1, 2):
        a_case(made, now=now - timedelta(hours=hours))
    commitments.mark_broken(now)
    viewer = made.viewer(Role.AGENT)
    handing_over.hand_over_shift(
        "请先回电", items=pressing_for(viewer, now=now), to=None, viewer=viewer, now=now
    )


@pytest.mark.parametrize(
    "path",
    ["todo/", "todo/?lane=silent", "desk/handover", "desk/handover/1", "manage/day", "manage/day?wall=1"],
)
def test_the_daily_pages_are_accessible_and_fit_every_width(
    page: Page, live_server: LiveServer, client: Client, path: str
) -> None:
    made = company()
    busy(made)
    if path == "desk/handover/1":
        path = f"desk/handover/{handing_over.to_take(made.viewer(Role.SUPERVISOR))[0].id}"
    open_as(page, live_server, client, made, Role.SUPERVISOR)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/{path}")
            assert (violations(page), overflow(page)) == ([], 0)


@pytest.mark.demand("U-11")
def test_the_list_is_walked_and_a_case_put_off_by_keyboard_alone(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    now = clock.now()
    numbers = [a_case(made, now=now - timedelta(minutes=minutes)).number for minutes in (4, 3)]
    open_as(page, live_server, client, made, Role.AGENT)
    page.goto(f"{live_server.url}/todo/")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("select[name=span]").first).to_be_focused()
    page.keyboard.press("Tab")
    page.locator("input[name=reason]").first.focus()
    page.keyboard.type("等客户回家")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=numbers[0])).to_have_count(0)
    expect(page.get_by_role("link", name=numbers[1])).to_have_count(1)


def test_colleagues_are_offered_while_somebody_types(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    case = a_case(made, now=clock.now())
    open_as(page, live_server, client, made, Role.AGENT)
    page.goto(f"{live_server.url}/desk/case/{case.number}")
    page.locator("#note-mention").press_sequentially("superv")
    option = page.locator("#note-colleagues option")
    expect(option).to_have_count(1)
    expect(option).to_have_attribute("value", made.people[Role.SUPERVISOR].login)
