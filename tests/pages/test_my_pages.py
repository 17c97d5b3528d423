"""A customer's own pages in a real browser: WeChat's, a phone with scripts off, three languages, axe clean."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import CustomerSignIn, Serial
from bihuan.registers.customers.scan_codes import LeadsTo, codes_for
from bihuan.service.cases.models import Case
from bihuan.service.notices import customer_codes
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from tests.makers import a_case, company
from tests.pages.axe import overflow, shots, violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; MI 8 Build/QKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/86.0.4240.99 XWEB/4313 MMWEBSDK/20220805 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.27.2220 "
    "WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64"
)


@pytest.fixture(params=[True, False], ids=["wechat", "scripts-off"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """WeChat's browser as it names itself, and a small phone on which scripts are off."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 360, "height": 780},
        user_agent=WECHAT if request.param else None,
        java_script_enabled=request.param,
    )
    window = context.new_page()
    window.set_default_timeout(15_000)
    troubles: list[str] = []
    window.on("pageerror", lambda error: troubles.append(str(error)))
    yield window
    context.close()
    assert troubles == []


def code_sent() -> str:
    """Let the worker act; the newest code."""
    for asked_id in CustomerSignIn.objects.filter(heard_at__isnull=True).values_list("id", flat=True):
        customer_codes.answer(asked_id, now=clock.now())
    newest = shown(Notice.objects.filter(kind="sign_in_code").order_by("-id")[:1], links=True)[0]
    found = re.search(r"\d{6}", newest.words or "")
    assert found is not None
    return found.group()


def sign_in(window: Page, address: str, phone: str) -> None:
    window.goto(f"{address}/my")
    window.fill("[name=phone]", phone)
    window.click("main button[type=submit]")
    window.fill("[name=code]", code_sent())
    window.check("[name=remember]")
    window.click("main button[type=submit]")


@pytest.mark.demand("U-09", "S3-189", "S3-192")
def test_from_a_phone_a_customer_signs_in_registers_reports_and_leaves(
    phone: Page, live_server: LiveServer
) -> None:
    cache.clear()
    case = a_case(company(), phone="13800138000", now=clock.now())
    phone.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    sign_in(phone, live_server.url, "13800138000")
    assert case.number in phone.inner_text("main")
    phone.click("text=Register a machine")
    phone.select_option("[name=category]", "refrigerator")
    phone.fill("[name=brand]", "澄川")
    phone.fill("[name=model]", "REF123")
    phone.fill("[name=serial]", "SN700123")
    phone.fill("[name=bought_on]", "2026-01-31")
    phone.click("main button[type=submit]")
    assert "Under warranty" in phone.inner_text("main")
    machine = Serial.objects.get(number="SN700123").machine
    phone.click("text=Report a problem with it")
    phone.fill("[name=words]", "冷藏室不制冷")
    phone.click("main button[type=submit]")
    made = Case.objects.exclude(id=case.id).get()
    assert made.machine_id == machine.id
    assert made.number in phone.inner_text("main")
    phone.click("text=Remind us")
    assert "We have heard you" in phone.inner_text("main")
    phone.goto(f"{live_server.url}/my")
    phone.click("text=Sign out")
    assert "You are signed out." in phone.inner_text("main")
    phone.goto(f"{live_server.url}/my")
    assert phone.url.endswith("/my/sign-in")


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_own_page_is_accessible_and_fits(page: Page, live_server: LiveServer, language: str) -> None:
    cache.clear()
    made = company()
    case = a_case(made, phone="13800138000", now=clock.now())
    [code] = codes_for(
        [LeadsTo(purpose="sticker", category="refrigerator", brand="澄川", model="REF123", serial="SN1")],
        now=clock.now(),
    )
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    sign_in(page, live_server.url, "13800138000")
    paths = {
        "/my": "my",
        f"/my/machines/{case.machine_id}": "my-machine",
        f"/my/machines/{case.machine_id}/report": "my-fault",
        "/my/machines/new": "my-register",
        "/my/data": "my-data",
        f"/m/{code.code}": "my-scanned",
        f"/report/?p={code.code}": "my-report-scanned",
        "/my/machines/999999": "my-unknown",
    }
    for path, name in paths.items():
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + path)
            assert violations(page) == [], (path, width)
            assert overflow(page) == 0, (path, width)
        shots(page, name)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_posters_and_figures_are_accessible_and_fit(
    page: Page, live_server: LiveServer, language: str
) -> None:
    made = company()
    client = Client()
    client.force_login(made.people[Role.MANAGER])
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    for path, name in (("/manage/posters", "posters"), ("/manage/online", "online")):
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(live_server.url + path)
            assert violations(page) == [], (path, width)
            assert overflow(page) == 0, (path, width)
        shots(page, name)
