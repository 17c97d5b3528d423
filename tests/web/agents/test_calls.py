"""When a call was taken and greeted: the moments that the form carries, and what becomes of them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ground.journal.queries import story_of
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.web.agents.calls import LONGEST, Call, call_of, since, taken
from tests.makers import REPORT_FORM, Company, company

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def form(*, key: str = "k", person_id: int = 7, **more: str) -> dict[str, str]:
    return {"key": key, "call": taken(key=key, person_id=person_id, now=AT), **more}


@pytest.mark.demand("S4-02")
@given(after=st.integers(0, 90_000), lasts=st.integers(90_000, 4 * 3_600_000))
def test_the_form_brings_back_the_moments_of_the_call(after: int, lasts: int) -> None:
    now = AT + timedelta(milliseconds=lasts)
    told = call_of(form(greeted_after=str(after)), person_id=7, now=now)
    assert told == Call(connected_at=AT, greeted_at=AT + timedelta(milliseconds=after))


@pytest.mark.parametrize("after", ["", "-5", "soon", "1e9", "9999999999", "٣", "61000"])
def test_a_greeting_that_cannot_be_is_not_noted(after: str) -> None:
    told = call_of(form(greeted_after=after), person_id=7, now=AT + timedelta(minutes=1))
    assert told == Call(connected_at=AT, greeted_at=None)


def test_what_was_changed_by_hand_or_is_somebody_elses_tells_of_no_call() -> None:
    now, sent = AT + timedelta(minutes=1), form()
    assert call_of(sent, person_id=7, now=now) is not None
    assert call_of(sent, person_id=8, now=now) is None
    assert call_of(sent | {"key": "other"}, person_id=7, now=now) is None
    assert call_of(sent | {"call": sent["call"][:-1] + "!"}, person_id=7, now=now) is None
    assert call_of({"key": "k"}, person_id=7, now=now) is None


def test_a_page_that_stood_open_for_hours_tells_of_no_call() -> None:
    assert call_of(form(), person_id=7, now=AT + LONGEST) is not None
    assert call_of(form(), person_id=7, now=AT + LONGEST + timedelta(seconds=1)) is None
    assert call_of(form(), person_id=7, now=AT - timedelta(seconds=1)) is None


def test_a_page_that_is_shown_again_knows_how_long_the_call_has_lasted() -> None:
    assert since(form(), person_id=7, now=AT + timedelta(seconds=90)) == 90_000
    assert since({}, person_id=7, now=AT) == 0


@pytest.fixture
def made(db: None) -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


def hidden(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    assert found is not None, name
    return found[1]


def call_facts(case: Case) -> list[Any]:
    return [fact for fact in story_of(case.chain_id) if fact.event.kind.startswith("case.call_")]


@pytest.mark.demand("S4-02")
def test_a_call_leaves_two_facts_on_its_case_once(agent: Client) -> None:
    shown = str(agent.get("/desk/report").content.decode())
    assert "Greeting said" in shown and "Until the hotline is connected" in shown
    told = REPORT_FORM | {name: hidden(shown, name) for name in ("key", "call")} | {"greeted_after": "0"}
    read_back = str(agent.post("/desk/report", {**told, "do": "check"}).content.decode())
    assert (hidden(read_back, "call"), hidden(read_back, "greeted_after")) == (told["call"], "0")
    mended = str(agent.post("/desk/report", {**told, "do": "mend"}).content.decode())
    assert (hidden(mended, "call"), hidden(mended, "greeted_after")) == (told["call"], "0")
    for _again in range(2):
        agent.post("/desk/report", {**told, "do": "save"})
    facts = call_facts(Case.objects.get())
    assert [fact.event.kind for fact in facts] == ["case.call_connected", "case.call_greeted"]
    assert facts[0].happened_at == facts[1].happened_at <= facts[0].recorded_at


@pytest.mark.parametrize("more", [{"call": "made up"}, {"channel": "store"}, {"greeted_after": ""}])
def test_no_call_is_told_of_where_there_was_none(agent: Client, more: dict[str, str]) -> None:
    shown = str(agent.get("/desk/report").content.decode())
    told = (
        REPORT_FORM | {name: hidden(shown, name) for name in ("key", "call")} | {"greeted_after": "0"} | more
    )
    agent.post("/desk/report", {**told, "do": "save"})
    assert call_facts(Case.objects.get()) == []
