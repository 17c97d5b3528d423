"""The sockets of the chat: who may open one, what is let in, and that what is sent is kept before it is answered."""

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connection

from bihuan.ground.worktime.clock import now
from bihuan.registers.access.roles import Role
from bihuan.service.intake.chats.models import Chat, ChatLine, ChatSeat
from bihuan.service.intake.chats.taking import take
from bihuan.service.intake.chats.writing import Line, Self, begin
from bihuan.web.look.sockets import GONE, LARGEST_FRAME, MOST_FRAMES, SIGNED_OUT, TOO_LARGE, TOO_MUCH
from bihuan.web.sockets import SOCKETS
from tests.makers import Company, company
from tests.served import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)
Communicator: Any = ApplicationCommunicator
OURS = [(b"host", b"testserver"), (b"origin", b"http://testserver")]


@pytest.fixture
def made() -> Company:
    return company()


@pytest.fixture
def token(made: Company) -> str:
    told = secrets.token_urlsafe(32)
    begin(told, Line(once="first", words="空调不制冷"), told=Self(), language="zh-hans", now=now())
    return told


class Knock(Communicator):  # type: ignore[misc]  # the package ships no types
    """A socket as a browser opens it."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(SOCKETS, scope)

    async def connect(self) -> tuple[bool, int]:
        await self.send_input({"type": "websocket.connect"})
        told = await self.receive_output(timeout=20)
        return told["type"] == "websocket.accept", told.get("code", 0)

    async def send_to(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def receive_from(self) -> str:
        return str((await self.receive_output(timeout=20))["text"])

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=20)


def socket(path: str, *more: tuple[bytes, bytes], headers: list[tuple[bytes, bytes]] = OURS) -> Knock:
    return Knock(path, [*headers, *more])


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In a thread with a loop of its own: the one of the browser's tests may run in this one."""

    def told() -> None:
        try:
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                runner.run(story())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(told).result()


async def heard(line: Any, key: str) -> Any:
    """The next frame that has this key."""
    while True:
        frame = json.loads(await line.receive_from())
        if key in frame:
            return frame


def test_a_line_is_acknowledged_when_it_is_kept_and_sent_again_stands_once(token: str) -> None:
    async def story() -> None:
        line = socket(f"/ws/chat/{token}")
        assert (await line.connect())[0]
        assert "空调不制冷" in (await heard(line, "talk"))["talk"]
        for _ in range(2):
            await line.send_to(json.dumps({"do": "say", "once": "two", "words": "<i>在</i>吗"}))
            assert (await heard(line, "kept"))["kept"] == "two"
        await line.send_to(json.dumps({"do": "say", "once": "three", "words": " "}))
        assert (await heard(line, "refused"))["refused"] == "three"
        await line.disconnect()
        back = socket(f"/ws/chat/{token}")
        await back.connect()
        assert "&lt;i&gt;在&lt;/i&gt;吗" in (await heard(back, "talk"))["talk"]
        await back.disconnect()

    run(story)
    assert ChatLine.objects.filter(who="customer").count() == 2


@pytest.mark.parametrize(
    "headers",
    [[(b"host", b"testserver")], [(b"host", b"testserver"), (b"origin", b"https://elsewhere.example")]],
)
def test_another_site_opens_no_socket(token: str, headers: list[tuple[bytes, bytes]]) -> None:
    async def story() -> None:
        assert (await socket(f"/ws/chat/{token}", headers=headers).connect()) == (False, 4403)

    run(story)


@pytest.mark.parametrize(
    ("path", "code"), [("/ws/chat/x", GONE), ("/ws/desk/chats", SIGNED_OUT), ("/ws/none", GONE)]
)
def test_a_wrong_address_is_closed_with_its_code(made: Company, path: str, code: int) -> None:
    async def story() -> None:
        line = socket(path)
        opened, told = await line.connect()
        if opened:
            told = (await line.receive_output(timeout=20))["code"]
        assert told == code

    run(story)


@pytest.mark.parametrize(
    ("frames", "code"),
    [(["x" * (LARGEST_FRAME + 1)], TOO_LARGE), (["[]"], TOO_LARGE), (["{}"] * (MOST_FRAMES + 1), TOO_MUCH)],
)
def test_whoever_says_too_much_is_shut_out(token: str, frames: list[str], code: int) -> None:
    async def story() -> None:
        line = socket(f"/ws/chat/{token}")
        await line.connect()
        for one in frames:
            await line.send_to(one)
        while (told := await line.receive_output(timeout=20))["type"] != "websocket.close":
            pass
        assert told["code"] == code

    run(story)


def test_an_agent_answers_only_in_a_chat_of_theirs_and_loses_the_socket_with_the_session(
    made: Company, token: str
) -> None:
    agent, chat = made.people[Role.AGENT], Chat.objects.get()
    session = cookie_of(agent, "http://testserver")["value"]
    cookie = (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())
    told: list[Any] = []

    def signed_out() -> None:
        import_module(settings.SESSION_ENGINE).SessionStore(session).delete()

    async def story() -> None:
        line = socket("/ws/desk/chats", cookie)
        assert (await line.connect())[0]
        assert "空调不制冷" in (await heard(line, "list"))["list"]
        say = {"do": "say", "chat": chat.id, "once": "1", "words": "您好"}
        await line.send_to(json.dumps(say))
        told.append((await heard(line, "refused"))["refused"])
        await asyncio.to_thread(take, chat, viewer=made.viewer(Role.AGENT), now=now())
        await line.send_to(json.dumps(say))
        told.append((await heard(line, "kept"))["kept"])
        await asyncio.to_thread(signed_out)
        await line.send_to(json.dumps({"do": "types", "chat": chat.id}))
        while (last := await line.receive_output(timeout=20))["type"] != "websocket.close":
            pass
        told.append(last["code"])

    run(story)
    assert told == ["1", "1", SIGNED_OUT]
    assert ChatSeat.objects.filter(person=agent).exists()


def test_a_role_that_takes_no_reports_has_no_socket(made: Company) -> None:
    session = cookie_of(made.people[Role.DISPATCHER], "http://testserver")["value"]
    cookie = (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())

    async def story() -> None:
        line = socket("/ws/desk/chats", cookie)
        await line.connect()
        assert (await line.receive_output(timeout=20))["code"] == 4403

    run(story)


def test_a_changed_password_ends_the_sockets_of_the_sessions_before_it(made: Company, token: str) -> None:
    agent, chat = made.people[Role.AGENT], Chat.objects.get()
    session = cookie_of(agent, "http://testserver")["value"]
    cookie = (b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode())

    def changed() -> None:
        agent.set_password("another-long-test-password")
        agent.save(update_fields=["password"])
        connection.close()  # of this thread: the next test's database must be nobody's

    async def story() -> None:
        line = socket("/ws/desk/chats", cookie)
        assert (await line.connect())[0]
        await heard(line, "list")
        await asyncio.to_thread(changed)
        await line.send_to(json.dumps({"do": "look", "chat": chat.id}))
        while (last := await line.receive_output(timeout=20))["type"] != "websocket.close":
            assert "talk" not in json.loads(last["text"])
        assert last["code"] == SIGNED_OUT

    run(story)
