"""Two dispatchers, each in a browser of their own, reach for the same case at the same moment."""

from datetime import datetime, time
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.timezone import make_aware
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.told import AddressTold, MachineTold
from bihuan.registers.staff.models import Technician
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.dispatch.assigning import accept_job, assign
from bihuan.service.dispatch.booking import book
from bihuan.service.dispatch.models import Assignment, Visit
from bihuan.service.dispatch.planning.models import Intended
from bihuan.service.dispatch.slots import WIDTH, Slot
from tests.makers import CITY, DISTRICT, Company, a_person, a_technician, company
from tests.pages.test_dispatching import accepted
from tests.pages.test_plan_board import tomorrow
from tests.served import cookie_of
from tests.stories.people import LANGUAGE, PICTURES, Stage, picture, stage

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


def board(play: Stage, made: Company, person: Person, *, language: str = "zh-CN") -> Page:
    page = play.visitor(phone=False, language=language)
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


@pytest.mark.skipif(not PICTURES, reason="only for the guide's pictures")
def test_the_guide_shows_a_day_and_what_is_said_before_dropping(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with stage(browser, live_server.url, tmp_path) as play:
        made = company()
        crew, waits = a_day(made)
        page = board(play, made, made.people[Role.SERVICE_POINT_DISPATCHER], language=LANGUAGE)
        expect(page.locator("canvas")).to_be_visible()
        picture(page, "plan-board")
        carry(page, waits[0], crew[3])
        picture(page, "plan-drag")
        page.keyboard.press("Escape")


def a_day(made: Company) -> tuple[list[Technician], list[Case]]:
    """Tomorrow with six technicians, what is agreed with them, and what waits."""
    names = ("周建国", "吴志强", "郑海涛", "王德富", "李文斌", "钱国平")
    crew = [a_technician(made.own, name=name) for name in names]
    Technician.objects.filter(id__in=[one.id for one in made.technicians]).update(retired_at=clock.now())
    for at, one in enumerate(crew):
        spot = {"latitude": 30.26 + at * 7 % 6 / 100, "longitude": 120.06 + at * 5 % 6 / 80}
        Technician.objects.filter(id=one.id).update(**spot)
    asked = (
        ("refrigerator", "冰箱漏水了"),
        ("air_conditioner", "空调不制热"),
        ("gas_cooker", "燃气灶打不着火"),
    )
    streets = "文新街道", "古荡街道", "西溪街道", "翠苑街道"
    point, now, waits = Doer.of(made.viewer(Role.SERVICE_POINT_DISPATCHER)), clock.now(), list[Case]()
    for at in range(16):
        category, words = asked[at % 3]
        where = AddressTold(
            city=CITY,
            district=DISTRICT,
            street=streets[at % 4],
            door=f"幸福路{at + 1}号",
            latitude=30.25 + at * 37 % 20 / 250,
            longitude=120.05 + at * 61 % 20 / 220,
        )
        machine = MachineTold(category=category, brand="澄川")
        case = accepted(made, words=words, machine=machine, address=where)
        if at % 4 == 3:
            waits.append(case)
            continue
        one = crew[at % len(crew)]
        assign(case, technician_id=one.id, doer=point, now=now, by_choice=True)
        accept_job(case, technician_id=one.id, doer=point, now=now)
        begins = make_aware(datetime.combine(tomorrow(), time(8 + 2 * (at * 5 % 4))))
        book(Visit.objects.get(case=case), Slot(begins, begins + WIDTH), doer=point, now=now)
    return crew, waits
