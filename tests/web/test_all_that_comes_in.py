"""By whichever way a customer comes: they choose it, all of it stands in one place, whole, and says the same to all."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.ground.journal.queries import story_of
from bihuan.management.probing import DOORS
from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.channel import READERS
from bihuan.service.cases.actions import Doer
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import card_of
from bihuan.service.cases.talking import move_saying
from bihuan.service.cases.words import CHANNELS as NAMES
from bihuan.service.cases.words import place_title
from bihuan.service.commitments.actions import mark_broken
from bihuan.service.commitments.models import Promise
from bihuan.service.commitments.profiles_in_use import activate
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import link_of
from bihuan.service.intake.told import CHANNELS
from bihuan.web.customers.tracking import next_words
from tests.makers import NOW, REPORT_FORM, Company, a_case, company, later

pytestmark = pytest.mark.django_db
TOLD = {
    "words": "上次修了三天又不制冷，师傅没试机就走了，希望当面道歉",
    "kind": "complaint",
    "wish": "apology",
    "email": "zhang@example.com",
    "outside_number": "WX-20231101",
    "asked_happened": "压缩机响一下就停",
    "asked_when": "每天晚上最明显",
    "asked_how": "刚停过电",
    "environment": "kitchen",
    "error_code": "E6",
}


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    cache.clear()


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.cookies["language"] = "en"
    return client


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.demand("S2-02")
def test_a_customer_finds_every_way_on_each_page_and_takes_the_one_they_like(made: Company) -> None:
    visitor = Client(headers={"Accept-Language": "en"})
    front = text_of(visitor, "/privacy")
    assert 'href="tel:400-000-0000"' in front
    for path in ("/report/", "/feedback", "/callback", "/chat"):
        assert f'href="{path}"' in front
        assert "<form" in text_of(visitor, path)
    sent = {"words": "冰箱不制冷", "phone": "13900001111", "consent_service": "on", "key": "w-1"}
    assert visitor.post("/report/", sent).status_code == 302
    assert [one.channel for one in Report.objects.all()] == ["web"]


@pytest.mark.demand("S3-79")
def test_phone_mail_chat_social_media_and_the_web_stand_in_one_list_from_the_first_question_on(
    agent: Client, made: Company
) -> None:
    ways = ("hotline", "mail", "chat", "social", "web")
    cases = {way: a_case(made, channel=way) for way in ways}
    asked = a_case(
        made, channel="chat", kind="consultation", words="想买一台柜机，三十平米选几匹？", symptoms=()
    )
    shown = text_of(agent, "/desk/cases")
    assert [way for way in ways if cases[way].number not in shown] == []
    assert asked.number in shown
    for way, case in cases.items():
        listed = text_of(agent, f"/desk/cases?channel={way}")
        others = [one.number for name, one in cases.items() if name != way]
        assert (case.number in listed, [one for one in others if one in listed]) == (True, [])


@pytest.mark.demand("S2-21", "S3-54")
def test_the_record_of_what_a_customer_tells_is_complete_and_in_detail(agent: Client, made: Company) -> None:
    answer = agent.post("/desk/report", {**REPORT_FORM, **TOLD, "do": "save"})
    page = text_of(agent, answer.headers["Location"])
    case = Case.objects.select_related("report", "machine").get()
    assert case.machine is not None
    for told in (
        "张三丰",
        "13900001111",
        case.machine.brand,
        "ABC123",
        "WX-20231101",
        TOLD["words"],
        "Apology",
        "Hotline",
        TOLD["asked_happened"],
        TOLD["asked_when"],
        TOLD["asked_how"],
        "Kitchen",
        "E6",
    ):
        assert told in page, told
    assert case.report.received_at is not None and case.report.symptoms == ["ac_no_cooling"]


@pytest.mark.demand("X-18")
def test_pages_and_programs_tell_the_one_state_that_the_journal_holds(agent: Client, made: Company) -> None:
    case = a_case(made)
    token = make_token(role=Role.AGENT, now=NOW, person=made.people[Role.AGENT])
    program = Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})
    reader = Client(headers={"Accept-Language": "en"})
    told = []
    for move in ("", "cancel"):
        if move:
            doer = Doer.of(made.viewer(Role.AGENT))
            move_saying(Case.objects.get(id=case.id), move, doer=doer, now=later(minutes=5), reason="不用了")
        held = Case.objects.get(id=case.id)
        title = str(place_title(card_of(held), held.stands_at))
        api: Any = json.loads(program.get(f"/api/v1/cases/{held.number}").content)
        reached = [getattr(fact.event, "reached", "") for fact in story_of(held.chain_id)]
        assert [one for one in reached if one][-1:] in ([held.stands_at], [])
        assert api["place"]["code"] == held.stands_at
        assert title in text_of(agent, f"/desk/case/{held.number}")
        seen = reader.get(f"/c/{link_of(held.report).rpartition('/')[2]}")
        words = str(next_words(card_of(held), held.stands_at))
        assert (seen.context["place"], words in seen.content.decode()) == (title, True)
        told.append(held.stands_at)
    assert len(set(told)) == 2


@pytest.mark.demand("X-19")
def test_the_registry_of_channels_is_the_union_of_all_that_is_named_anywhere(made: Company) -> None:
    assert set(CHANNELS) == {
        "hotline", "web", "qr", "app", "mail", "wechat", "sms", "chat", "store", "slip", "callback",
        "third_party", "social",
    }  # fmt: skip
    assert [one for one in CHANNELS if one not in NAMES] == []
    assert [one for one in (*READERS, *(door.channel for door in DOORS)) if one not in CHANNELS] == []
    assert {door.channel for door in DOORS} == {"web", "app", "chat", "wechat", "sms", "hotline", "mail"}
    assert [one for one in CHANNELS if one not in {day.channel for day in closing(NOW.date())}] == []


@pytest.mark.demand("X-19")
@pytest.mark.parametrize("channel", sorted(READERS))
def test_each_channel_knows_what_it_was_sent_before(channel: str) -> None:
    first = keep(channel, b"once", once="number-1", now=NOW)
    again = keep(channel, b"once more", once="number-1", now=later(minutes=1))
    assert (first.fresh, again.fresh, again.message.id) == (True, False, first.message.id)


@pytest.mark.demand("S3-125")
def test_support_day_and_night_runs_its_clock_on_a_holiday_night_and_the_page_says_so(
    client: Client, made: Company
) -> None:
    activate("s3-basic", now=NOW)
    night = datetime(2026, 10, 1, 19, 0, tzinfo=UTC)  # 03:00 in Shanghai, in the holidays
    case = a_case(made, now=night, channel="web", words="插座冒烟了，有焦糊味")
    first = Promise.objects.get(case=case, about="first_response")
    due = night + timedelta(hours=2)
    assert (first.due_at, first.calendar) == (due, "24x7")
    for seconds, is_broken in ((-1, False), (1, True)):
        mark_broken(due + timedelta(seconds=seconds))
        assert (Promise.objects.get(id=first.id).state == Promise.BROKEN) is is_broken
    client.cookies["language"] = "en"
    shown = text_of(client, "/promises")
    assert "day and night" in shown and "Support day and night" in shown
