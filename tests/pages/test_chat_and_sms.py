"""The pages around WeChat and SMS in a real browser: they fit, are accessible, and a visitor's chat works with scripts
off."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import override
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from bihuan.ground.worktime import clock
from bihuan.registers.access.roles import Role
from bihuan.registers.channels.models import Follower, MessageTemplate
from bihuan.registers.channels.wechat.binding import bind, new_code
from bihuan.registers.channels.wechat.followers import hear
from bihuan.registers.customers.signing_in import open_session
from bihuan.service.intake.chats.errors import FileRefused
from bihuan.service.intake.chats.writing import Line, Self, begin
from bihuan.web.customers.my_door import COOKIE, keep_cookie
from tests.makers import a_case, company, settle
from tests.pages.axe import overflow, shots, violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


@pytest.mark.demand("S2-08")
def test_chat_and_sms_fit_every_screen_and_are_accessible(page: Page, live_server: LiveServer) -> None:
    cache.clear()
    made, now = company(), clock.now()
    case = a_case(made, phone="13800138000")
    settle()
    hear("oSomebody", "message", now=now)
    bind("oSomebody", new_code(case.customer, now=now), now=now)
    Follower.objects.update(told=2)
    MessageTemplate.objects.create(
        provider="aliyun_sms", message="customer.booked", code="SMS_1", places=["number", "token"],
        words="${number}已约好上门时间，详情 k.example.cn/k/${token}", state="submitted", changed_at=now,
    )  # fmt: skip
    answer = HttpResponse()
    keep_cookie(answer, COOKIE, open_session(case.customer, remember=False, now=now))
    page.context.add_cookies(
        [{"name": COOKIE, "value": answer.cookies[COOKIE].value, "url": f"{live_server.url}/my"}]
    )
    page.goto(f"{live_server.url}/play/wechat")
    page.get_by_label("您的消息").or_(page.locator("#words")).first.fill("空调不制冷，显示E6")
    page.locator("button[value=write]").click()
    page.locator("button[value=progress]").click()
    page.wait_for_selector(".chat-bubble.bg-green-lt")
    _look(page, live_server, [("/play/wechat", "play-wechat"), ("/my/wechat", "my-wechat")])
    staff = Client()
    staff.force_login(made.people[Role.ADMINISTRATOR])
    cookie = {"name": "sessionid", "value": staff.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    row = MessageTemplate.objects.get()
    templates = f"/settings/message-templates/{row.id}"
    _look(page, live_server, [("/manage/channels", "channels"), (templates, "template")])


def _look(page: Page, live_server: LiveServer, looked: list[tuple[str, str]]) -> None:
    for path, name in looked:
        for width in (1440, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{live_server.url}{path}")
            assert violations(page) == [], (path, width)
            assert overflow(page) == 0, (path, width)
        shots(page, name)


def test_what_is_wrong_fits_a_phone_and_a_chat_says_why_a_file_was_refused(
    page: Page, live_server: LiveServer
) -> None:
    cache.clear()
    company()
    page.set_viewport_size({"width": 360, "height": 780})
    page.context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    page.add_init_script("window.WebSocket = class extends EventTarget {}")  # none is served here
    page.goto(f"{live_server.url}/report/smart")
    page.get_by_label("What happened?").fill("连不上网")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_selector("[data-form-errors]")
    assert (overflow(page), page.get_by_label("What happened?").input_value()) == (0, "连不上网")
    begin("t" * 43, Line(once="first", words="在吗"), told=Self(), language="en", now=clock.now())
    page.goto(f"{live_server.url}/chat/{'t' * 43}")
    paper = {"name": "a.png", "mimeType": "image/png", "buffer": b"<html><script>1</script>"}
    page.locator("[data-chat-files]").set_input_files(paper)  # type: ignore[arg-type]
    page.get_by_role("button", name="Send", exact=True).click()
    told = page.locator("[data-chat-talk] [role=alert]")
    told.wait_for()
    with override("en"):
        assert told.inner_text() == str(FileRefused())
