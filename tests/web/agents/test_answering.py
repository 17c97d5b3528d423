"""Writing to the customer from the case page: the words go by the way that reaches them, and stand on the case."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.message import NeverSent, OutgoingMessage, Sent
from bihuan.registers.channels.wechat.followers import hear
from bihuan.service.cases.models import Case, Note
from bihuan.service.notices.models import Notice
from bihuan.service.notices.sending import send_due
from tests.makers import Company, a_case, company, settle

pytestmark = pytest.mark.django_db
WORDS = "配件已到，{周二}上午上门方便吗？"


class Spy:
    """A provider that remembers what it was handed; `refuses` why it takes nothing."""

    name = "spy"
    got: list[OutgoingMessage]
    refuses = ""

    def send(self, message: OutgoingMessage) -> Sent:
        if self.refuses:
            raise NeverSent(self.refuses)
        self.got.append(message)
        return Sent()


SPY = Spy()


@pytest.fixture
def spy(settings: Settings) -> Iterator[Spy]:
    SPY.got, SPY.refuses = [], ""
    settings.BIHUAN_PROVIDERS = dict.fromkeys(("wechat", "mail"), f"{__name__}.SPY")
    yield SPY


@pytest.fixture
def made() -> Company:
    return company()


def writes(client: Client, made: Company, case: Case, words: str = WORDS) -> list[tuple[str, str]]:
    """The agent writes; channel and kind of what went out for it."""
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    known = set(Notice.objects.values_list("id", flat=True))
    assert client.post(f"/desk/case/{case.number}/write", {"words": words}).status_code == 302
    settle()
    send_due(clock.now())
    rows = Notice.objects.exclude(id__in=known).filter(customer__isnull=False).order_by("id")
    return list(rows.values_list("channel", "kind"))


def in_wechat(made: Company, **more: Any) -> Case:
    hear("oWang", "message", now=clock.now())
    case = a_case(made, now=clock.now(), channel="wechat", handle=("wechat", "oWang"), **more)
    settle()
    return case


def story(client: Client, case: Case) -> str:
    shown = client.get(f"/desk/case/{case.number}").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def test_whoever_wrote_in_wechat_is_answered_there_in_our_words(
    client: Client, made: Company, spy: Spy
) -> None:
    case = in_wechat(made)
    assert writes(client, made, case) == [("wechat", "answer")]
    assert [(one.receiver, one.manner) for one in spy.got][-1] == ("oWang", "service")
    assert f"关于{case.number}：{WORDS}" in spy.got[-1].words
    note = Note.objects.get(public=True)
    assert (note.by_kind, WORDS in note.words_sealed) == ("staff", False)
    shown = story(client, case)
    assert "Written to the customer" in shown and "WeChat · Sent" in shown
    assert re.search(r"Goes into their WeChat chat: \d of 5 messages left", shown)


def test_where_wechat_does_not_take_it_an_sms_leads_to_the_words(
    client: Client, made: Company, spy: Spy
) -> None:
    case = in_wechat(made, phone="13912345678")
    send_due(clock.now())
    spy.refuses = "wechat_window"
    assert writes(client, made, case) == [("wechat", "answer"), ("sms", "progress")]
    assert "Goes by SMS as a link" in story(client, case)


def test_whoever_wrote_by_mail_is_answered_by_mail(client: Client, made: Company, spy: Spy) -> None:
    case = a_case(made, now=clock.now(), channel="mail", email="zhang@example.com", phone="13912345678")
    assert writes(client, made, case)[-1] == ("mail", "answer")
    assert WORDS in spy.got[-1].words and spy.got[-1].thread


def test_too_many_words_and_none_write_nothing(client: Client, made: Company, spy: Spy) -> None:
    case = in_wechat(made)
    client.force_login(made.people[Role.AGENT])
    for words in ("", "长" * 501):
        client.post(f"/desk/case/{case.number}/write", {"words": words})
    assert not Note.objects.exists()
