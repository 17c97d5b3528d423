"""How anything is asked of another house: one HTTPS request to an address that was looked at first.

Only hosts that a provider publishes, or that the installation allows, are asked; their names must lead to the public
internet, and the connection is made to the very address that was looked at. No redirect is followed, an answer is
read to a limit, and all of it ends within a few seconds. Neither the address nor what was sent is ever written down.
"""

import ipaddress
import json
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 8.0
MOST_BYTES = 64 * 1024


class AddressRefused(Exception):
    """The address may not be asked; its one argument says why in a word."""


class NoAnswer(Exception):
    """Nothing came back; its one argument says why in a word: timeout, unreachable, certificate."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the status, the headers in small letters, the first 64 kB."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def told(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


def checked(url: str, *, hosts: Collection[str]) -> SplitResult:
    """The address in its parts; AddressRefused unless it is https at one of these hosts (`.example.com`: any under
    it) or at one that the installation allows by `BIHUAN_CHANNEL_HOSTS`. With `BIHUAN_CHANNELS_PRIVATE` those may
    answer in one's own network and without TLS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise AddressRefused("not_http") from fault
    host = (parts.hostname or "").lower()
    own = host in settings.BIHUAN_CHANNEL_HOSTS
    if parts.username or parts.password or not host:
        raise AddressRefused("not_http")
    if parts.scheme != "https" and not (parts.scheme == "http" and own and settings.BIHUAN_CHANNELS_PRIVATE):
        raise AddressRefused("not_https")
    if not own and not (_at_one_of(host, hosts) and port in (None, 443)):
        raise AddressRefused("host")
    return parts


def ask(
    url: str,
    *,
    hosts: Collection[str],
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    timeout: float = TIMEOUT_SECONDS,
    most: int = MOST_BYTES,
) -> Answer:
    """Ask once; `most` bytes of the answer are read. AddressRefused when that address may not be asked, NoAnswer when
    nothing came back in time."""
    return answer_of(
        checked(url, hosts=hosts),
        private=settings.BIHUAN_CHANNELS_PRIVATE,
        method=method,
        body=body,
        headers=headers or {},
        timeout=timeout,
        limit=most,
    )


def answer_of(
    parts: SplitResult,
    *,
    private: bool,
    method: str,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    limit: int,
) -> Answer:
    """One request to an address that is known to be a right one. `private`: it may lie in one's own network.
    AddressRefused when it must not and does, NoAnswer when nothing came back in time."""
    try:
        address = allowed_address(parts, private=private)
        return exchange(
            parts, address, method=method, body=body, headers=headers, timeout=timeout, limit=limit
        )
    except TimeoutError as error:
        raise NoAnswer("timeout") from error
    except ssl.SSLError as error:
        raise NoAnswer("certificate") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer("unreachable") from error


def allowed_address(parts: SplitResult, *, private: bool) -> str:
    """The numeric address that the name leads to. Refused when any of its addresses is not one of the public
    internet, unless private ones are allowed; the connection is made to this very address, so no second answer of
    the name server can lead elsewhere."""
    found = socket.getaddrinfo(parts.hostname, port_of(parts), type=socket.SOCK_STREAM)
    addresses = [str(told[4][0]) for told in found]
    if not private and any(not ipaddress.ip_address(one.split("%")[0]).is_global for one in addresses):
        raise AddressRefused("private")
    return addresses[0]


def port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def exchange(
    parts: SplitResult,
    address: str,
    *,
    method: str,
    headers: Mapping[str, str],
    timeout: float,
    body: bytes = b"",
    limit: int = 0,
) -> Answer:
    """One request to this numeric address and its answer, `limit` bytes of it at most; all within `timeout` seconds."""
    began = monotonic()
    line = _connected(parts, address, timeout=timeout)
    end = Timer(max(0.1, timeout - (monotonic() - began)), _hang_up, (line,))
    end.daemon = True
    end.start()  # a server that speaks slowly keeps within the time of every single read
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        asked = HTTPConnection(parts.hostname or "", port_of(parts), timeout=timeout)
        asked.sock = line
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        asked.request(
            method,
            path,
            body=body or None,
            headers={"User-Agent": "Bihuan", "Connection": "close", **headers},
        )
        return _read(asked.getresponse(), limit)
    except (OSError, HTTPException) as error:
        if monotonic() - began >= timeout:
            raise TimeoutError from error
        raise
    finally:
        end.cancel()
        line.close()


def _read(response: HTTPResponse, limit: int) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=headers, body=response.read(limit) if limit else b"")


def _at_one_of(host: str, hosts: Collection[str]) -> bool:
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)


def _connected(parts: SplitResult, address: str, *, timeout: float) -> socket.socket:
    line = socket.create_connection((address, port_of(parts)), timeout=timeout)
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
