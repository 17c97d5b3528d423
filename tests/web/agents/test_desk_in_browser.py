"""The desk in a real browser: a call taken by keyboard alone, and nothing for axe to find."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.journal.queries import story_of
from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.cases import talking
from bihuan.service.cases.models import Case
from bihuan.service.complaints.official import take_notice
from tests.makers import Company, a_case, company
from tests.pages.axe import overflow, shots, violations

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, address: str, person: Person, language: str) -> None:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    cookies = {"sessionid": str(store.session_key), "language": language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
    )


def sound(page: Page, name: str) -> None:
    """Nothing for axe, nothing that scrolls sideways, at both widths."""
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert overflow(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    shots(page, name)


@pytest.mark.demand("S4-08", "S4-09", "S0-13", "S0-48")
def test_a_call_is_taken_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    made = company()
    a_case(made, now=clock.now(), phone="13912345678")
    sign_in(page, live_server.url, made.people[Role.AGENT], "en")
    page.goto(f"{live_server.url}/desk/report")
    page.focus("#id_phone")
    page.keyboard.type("13912345678")
    expect(page.get_by_text("A known customer")).to_be_visible()
    page.focus("#id_words")
    page.keyboard.type("空调不制冷，吹热风")
    box = page.locator('input[name="symptoms"][value="ac_no_cooling"]')
    expect(box).to_be_checked()
    expect(page.locator("#id_words")).to_be_focused()
    page.focus("#id_category")
    page.keyboard.type("Air")
    page.focus("#id_name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Read back and confirm")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/case/AF\d{11}$"))
    assert Case.objects.count() == 2


def _walk(page: Page, address: str, made: Company, case: Case, language: str) -> None:
    sign_in(page, address, made.people[Role.AGENT], language)
    for name, path in (
        ("agents-desk", "/desk/"),
        ("agents-empty", "/desk/?lane=on_hold"),
        ("agents-case", f"/desk/case/{case.number}"),
        ("agents-record", f"/desk/case/{case.number}/record"),
        ("agents-phone", f"/desk/case/{case.number}/phone"),
        ("agents-cases", "/desk/cases"),
        ("agents-search", "/desk/search?q=不制冷"),
        ("agents-customers", "/desk/customers"),
        ("agents-customer", f"/desk/customers/{case.customer_id}"),
        ("customers-report", "/report/"),
    ):
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        sound(page, name)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_for_axe_to_find_on_any_page_of_the_desk(
    page: Page, live_server: LiveServer, language: str
) -> None:
    made = company()
    case = a_case(made, now=clock.now())
    a_case(made, now=clock.now(), words="燃气灶有燃气味", phone="13912345678")
    by = made.actor(Role.AGENT)
    talking.note(case, "已电话安抚客户，告知两小时内安排。", by=by, now=clock.now(), contact="phone")
    talking.chase(case, by=by, now=clock.now())
    talking.set_grade(case, "major", by=by, now=clock.now())
    today = localdate(clock.now())
    take_notice(
        case,
        authority="hotline_12315",
        number="浙市监投0815",
        received_on=today,
        answer_on=today,
        viewer=made.viewer(Role.AGENT),
        now=clock.now(),
    )
    _walk(page, live_server.url, made, case, language)
    page.goto(f"{live_server.url}/desk/report")
    page.fill("#id_phone", "13912345678")
    page.fill("#id_words", "洗衣机漏电，显示E4")
    page.wait_for_selector("#heard .alert-danger")
    page.wait_for_selector("#caller .alert-info")
    sound(page, "agents-report")
    page.fill("#id_bought_on", "2099-01-01")
    page.get_by_role("button", name=re.compile("Read back|复述|Confirm", re.I)).last.click()
    page.wait_for_selector("[data-form-errors]")
    sound(page, "agents-report-errors")
    page.fill("#id_bought_on", "2023-05-15")
    page.locator('button[value="check"]').last.click()
    page.wait_for_selector('button[value="save"]')
    sound(page, "agents-report-restate")


@pytest.mark.demand("S4-02")
def test_the_greeting_is_noted_with_its_moment(page: Page, live_server: LiveServer) -> None:
    made = company()
    sign_in(page, live_server.url, made.people[Role.AGENT], "en")
    page.goto(f"{live_server.url}/desk/report")
    kept = page.locator('input[name="greeted_after"]')
    expect(kept).to_have_value("")
    page.get_by_label("Greeting said").check()
    expect(kept).to_have_value(re.compile(r"^\d{1,5}$"))
    page.get_by_label("Greeting said").uncheck()
    expect(kept).to_have_value("")
    page.get_by_label("Greeting said").check()
    page.fill("#id_phone", "13900001111")
    page.fill("#id_words", "空调不制冷，吹热风")
    page.get_by_role("button", name="Read back and confirm").last.click()
    page.get_by_role("button", name="The customer agrees: open the case").click()
    expect(page).to_have_url(re.compile(r"/desk/case/AF\d{11}$"))
    kinds = [fact.event.kind for fact in story_of(Case.objects.get().chain_id)]
    assert [kind for kind in kinds if kind.startswith("case.call_")] == [
        "case.call_connected",
        "case.call_greeted",
    ]
