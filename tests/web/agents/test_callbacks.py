"""The callback desk, by what a person sees and presses."""

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.satisfaction import asking
from bihuan.service.satisfaction.models import Callback
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked
from tests.makers import Company, company, later
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements

pytestmark = pytest.mark.django_db
ZH = {"accept-language": "zh-CN"}


def low(made: Company, words: str = "等了三天才来", **more: object) -> Callback:
    case = a_done_case(made, **more)  # type: ignore[arg-type]
    survey = asked(case, now=later(hours=3))
    asking.answer(survey, HAPPY | {"speed": 2}, words=words, by=CUSTOMER, now=later(hours=4))
    return Callback.objects.get(case=case)


def as_(client: Client, made: Company, role: Role) -> Client:
    client.force_login(made.people[role])
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.demand("S0-34", "S0-38")
def test_the_list_shows_who_is_due_masked_with_the_time_left_and_the_scores(client: Client) -> None:
    made = company()
    callback = low(made, name="欧阳娜娜", phone="13912345678")
    seen = text(as_(client, made, Role.CALLBACK_AGENT), "/desk/callbacks")
    assert callback.case.number in seen
    assert ("promise-" in seen, "Speed 2" in seen, "139****5678" in seen) == (True, True, True)
    assert ("13912345678" in seen, "欧阳娜娜" in seen) == (False, False)


def test_name_number_and_words_open_for_whoever_holds_the_callback_only(client: Client) -> None:
    made = company()
    callback = low(made, name="欧阳娜娜", phone="13912345678")
    path = f"/desk/callbacks/{callback.id}"
    before = text(as_(client, made, Role.CALLBACK_AGENT), path)
    assert [word in before for word in ("13912345678", "欧阳娜娜", "等了三天才来")] == [False] * 3
    client.post(f"{path}/take")
    after = text(client, path)
    assert [word in after for word in ("13912345678", "欧阳娜娜", "等了三天才来")] == [True] * 3
    other = text(as_(client, made, Role.SUPERVISOR), path)
    assert [word in other for word in ("13912345678", "欧阳娜娜", "等了三天才来")] == [False] * 3


@pytest.mark.demand("S3-146", "S0-34")
def test_reached_and_solved_are_two_presses(client: Client) -> None:
    made = company()
    callback = low(made)
    path = f"/desk/callbacks/{callback.id}"
    as_(client, made, Role.CALLBACK_AGENT).post(f"{path}/attempt", {"result": "reached"})
    told = {"outcome": "solved", "fault": "service", "remedy": "道歉，送一次清洗", "score": "5"}
    assert client.post(f"{path}/finish", told).status_code == 302
    assert Case.objects.get(id=callback.case_id).stands_at == "closed"


def test_what_is_missing_is_marked_and_what_was_written_is_kept(client: Client) -> None:
    made = company()
    callback = low(made)
    path = f"/desk/callbacks/{callback.id}"
    as_(client, made, Role.CALLBACK_AGENT).post(f"{path}/attempt", {"result": "reached"})
    answer = client.post(f"{path}/finish", {"outcome": "solved", "remedy": "道歉，送一次清洗"})
    assert (answer.status_code, "道歉，送一次清洗" in answer.content.decode()) == (422, True)
    assert Callback.objects.get().open


@pytest.mark.demand("S4-21")
def test_what_is_not_solved_stands_before_the_supervisor_with_its_clock(client: Client) -> None:
    made = company()
    callback = low(made)
    path = f"/desk/callbacks/{callback.id}"
    as_(client, made, Role.CALLBACK_AGENT).post(f"{path}/attempt", {"result": "reached"})
    client.post(f"{path}/finish", {"outcome": "unsolved", "fault": "product", "remedy": "换压缩机"})
    seen = text(as_(client, made, Role.SUPERVISOR), "/desk/callbacks")
    assert ("Solved after all" in seen, made.people[Role.SUPERVISOR].name in seen) == (True, True)


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICIAN, Role.ANALYST])
def test_the_desk_is_for_those_who_ring(client: Client, role: Role) -> None:
    made = company()
    callback = low(made)
    as_(client, made, role)
    assert [
        client.get(path).status_code for path in ("/desk/callbacks", f"/desk/callbacks/{callback.id}")
    ] == [403, 403]


def test_one_row_costs_as_many_statements_as_three(client: Client) -> None:
    made = company()
    as_(client, made, Role.CALLBACK_AGENT)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            low(made)
        asked = statements(lambda: client.get("/desk/callbacks"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 14, asked


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_desk_fits_every_width_and_has_no_findings(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    callback = low(made)
    low(made)
    as_(client, made, Role.CALLBACK_AGENT).post(
        f"/desk/callbacks/{callback.id}/attempt", {"result": "no_answer"}
    )
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for name, path in (
        ("agents-callbacks", "/desk/callbacks"),
        ("agents-callback", f"/desk/callbacks/{callback.id}"),
    ):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{live_server.url}{path}")
                assert (violations(page), overflow(page)) == ([], 0)
        shots(page, name)
