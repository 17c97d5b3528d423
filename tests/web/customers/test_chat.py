"""The chat with scripts off: every step by a plain form, and nothing for whoever has no link."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bihuan.ground.worktime.clock import now
from bihuan.registers.access.roles import Role
from bihuan.service.intake.chats.errors import FileRefused
from bihuan.service.intake.chats.models import Chat, ChatLine
from bihuan.service.intake.chats.taking import take
from bihuan.service.intake.chats.writing import Line, answer
from bihuan.service.intake.models import ChannelWatch, RawMessage, Report
from bihuan.service.intake.proving import probe_token
from tests.makers import Company, company, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_all_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIHUAN_CHAT_CALENDAR", "24x7")


@pytest.fixture
def made() -> Company:
    return company()


def begun(client: Client, **told: str) -> str:
    """The address of a chat that this browser began."""
    page = client.get(reverse("customers:chat")).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    sent = {"words": "空调不制冷", "key": key[1]} | told
    return str(client.post(reverse("customers:chat"), sent)["Location"])


@pytest.mark.demand("S2-09", "S3-19")
def test_a_chat_from_its_first_line_to_the_score_with_scripts_off(made: Company) -> None:
    client = Client()
    where = begun(client, name="小陈")
    assert "You are number 1" in client.get(where, headers={"accept-language": "en"}).text
    chat, agent = Chat.objects.get(), made.viewer(Role.AGENT)
    take(chat, viewer=agent, now=now())
    answer(chat, Line(once="1", words="请发铭牌照片"), viewer=agent, now=now())
    assert "请发铭牌照片" in client.get(where).text
    assert client.post(where, {"do": "say", "once": "2", "words": "<b>好</b>"}).status_code == 302
    assert client.post(where, {"do": "say", "once": "2", "words": "<b>好</b>"}).status_code == 302
    assert client.get(where).text.count("&lt;b&gt;好&lt;/b&gt;") == 1
    client.post(where, {"do": "over"})
    client.post(where, {"do": "rate", "score": "4", "opinion": "还行"})
    assert Chat.objects.get().score == 4


def test_the_first_form_sent_twice_is_one_chat(made: Company) -> None:
    client = Client()
    page = client.get(reverse("customers:chat")).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    sent = {"words": "在吗", "key": key[1]}
    first, second = (client.post(reverse("customers:chat"), sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert (Chat.objects.count(), ChatLine.objects.filter(who="customer").count()) == (1, 1)


def test_who_said_where_they_are_reached_is_not_asked_for_it(made: Company) -> None:
    client = Client(headers={"accept-language": "en"})
    shown = client.get(begun(client, phone="13812345678")).text
    assert ("we answer at 138****5678" in shown, "leave a number" in shown) == (True, False)
    assert "leave a number" in (other := Client(headers={"accept-language": "en"})).get(begun(other)).text


@pytest.mark.demand("S2-20")
def test_a_first_line_is_kept_for_a_person_where_the_hidden_field_was_filled_in(made: Company) -> None:
    client = Client()
    key = re.search(r'name="key" value="([^"]+)"', client.get(reverse("customers:chat")).text)
    assert key is not None
    sent = {"words": "厨房有很重的燃气味", "key": key[1], "blank": "x"}
    assert "alert-danger" in client.post(reverse("customers:chat"), sent).text
    settle(now())
    message = RawMessage.objects.get()
    assert (message.channel, message.state, Chat.objects.count()) == ("chat", "quarantined", 0)


def test_coming_back_goes_on_with_the_same_chat(made: Company) -> None:
    client = Client()
    where = begun(client)
    assert client.get(reverse("customers:chat"))["Location"] == where


def test_outside_of_hours_a_message_is_a_report_at_once(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bihuan.web.customers.chat.is_open_at", lambda _now: False)
    client = Client()
    page = client.get(reverse("customers:chat")).text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    sent = {"words": "冰箱不冷", "key": key[1]}
    assert client.post(reverse("customers:chat"), sent).status_code == 422
    where = client.post(reverse("customers:chat"), sent | {"phone": "13812345678"})["Location"]
    report = Report.objects.get()
    assert (report.channel, report.raw.state, Chat.objects.get().state) == ("chat", "report", "ended")
    shown = client.get(where, headers={"accept-language": "en"}).text
    assert ("/c/" in shown, "Your words are kept as a message" in shown) == (True, True)
    assert "You wait no longer" not in shown


@pytest.mark.demand("S3-195")
def test_a_voice_and_a_picture_are_sent_and_nobody_else_sees_them(made: Company) -> None:
    client = Client()
    where = begun(client)
    voice = SimpleUploadedFile("说明.amr", b"#!AMR\n" + b"\x3c" * 64, content_type="audio/amr")
    client.post(where, {"do": "say", "once": "v", "files": voice})
    line = ChatLine.objects.exclude(kept_as="").get()
    got = client.get(f"{where}/files/{line.id}")
    assert (got["Content-Type"], got["Content-Disposition"][:10]) == (
        "application/octet-stream",
        "attachment",
    )
    assert got.content.startswith(b"#!AMR")
    other = begun(Client())
    assert Client().get(f"{other}/files/{line.id}").status_code == 404


def test_a_page_in_disguise_is_refused(made: Company) -> None:
    client = Client()
    where = begun(client)
    page = SimpleUploadedFile("a.png", b"<html><script>1</script>", content_type="image/png")
    refused = client.post(where, {"do": "say", "once": "v", "files": page}, headers={"x-chat": "1"})
    assert (refused.status_code, refused.json()) == (422, {"sentence": str(FileRefused())})
    assert not ChatLine.objects.exclude(kept_as="").exists()


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "a" * 300])
def test_a_wrong_link_opens_nothing(made: Company, token: str) -> None:
    assert Client().get(f"/chat/{token}").status_code == 404


def test_a_form_of_another_site_is_refused(made: Company) -> None:
    client = Client()
    where = begun(client)
    sent = client.post(where, {"do": "say", "words": "x"}, headers={"origin": "https://elsewhere.example"})
    assert sent.status_code == 403


def test_a_probe_proves_the_channel_and_opens_nothing(made: Company) -> None:
    sent = {"words": "Probe", "key": probe_token("chat", now=now())}
    assert Client().post(reverse("customers:chat"), sent).status_code == 204
    settle(now())
    assert (RawMessage.objects.get().state, Chat.objects.count()) == ("probe", 0)
    assert ChannelWatch.objects.get(channel="chat").proven_at is not None
    forged = Client().post(reverse("customers:chat"), sent | {"key": "probe.chat.1.x"})
    assert (forged.status_code, Chat.objects.count()) == (302, 1)


def test_danger_shows_its_advice_at_once(made: Company) -> None:
    client = Client()
    where = begun(client, words="厨房有很重的燃气味")
    assert "alert-danger" in client.get(where).text


def test_when_people_answer_is_told_as_hours_not_as_a_clock_that_runs(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_CHAT_CALENDAR", "cn-contact")
    monkeypatch.setattr("bihuan.web.customers.chat_shown.is_open_at", lambda _now: False)
    told = {language: Client(headers={"Accept-Language": language}) for language in ("zh-hans", "en")}
    pages = {language: one.get(reverse("customers:chat")).text for language, one in told.items()}
    assert "客服在线时间：每天 09:00–21:00。" in pages["zh-hans"]
    assert "Agents are here between 09:00–21:00." in pages["en"]
