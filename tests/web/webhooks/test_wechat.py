"""WeChat from its knock to the case and back: kept once, answered at once, told in the chat while WeChat allows it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import keys
from bihuan.registers.channels.models import Follower, MessageTemplate, WantedFile
from bihuan.registers.channels.wechat.binding import new_code, unbind_customer
from bihuan.registers.channels.wechat.followers import chat_of, forget_chats, mark_of, take_one
from bihuan.registers.customers.models import Customer
from bihuan.registers.customers.queries import consents_of
from bihuan.service.cases.models import Case, Note
from bihuan.service.intake.models import Attachment, RawMessage, Report
from bihuan.service.intake.picking_up import pick_up, wake_wanted
from bihuan.service.intake.queries import link_of
from bihuan.service.notices.models import Notice
from bihuan.service.notices.queries import shown
from bihuan.service.notices.sending import send_due
from tests.makers import NOW, a_case, company, settle
from tests.registers.channels.houses import Heard, a_house, saying
from tests.wechat import Chat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr("bihuan.web.webhooks.wechat.now", lambda: NOW)


def told(case: Case) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(case=case, customer__isnull=False).order_by("id")
    return [(row.kind, row.channel, row.state) for row in rows]


@pytest.mark.demand("S1-02", "S2-08")
def test_words_in_the_chat_become_a_case_and_are_answered_at_once() -> None:
    company()
    said = Chat().writes("空调不制冷，显示E6")
    assert "单号随后发到这里" in said
    [message] = RawMessage.objects.all()
    assert (message.channel, message.state) == ("wechat", "waiting")
    settle()
    [case] = Case.objects.all()
    assert case.report.channel == "wechat"
    assert told(case) == [("case_opened", "wechat", "waiting")]
    assert case.number in (shown(Notice.objects.filter(case=case), links=True)[0].words or "")


@pytest.mark.demand("S2-20")
def test_a_message_delivered_three_times_is_one_report_with_the_same_answer() -> None:
    company()
    chat = Chat()
    xml = chat.xml(MsgType="text", Content="冰箱漏水", MsgId=77)
    answers = [chat.answer(chat.deliver(xml)) for _ in range(3)]
    settle()
    assert len(set(answers)) == 1
    assert (RawMessage.objects.count(), Report.objects.count(), Case.objects.count()) == (1, 1, 1)


def test_an_event_delivered_twice_is_counted_once_and_opens_nothing() -> None:
    company()
    chat = Chat()
    xml = chat.xml(MsgType="event", Event="CLICK", EventKey="report")
    assert chat.answer(chat.deliver(xml)) == chat.answer(chat.deliver(xml)) != ""
    settle()
    [message] = RawMessage.objects.all()
    assert (message.state, message.reason, Report.objects.count()) == ("automatic", "event", 0)


def test_what_is_written_within_a_day_goes_on_with_the_same_case() -> None:
    company()
    chat = Chat()
    chat.writes("空调不制冷")
    settle()
    [case] = Case.objects.all()
    xml = chat.xml(MsgType="text", Content="地址是文一西路1号", MsgId=78)
    said = chat.answer(chat.deliver(xml))
    assert (case.number in said, said.endswith(link_of(case.report)), "请留下" in said) == (True, True, False)
    settle()
    assert chat.answer(chat.deliver(xml)) == said
    assert Report.objects.count() == 2
    assert Note.objects.filter(case=case, by_kind="customer").count() == 1


def test_what_is_written_two_days_later_is_a_case_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    company()
    chat = Chat()
    chat.writes("空调不制冷")
    settle()
    later = NOW + timedelta(days=2)
    monkeypatch.setattr("bihuan.web.webhooks.wechat.now", lambda: later)
    chat.writes("冰箱也坏了")
    settle(later)
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    "query",
    [{}, {"signature": "0" * 40, "timestamp": "1", "nonce": "1"}, {"timestamp": "９", "nonce": "1"}],
)
def test_whoever_is_not_wechat_is_refused_and_nothing_is_kept(query: dict[str, str]) -> None:
    for method in ("get", "post"):
        response = getattr(Client(), method)("/in/wechat/", query_params=query)
        assert (response.status_code, response.content) == (403, b"")
    assert RawMessage.objects.count() == 0


def test_without_a_token_of_our_own_nobody_gets_in(settings: Settings) -> None:
    chat = Chat()
    xml = chat.xml(MsgType="text", Content="你好", MsgId=1)
    from bihuan.registers.channels.wechat.account import demo_account
    from bihuan.registers.channels.wechat.playing import knock_of

    query, body = knock_of(xml, account=demo_account(), at=int(NOW.timestamp()), nonce="1")
    settings.BIHUAN_DEMO = False
    response = Client().post("/in/wechat/", data=body, content_type="text/xml", query_params=query)
    assert response.status_code == 403


def test_a_message_nobody_can_read_waits_for_a_person() -> None:
    company()
    Chat().sends("hologram")
    settle()
    [message] = RawMessage.objects.all()
    assert (message.state, message.reason) == ("quarantined", "unknown_kind")


@pytest.mark.parametrize(
    "key, path",
    [
        ("report", "/report/"),
        ("progress", "/track/"),
        ("machines", "/my"),
        ("complain", "/feedback"),
        ("bind", "/my/wechat"),
    ],
)
@pytest.mark.demand("S2-08")
def test_the_menu_answers_with_a_link(key: str, path: str) -> None:
    assert Chat().taps(key).endswith(path)


def test_the_menu_tells_how_the_open_cases_of_this_chat_stand() -> None:
    made, chat = company(), Chat()
    a_case(made)
    chat.writes("空调不制冷")
    settle()
    mine = Case.objects.get(channel="wechat")
    assert chat.taps("progress").split("\n")[1:] == [f"{mine.number} 待接单 {link_of(mine.report)}"]
    Case.objects.update(open=False)
    assert chat.taps("progress").endswith("/track/")


def bound() -> tuple[Case, Chat]:
    """A customer with a phone and a case, whose chat is theirs."""
    case, chat = a_case(company()), Chat()
    code = new_code(case.customer, now=NOW)
    assert "绑定成功" in chat.writes(f"绑定 {code}")
    return case, chat


def test_a_chat_is_bound_by_a_code_with_consent_and_unbound_again() -> None:
    case, chat = bound()
    settle()
    assert consents_of(case.customer_id)["wechat"] is True
    assert chat_of(case.customer, now=NOW) is not None
    assert RawMessage.objects.get(channel="wechat").reason == "binding"
    assert "解除绑定" in chat.writes("解绑")
    assert consents_of(case.customer_id)["wechat"] is False
    assert chat_of(case.customer, now=NOW) is None


def test_the_same_code_from_another_chat_binds_nothing() -> None:
    case = a_case(company())
    code = new_code(case.customer, now=NOW)
    assert "绑定成功" in Chat("oOne").writes(f"绑定{code}")
    assert "绑定成功" in Chat("oOne").writes(f"绑定{code}")  # delivered twice
    assert "不对或已过期" in Chat("oTwo").writes(f"绑定{code}")
    assert Follower.objects.filter(customer=case.customer).count() == 1


def test_a_chat_that_guesses_codes_is_soon_not_heard() -> None:
    case = a_case(company())
    chat = Chat()
    for guess in range(5):
        chat.writes(f"绑定{guess:08d}")
    code = new_code(case.customer, now=NOW)
    assert "不对或已过期" in chat.writes(f"绑定{code}")


def test_a_bound_customer_is_told_in_the_chat_and_their_words_are_theirs() -> None:
    case, chat = bound()
    settle()
    chat.writes("请问什么时候来")
    settle()
    assert Report.objects.order_by("-id").first().customer_id == case.customer_id  # type: ignore[union-attr]
    assert Case.objects.count() == 1


def test_a_customer_who_ends_the_binding_on_their_page_is_told_by_sms() -> None:
    case, _chat = bound()
    assert unbind_customer(case.customer, how="web", now=NOW) == 1
    assert chat_of(case.customer, now=NOW) is None


def test_wechat_is_told_only_as_often_as_it_allows_and_the_rest_goes_by_sms() -> None:
    case, _chat = bound()
    for _ in range(5):
        assert take_one("oTester1", now=NOW)
    assert not take_one("oTester1", now=NOW)
    settle()
    assert told(case) == [("case_opened", "sms", "waiting")]


def test_two_messages_never_take_the_last_one_both() -> None:
    _case, _chat = bound()
    taken = [take_one("oTester1", now=NOW) for _ in range(9)]
    assert sum(taken) == 5


def test_after_two_days_only_an_approved_template_goes_into_the_chat() -> None:
    case, _chat = bound()
    later = NOW + timedelta(hours=49)
    assert not take_one("oTester1", now=later)
    MessageTemplate.objects.create(
        provider="wechat", message="customer.case_opened", code="T1", places=["thing1=number"],
        state="approved", changed_at=NOW,
    )  # fmt: skip
    settle(later)
    assert told(case)[0][:2] == ("case_opened", "wechat")
    send_due(later)
    [row] = Notice.objects.filter(case=case, channel="wechat")
    assert (row.state, row.manner) == ("sent", "template")
    assert Follower.objects.get().templates_told == 1


def test_a_message_that_finds_the_window_closed_when_it_goes_falls_to_sms() -> None:
    case, _chat = bound()
    settle()
    assert told(case) == [("case_opened", "wechat", "waiting")]
    Follower.objects.update(told=5)
    send_due(NOW)
    assert told(case) == [("case_opened", "wechat", "given_up"), ("case_opened", "sms", "waiting")]
    first = Notice.objects.filter(case=case, channel="wechat").get()
    assert (first.trouble, first.fell_to) == ("wechat_share", "sms")
    send_due(NOW)
    assert told(case)[1] == ("case_opened", "sms", "sent")


def test_whoever_leaves_is_not_written_to_in_the_chat() -> None:
    case, chat = bound()
    chat.deliver(chat.xml(MsgType="event", Event="unsubscribe", EventKey=""))
    settle()
    assert told(case) == [("case_opened", "sms", "waiting")]


def test_forgetting_a_customer_takes_their_chats() -> None:
    case, _chat = bound()
    forget_chats(case.customer, now=NOW)
    assert Follower.objects.count() == 0
    assert Customer.objects.count() >= 1


type Answer = Callable[[Heard], tuple[int, dict[str, str], bytes]]
PICTURE = b"\xff\xd8\xff\xe0" + b"picture" * 100


def wechat_house(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """WeChat's own house, as far as we ask it: a token, a file, messages."""
    if heard.path == "/cgi-bin/stable_token":
        assert json.loads(heard.body)["appid"] == "wx1"
        return saying({"access_token": "T", "expires_in": 7200})(heard)
    if heard.query.get("access_token") != "T":
        return saying({"errcode": 40001, "errmsg": "invalid credential"})(heard)
    if heard.path == "/cgi-bin/media/get":
        if heard.query.get("media_id") != "m1":
            return saying({"errcode": 40007, "errmsg": "invalid media_id"})(heard)
        return 200, {"Content-Type": "image/jpeg"}, PICTURE
    return saying({"errcode": 0, "errmsg": "ok", "msgid": 200228332})(heard)


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    with a_house(wechat_house) as found:
        for name, value in {
            "APP_ID": "wx1", "SECRET": "s", "TOKEN": "the-token-of-this-test", "ADDRESS": found.address,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"BIHUAN_WECHAT_{name}", value)
        yield found


