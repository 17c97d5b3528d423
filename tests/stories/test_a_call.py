"""A customer rings the hotline: the queue, the agent's card, the report beside the call, the end. At both sizes."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.calls.models import Call
from tests.makers import CITY, DISTRICT, STREET, a_case, company
from tests.pages.axe import overflow, shots, violations
from tests.stories.people import stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.once]
PHONE = "13912345678"


@pytest.mark.demand("S0-01", "S0-02", "S2-06", "S4-02", "S4-03")
@pytest.mark.parametrize("small", [False, True], ids=["desk", "phone"])
def test_from_the_ring_to_the_report(
    browser: Browser, live_server: LiveServer, tmp_path: Path, small: bool
) -> None:
    with stage(browser, live_server.url, tmp_path) as play:
        settings.BIHUAN_DEMO = True
        made = company()
        known = a_case(made, phone=PHONE, name="王建国")
        agent = play.staff(made.people[Role.AGENT], phone=small)
        agent.goto("/desk/")
        expect(agent.locator("#hotline a[href='/desk/calls']")).to_be_visible()

        customer = play.visitor()
        customer.goto("/play/phone")
        customer.fill("[name=number]", PHONE)
        customer.click("button[value=ring]")
        expect(customer.locator("#call")).to_contain_text("您排在第1位")
        customer.click("button[name=key][value='1']")
        shots(customer, "play-phone-waits")

        agent.locator("#hotline button[value=answer]").click()
        agent.wait_for_url(re.compile(r"/desk/calls/\d+"))
        expect(agent.locator("main")).to_contain_text(known.number)
        assert (overflow(agent), violations(agent)) == (0, [])
        shots(agent, f"call-{'phone' if small else 'desk'}")
        agent.goto("/desk/")
        expect(agent.locator(".caller-card")).to_contain_text(known.number)
        assert (overflow(agent), violations(agent)) == (0, [])
        shots(agent, f"card-{'phone' if small else 'desk'}")
        agent.locator(".caller-card a.btn-primary").click()
        agent.wait_for_url(re.compile(r"/desk/report\?line="))
        expect(agent.locator("[name=phone]")).to_have_value(f"+86{PHONE}")
        expect(agent.locator("#caller")).to_contain_text(known.number)
        expect(agent.locator("[name=kind]")).to_have_value("repair")
        agent.fill("[name=words]", "空调突然不制冷了")
        agent.select_option("[name=category]", "air_conditioner")
        for name, value in (
            ("city", CITY),
            ("district", DISTRICT),
            ("street", STREET),
            ("door", "文一西路1号"),
        ):
            agent.fill(f"[name={name}]", value)
        agent.locator("button[name=do][value=check]").last.click()
        agent.locator("button[name=do][value=save]").click()
        agent.wait_for_url(re.compile(r"/case/AF\d+"))

        expect(customer.locator("#call button[value=hang_up]")).to_be_visible()
        customer.click("button[value=hang_up]")
        play.settle()
        call = Call.objects.select_related("message", "report").get()
        case = Case.objects.latest("id")
        assert (call.state, call.message.state, call.report_id) == ("handled", "report", case.report_id)
        agent.goto("/desk/calls")
        assert (overflow(agent), violations(agent)) == (0, [])
        assert play.troubles == []
