"""The operations page: the oldest duty of each sort, the clocks that run, catching up, signs of life to the outside."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bihuan.ground.journal.models import Watch
from bihuan.ground.journal.reactions import watched
from bihuan.ground.journal.running import note_turn, say_running, take_turn
from bihuan.ground.worktime import clock
from bihuan.management import catching_up, heartbeat
from bihuan.registers.access.roles import Role
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.notices.models import Notice
from tests.makers import a_case, company, settle

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(company().people[Role.MANAGER])
    return client


def page(client: Client, **headers: str) -> str:
    answer = client.get("/manage/operations", headers={"accept-language": "en", **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def swept(*, ago: timedelta = timedelta()) -> None:
    watched("notices", lambda now: 0, now=clock.now() - ago)


def row_of(seen: str, name: str) -> str:
    """The row of the table of duties that this name begins."""
    return seen.split(f'<th scope="row">{name}</th>', 1)[1].split("</tr>", 1)[0]


def test_each_sort_of_duty_is_shown_with_its_age_and_number(manager: Client) -> None:
    now = clock.now()
    case = a_case(company(), channel="app", now=now - MINUTE)
    settle(now)
    running = Promise.objects.filter(case=case, state=Promise.RUNNING)
    number = running.update(due_at=now - 3 * MINUTE)
    swept()
    breaches = row_of(page(manager), "Breaches to announce")
    assert (f"{number}</td>" in breaches, "Older than 120 s" in breaches) == (True, True)
    mark_broken(clock.now())
    breaches = row_of(page(manager), "Breaches to announce")
    assert (">0 s</td>" in breaches, "Well" in breaches) == (True, True)


def test_the_page_asks_again_for_what_changes_only(manager: Client) -> None:
    swept()
    whole, part = page(manager), page(manager, HX_Request="true")
    assert ('hx-trigger="every 5s"' in whole, "<html" in whole, 'id="failed-title"' in whole) == (True,) * 3
    assert ("<html" in part, 'id="failed-title"' in part, 'id="duties-title"' in part) == (False, False, True)


def test_a_clock_that_never_ran_or_stopped_is_said_aloud(manager: Client) -> None:
    assert "No sweep of the clock has run yet" in page(manager)
    swept(ago=5 * MINUTE)
    assert "The last sweep ran 300 seconds ago" in page(manager)
    swept()
    assert "nothing that falls due is announced" not in page(manager)


def test_clocks_are_listed_while_they_run(manager: Client) -> None:
    now = clock.now()
    for name, ago in (("alpha:1", 0), ("beta:2", 1), ("gamma:3", 30)):
        say_running(name, began_at=now - timedelta(hours=1), now=now - ago * MINUTE)
    seen = page(manager)
    assert [name in seen for name in ("alpha:1", "beta:2", "gamma:3")] == [True, True, False]


def test_catching_up_is_shown_as_far_as_it_is(manager: Client) -> None:
    now = clock.now()
    case = a_case(company(), channel="app", now=now - MINUTE)
    settle(now)
    Notice.objects.update(state=Notice.SENT)
    running = Promise.objects.filter(case=case, state=Promise.RUNNING)
    wanted = running.update(due_at=now - 60 * MINUTE)
    watched(catching_up.NAME, catching_up.note, now=now)
    assert f"Catching up: 0 of {wanted} duties" in page(manager)
    one = running.order_by("id")[0]
    Promise.objects.filter(id=one.id).update(state=Promise.BROKEN)
    watched(catching_up.NAME, catching_up.note, now=now)
    assert f"Catching up: 1 of {wanted} duties" in page(manager)
    running.update(state=Promise.BROKEN)
    watched(catching_up.NAME, catching_up.note, now=now)
    assert "Catching up:" not in page(manager)


@given(st.lists(st.integers(1, 10**9), min_size=1))
def test_progress_never_exceeds_what_is_wanted(rounds: list[int]) -> None:
    was = ""
    for left in rounds:
        was = catching_up.progress(was, left=left)
        done, wanted = (int(part) for part in was.split(" / "))
        assert (done + left, done >= 0, len(was) <= 40) == (wanted, True, True)


def test_signs_of_life_are_shown_without_the_secret_of_their_address(
    manager: Client, settings: Settings
) -> None:
    assert "Nobody outside is told that we are alive" in page(manager)
    settings.BIHUAN_HEARTBEAT_URL = "https://watch.example/ping/a-secret?token=b-secret"
    assert "None was sent yet" in page(manager)
    take_turn(heartbeat.NAME, every=MINUTE, now=clock.now())
    note_turn(heartbeat.NAME, took_ms=12, progress="203.0.113.7", trouble="")
    seen = page(manager)
    assert [part in seen for part in ("watch.example", "203.0.113.7", "secret")] == [True, True, False]
    note_turn(heartbeat.NAME, took_ms=12, progress="203.0.113.7", trouble="status 500")
    assert "The answer was status 500." in page(manager)
    Watch.objects.filter(name=heartbeat.NAME).update(trouble="timeout")
    assert "There was no answer within five seconds." in page(manager)
