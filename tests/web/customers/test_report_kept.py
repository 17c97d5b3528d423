"""The form where there is no signal, in a real browser: kept, sent when the line is back, once."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.service.intake.models import Report
from tests.makers import company
from tests.pages.axe import overflow, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    cache.clear()


@pytest.mark.demand("S2-20")
def test_a_report_without_signal_is_kept_and_sent_once_when_the_line_is_back(
    page: Page, live_server: LiveServer
) -> None:
    company()
    where = f"{live_server.url}/report/"
    page.context.add_cookies([{"name": "language", "value": "zh-hans", "url": live_server.url}])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(where)
    page.fill("#id_words", "洗衣机漏水，地上都是水")
    page.fill("#id_phone", "13900002222")
    page.check("#id_consent_service")
    key = page.input_value("#id_key")
    page.reload()  # the browser inside an app was closed: what was typed is there again
    expect(page.locator('[data-keep-state="restored"]')).to_be_visible()
    assert (page.input_value("#id_words"), page.input_value("#id_key")) == ("洗衣机漏水，地上都是水", key)
    page.context.set_offline(True)
    page.locator("form[data-keep] button.btn-primary").click()
    expect(page.locator('[data-keep-state="waiting"]')).to_be_visible()
    assert (violations(page), overflow(page), Report.objects.count()) == ([], 0, 0)
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"/c/[^/]+"))
    assert Report.objects.count() == 1
    page.goto(where)
    assert page.input_value("#id_words") == ""


def test_what_the_server_refuses_is_said_as_without_scripts(page: Page, live_server: LiveServer) -> None:
    company()
    page.goto(f"{live_server.url}/report/")
    page.fill("#id_words", "漏水")
    page.locator("form[data-keep] button.btn-primary").click()
    expect(page.locator("[data-form-errors]")).to_be_visible()
    assert (page.input_value("#id_words"), Report.objects.count()) == ("漏水", 0)


def test_the_same_key_with_other_words_asks_whether_it_is_a_new_report(
    page: Page, live_server: LiveServer
) -> None:
    company()
    page.goto(f"{live_server.url}/report/")
    page.fill("#id_words", "漏水")
    page.fill("#id_phone", "13900002222")
    page.check("#id_consent_service")
    page.route(
        "**/report/",
        lambda route: (route.fetch(), route.abort()) if route.request.method == "POST" else route.continue_(),
    )
    page.locator("form[data-keep] button.btn-primary").click()
    expect(page.locator('[data-keep-state="waiting"]')).to_be_visible()  # taken in, and the answer was lost
    page.unroute("**/report/")
    page.fill("#id_words", "漏水，还有异响")
    page.locator('[data-keep-do="now"]').click()
    expect(page.locator('[data-keep-state="before"]')).to_be_visible()
    page.locator('[data-keep-do="anew"]').click()
    expect(page).to_have_url(re.compile(r"/c/[^/]+"))
    assert Report.objects.count() == 2
