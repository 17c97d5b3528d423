"""A customer and an agent talk, each in a browser of their own, over the product's own server with its sockets."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from bihuan.registers.access.models import Person
from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.intake.chats.models import Chat, ChatLine
from bihuan.service.intake.models import Attachment
from tests.makers import Company, a_person, company
from tests.served import Served, cookie_of
from tests.service.intake.chats.test_chatting import PNG
from tests.stories.people import Stage, stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.once]
MINE, THEIRS = ".chat-mine:not(.chat-pending) .chat-words", ".chat-theirs .chat-words"


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "web"
    folder.mkdir()
    server = Served(folder, BIHUAN_CHAT_CALENDAR="24x7")
    server.start()
    yield server
    server.kill()


def at_desk(play: Stage, person: Person) -> Page:
    page = play.visitor(phone=False)
    page.context.add_cookies([cookie_of(person, play.address)])  # type: ignore[list-item]
    page.goto(reverse("agents:chats"))
    return page


def say(page: Page, words: str) -> None:
    page.fill("[data-chat-words]", words)
    page.click("[data-chat-say] button")


@pytest.mark.demand("S0-09", "S2-09", "S3-19", "S3-195", "S4-06")
def test_from_hello_to_a_case_and_five_stars(browser: Browser, served: Served, tmp_path: Path) -> None:
    made: Company = company()
    colleague = a_person(Role.AGENT, node=made.head)
    (tmp_path / "clock").mkdir()
    with stage(browser, served.address, tmp_path / "clock") as play:
        customer, agent = play.visitor(), at_desk(play, made.people[Role.AGENT])
        customer.goto(reverse("customers:chat"))
        customer.fill("[name=words]", "空调不制冷了")
        customer.click("main form button")
        customer.wait_for_url(re.compile(r"/chat/[\w-]{43}"))
        expect(agent.locator("[data-chat-list] a", has_text="空调不制冷了")).to_be_visible()
        agent.click("[data-chat-list] a")
        agent.click("button[value=take]")
        say(agent, "您好，请发一张铭牌照片")
        expect(customer.locator(THEIRS)).to_have_text("您好，请发一张铭牌照片")
        say(customer, "<img src=x onerror=alert(1)>好的")
        expect(agent.locator(THEIRS).last).to_have_text("<img src=x onerror=alert(1)>好的")
        customer.set_input_files(
            "[data-chat-files]", {"name": "铭牌.png", "mimeType": "image/png", "buffer": PNG}
        )
        customer.click("[data-chat-say] button")
        expect(agent.locator(".chat-picture")).to_have_count(1)
        customer.type("#words", "我在")
        expect(agent.locator("[data-chat-typing]")).to_be_visible()
        second = at_desk(play, colleague)
        hand_over(agent, second, colleague)
        make_the_case(second)
        expect(customer.locator(".chat-house a").first).to_be_visible()
        second.click("button[value=end]")
        customer.click("#chat-score button[value='5']")
        expect(customer.locator("#chat-score legend")).to_contain_text("5")
        chat, case = Chat.objects.get(), Case.objects.get()
        assert (chat.score, chat.state, case.channel, chat.agent_id) == (5, "ended", "chat", colleague.id)
        assert Attachment.objects.filter(report=chat.report).count() == 2
        assert play.troubles == []


def hand_over(agent: Page, second: Page, colleague: Person) -> None:
    agent.reload()
    agent.select_option("[name=to]", str(colleague.id))
    agent.check("input[name=ready]")
    agent.click("button[value=ask]")
    second.click("[data-chat-list] a")
    second.click("button[value=agree]")
    expect(second.locator("[data-chat-words]")).to_be_visible()


def make_the_case(page: Page) -> None:
    page.click(f"a[href$='/case'][href^='{reverse('agents:chats')}/']")
    page.fill("[name=phone]", "13812345678")
    page.fill("[name=name]", "王先生")
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile(r"/desk/chats/\d+$"))


@pytest.mark.demand("S2-20")
def test_a_server_killed_between_sending_and_hearing_loses_nothing_and_doubles_nothing(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    company()
    (tmp_path / "clock").mkdir()
    with stage(browser, served.address, tmp_path / "clock") as play:
        customer = play.visitor()
        customer.goto(reverse("customers:chat"))
        customer.fill("[name=words]", "冰箱不冷")
        customer.fill("[name=phone]", "13812345678")
        customer.click("main form button")
        customer.wait_for_url(re.compile(r"/chat/[\w-]{43}"))
        served.kill()
        say(customer, "断线时写的")
        expect(customer.locator(".chat-pending")).to_have_count(1)
        served.start()
        expect(customer.locator(".chat-pending")).to_have_count(0, timeout=30_000)
        expect(customer.locator(MINE)).to_have_text(["冰箱不冷", "断线时写的"])
        assert ChatLine.objects.filter(who="customer").count() == 2
        play.troubles[:] = [one for one in play.troubles if "WebSocket connection" not in one]  # it was away
