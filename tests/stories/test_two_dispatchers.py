"""Two dispatchers, each in a browser of their own, reach for the same case at the same moment."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.models import Assignment
from bihuan.service.dispatch.planning.models import Intended
from tests.makers import Company, a_person, company
from tests.pages.test_dispatching import accepted
from tests.pages.test_plan_board import tomorrow
from tests.served import cookie_of
from tests.stories.people import Stage, stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.demand("U-01")
def test_one_of_two_gets_the_case_and_the_other_is_told_who(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with stage(browser, live_server.url, tmp_path) as play:
        made = company()
        case = accepted(made, words="洗衣机不转了")
        others = a_person(Role.SERVICE_POINT_DISPATCHER, node=made.own, name="李调度")
        people = (made.people[Role.SERVICE_POINT_DISPATCHER], others)
        first, second = (board(play, made, person) for person in people)
        carry(first, case, made.technicians[0])
        carry(second, case, made.technicians[0])
        first.mouse.up()
        second.mouse.up()
        for page in (first, second):
            expect(page.locator(f".plan-block.is-meant[data-case='{case.number}']")).to_have_count(1)
        told = [page.locator("#plan-said").inner_text() for page in (first, second)]
        lost = [words for words in told if "计划" in words or "plan changed" in words]
        assert len(lost) == 1, told
        assert people[told.index(lost[0]) - 1].name in lost[0] and case.number in lost[0]
        assert Assignment.objects.filter(case=case, state__in=Assignment.STANDING).count() == 1
        assert Intended.objects.filter(case=case).count() == 1


def board(play: Stage, made: Company, person: Person) -> Page:
    page = play.visitor(phone=False)
    page.context.add_cookies([cookie_of(person, play.address)])  # type: ignore[list-item]
    page.goto(f"{reverse('dispatchers:plan', args=[made.own.id])}?day={tomorrow().isoformat()}")
    return page


def carry(page: Page, case: Case, technician: Technician) -> None:
    """Take the case out of the pool and hold it over the technician's afternoon."""
    page.locator(f".plan-item[data-case='{case.number}']").hover()
    page.mouse.down()
    box = page.locator(f".plan-row[data-technician='{technician.id}'] .plan-track").bounding_box()
    assert box is not None
    for part in (0.4, 0.5):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2, steps=3)
    expect(page.locator("#plan-said .plan-line").first).to_contain_text("14:00")
