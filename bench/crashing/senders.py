"""Customers who do not give up: each sends its words by one channel until it is told that they are kept.

Now and then one hangs up before it hears the answer and sends the same again, as phones and other houses do; now and
then the same comes fifty times at the same moment, or once more after it was kept.
"""

import json
import random
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Protocol
from urllib.parse import urlencode

from bench.crashing.ledger import Ledger, phone_of, words_of

TIMEOUT_SECONDS = 15.0
FIFTY = 50
HANGS_UP, ONCE_MORE = 0.1, 0.05  # of all reports
PASSING = frozenset({0, 429, 500, 502, 503, 504})  # nothing was accepted; try again


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, the same however often it is sent. `kept`: the status that says that it was taken in."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    kept: int
    method: str = "POST"


@dataclass(frozen=True)
class Answer:
    """What was heard; status 0 when nothing was."""

    status: int
    place: str = ""
    body: bytes = b""


type Write = Callable[[int], Request]  # number of the report → request


class Sender(Protocol):
    """One channel, as its customers use it."""

    channel: str

    def report(self, number: int, *, dice: random.Random, fifty: bool, until: float) -> None:
        """Say the words of this number until they are kept, or `until` (of the monotonic clock) is over. `fifty`:
        the same fifty times at once besides."""


class HttpSender:
    """A channel where one request is one report."""

    def __init__(self, channel: str, port: int, ledger: Ledger, write: Write) -> None:
        self.channel, self.port, self.ledger, self.write = channel, port, ledger, write

    def report(self, number: int, *, dice: random.Random, fifty: bool, until: float) -> None:
        line = Line(self.channel, self.port, self.ledger)
        if fifty:
            line.at_once(lambda: self.write(number))
        if (
            line.keep_sending(lambda: self.write(number), hangs_up=dice.random() < HANGS_UP, until=until)
            is None
        ):
            return
        self.ledger.accept(number, self.channel)
        if dice.random() < ONCE_MORE:
            self.ledger.count(self.ledger.again, self.channel)
            line.once(self.write(number))


class Line:
    """Requests of one channel, counted. Whatever is refused for good is counted, and nobody tries it again."""

    def __init__(self, channel: str, port: int, ledger: Ledger) -> None:
        self.channel, self.port, self.ledger = channel, port, ledger

    def once(self, request: Request) -> Answer:
        self.ledger.count(self.ledger.sent, self.channel)
        return send(self.port, request)

    def at_once(self, make: Callable[[], Request]) -> None:
        """The same request fifty times at the same moment; nobody listens to what is answered."""
        self.ledger.count(self.ledger.at_once, self.channel)
        with ThreadPoolExecutor(FIFTY) as pool:
            for _ in range(FIFTY):
                pool.submit(lambda: self.once(make()))

    def keep_sending(self, make: Callable[[], Request], *, hangs_up: bool, until: float) -> Answer | None:
        """Send until it is kept; None when time ran out before, or it was refused."""
        if hangs_up:
            self.ledger.count(self.ledger.sent, self.channel)
            self.ledger.count(self.ledger.hung_up, self.channel)
            send(self.port, make(), hang_up=True)
        while time.monotonic() < until:
            request = make()
            answer = self.once(request)
            if answer.status == request.kept:
                return answer
            if answer.status not in PASSING:
                path = request.path.partition("?")[0]
                self.ledger.count(self.ledger.refused, f"{self.channel} {path[:12]} {answer.status}")
                return None
            time.sleep(0.2)
        self.ledger.count(self.ledger.given_up, self.channel)
        return None


def by_form(number: int) -> Request:
    told = {
        "words": words_of(number),
        "phone": phone_of(number),
        "consent_service": "on",
        "key": key_of(number),
    }
    return form("/report/", told, kept=302)


def by_api(token: str) -> Write:
    """With a token of the app's channel."""

    def write(number: int) -> Request:
        body = json.dumps({"words": words_of(number), "phone": phone_of(number)}).encode()
        held = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": key_of(number),
            "Content-Type": "application/json",
        }
        return Request(path="/api/v1/reports", body=body, headers=held, kept=201)

    return write


def by_wechat(number: int) -> Request:
    """A text to the official account of the demo, encrypted and signed as WeChat does."""
    from bihuan.registers.channels.wechat.account import demo_account
    from bihuan.registers.channels.wechat.signing import encrypt, signature_of

    account, at, nonce = demo_account(), str(int(time.time())), secrets.token_hex(8)
    clear = (
        f"<xml><ToUserName><![CDATA[gh_house]]></ToUserName>"
        f"<FromUserName><![CDATA[o{key_of(number)}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words_of(number)}]]></Content><MsgId>{number + 10**15}</MsgId></xml>"
    )
    sealed = encrypt(clear.encode(), aes_key=account.aes_key, app_id=account.app_id)
    asked = {
        "timestamp": at,
        "nonce": nonce,
        "encrypt_type": "aes",
        "signature": signature_of(account.token, at, nonce),
        "msg_signature": signature_of(account.token, at, nonce, sealed),
    }
    body = f"<xml><ToUserName>gh_house</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    path = f"/in/wechat/?{urlencode(asked)}"
    return Request(path=path, body=body.encode(), headers={"Content-Type": "text/xml"}, kept=200)


def key_of(number: int) -> str:
    """The sender's own key for its report: the same whenever it is sent again."""
    return f"crash{number:09d}"


def form(path: str, told: dict[str, str], *, kept: int) -> Request:
    """What a browser sends without scripts."""
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(path=path, body=urlencode(told).encode(), headers=media, kept=kept)


def send(port: int, request: Request, *, hang_up: bool = False) -> Answer:
    """The answer; nothing when none came, or nobody waited for it."""
    line = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    from_somewhere = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
    try:
        headers = {**request.headers, "X-Forwarded-For": from_somewhere}
        line.request(request.method, request.path, body=request.body or None, headers=headers)
        if hang_up:
            time.sleep(random.random() * 0.05)
            return Answer(0)
        told = line.getresponse()
        return Answer(told.status, told.headers.get("Location", ""), told.read())
    except (OSError, HTTPException):
        return Answer(0)
    finally:
        line.close()
