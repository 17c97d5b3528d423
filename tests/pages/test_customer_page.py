"""The customer's pages in a real browser: scripts off, small phone, both languages, light and dark, axe clean."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.intake.queries import link_of
from tests.makers import a_case, company, settle
from tests.pages.axe import overflow, shots, violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small phone on which scripts are off."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 360, "height": 780},
        java_script_enabled=False,
    )
    window = context.new_page()
    window.set_default_timeout(10_000)
    yield window
    context.close()


def path_of(case: Case) -> str:
    return f"/c/{link_of(case.report).rpartition('/')[2]}"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_a_customer_is_accessible_and_fits(
    page: Page, live_server: LiveServer, language: str
) -> None:
    cache.clear()
    made = company()
    case = a_case(made, words="机器突然不制冷了，冷藏室 15 度，东西都坏了")
    talking.note(case, "配件已订，预计明天到。", by=made.actor(Role.AGENT), now=case.opened_at, public=True)
    link = path_of(case)
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    for path, name in (
        (link, "customer-case"),
        (f"{link}/cancel", "customer-cancel"),
        (f"{link}/complain", "customer-complain"),
        (f"{link}/add", "customer-add"),
        ("/c/nothing", "customer-unknown"),
        ("/track/", "customer-look-up"),
        ("/promises", "customer-promises"),
        ("/privacy", "customer-privacy"),
    ):
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + path)
            assert violations(page) == [], (path, width)
            assert overflow(page) == 0, (path, width)
        shots(page, name)


@pytest.mark.demand("U-09")
def test_with_scripts_off_a_customer_chases_adds_complains_and_cancels(
    phone: Page, live_server: LiveServer
) -> None:
    cache.clear()
    case = a_case(company())
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    phone.goto(live_server.url + path_of(case))
    phone.click("text=Remind us")
    assert "We have heard you" in phone.inner_text("main")
    phone.click("text=Add words or photos")
    phone.fill("textarea", "The light inside is on.")
    phone.click("button:has-text('Send')")
    assert "The light inside is on." in phone.inner_text("main")
    phone.click("text=Cancel this case")
    phone.check("text=It works again")
    phone.click("button:has-text('Cancel the case')")
    assert "Nobody will come." in phone.inner_text("main")
    case.refresh_from_db()
    assert (case.chases, case.stands_at) == (1, "withdrawn")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_outbox_is_accessible_and_fits(page: Page, live_server: LiveServer, language: str) -> None:
    made = company()
    a_case(made)
    a_case(made, phone="", email="li@example.com")
    settle()
    client = Client()
    client.force_login(made.people[Role.SUPERVISOR])
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + "/manage/outbox")
        assert page.locator("article").count() >= 2
        assert violations(page) == [], width
        assert overflow(page) == 0, width
    shots(page, "outbox")
