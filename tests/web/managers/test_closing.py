"""The closing as a manager sees it, and takes it along."""

from datetime import date

import pytest
from django.test import Client
from django.utils.timezone import localdate

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import ChannelWatch, RawMessage
from bihuan.service.intake.proving import prove
from bihuan.web.managers.closing import day_asked
from tests.makers import a_case, company

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-20")]


def today() -> date:
    return localdate(clock.now())


@pytest.fixture
def manager(client: Client) -> Client:
    made = company()
    a_case(made, channel="hotline", now=clock.now())
    client.force_login(made.people[Role.MANAGER])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_a_day_without_a_difference_says_that_nothing_is_missing(manager: Client) -> None:
    shown = manager.get(f"/manage/closing?day={today()}").content.decode()
    assert "Nothing is missing" in shown


def test_a_difference_is_said_first_and_loudly(manager: Client) -> None:
    message = keep("sms", b"x", once="1", now=clock.now()).message
    RawMessage.objects.filter(id=message.id).update(state="report")
    shown = manager.get(f"/manage/closing?day={today()}").content.decode()
    assert "1 message is not accounted for" in shown


@pytest.mark.demand("S2-19")
def test_a_silent_channel_and_the_last_proof_stand_beside(manager: Client) -> None:
    prove("web", now=clock.now())
    ChannelWatch.objects.create(
        channel="mail", knocked_at=clock.now(), silent_since=clock.now(), trouble="unreachable"
    )
    shown = manager.get(f"/manage/closing?day={today()}").content.decode()
    assert ("E-mail: what we send ourselves does not come in" in shown, "nobody answers there" in shown) == (
        True,
        True,
    )


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_it_can_be_taken_along(manager: Client, ending: str) -> None:
    answer = manager.get(f"/manage/closing?day={today()}&format={ending}")
    assert (answer.status_code, f"bihuan-closing-{today()}.{ending}" in answer.headers["Content-Disposition"]) == (
        200, True
    )  # fmt: skip


def test_an_address_that_names_no_day_shows_yesterday_and_no_day_lies_ahead() -> None:
    now = clock.now()
    today = localdate(now)
    assert [day_asked(told, now=now) for told in ("2026-13-40", "9999-01-01", "1999-01-01")] == [
        date.fromordinal(today.toordinal() - 1), today, date(2020, 1, 1)
    ]  # fmt: skip