def test_a_picture_is_fetched_and_joins_its_report(house: Any) -> None:
    company()
    Chat().sends("image", MediaId="m1", PicUrl="https://mmbiz.qpic.cn/x")
    settle()
    assert wake_wanted(NOW + timedelta(minutes=5)) in (0, 1)
    [wanted] = WantedFile.objects.all()
    pick_up(wanted.id, now=NOW + timedelta(hours=1))
    [kept] = Attachment.objects.all()
    content = files.fetch(kept.kept_as, by=keys(kept.report.customer.key))
    assert content == PICTURE
    wanted.refresh_from_db()
    assert wanted.state == "joined"


def test_a_picture_that_cannot_be_fetched_leaves_the_report_as_it_is(house: Any) -> None:
    company()
    Chat().sends("image", MediaId="gone", PicUrl="https://mmbiz.qpic.cn/x")
    settle()
    [wanted] = WantedFile.objects.all()
    pick_up(wanted.id, now=NOW)
    wanted.refresh_from_db()
    assert (wanted.state, Case.objects.count(), Attachment.objects.count()) == ("lost", 1, 0)


def test_a_message_goes_out_as_wechat_wants_it(house: Any, settings: Settings) -> None:
    settings.BIHUAN_PROVIDERS = {"wechat": "wechat"}
    case, _chat = bound()
    settle()
    send_due(NOW)
    assert told(case) == [("case_opened", "wechat", "sent")]
    assert house.last.path == "/cgi-bin/message/custom/send"
    assert house.last.told["touser"] == "oTester1"
    assert case.number in house.last.told["text"]["content"]
    assert Follower.objects.get(blind=mark_of("oTester1")).told == 1
