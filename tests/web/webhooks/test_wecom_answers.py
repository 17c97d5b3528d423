"""微信客服 both ways: files of customers are fetched, our answers go back by the desk, counted, else by SMS."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from bihuan.ground.vault import files
from bihuan.ground.vault.actions import blind, keys
from bihuan.registers.channels.models import Follower, PulledTo, WantedFile
from bihuan.registers.channels.wechat.followers import chats_of, followers_counted, take_one
from bihuan.registers.customers.models import Contact
from bihuan.service.cases.models import Case
from bihuan.service.intake.kf_pulling import pull_messages
from bihuan.service.intake.models import Attachment
from bihuan.service.intake.picking_up import pick_up
from bihuan.service.notices.models import Notice
from bihuan.service.notices.sending import send_due
from bihuan.web.managers.doctor_finding import State
from bihuan.web.managers.doctor_wechat import answers_by_desk
from tests.makers import NOW, company, settle
from tests.registers.channels.houses import Heard, House, a_house, saying

pytestmark = pytest.mark.django_db
PICTURE = b"\xff\xd8\xff\xe0" + b"picture" * 100


class Desk:
    """WeCom's house: keeps what customers wrote, gives files out, and takes five answers a message."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refuses = 0

    def __call__(self, heard: Heard) -> tuple[int, dict[str, str], bytes]:
        if heard.path == "/cgi-bin/gettoken":
            return saying({"errcode": 0, "access_token": "T", "expires_in": 7200})(heard)
        if heard.query.get("access_token") != "T":
            return saying({"errcode": 40014})(heard)
        if heard.path == "/cgi-bin/media/get":
            if heard.query.get("media_id") != "m1":
                return saying({"errcode": 40007})(heard)
            return 200, {"Content-Type": "image/jpeg"}, PICTURE
        if heard.path == "/cgi-bin/kf/send_msg":
            return saying({"errcode": self.refuses, "msgid": "out1"})(heard)
        begins = int(heard.told.get("cursor", 0))
        told = {"errcode": 0, "next_cursor": str(len(self.messages)), "has_more": 0}
        return saying(told | {"msg_list": self.messages[begins:]})(heard)

    def hears(self, kind: str = "text", **body: Any) -> None:
        self.messages.append(
            {"msgid": f"m{len(self.messages)}", "open_kfid": "wkDesk", "external_userid": "wmOne", "origin": 3,
             "send_time": int(NOW.timestamp()), "msgtype": kind, kind: body}
        )  # fmt: skip


@pytest.fixture
def desk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, House]]:
    cache.clear()
    settings.BIHUAN_CHANNEL_HOSTS = frozenset({"127.0.0.1"})
    settings.BIHUAN_CHANNELS_PRIVATE = True
    settings.BIHUAN_PROVIDERS = {"wechat": "wechat"}
    made = Desk()
    with a_house(made) as house:
        for name, value in {
            "CORP_ID": "ww1", "KF_SECRET": "s", "KF_TOKEN": "kf-token",
            "KF_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ADDRESS": house.address,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"BIHUAN_WECOM_{name}", value)
        yield made, house


def a_case_by_desk(their: Desk) -> Case:
    company()
    their.hears(content="洗衣机不转")
    pull_messages(now=NOW)
    settle()
    return Case.objects.select_related("customer").get()


def sent_by(case: Case) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(case=case, customer=case.customer, kind="case_opened").order_by("id")
    return [(row.channel, row.state, row.trouble) for row in rows]


def test_a_picture_sent_to_the_desk_joins_its_report(desk: tuple[Desk, House]) -> None:
    company()
    desk[0].hears("image", media_id="m1")
    pull_messages(now=NOW)
    settle()
    wanted = WantedFile.objects.get()
    pick_up(wanted.id, now=NOW)
    kept = Attachment.objects.get()
    assert files.fetch(kept.kept_as, by=keys(kept.report.customer.key)) == PICTURE
    pull_messages(now=NOW)
    assert WantedFile.objects.count() == 1


def test_a_file_that_is_gone_leaves_the_report_as_it_is(desk: tuple[Desk, House]) -> None:
    company()
    desk[0].hears("file", media_id="gone")
    pull_messages(now=NOW)
    settle()
    pick_up(WantedFile.objects.get().id, now=NOW)
    assert (WantedFile.objects.get().state, Attachment.objects.count(), Case.objects.count()) == (
        "lost",
        0,
        1,
    )


def test_our_answer_goes_back_by_the_desk_and_is_counted(desk: tuple[Desk, House]) -> None:
    case = a_case_by_desk(desk[0])
    send_due(NOW)
    assert sent_by(case) == [("wechat", "sent", "")]
    [told] = [one.told for one in desk[1].heard if one.path == "/cgi-bin/kf/send_msg"]
    assert (told["touser"], told["open_kfid"], told["msgtype"]) == ("wmOne", "wkDesk", "text")
    assert case.number in told["text"]["content"]
    [chat] = chats_of(case.customer, now=NOW)
    assert (chat.desk, chat.left.left, chat.left.most) == (True, 4, 5)
    counted = followers_counted(NOW)
    assert (counted.following, counted.desks, counted.desks_open) == (0, 1, 1)


def with_phone(case: Case) -> None:
    Contact.objects.create(
        customer=case.customer,
        kind="mobile",
        sealed=keys(case.customer.key).seal(case.customer.key_id, "+8613900001234"),
        blind=blind("mobile", "+8613900001234"),
    )


def test_when_five_are_used_up_or_wecom_says_so_it_goes_by_sms(desk: tuple[Desk, House]) -> None:
    desk[0].refuses = 95001
    case = a_case_by_desk(desk[0])
    with_phone(case)
    send_due(NOW)
    send_due(NOW)
    assert sent_by(case) == [("wechat", "given_up", "wechat_share 95001"), ("sms", "sent", "")]
    assert not take_one("kf:wmOne", now=NOW)


def test_after_two_days_nothing_goes_by_the_desk_until_they_write_again(desk: tuple[Desk, House]) -> None:
    case = a_case_by_desk(desk[0])
    assert not take_one("kf:wmOne", now=NOW + timedelta(hours=48))
    assert sum(take_one("kf:wmOne", now=NOW) for _ in range(9)) == 5
    pull_messages(now=NOW)  # what was heard before opens nothing again
    assert not take_one("kf:wmOne", now=NOW)
    desk[0].hears(content="在吗")
    desk[0].messages[-1]["send_time"] += 60
    pull_messages(now=NOW + timedelta(hours=1))
    assert take_one("kf:wmOne", now=NOW + timedelta(hours=1))
    assert Follower.objects.get().desk == "wkDesk"
    assert case.customer_id is not None


def test_the_doctor_says_whether_answers_go_back(desk: tuple[Desk, House], settings: Settings) -> None:
    assert answers_by_desk(NOW).state == State.FINE
    settings.BIHUAN_PROVIDERS = {}
    assert answers_by_desk(NOW).state == State.MISSING
    PulledTo.objects.create(name="wecom_kf", trouble="status 502")
    assert answers_by_desk(NOW).state == State.BROKEN
