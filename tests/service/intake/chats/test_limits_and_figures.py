"""How the company chats is data with a history; the greeting has its promise; figures are those of the chats."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from bihuan.registers.access.models import Change
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.commitments.models import Promise
from bihuan.service.intake.chats import ending, taking
from bihuan.service.intake.chats.errors import TooManyChats
from bihuan.service.intake.chats.figures import figures, percentile
from bihuan.service.intake.chats.limits import keep_limits, limits_in_use, limits_listed
from bihuan.service.intake.chats.writing import Line, answer
from bihuan.service.intake.told import Told
from tests.makers import NOW, Company, company, later
from tests.service.intake.chats.talks import a_chat, another_agent, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def limited(made: Company, **more: int) -> None:
    told = {"at_once": 5, "answer_seconds": 60, "silent_minutes": 10} | more
    row = limits_listed().get()
    keep_limits(made.viewer(Role.ADMINISTRATOR), row.id, calendar=row.calendar, **told)


def test_the_installation_speaks_until_the_company_does(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_CHAT_AT_ONCE", "3")
    assert limits_in_use().at_once == 3
    limited(made, at_once=2, answer_seconds=30)
    assert (limits_in_use().at_once, limits_in_use().answer_within) == (2, timedelta(seconds=30))


def test_what_was_set_holds_at_once(made: Company) -> None:
    limited(made, at_once=1, answer_seconds=20)
    agent = made.viewer(Role.AGENT)
    first, second = a_chat(), a_chat()
    taking.take(first, viewer=agent, now=later(seconds=5))
    with pytest.raises(TooManyChats):
        taking.take(second, viewer=agent, now=later(seconds=6))
    assert (taking.alarm_waiting(later(seconds=19)), taking.alarm_waiting(later(seconds=20))) == (0, 2)


@pytest.mark.parametrize("wrong", [{"at_once": 0}, {"answer_seconds": 4}, {"silent_minutes": 1441}])
def test_what_cannot_be_is_refused(made: Company, wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        limited(made, **wrong)


def test_an_administrator_changes_it_on_a_page_with_a_history(made: Company, client: Client) -> None:
    client.force_login(made.people[Role.ADMINISTRATOR])
    row = limits_listed().get()
    assert client.get("/settings/chat-limits").status_code == 200
    told = {"calendar": row.calendar, "at_once": "7", "answer_seconds": "45", "silent_minutes": "12"}
    sent = client.post(f"/settings/chat-limits/{row.id}", told)
    assert (sent.status_code, limits_in_use().at_once) == (302, 7)
    change = Change.objects.get(register="chat-limits")
    assert (change.before["at_once"], change.after["at_once"]) == (5, 7)


@pytest.mark.demand("S4-02")
@pytest.mark.parametrize(("seconds", "state"), [(8, Promise.KEPT), (25, Promise.BROKEN)])
def test_an_agent_who_takes_a_chat_greets_within_the_profiles_time(
    made: Company, seconds: int, state: str
) -> None:
    agent, chat = made.viewer(Role.AGENT), a_chat(phone="13800138000")
    taking.take(chat, viewer=agent, now=later(seconds=30))
    answer(fresh(chat), Line(once="a", words="您好，请讲"), viewer=agent, now=later(seconds=30 + seconds))
    ending.make_case(fresh(chat), Told(words="", channel="chat"), viewer=agent, now=later(minutes=2))
    promise = Promise.objects.get(case=Case.objects.get(), about="greet")
    assert (promise.began_at, promise.ended_at, promise.state) == (
        later(seconds=30),
        later(seconds=30 + seconds),
        state,
    )


def test_the_figures_are_those_of_the_chats(made: Company, client: Client) -> None:
    agent, other = made.viewer(Role.AGENT), another_agent(made)
    for at, waited in enumerate((10, 20, 90)):
        chat = a_chat(now=later(minutes=at))
        taking.take(chat, viewer=agent if at else other, now=later(minutes=at, seconds=5))
        viewer = agent if at else other
        answer(
            fresh(chat), Line(once="a", words="您好"), viewer=viewer, now=later(minutes=at, seconds=waited)
        )
        ending.end(fresh(chat), why="已答复", viewer=viewer, now=later(minutes=9))
    ending.rate(fresh(chat), score=4, words="", now=later(minutes=10))
    left = a_chat(phone="13800138001", now=later(minutes=5))
    assert ending.hand_on(left, now=later(minutes=30))
    every, days = figures(made.viewer(Role.SUPERVISOR), later(hours=-1), later(hours=1))
    assert (every.chats, every.answered, every.abandoned, every.abandoned_rate) == (4, 3, 1, 25.0)
    assert (every.wait_p50, every.wait_p90, every.score, every.rated) == (20, 90, 4.0, 1)
    assert [(one.day, one.level.chats) for one in days] == [(NOW.astimezone().date(), 4)]
    client.force_login(made.people[Role.SUPERVISOR])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert client.get("/manage/chats?days=90").status_code == 200
    assert client.get("/manage/chats.csv").status_code == 200


def test_a_percentile_is_one_of_the_values() -> None:
    assert [percentile([1, 2, 3, 4], share) for share in (0.5, 0.9)] == [2, 4]
    assert percentile([], 0.5) is None
