"""The board of promises, by what a person sees on it."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.talking import note
from bihuan.service.commitments import actions as commitments
from bihuan.service.commitments.board import forget_pulse
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.outlook import forget_curves
from bihuan.web.managers import promises
from tests.makers import NOW, Company, a_case, company, later
from tests.statements import statements

pytestmark = pytest.mark.django_db
PAGE = "/manage/promises"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_curves()
    forget_pulse()


def as_(client: Client, made: Company, role: Role = Role.SUPERVISOR) -> Client:
    client.force_login(made.people[role])
    return client


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def late(made: Company, *, hours: float = 80, **more: Any) -> Case:
    case = a_case(made, now=clock.now() - timedelta(hours=hours), **more)
    commitments.mark_broken(clock.now())
    return case


def test_a_case_that_is_late_stands_on_the_board_with_who_is_told_next(client: Client) -> None:
    made = company()
    case = late(made)
    seen = text(as_(client, made))
    assert (case.number in seen, case.district in seen) == (True, True)
    assert "is told" in seen


def test_the_least_time_left_stands_first(client: Client) -> None:
    made = company()
    new, old = late(made, hours=60), late(made, hours=90)
    seen = text(as_(client, made), f"{PAGE}?about=solve")
    assert seen.index(old.number) < seen.index(new.number)


def board(client: Client, query: str = "", seen: str = "") -> tuple[int, str]:
    """What the page gets when it asks by itself."""
    answer = client.get(f"{PAGE}{query}", headers={"HX-Request": "true", "X-Seen": seen})
    return answer.status_code, answer.content.decode()


def mark_in(html: str) -> str:
    return html.split('"X-Seen": "', 1)[1].split('"', 1)[0]


@pytest.fixture
def at_1140(settings: Settings, tmp_path: Path) -> datetime:
    """The clock of the pages stands at 11:40 on a Monday, a hundred minutes after NOW."""
    offset = tmp_path / "clock"
    offset.write_text(str(int((later(minutes=100) - datetime.now(UTC)).total_seconds())), "utf-8")
    settings.BIHUAN_CLOCK = str(offset)
    return clock.now()


@pytest.mark.demand("S3-140")
def test_a_page_that_shows_what_is_true_is_answered_with_nothing_and_else_with_the_board_only(
    client: Client, at_1140: datetime
) -> None:
    made = company()
    as_(client, made)
    marks = (mark_in(text(client)) for _ in range(3))  # a minute may end between the two
    mark = next((one for one in marks if board(client, seen=one)[0] == 204), "")
    assert mark
    case = a_case(made, now=at_1140 - timedelta(hours=80))
    forget_pulse()
    status, part = board(client, seen=mark)
    assert (status, case.number in part, "<html" in part, mark_in(part) != mark) == (200, True, False, True)


def test_a_minute_later_the_words_of_the_time_left_are_drawn_anew(
    client: Client, settings: Settings, at_1140: datetime, tmp_path: Path
) -> None:
    made = company()
    a_case(made, channel="app", now=at_1140 - timedelta(minutes=100))
    as_(client, made)
    first = text(client, f"{PAGE}?about=first_response")
    offset = tmp_path / "clock"
    offset.write_text(str(int((later(minutes=100) - datetime.now(UTC)).total_seconds()) + 90), "utf-8")
    status, part = board(client, "?about=first_response", seen=mark_in(first))
    assert ("20 min left" in first or "19 min left" in first, status) == (True, 200)
    assert "19 min left" in part or "18 min left" in part


def test_a_page_whose_session_is_over_is_led_to_the_door(client: Client) -> None:
    company()
    ours = {"HX-Request": "true", "HX-Current-URL": "http://testserver/manage/promises?state=broken"}
    answer = client.get(PAGE, headers=ours)
    assert answer.headers["HX-Redirect"].endswith("/manage/promises%3Fstate%3Dbroken")
    assert answer.content == b""


def test_a_service_point_sees_its_own_board_and_nothing_of_its_neighbours(client: Client) -> None:
    made = company()
    ours, theirs = late(made), late(made)
    Case.objects.filter(id=ours.id).update(node=made.own)
    Case.objects.filter(id=theirs.id).update(node=made.authorised)
    as_(client, made, Role.SERVICE_POINT_DISPATCHER)
    paths = ("", "?state=broken", f"?node={made.authorised.id}", "?state=ahead", f"?node={made.head.id}")
    for path in paths:
        seen = text(client, f"{PAGE}{path}")
        assert (theirs.number in seen, "古荡特约网点" in seen) == (False, False)
    file = b"".join(client.get("/manage/promises.csv")).decode()
    assert (ours.number in file, theirs.number in file) == (True, False)


def test_a_technician_sees_only_the_promises_of_their_own_visits(client: Client) -> None:
    made = company()
    mine, other = late(made), late(made)
    Case.objects.filter(id__in=(mine.id, other.id)).update(node=made.own)
    Case.objects.filter(id=mine.id).update(technician_person=made.people[Role.TECHNICIAN])
    seen = text(as_(client, made, Role.TECHNICIAN))
    assert (mine.number in seen, other.number in seen) == (True, False)


def test_the_board_is_filtered_by_team_person_metric_and_urgency(client: Client) -> None:
    made = company()
    ours, other = late(made), late(made, urgency="urgent")
    agent, technician = made.people[Role.AGENT], made.technicians[0].person
    Case.objects.filter(id=ours.id).update(node=made.own, owner=agent, technician_person=technician)
    Case.objects.filter(id=other.id).update(node=made.authorised, owner=agent)
    as_(client, made)
    wanted = {
        f"node={made.own.id}": (True, False),
        f"node={made.region.id}": (True, True),
        f"person={technician.id}": (True, False),
        f"person={agent.id}": (False, True),
        "urgency=urgent": (False, True),
        "about=solve": (True, True),
        "about=visit": (False, False),
        "kind=cleaning": (False, False),
        "category=refrigerator&state=broken": (True, True),
        "person=x&node=x&state=x": (True, True),
    }
    found = {query: text(client, f"{PAGE}?{query}") for query in wanted}
    assert {query: (ours.number in seen, other.number in seen) for query, seen in found.items()} == wanted


def test_what_rests_is_quiet_or_is_answered_stands_on_no_board(client: Client, at_1140: datetime) -> None:
    made = company()
    rested, answered = (a_case(made, channel="app", now=at_1140 - timedelta(hours=3)) for _ in range(2))
    Promise.objects.filter(case=rested).exclude(about="receipt").update(due_at=None)
    Promise.objects.filter(case=answered).exclude(about="first_response").delete()
    note(answered, "已联系", by=made.actor(Role.AGENT), now=at_1140 - timedelta(hours=2), contact="phone")
    commitments.mark_broken(at_1140)
    seen = text(as_(client, made))
    assert (rested.number in seen, answered.number in seen) == (False, False)
    assert Promise.objects.filter(case=rested, about="receipt", state="broken", open=True).count() == 1


def test_a_promise_at_risk_says_whom_a_breach_would_reach(client: Client, at_1140: datetime) -> None:
    made = company()
    a_case(made, channel="app", now=NOW)  # due at 12:00, the step two hours later
    assert at_1140 > NOW
    seen = text(as_(client, made), f"{PAGE}?about=first_response&state=at_risk")
    assert "if broken, Today 14:00: Supervisor is told" in seen


def test_what_will_probably_break_is_listed_with_how_that_is_known(client: Client, at_1140: datetime) -> None:
    made = company()
    for at in range(20):
        a_case(made, channel="app", now=at_1140 - timedelta(days=3, seconds=at))
    commitments.mark_broken(at_1140 - timedelta(days=2))
    fresh = a_case(made, channel="app", now=at_1140)
    seen = text(as_(client, made), f"{PAGE}?state=ahead&about=first_response")
    assert (fresh.number in seen, "0% of 20 alike were kept" in seen, "in twentieths" in seen) == (
        True,
        True,
        True,
    )


def test_the_file_holds_what_the_board_shows_and_no_customer(client: Client) -> None:
    made = company()
    case = late(made, name="欧阳娜娜", phone="13912345678")
    as_(client, made)
    files = [client.get(f"/manage/promises.{ending}?about=solve") for ending in ("csv", "xlsx")]
    lines = b"".join(files[0]).decode().splitlines()
    assert (len(lines), case.number in lines[1], "欧阳" in lines[1], "139123" in lines[1]) == (
        2,
        True,
        False,
        False,
    )
    assert files[1].headers["Content-Type"].endswith("sheet")


def test_the_board_turns_its_pages_by_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "SHOWN", 2)
    made = company()
    numbers = [late(made, hours=90 - at).number for at in range(5)]
    as_(client, made)
    path, found = f"{PAGE}?about=solve", []
    while path:
        seen = text(client, path)
        found += [number for number in numbers if number in seen]
        links = re.findall(r'rel="next" href="([^"]+)"', seen)
        path = f"{PAGE}{unescape(links[0])}" if links else ""
    assert found == numbers


def test_one_case_costs_the_board_as_many_statements_as_three(client: Client, at_1140: datetime) -> None:
    made = company()
    as_(client, made)
    for state in ("pressing", "ahead"):
        counts = []
        for more in (1, 2):
            for at in range(more):
                a_case(made, channel="app", now=at_1140 - timedelta(minutes=100, seconds=at))
            commitments.mark_broken(at_1140)
            counts.append(len(statements(partial(client.get, f"{PAGE}?state={state}"))))
        assert (counts[0] == counts[1], counts[0] <= 12) == (True, True), (state, counts)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_the_board_follows_what_happens_without_being_loaded_again(
    page: Page, live_server: LiveServer, client: Client
) -> None:
    made = company()
    first = late(made)
    as_(client, made)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}{PAGE}?about=solve")
    page.get_by_role("link", name=first.number).focus()
    second = late(made, hours=60)
    page.get_by_role("link", name=second.number).wait_for(timeout=15_000)
    assert page.evaluate("document.activeElement.textContent") == first.number
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == second.number
