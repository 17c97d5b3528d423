"""The settings, the sign-in and the second factor as a person sees them: accessible, and nothing cut off."""

import re

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from tests.makers import PASSWORD, a_person, company
from tests.pages.axe import overflow, shots, violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

PAGES = [
    "",
    "nodes",
    "people",
    "people/add",
    "prices/add",
    "process",
    "calendars",
    "messages",
    "symptoms",
    "symptoms/add",
    "checklists/add",
    "warranty/add",
    "coverage",
    "coverage/ground",
    "coverage/streets?city=杭州市&district=西湖区",
    "skills/table",
    "leave/calendar",
    "cards",
    "cards/repair/1",
    "process/upload",
    "profiles/upload",
    "parts?format=print",
    "history",
    "reveals",
    "customers/forget",
]


def enter(page: Page, live_server: LiveServer, login: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def looked_at(page: Page, name: str) -> list[str]:
    found = [f"{name}: {each}" for each in violations(page)]
    page.set_viewport_size({"width": 360, "height": 780})
    found += [f"{name}: {pixels} px too wide on a phone"] if (pixels := overflow(page)) else []
    page.set_viewport_size({"width": 1440, "height": 900})
    shots(page, f"settings-{name or 'index'}")
    return found


def test_the_settings_are_accessible_and_fit_a_phone(page: Page, live_server: LiveServer) -> None:
    made = company()
    enter(page, live_server, made.people[Role.ADMINISTRATOR].login)
    found = []
    for name in PAGES:
        answer = page.goto(f"{live_server.url}/settings/{name}")
        assert answer is not None and answer.status == 200, name
        found += looked_at(page, re.sub("[^a-z]+", "-", name))
    technician = made.technicians[0].pk
    for name in (f"technicians/{technician}/whole", f"technicians/{technician}", f"nodes/{made.own.pk}"):
        page.goto(f"{live_server.url}/settings/{name}")
        found += looked_at(page, re.sub("[^a-z]+", "-", name))
    assert found == []


def test_signing_in_and_setting_up_a_second_factor_are_accessible(
    page: Page, live_server: LiveServer
) -> None:
    made = company()
    page.goto(f"{live_server.url}/accounts/login/")
    found = looked_at(page, "login")
    person = a_person(Role.MANAGER, node=made.head, demo=False)
    enter(page, live_server, person.login)
    page.goto(f"{live_server.url}/desk/cases")
    found += looked_at(page, "reauthenticate")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/totp/activate/")
    found += looked_at(page, "totp")
    assert found == []
