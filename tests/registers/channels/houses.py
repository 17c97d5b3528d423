"""Other houses' servers, played by a real one on this machine: it records what came and answers by their published
rules. Signatures are worked out here a second time, from the rule and not from our code."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

SECRET = "SEC0123456789abcdef"


@dataclass
class Heard:
    """One request as it came."""

    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


type Answer = Callable[[Heard], tuple[int, dict[str, str], bytes]]


@dataclass
class House:
    """A server that answers `answer` and remembers what it heard. `address` ends without a slash."""

    address: str
    answer: Answer
    heard: list[Heard] = field(default_factory=list)

    @property
    def last(self) -> Heard:
        return self.heard[-1]


def saying(told: Any, status: int = 200, **headers: str) -> Answer:
    """Always the same answer: an object as JSON, or text as a page."""
    if isinstance(told, str):
        return lambda heard: (status, {"Content-Type": "text/html", **headers}, told.encode())
    return lambda heard: (status, {"Content-Type": "application/json", **headers}, json.dumps(told).encode())


def slow(seconds: float) -> Answer:
    def answer(heard: Heard) -> tuple[int, dict[str, str], bytes]:
        time.sleep(seconds)
        return saying({"errcode": 0})(heard)

    return answer


@contextmanager
def a_house(answer: Answer) -> Iterator[House]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            house.heard.append(Heard(parts.path, query, parts.query, headers, body))
            status, told, said = house.answer(house.last)
            try:
                self.send_response(status)
                for name, value in {**told, "Content-Length": str(len(said))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # who asked has hung up

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    house = House(f"http://127.0.0.1:{server.server_address[1]}", answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()


def wecom(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """WeCom: the key in the address, a text of 1 to 2,048 bytes."""
    told = heard.told
    if heard.path != "/cgi-bin/webhook/send" or heard.query.get("key") != "right":
        return saying({"errcode": 93000, "errmsg": "invalid webhook url"})(heard)
    if told["msgtype"] != "text" or not 0 < len(told["text"]["content"].encode()) <= 2048:
        return saying({"errcode": 40058, "errmsg": "text.content exceed max length 2048"})(heard)
    return saying({"errcode": 0, "errmsg": "ok"})(heard)


def dingtalk(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """DingTalk: timestamp within an hour, sign over timestamp, line break and secret."""
    if heard.query.get("access_token") != "right":
        return saying({"errcode": 300001, "errmsg": "token is not exist"})(heard)
    at = heard.query.get("timestamp", "0")
    wanted = base64.b64encode(
        hmac.new(SECRET.encode("utf-8"), f"{at}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
    ).decode()
    sent = dict(pair.split("=", 1) for pair in heard.raw_query.split("&")).get("sign", "")
    if abs(time.time() * 1000 - int(at)) > 3_600_000 or unquote_plus(sent) != wanted:
        return saying({"errcode": 310000, "errmsg": "sign not match, more: https://example.com"})(heard)
    assert heard.told["msgtype"] == "text"
    return saying({"errcode": 0, "errmsg": "ok"})(heard)


def feishu(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """Feishu: timestamp in seconds within an hour, sign with both as key over nothing."""
    told = heard.told
    key = f"{told.get('timestamp')}\n{SECRET}".encode()
    wanted = base64.b64encode(hmac.digest(key, b"", "sha256")).decode()
    if told.get("sign") != wanted or abs(time.time() - int(told["timestamp"])) > 3600:
        return saying({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})(heard)
    assert told["msg_type"] == "text"
    return saying({"code": 0, "msg": "success", "data": {}})(heard)
