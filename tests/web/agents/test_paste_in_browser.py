"""Pasting in a real browser: Ctrl+V on the desk, Enter to confirm, and nothing for axe to find."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from tests.makers import company
from tests.web.agents.test_desk_in_browser import sign_in, sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.demand("U-05")]
PASTED = (
    "张伟 13800002201 杭州市西湖区文新街道湖畔花园3幢 澄川空调不制冷 明天下午\n"
    "鼓楼区中山路1号 13800002202 热水器漏水"
)
PASTE = """text => {
  const held = new DataTransfer();
  held.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""


def test_messages_are_pasted_on_the_desk_and_confirmed_by_keyboard(
    page: Page, live_server: LiveServer
) -> None:
    page.set_default_timeout(90_000)
    sign_in(page, live_server.url, company().people[Role.AGENT], "en")
    page.goto(f"{live_server.url}/desk/")
    page.evaluate(PASTE, PASTED)
    expect(page.get_by_role("heading", name="Report 2")).to_be_visible(timeout=90_000)
    sound(page, "pasted")
    page.get_by_role("button", name="南京市鼓楼区").click()
    expect(page.locator("#id_2-city")).to_have_value("南京市")
    page.locator("#id_1-name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 taken in")).to_be_visible(timeout=90_000)
    expect(page.locator("#id_2-district")).to_have_value("鼓楼区")
    assert Case.objects.count() == 1


def test_what_the_share_menu_handed_over_leaves_the_address_bar(page: Page, live_server: LiveServer) -> None:
    page.set_default_timeout(90_000)
    sign_in(page, live_server.url, company().people[Role.AGENT], "en")
    page.goto(f"{live_server.url}/desk/paste?text=13800002201%20%E7%A9%BA%E8%B0%83%E6%BC%8F%E6%B0%B4")
    expect(page.locator("#id_1-phone")).to_have_value("13800002201")
    expect(page).to_have_url(f"{live_server.url}/desk/paste")
