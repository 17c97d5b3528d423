"""A server on this machine that answers as it was told to, and a way to ask it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from bihuan.ground.routing.travel.asking import NoAnswer

type Answer = tuple[int, bytes]
type Answering = Callable[[str, Any], Answer]


class Recorded:
    """Answers one after the other, the last one for ever; keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []  # type: tuple[list[Any], list[tuple[str, Any]]]

    def __call__(self, path: str, sent: Any) -> Answer:
        self.asked.append((path, sent))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer(path, sent)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()


@contextmanager
def served(answering: Answering) -> Iterator[str]:
    """Its address while it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, sent: Any) -> None:
            status, body = answering(self.path, sent)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # whoever asked did not wait

        def log_message(self, *_told: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def slowly(seconds: float, answer: Any) -> Callable[[str, Any], Any]:
    def answering(path: str, sent: Any) -> Any:
        sleep(seconds)
        return answer

    return answering


def ask(url: str, body: bytes | None, timeout: float) -> bytes:
    """As whoever asks for this house does, without looking at the address."""
    try:
        with urlopen(Request(url, data=body), timeout=timeout) as answer:  # noqa: S310 (127.0.0.1 alone)
            told: bytes = answer.read()
            return told
    except HTTPError as fault:
        with fault:
            raise NoAnswer(f"status_{fault.code}", fault.code >= 500 or fault.code == 429) from fault
    except TimeoutError as fault:
        raise NoAnswer("timeout", True) from fault
    except (URLError, OSError) as fault:
        raise NoAnswer("unreachable", True) from fault
