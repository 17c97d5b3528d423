"""A sign of life to the outside: one HTTP GET a minute to an address that the installation names.

Whoever watches there misses us when it stops. It is sent only after a round of the clock in which every sweep ran
without trouble and nothing is older than the limit. It never holds up a sweep: it has a thread of its own, five
seconds, and failures are only noted for the operations page. The address may hold a secret, so it is never written
down; what is noted is the numeric address it led to and, in one word, what went wrong.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Thread
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from django.db import connection

from bihuan.ground.journal.running import note_turn, take_turn
from bihuan.registers.channels.outward import AddressRefused, allowed_address, exchange

NAME = "heartbeat"
EVERY = timedelta(seconds=60)
TIMEOUT_SECONDS = 5.0


class Heartbeat:
    """Sends signs of life to `url` ("" sends none). `private`: addresses of one's own network are allowed."""

    def __init__(self, url: str, *, private: bool, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url, self.private, self.timeout = url, private, timeout
        self.thread: Thread | None = None

    def beat(self, *, is_well: Callable[[], bool], now: datetime) -> bool:
        """After a round: send one when it is our turn and everything is well. Whether one is on its way."""
        if not self.url or (self.thread is not None and self.thread.is_alive()):
            return False
        if not is_well() or not take_turn(NAME, every=EVERY, now=now):
            return False
        self.thread = Thread(target=self._send, name=NAME, daemon=True)
        self.thread.start()
        return True

    def _send(self) -> None:
        began = monotonic()
        asked = Asked(self.url, private=self.private, timeout=self.timeout)
        trouble = asked.ask()
        try:
            note_turn(
                NAME, took_ms=int((monotonic() - began) * 1000), progress=asked.address, trouble=trouble
            )
        finally:
            connection.close()


class Asked:
    """One GET. `address` is where the name led to, once that is known."""

    def __init__(self, url: str, *, private: bool, timeout: float) -> None:
        self.url, self.private, self.timeout = url, private, timeout
        self.address = ""

    def ask(self) -> str:
        """Ask once; "" when the answer was 200 to 299, else one word for what went wrong. Follows no redirect."""
        try:
            parts = _parts(self.url)
            self.address = allowed_address(parts, private=self.private)
            answer = exchange(parts, self.address, method="GET", headers={}, timeout=self.timeout)
        except AddressRefused as refused:
            return str(refused.args[0])
        except TimeoutError:
            return "timeout"
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__
        return "" if 200 <= answer.status < 300 else f"status {answer.status}"


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused("not_http")
    return parts
