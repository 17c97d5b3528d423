"""What a customer meets behind the survey link and the confirm link."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.service.cases.models import Case
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Callback, Survey
from tests.afterwards import CUSTOMER, a_done_case, asked
from tests.makers import company, later
from tests.pages.axe import overflow, shots, violations

pytestmark = pytest.mark.django_db
GOOD = {"speed": "5", "effect": "4", "attitude": "5", "overall": "5"}


@pytest.fixture
def survey() -> Survey:
    return asked(a_done_case(company()), now=later(hours=3))


def link(survey: Survey) -> str:
    return f"/s/{asking.token_of(survey.link_seed)}"


def stands(survey: Survey) -> str:
    return Case.objects.get(id=survey.case_id).stands_at


@pytest.mark.demand("S4-22", "S0-36")
def test_the_survey_asks_four_ratings_and_one_open_question(client: Client, survey: Survey) -> None:
    seen = client.get(link(survey), headers={"accept-language": "zh-CN"}).content.decode()
    assert (seen.count('type="radio"'), seen.count("<textarea")) == (20, 1)
    assert "张" not in seen


def test_opening_the_links_changes_nothing_however_often(client: Client, survey: Survey) -> None:
    before = Survey.objects.values().get()
    for _ in range(3):
        assert client.get(link(survey)).status_code == 200
        assert client.head(f"{link(survey)}/solved").status_code == 200
    assert (Survey.objects.values().get(), stands(survey)) == (before, "done")


def test_an_answer_is_thanked_and_a_second_one_politely_refused(client: Client, survey: Survey) -> None:
    done = client.post(link(survey), GOOD | {"words": "师傅很准时"}, follow=True)
    assert "Your answer has arrived" in done.content.decode()
    again = client.post(link(survey), GOOD | {"speed": "1"}, headers={"accept-language": "en"})
    assert (again.status_code, "answered once" in again.content.decode()) == (409, True)
    assert (Survey.objects.get().speed, Callback.objects.count()) == (5, 0)


def test_what_is_missing_is_said_and_what_was_chosen_is_kept(client: Client, survey: Survey) -> None:
    answer = client.post(link(survey), {"speed": "5", "effect": "9", "words": "等了很久"})
    seen = answer.content.decode()
    assert (answer.status_code, seen.count("form-error")) == (422, 3)
    assert ('id="speed-5" value="5" checked' in seen, "等了很久" in seen) == (True, True)
    assert Survey.objects.get().answered_at is None


@pytest.mark.parametrize("path", ["", "/solved"])
def test_a_link_that_is_none_says_not_found(client: Client, path: str) -> None:
    answer = client.get(f"/s/{'x' * 43}{path}")
    assert (answer.status_code, "/track/" in answer.content.decode()) == (404, True)  # their way on


def test_a_low_answer_promises_a_call(client: Client, survey: Survey) -> None:
    seen = client.post(link(survey), GOOD | {"attitude": "2"}, follow=True).content.decode()
    assert ("within 48 hours" in seen, stands(survey)) == (True, "to_call_back")


@pytest.mark.demand("S4-20")
@pytest.mark.parametrize(("pressed", "place"), [("yes", "closed"), ("no", "to_call_back")])
def test_one_press_says_whether_it_is_solved(
    client: Client, survey: Survey, pressed: str, place: str
) -> None:
    client.post(f"{link(survey)}/solved", {"solved": pressed})
    assert stands(survey) == place
    again = client.post(f"{link(survey)}/solved", {"solved": "yes"})
    assert (again.status_code, stands(survey)) == (409, place)


def test_a_press_on_neither_button_is_asked_again(client: Client, survey: Survey) -> None:
    assert client.post(f"{link(survey)}/solved", {"solved": "maybe"}).status_code == 422
    assert stands(survey) == "done"


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_pages_fit_a_phone_and_have_no_findings(page: Page, live_server: LiveServer) -> None:
    waiting = asked(a_done_case(company()), now=later(hours=3))
    answered = asked(a_done_case(company()), now=later(hours=3))
    asking.answer(answered, dict.fromkeys(GOOD, 3), words="", by=CUSTOMER, now=later(hours=4))
    for name, path in (
        ("customer-survey", link(waiting)),
        ("customer-solved", f"{link(waiting)}/solved"),
        ("customer-thanks", link(answered)),
    ):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": 360, "height": 800})
            page.goto(f"{live_server.url}{path}")
            assert (violations(page), overflow(page)) == ([], 0)
        shots(page, name)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_survey_works_with_scripts_off(browser: Any, live_server: LiveServer) -> None:
    waiting = asked(a_done_case(company()), now=later(hours=3))
    context = browser.new_context(
        java_script_enabled=False, locale="en-GB", viewport={"width": 360, "height": 780}
    )
    window = context.new_page()
    window.goto(f"{live_server.url}{link(waiting)}")
    for name in GOOD:
        window.locator(f"label[for={name}-4]").click()
    window.get_by_role("button", name="Send my answer").click()
    assert window.get_by_role("heading", level=1).inner_text() == "Thank you"
    context.close()
    assert Survey.objects.get(id=waiting.id).overall == 4
