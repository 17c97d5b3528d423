"""The manager's pages, by what a person sees."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.journal.models import Reaction
from bihuan.ground.journal.reactions import watched
from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import chase
from bihuan.service.commitments import actions as commitments
from bihuan.service.improvement import counting
from bihuan.service.satisfaction import asking
from tests.afterwards import CUSTOMER, HAPPY, a_done_case, asked
from tests.makers import Company, a_case, company
from tests.pages.axe import overflow, shots, violations
from tests.statements import statements

pytestmark = pytest.mark.django_db


def as_(client: Client, made: Company, role: Role = Role.MANAGER) -> Client:
    client.force_login(made.people[role])
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def busy(made: Company, count: int = 1) -> list[Case]:
    """Some late work of three days ago, and something done and scored, all before the present moment."""
    now = clock.now()
    made_cases = [a_case(made, now=now - timedelta(hours=80 + n)) for n in range(count)]
    chase(made_cases[0], by=CUSTOMER, now=now - timedelta(minutes=1))
    case = a_done_case(made, now=now - timedelta(hours=30), done_at=now - timedelta(hours=20))
    survey = asked(case, now=now - timedelta(minutes=1))
    asking.answer(survey, HAPPY, words="", by=CUSTOMER, now=now)
    commitments.mark_broken(now)
    return made_cases


@pytest.mark.demand("S0-07", "S3-06", "S3-181", "U-11")
def test_the_wall_shows_the_trades_figures_with_what_they_count(client: Client) -> None:
    made = company()
    [late] = busy(made)
    seen = text(as_(client, made), "/manage/")
    for word in (
        "Reported today",
        "Done today",
        "Promises broken",
        "Asked again",
        "Complaints and escalations",
    ):
        assert word in seen
    assert seen.count("kpi-definition") == 13
    assert (late.number in seen, "What is late, who has it and why" in seen) == (True, True)
    assert "100.0%" in seen


@pytest.mark.parametrize(
    "role", [Role.AGENT, Role.TECHNICIAN, Role.DISPATCHER, Role.CALLBACK_AGENT, Role.ADMINISTRATOR]
)
def test_the_wall_is_for_those_who_answer_for_the_work(client: Client, role: Role) -> None:
    made = company()
    paths = ("/manage/", "/manage/rows?figure=opened")
    assert [as_(client, made, role).get(path).status_code for path in paths] == [403] * 2


def test_a_figure_opens_its_rows_and_their_file_and_no_customer_stands_in_them(client: Client) -> None:
    made = company()
    busy(made)
    number = a_case(made, now=clock.now(), name="欧阳娜娜", phone="13912345678").number
    as_(client, made)
    pages = [text(client, "/manage/rows?figure=opened&when=today")]
    pages.append(client.get("/manage/rows.csv?figure=opened").getvalue().decode())
    for seen in pages:
        assert (number in seen, "欧阳" in seen, "139" in seen) == (True, False, False)


@pytest.mark.parametrize("path", ["/manage/rows?figure=nothing", "/manage/rows?figure=opened&when=never"])
def test_an_unknown_figure_is_not_found(client: Client, path: str) -> None:
    assert as_(client, company()).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/manage/", "/manage/rows?figure=over_72", "/manage/promises"])
def test_one_case_costs_as_many_statements_as_three(client: Client, path: str) -> None:
    made = company()
    as_(client, made)
    counts = []
    for more in (1, 2):
        busy(made, more)
        counts.append(len(statements(lambda: client.get(path))))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_promises_are_listed_by_state_and_clause(client: Client) -> None:
    made = company()
    [late] = busy(made)
    as_(client, made)
    assert late.number in text(client, "/manage/promises")
    assert late.number in text(client, "/manage/promises?state=broken&about=solve")
    assert late.number not in text(client, "/manage/promises?state=at_risk")
    assert late.number not in text(client, "/manage/promises?kind=cleaning")


def test_a_failed_reaction_is_seen_and_can_be_run_again(client: Client) -> None:
    made = company()
    a_case(made, now=clock.now())
    reaction = Reaction.objects.earliest("id")
    Reaction.objects.filter(id=reaction.id).update(
        state=Reaction.FAILED, trouble="KeyError\nsomewhere.py:1 f"
    )
    seen = text(as_(client, made), "/manage/operations")
    assert (reaction.name in seen, "KeyError" in seen) == (True, True)
    client.post(f"/manage/operations/{reaction.id}/again")
    reaction.refresh_from_db()
    assert reaction.state != Reaction.FAILED


def test_operations_show_the_oldest_duty_and_the_sweeps(client: Client) -> None:
    made = company()
    a_case(made, now=clock.now() - timedelta(hours=80))
    watched("sums of days", counting.keep_days, now=clock.now())
    seen = text(as_(client, made), "/manage/operations")
    assert "Sums of days" in seen
    assert 'kpi-figure">0<' not in seen.split("Oldest waiting reaction", maxsplit=1)[0]


def test_operations_say_when_a_years_holidays_are_not_published_yet(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    offset = tmp_path / "clock"
    offset.write_text(str(40 * 365 * 24 * 3600), "utf-8")
    made = company()
    as_(client, made)
    settings.BIHUAN_CLOCK = str(offset)
    assert "are not published yet" in text(as_(client, made), "/manage/operations")


def test_the_chains_are_checked_at_a_press(client: Client) -> None:
    made = company()
    a_case(made, now=clock.now())
    answer = as_(client, made).post("/manage/operations/verify", follow=True)
    assert "1 chain checked: nothing was altered." in answer.content.decode()


def test_a_supervisor_may_look_at_operations_and_not_mend(client: Client) -> None:
    made = company()
    as_(client, made, Role.SUPERVISOR)
    assert [
        client.get("/manage/operations").status_code,
        client.post("/manage/operations/1/again").status_code,
    ] == [
        200,
        403,
    ]


@pytest.mark.demand("S0-08", "S3-05", "S3-142")
def test_every_card_is_drawn_with_a_guide_and_a_standard_for_each_place(client: Client) -> None:
    made = company()
    as_(client, made)
    names = [f"/manage/cards/{name}" for name in ("repair", "installation", "complaint", "consultation")]
    for path in names:
        seen = text(client, path)
        assert (
            '<svg xmlns="http://www.w3.org/2000/svg" class="card-drawing"' in seen,
            seen.count("<td></td>"),
        ) == (True, 0)
    assert text(client, "/manage/cards").count('href="/manage/cards/') == 14


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["", "rows?figure=over_72", "promises", "operations", "cards"])
def test_the_pages_fit_every_width_and_have_no_findings(
    page: Page, live_server: LiveServer, client: Client, path: str
) -> None:
    made = company()
    busy(made, 3)
    counting.keep_days(clock.now())
    watched("sums of days", counting.keep_days, now=clock.now())
    as_(client, made)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server.url}/manage/{path}")
            assert (violations(page), overflow(page)) == ([], 0)
    shots(page, f"managers-{path.partition('?')[0] or 'wall'}")
