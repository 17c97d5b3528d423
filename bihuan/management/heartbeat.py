"""A sign of life to the outside: one HTTP GET a minute to an address that the installation names.

Whoever watches there misses us when it stops. It is sent only after a round of the clock in which every sweep ran
without trouble and nothing is older than the limit. It never holds up a sweep: it has a thread of its own, five
seconds, and failures are only noted for the operations page. The address may hold a secret, so it is never written
down; what is noted is the numeric address it led to and, in one word, what went wrong.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from django.db import connection

from bihuan.ground.journal.running import note_turn, take_turn

NAME = "heartbeat"
EVERY = timedelta(seconds=60)
TIMEOUT_SECONDS = 5.0


class AddressRefused(Exception):
    """The configured address may not be asked; its one argument says why in a word."""


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
            status = _status(parts, self.address, timeout=self.timeout)
        except AddressRefused as refused:
            return str(refused.args[0])
        except TimeoutError:
            return "timeout"
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__
        return "" if 200 <= status < 300 else f"status {status}"


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused("not_http")
    return parts


def allowed_address(parts: SplitResult, *, private: bool) -> str:
    """The numeric address that the name leads to. Refused when any of its addresses is not one of the public
    internet, unless private ones are allowed; the connection is made to this very address, so no second answer of
    the name server can lead elsewhere."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(told[4][0]) for told in found]
    if not private and any(not ipaddress.ip_address(one.split("%")[0]).is_global for one in addresses):
        raise AddressRefused("private")
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _status(parts: SplitResult, address: str, *, timeout: float) -> int:
    """The status of the answer, headers at most; all of it within `timeout` seconds."""
    began = monotonic()
    line = _connected(parts, address, timeout=timeout)
    end = Timer(max(0.1, timeout - (monotonic() - began)), _hang_up, (line,))
    end.daemon = True
    end.start()  # a server that speaks slowly keeps within the time of every single read
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        asked = HTTPConnection(parts.hostname or "", _port(parts), timeout=timeout)
        asked.sock = line
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        asked.request("GET", path, headers={"User-Agent": "Bihuan", "Connection": "close"})
        return asked.getresponse().status
    except (OSError, HTTPException) as error:
        if monotonic() - began >= timeout:
            raise TimeoutError from error
        raise
    finally:
        end.cancel()
        line.close()


def _connected(parts: SplitResult, address: str, *, timeout: float) -> socket.socket:
    line = socket.create_connection((address, _port(parts)), timeout=timeout)
    if parts.scheme == "http":
        return line
    return ssl.create_default_context().wrap_socket(
        line, server_hostname=parts.hostname, do_handshake_on_connect=False
    )


def _hang_up(line: socket.socket) -> None:
    try:
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # the plain one: TLS says no goodbye
    except OSError:
        pass  # it is over already
