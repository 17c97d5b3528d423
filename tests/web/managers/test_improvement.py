"""The improvement pages, by what a person sees and does."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.improvement.models import Proposal
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Callback
from tests.afterwards import CUSTOMER, a_done_case, asked
from tests.makers import Company, company
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements

pytestmark = pytest.mark.django_db
SLOW = {"speed": 2, "effect": 5, "attitude": 5, "overall": 4}
PLAN = {"title": "派工更快", "words": "网点十分钟内接单", "stage": "speed", "target_mean": "4.4"}


def as_(client: Client, made: Company, role: Role = Role.MANAGER) -> Client:
    client.force_login(made.people[role])
    return client


def answers(made: Company, count: int) -> None:
    now = clock.now()
    for _ in range(count):
        case = a_done_case(made, now=now - timedelta(hours=30), done_at=now - timedelta(hours=20))
        survey = asked(case, now=now - timedelta(minutes=1))
        asking.answer(survey, SLOW, words="", by=CUSTOMER, now=now)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def told(made: Company, **more: str) -> dict[str, str]:
    due = (clock.now() + timedelta(days=20)).date().isoformat()
    return PLAN | {"owner": str(made.people[Role.SUPERVISOR].id), "due_on": due} | more


@pytest.mark.demand("S0-33", "S0-35", "S0-37")
def test_scores_weak_points_and_reasons_stand_on_one_page(client: Client) -> None:
    made = company()
    answers(made, 10)
    Callback.objects.update(fault="service", done_at=clock.now(), open=False)
    seen = text(as_(client, made), "/manage/improvement")
    assert ("2.00" in seen, "n = 10" in seen, "All answers · Speed" in seen) == (True, True, True)
    assert "?weak=all%3A%3Aspeed" in seen
    assert "Product or service? What callbacks found" in seen
    none = text(client, "/manage/improvement?kind=cleaning")
    assert "No answer in this period" in none


@pytest.mark.demand("S0-35", "S0-39")
def test_a_manager_writes_a_proposal_for_a_weak_point_and_carries_it_through_all_phases(
    client: Client,
) -> None:
    made = company()
    answers(made, 10)
    as_(client, made)
    form = text(client, "/manage/improvement/new?weak=all::speed")
    assert 'value="All answers · Speed"' in form
    client.post("/manage/improvement/new?weak=all::speed", told(made))
    held = Proposal.objects.get()
    assert (held.weak, held.planned_n, held.phase) == ("all::speed", 10, "do")
    page = f"/manage/improvement/{held.id}"
    client.post(page, {"words": "全部网点已通知"})
    client.post(page, {"words": "接单变快"})
    assert client.post(page, {"words": "再来一轮"}).status_code == 422
    client.post(page, {"words": "再来一轮", "decision": "again"})
    seen = text(client, page)
    for word in ("网点十分钟内接单", "全部网点已通知", "接单变快", "再来一轮", "Plan the next round"):
        assert word in seen
    client.post(f"/manage/improvement/new?after={held.id}", told(made, title="第二轮"))
    assert Proposal.objects.get(title="第二轮").former_id == held.id
    listed = text(client, "/manage/improvement")
    assert ("第二轮" in listed, "round 2" in listed) == (True, True)


@pytest.mark.demand("X-07")
def test_a_mean_of_five_is_said_to_be_unattainable(client: Client) -> None:
    made = company()
    answer = as_(client, made).post("/manage/improvement/new", told(made, target_mean="5.0"))
    assert answer.status_code == 422
    assert "A mean of 5.0 is unattainable" in answer.content.decode()
    assert Proposal.objects.count() == 0


def test_words_are_text_and_never_markup(client: Client) -> None:
    made = company()
    as_(client, made).post("/manage/improvement/new", told(made, words="<b onclick=x>&</b>"))
    seen = text(client, f"/manage/improvement/{Proposal.objects.get().id}")
    assert ("<b onclick" in seen, "&lt;b onclick=x&gt;&amp;" in seen) == (False, True)


@pytest.mark.parametrize(
    "weak", ["no:such:thing", "node:abc:speed", "x" * 200, "node:99999999999999999999:speed"]
)
def test_an_address_that_names_no_weak_point_still_opens(client: Client, weak: str) -> None:
    made = company()
    assert as_(client, made).get("/manage/improvement/new", {"weak": weak}).status_code == 200


def test_one_answer_costs_as_many_statements_as_three(client: Client) -> None:
    made = company()
    as_(client, made)
    counts = []
    for more in (1, 2):
        answers(made, more)
        for _ in range(more):
            client.post("/manage/improvement/new", told(made))
        counts.append(len(statements(lambda: client.get("/manage/improvement"))))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["improvement", "improvement/new?weak=all::speed", "improvement/{held}"])
def test_the_pages_fit_every_width_and_have_no_findings(
    page: Page, live_server: LiveServer, client: Client, path: str
) -> None:
    made = company()
    answers(made, 10)
    as_(client, made).post("/manage/improvement/new?weak=all::speed", told(made))
    path = path.format(held=Proposal.objects.get().id)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/manage/{path}")
            assert (violations(page), overflow(page)) == ([], 0)
    shots(page, f"managers-{path.partition('?')[0].replace('/', '-')}")
