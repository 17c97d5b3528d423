"""The doors by which channels knock and write: whoever guesses shuts nobody else out, and no odd sign stops a line."""

import json
import socket
import struct
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from bihuan.ground.vault.actions import keys
from bihuan.ground.vault.stripping import NotAPicture, without_metadata
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.improvement.daily_closing import closing
from bihuan.service.intake import reading
from bihuan.service.intake.arriving import keep
from bihuan.service.intake.calls.models import Call
from bihuan.service.intake.chats.writing import Line, say, token_mark
from bihuan.service.intake.models import RawMessage, Report
from bihuan.service.intake.queries import words_of
from bihuan.service.intake.settling import decide
from bihuan.service.intake.told import FileTold
from bihuan.service.social.actions import PostTold, say_about_us, say_not_about_us, take_post
from bihuan.service.social.models import Post
from bihuan.web.look.sockets import _read
from tests.makers import NOW, Company, company, settle
from tests.service.intake.chats.talks import a_chat
from tests.web.test_hotline_knocks import SECRET
from tests.web.test_hotline_knocks import knock as rings
from tests.web.webhooks.test_sms import aliyun_reply
from tests.web.webhooks.test_sms import knock as sms
from tests.wechat import Chat

pytestmark = pytest.mark.django_db
HALF = "\ud83d"  # of an emoji that was cut in two


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Company:
    cache.clear()
    settings.BIHUAN_DEMO = True
    monkeypatch.setenv("BIHUAN_HOTLINE_SECRET", SECRET)
    monkeypatch.setattr("bihuan.web.webhooks.sms.now", lambda: NOW)
    return company()


def test_guesses_from_the_same_address_shut_no_provider_of_sms_out() -> None:
    statuses = [sms("aliyun", [aliyun_reply("在吗")], key="guessed").status_code for _ in range(25)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert sms("aliyun", [aliyun_reply("漏水了")]).status_code == 200
    assert RawMessage.objects.filter(channel="sms").count() == 1


def test_guesses_from_the_same_address_shut_wechat_not_out() -> None:
    statuses = [
        Client().post("/in/wechat/", data=b"<xml/>", content_type="text/xml").status_code for _ in range(65)
    ]
    assert (statuses[0], statuses[-1]) == (403, 429)
    chat = Chat()
    assert chat.writes("漏水了")
    assert RawMessage.objects.filter(channel="wechat").count() == 1


@pytest.mark.parametrize("odd", [HALF, "\x00", "𠮷", "\u202e", "e\u0301" * 60])
def test_no_sign_in_an_event_of_the_telephone_system_stops_the_call(client: Client, odd: str) -> None:
    told = {"event": "ringing", "call": f"c-1{odd}", "from": f"13912345678{odd}", "agent": odd, "to": odd}
    assert rings(client, told).status_code == 200
    assert rings(client, told | {"event": "ended", "cause": odd}).status_code == 200
    assert Call.objects.get().state == "abandoned"


@pytest.mark.parametrize("odd", [HALF, "\x00", "𠮷", "\u202e"])
def test_no_sign_in_an_answer_by_sms_keeps_it_from_becoming_a_report(odd: str) -> None:
    assert sms("aliyun", [aliyun_reply(f"空调漏水了{odd}请回电")]).status_code == 200
    settle()
    report = Report.objects.select_related("customer__key").get()
    assert words_of(report, keys(report.customer.key)).words.startswith("空调漏水了")
    assert Case.objects.count() == 1


def test_half_an_emoji_in_a_socket_is_a_question_mark_and_the_line_is_whole() -> None:
    assert _read(json.dumps({"do": "say", "once": f"1{HALF}", "words": f"漏水{HALF}\x00了"})) == {
        "do": "say",
        "once": "1?",
        "words": "漏水?了",
    }


def test_what_a_person_decided_while_a_message_was_read_stands(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"provider": "aliyun_sms", "said": aliyun_reply("优惠大酬宾")}).encode()
    message = keep("sms", body, once="1", now=NOW).message
    waiting = RawMessage.objects.select_related("key").get(id=message.id)
    decide(made.viewer(Role.SUPERVISOR), message, RawMessage.SPAM, why="广告", now=NOW)
    assert reading.read_message(waiting, now=NOW) is None
    assert (RawMessage.objects.get().state, Report.objects.count()) == (RawMessage.SPAM, 0)
    assert all(line.difference == 0 for line in closing(NOW.date()))


def test_a_post_said_to_be_others_and_then_ours_again_has_one_report(made: Company) -> None:
    viewer = made.viewer(Role.SUPERVISOR)
    take_post(PostTold(platform="weibo", user="小美", words="你家空调坏了"), rules=[], now=NOW)
    settle()
    first = say_about_us(viewer, _not_ours(viewer), now=NOW)
    assert say_about_us(viewer, _not_ours(viewer), now=NOW) == first
    assert Report.objects.count() == 1


def _not_ours(viewer: Any) -> Post:
    post = Post.objects.select_related("message").get()
    if post.about_us:
        say_not_about_us(viewer, post, now=NOW)
    return Post.objects.select_related("message").get()


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "PPM", "TGA"])
def test_no_decoder_is_tried_on_a_picture_of_a_stranger_s_kind(kind: str) -> None:
    drawn = BytesIO()
    Image.new("RGB", (4, 4)).save(drawn, kind)
    with pytest.raises(NotAPicture):
        without_metadata(drawn.getvalue())


@pytest.mark.parametrize(
    "said, status", [(b"stream: OK\0", 200), (b"stream: Eicar FOUND\0", 422), (b"", 422)]
)
def test_with_a_scanner_no_file_of_a_chat_is_handed_out_unseen(
    client: Client, settings: Any, said: bytes, status: int
) -> None:
    chat = a_chat("看照片")
    token = "a-token-of-this-visitor-alone"
    type(chat).objects.filter(id=chat.id).update(token_print=token_mark(token))
    pdf = FileTold(name="发票.pdf", media="application/pdf", content=b"%PDF-1.4 ...")
    line = say(chat, Line(once="f", file=pdf), now=NOW)
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.BIHUAN_CLAMAV = f"127.0.0.1:{door.getsockname()[1]}"
        Thread(target=scans, args=(door, said), daemon=True).start()
        assert client.get(f"/chat/{token}/files/{line.id}").status_code == status


def scans(door: socket.socket, said: bytes) -> None:
    """A scanner that says this of whatever it is shown; nothing: it hangs up."""
    line, _ = door.accept()
    with line, line.makefile("rb") as told:
        told.read(10)
        while size := struct.unpack(">I", told.read(4))[0]:
            told.read(size)
        line.sendall(said)
