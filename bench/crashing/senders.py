"""Customers who do not give up: each sends its words by one channel until it is told that they are kept.

Now and then one hangs up before it hears the answer and sends the same again, as phones and other houses do.
"""

import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, the same however often it is sent. `kept`: the status that says that it was taken in."""

    path: str
    body: bytes
    headers: dict[str, str]
    kept: int


type Write = Callable[[str, str], Request]  # words, key → request


def words_of(number: int) -> str:
    """What the customer of this number says; nobody else says it."""
    return f"编号{number:07d} 机器突然坏了"


def phone_of(number: int) -> str:
    return f"139{number:08d}"


def by_form(words: str, key: str) -> Request:
    told = {"words": words, "phone": phone_of(_number(words)), "consent_service": "on", "key": key}
    return _request("/report/", urlencode(told).encode(), "application/x-www-form-urlencoded", kept=302)


def by_api(token: str) -> Write:
    """With a token of the app's channel."""

    def write(words: str, key: str) -> Request:
        body = json.dumps({"words": words, "phone": phone_of(_number(words))}).encode()
        held = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return _request("/api/v1/reports", body, "application/json", kept=201, **held)

    return write


def by_wechat(words: str, key: str) -> Request:
    """A text to the official account of the demo, encrypted and signed as WeChat does."""
    from bihuan.registers.channels.wechat.account import demo_account
    from bihuan.registers.channels.wechat.signing import encrypt, signature_of

    account, at, nonce = demo_account(), str(int(time.time())), secrets.token_hex(8)
    clear = (
        f"<xml><ToUserName><![CDATA[gh_house]]></ToUserName><FromUserName><![CDATA[o{key}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words}]]></Content><MsgId>{_number(words) + 10**15}</MsgId></xml>"
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
    return _request(f"/in/wechat/?{urlencode(asked)}", body.encode(), "text/xml", kept=200)


def _number(words: str) -> int:
    return int(words[2:9])


def _request(path: str, body: bytes, media: str, *, kept: int, **headers: str) -> Request:
    return Request(path=path, body=body, headers={"Content-Type": media, **headers}, kept=kept)


def send(port: int, request: Request, *, hang_up: bool = False) -> int:
    """The status of the answer; 0 when none came, or nobody waited for it."""
    line = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    from_somewhere = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
    try:
        headers = {**request.headers, "X-Forwarded-For": from_somewhere}
        line.request("POST", request.path, body=request.body, headers=headers)
        if hang_up:
            time.sleep(random.random() * 0.05)
            return 0
        return line.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        line.close()


def keep_sending(port: int, write: Write, words: str, key: str, *, hangs_up: bool, until: float) -> int:
    """Send until it is kept. How often it was sent; 0 when time ran out before."""
    tries = 0
    while time.monotonic() < until:
        tries += 1
        request = write(words, key)
        status = send(port, request, hang_up=hangs_up and tries == 1)
        if status == request.kept:
            return tries
        if status and status not in {429, 500, 502, 503, 504}:
            raise AssertionError(f"{request.path} was refused with {status}")
        if not status and not (hangs_up and tries == 1):
            time.sleep(0.2)
    return 0
