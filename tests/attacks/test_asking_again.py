"""Somebody types another's phone number: what they send is kept, and shows them nothing of that person."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bihuan.registers.access.actions import make_token
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.cases.queries import case_for_link, case_of_report
from bihuan.service.intake.chats.ending import hand_on
from bihuan.service.intake.chats.models import Chat
from bihuan.service.intake.chats.writing import Line, Self, begin, leave
from bihuan.service.intake.models import Report
from bihuan.service.intake.queries import link_of
from tests.makers import NOW, Company, a_case, company, later, settle

pytestmark = pytest.mark.django_db
LATER = later(hours=1)
PHONE, ASKS = "13912345678", "催一下我的维修单，怎么还没人来"
TOKEN = "a-visitor-of-the-chat-who-typed-another-number"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Company:
    cache.clear()
    monkeypatch.setattr("bihuan.web.look.middleware.now", lambda: LATER)
    return company()


@pytest.fixture
def theirs(made: Company) -> Case:
    case = a_case(made, phone=PHONE)
    settle()
    return case


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_asking_again_on_the_web_by_somebody_s_number_opens_nothing_of_their_case(theirs: Case) -> None:
    form = {"words": ASKS, "phone": PHONE, "consent_service": "on", "key": "k1"}
    answer = Client().post("/report/", form)
    link = answer.headers["Location"]
    report = Report.objects.latest("id")
    assert (report.state, report.joins_id) == ("joined", theirs.report_id)
    page = Client().get(link).content.decode()
    assert [told in page for told in (theirs.number, "张三丰", "文一西路", "REF123")] == [False] * 4
    deeds = [
        Client().post(f"{link}{deed}", {"reason": "other"}) for deed in ("/cancel", "/chase", "/slot", "/add")
    ]
    assert {one.status_code for one in deeds} == {404}
    theirs.refresh_from_db()
    assert theirs.open
    assert Client().get(path(link_of(theirs.report))).status_code == 200


def test_asking_again_in_the_chat_by_somebody_s_number_tells_nothing_of_their_case(theirs: Case) -> None:
    told = Self(phone=PHONE)
    chat = begin(TOKEN, Line(once="1", words=ASKS), told=told, language="zh-hans", now=LATER)
    hand_on(leave(chat, told=told, now=LATER), now=LATER)
    settle()
    assert Chat.objects.get().report.joins_id == theirs.report_id  # type: ignore[union-attr]
    page = Client().get(f"/chat/{TOKEN}").content.decode()
    assert (theirs.number in page, "/c/" in page) == (False, False)


def test_a_report_from_a_chat_shows_only_shortened_what_is_known_of_the_number(theirs: Case) -> None:
    told = Self(phone=PHONE)
    chat = begin(TOKEN, Line(once="1", words="洗衣机漏水了"), told=told, language="zh-hans", now=LATER)
    hand_on(leave(chat, told=told, now=LATER), now=LATER)
    report = Chat.objects.select_related("report").get().report
    assert report is not None and case_of_report(report.id) != theirs
    page = Client().get(path(link_of(report))).content.decode()
    assert [told in page for told in ("张三丰", PHONE, "文一西路1号")] == [False] * 3


def send(token: str, **told: Any) -> Any:
    answer = Client().post(
        "/api/v1/reports", told, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.json()


def test_what_a_person_joined_and_what_staff_send_leads_to_the_case(made: Company, theirs: Case) -> None:
    agent = made.people[Role.AGENT]
    answer = send(make_token(role=Role.AGENT, person=agent, now=NOW), words=ASKS, phone=PHONE)
    assert (answer["number"], path(answer["link"])) == (theirs.number, path(link_of(theirs.report)))
    report = Report.objects.latest("id")
    assert case_for_link(report) is None
    Report.objects.filter(id=report.id).update(taken_by=agent)
    assert case_for_link(Report.objects.get(id=report.id)) == theirs
