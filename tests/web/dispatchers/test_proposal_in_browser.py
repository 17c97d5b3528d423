"""A proposal in a real browser: it gets better by itself, then it is answered; on a desk and on a phone."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.customers.models import Place
from bihuan.service.dispatch.planning import solving
from tests.makers import company
from tests.pages.axe import overflow, shots, violations
from tests.pages.test_dispatching import enter
from tests.web.dispatchers.test_proposal import waiting

WORDS = "冰箱漏水了", "洗衣机不转了"


def test_a_plan_gets_better_by_itself_and_is_answered(page: Page, live_server: LiveServer) -> None:
    made = company()
    cases = [waiting(made, words) for words in WORDS]
    for at, case in enumerate(cases):
        Place.objects.filter(id=case.place_id or 0).update(
            latitude=30.24 + at / 50, longitude=120.05 + at / 40
        )
    enter(page, live_server, made, Role.SERVICE_POINT_DISPATCHER, "zh-hans")
    page.goto(f"{live_server.url}/dispatch/plan/{made.own.id}/propose")
    assert violations(page) == []
    shots(page, "proposals")
    page.get_by_role("button", name="生成派工方案").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    proposal_id = int(page.url.rsplit("/", 1)[1])
    solving.carry_on(proposal_id, now=clock.now(), seconds=0)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "10")
    while solving.carry_on(proposal_id, now=clock.now(), seconds=60):
        pass
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert violations(page) == []
    shots(page, "proposal")
    page.get_by_role("button", name="采用所选").click()
    expect(page.get_by_text("已执行 2 项调整。")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 780})
    assert overflow(page) == 0
    assert violations(page) == []
