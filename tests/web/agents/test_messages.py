"""Messages that nobody could read: seen, taken up, or taken out with a reason; nothing leaves otherwise."""

import pytest
from django.test import Client

from bihuan.ground.vault.actions import keys
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.channel import READERS
from bihuan.service.cases.models import Case
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.calls.models import RingBack
from bihuan.service.intake.calls.ringing_back import ask_to_be_rung
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import words_of
from tests.fake_channel import bytes_of as fake
from tests.makers import NOW, Company, a_case, company, settle

pytestmark = [pytest.mark.django_db, pytest.mark.demand("S2-20")]
EVIL = "<script>alert(1)</script> 空调漏水，电话13800138000".encode()


@pytest.fixture(autouse=True)
def fake_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "sms", "tests.fake_channel.READER")


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def agent(client: Client, made: Company) -> Client:
    client.force_login(made.people[Role.AGENT])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def poison(made: Company) -> RawMessage:
    message = keep("sms", EVIL, once="1", now=NOW).message
    settle()
    message.refresh_from_db()
    assert message.state == "quarantined"
    return message


def test_an_empty_list_says_that_every_message_was_read(agent: Client) -> None:
    assert "Every message was read" in agent.get("/desk/messages").content.decode()


def test_wishes_to_be_rung_stand_on_their_own_page(agent: Client) -> None:
    ask_to_be_rung(phone="13800138000", name="", words="", due_at=None, once="1", now=NOW)
    duty = RingBack.objects.get()
    assert duty.message.state == "waiting"
    assert agent.get(f"/desk/messages/{duty.message_id}").status_code == 404
    assert "Every message was read" in agent.get("/desk/messages").content.decode()


def test_the_page_shows_the_very_text_and_runs_none_of_it(agent: Client, poison: RawMessage) -> None:
    assert f"/desk/messages/{poison.id}" in agent.get("/desk/messages").content.decode()
    answer = agent.get(f"/desk/messages/{poison.id}")
    shown = answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 空调漏水" in shown
    assert ("<script>alert" in shown, answer.headers["Cache-Control"]) == (False, "no-store")


def test_a_person_makes_a_case_of_it_and_the_bytes_stay_with_the_report(
    agent: Client, made: Company, poison: RawMessage
) -> None:
    told = {"words": "空调漏水", "phone": "13800138000", "name": "张三", "category": "air_conditioner"}
    answer = agent.post(f"/desk/messages/{poison.id}", told)
    report, case = Report.objects.get(), Case.objects.get()
    poison.refresh_from_db()
    assert answer.headers["Location"] == f"/desk/case/{case.number}"
    assert (poison.state, report.raw_id, report.channel, report.taken_by_id) == (
        "report", poison.id, "sms", made.people[Role.AGENT].id
    )  # fmt: skip
    assert words_of(report, keys(report.customer.key)).words == "空调漏水"
    assert agent.get(f"/desk/messages/{poison.id}").status_code == 404


def test_what_is_missing_is_said_at_its_field_and_the_message_waits_on(
    agent: Client, poison: RawMessage
) -> None:
    answer = agent.post(f"/desk/messages/{poison.id}", {"words": "空调漏水"})
    poison.refresh_from_db()
    assert (answer.status_code, poison.state, Report.objects.count()) == (422, "quarantined", 0)
    assert "A phone number or an e-mail address is needed" in answer.content.decode()


@pytest.mark.parametrize("state", ["spam", "duplicate", "answered", "automatic"])
def test_it_leaves_with_a_reason_that_only_its_key_opens(
    agent: Client, made: Company, poison: RawMessage, state: str
) -> None:
    number = a_case(made).number
    told = {"state": state, "why": "同一个人 13800138000 发了两次", "number": number}
    assert agent.post(f"/desk/messages/{poison.id}/end", told).status_code == 302
    poison.refresh_from_db()
    assert (poison.state, poison.settled_by_id) == (state, made.people[Role.AGENT].id)
    assert "13800138000" not in poison.why_sealed
    assert keys(poison.key).open(poison.why_sealed) == "同一个人 13800138000 发了两次"
    assert poison.same_as_id == Case.objects.get().report.raw_id


def test_nothing_leaves_without_a_reason_or_for_a_place_that_does_not_exist(
    agent: Client, poison: RawMessage
) -> None:
    refused = [
        agent.post(f"/desk/messages/{poison.id}/end", told).status_code
        for told in (
            {"state": "spam", "why": "  "},
            {"state": "waiting", "why": "x"},
            {"state": "report", "why": "x"},
        )
    ]
    poison.refresh_from_db()
    assert (set(refused) <= {400, 409, 422}, poison.state) == (True, "quarantined")


def test_of_two_who_decide_the_second_is_told(agent: Client, poison: RawMessage) -> None:
    assert agent.post(f"/desk/messages/{poison.id}/end", {"state": "spam", "why": "x"}).status_code == 302
    assert agent.post(f"/desk/messages/{poison.id}/end", {"state": "spam", "why": "x"}).status_code == 404


def test_read_once_more_it_becomes_a_case_when_its_reader_has_learned(
    agent: Client, made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = keep("sms", fake(hurts=True), once="1", now=NOW).message
    settle()
    assert agent.post(f"/desk/messages/{message.id}/again").headers["Location"] == "/desk/messages"
    message.refresh_from_db()
    assert message.state == "quarantined"
    monkeypatch.setattr("tests.fake_channel.READER", _Learned())
    assert (
        agent.post(f"/desk/messages/{message.id}/again").headers["Location"]
        == f"/desk/case/{Case.objects.get().number}"
    )


class _Learned:
    channel = "sms"

    def read(self, raw: bytes) -> object:
        from bihuan.registers.channels.message import IncomingMessage

        return IncomingMessage(words="冰箱不制冷", phone="13800138000")


def test_who_may_not_decide_does_not_come_in(client: Client, made: Company, poison: RawMessage) -> None:
    client.force_login(made.people[Role.TECHNICIAN])
    assert client.get(f"/desk/messages/{poison.id}").status_code == 403
