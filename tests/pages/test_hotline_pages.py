"""The hotline's pages and the short forms: axe finds nothing, nothing scrolls sideways, with scripts off too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.management.demo.ringing import found_calls
from bihuan.registers.access.roles import Role
from bihuan.service.intake.calls.models import RingBack
from tests.makers import company
from tests.pages.axe import overflow, shots, violations
from tests.stories.people import stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
FORMS = ("/feedback", "/callback", "/report/smart")


@pytest.mark.demand("S2-07", "S2-67", "S1-03")
def test_each_page_is_sound_at_both_sizes(browser: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    with stage(browser, live_server.url, tmp_path) as play:
        made = company()
        found_calls(now=clock.now())
        duty = RingBack.objects.get(open=True)
        agent, lead = (
            play.staff(made.people[Role.AGENT]),
            play.staff(made.people[Role.SUPERVISOR], phone=True),
        )
        customer = play.visitor()
        for page, paths in (
            (agent, ("/desk/calls", "/desk/ring-backs", f"/desk/ring-backs/{duty.id}")),
            (lead, ("/manage/hotline", "/desk/calls", "/desk/ring-backs")),
            (customer, FORMS),
        ):
            for path in paths:
                page.goto(path)
                assert (path, overflow(page), violations(page)) == (path, 0, [])
                shots(page, f"hotline{path.replace('/', '-')}")


@pytest.mark.demand("S2-07", "S2-11")
def test_a_customer_without_scripts_is_confirmed(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with stage(browser, live_server.url, tmp_path) as play:
        company()
        page = play.visitor(scripts=False)
        page.goto("/callback")
        page.fill("[name=phone]", "12")
        page.fill("[name=words]", "想问保修")
        page.check("[name=consent_service]")
        page.click("main form button")
        expect(page.locator("[name=words]")).to_have_value("想问保修")  # refused, and nothing typed is lost
        page.fill("[name=phone]", "13912345678")
        page.click("main form button")
        expect(page.locator("h1")).not_to_be_empty()
        assert RingBack.objects.get().cause == "web"
