"""Signs of life to the outside: asked of a real server, at most one a minute, and never in a sweep's way."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from bihuan.ground.journal.models import RunningClock, Watch
from bihuan.ground.journal.running import clocks_alive, say_running, say_stopped, take_turn
from bihuan.management.commands import clock as clock_command
from bihuan.management.commands.clock import run_round
from bihuan.management.heartbeat import NAME, Asked, Heartbeat
from bihuan.management.probing import Probes
from bihuan.registers.channels.outward import AddressRefused, allowed_address

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
type Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def a_server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """A real HTTP server: its address, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/ping/secret?rid=7", paths
    finally:
        server.shutdown()
        server.server_close()


def well(handler: BaseHTTPRequestHandler) -> None:
    with_status(handler, 200)


def with_status(handler: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def silent(handler: BaseHTTPRequestHandler) -> None:
    sleep(3)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """One byte after the other: no single read takes long, the whole never ends."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            sleep(0.1)
    except OSError:
        pass


def ask(url: str, *, private: bool = True, timeout: float = 0.5) -> tuple[str, str]:
    asked = Asked(url, private=private, timeout=timeout)
    return asked.ask(), asked.address


def test_an_answer_of_success_is_no_trouble() -> None:
    with a_server(well) as (url, paths):
        assert ask(url) == ("", "127.0.0.1")
    assert paths == ["/ping/secret?rid=7"]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_any_other_answer_is_noted(status: int) -> None:
    with a_server(lambda handler: with_status(handler, status)) as (url, _):
        assert ask(url) == (f"status {status}", "127.0.0.1")


def test_redirects_are_not_followed() -> None:
    with (
        a_server(well) as (target, led_to),
        a_server(lambda handler: with_status(handler, 302, Location=target)) as (url, asked),
    ):
        assert ask(url)[0] == "status 302"
    assert (len(asked), led_to) == (1, [])


@pytest.mark.parametrize("slow", [silent, dripping])
def test_a_slow_server_is_left_after_the_time_allowed(slow: Answer) -> None:
    with a_server(slow) as (url, _):
        began = monotonic()
        assert ask(url) == ("timeout", "127.0.0.1")
        assert monotonic() - began < 1.5


def test_a_server_that_is_not_there_is_noted() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        assert ask(f"http://127.0.0.1:{taken.getsockname()[1]}/") == ("ConnectionRefusedError", "127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
    ],
)
def test_private_addresses_are_refused_unless_they_are_allowed(url: str) -> None:
    assert ask(url, private=False)[0] == "private"
    with pytest.raises(AddressRefused):
        allowed_address(urlsplit(url), private=False)


def test_a_public_address_is_allowed() -> None:
    assert allowed_address(urlsplit("https://93.184.215.14/x"), private=False) == "93.184.215.14"


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "example.org", "http://"])
def test_only_http_and_https_are_asked(url: str) -> None:
    assert ask(url)[0] == "not_http"


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://127.0.0.1/a b\n"])
def test_an_address_that_makes_no_sense_is_a_trouble_and_no_crash(url: str) -> None:
    assert ask(url)[0] != ""


@pytest.mark.django_db
def test_two_clocks_take_turns_and_the_row_decides() -> None:
    minute = timedelta(seconds=60)
    asked = [NOW, NOW, NOW + timedelta(seconds=59), NOW + minute, NOW + minute]
    assert [take_turn("x", every=minute, now=now) for now in asked] == [True, False, False, True, False]


@pytest.mark.django_db
def test_a_clock_put_back_waits_for_no_turn_of_the_future() -> None:
    take_turn("x", every=timedelta(seconds=60), now=NOW + timedelta(days=3))
    assert take_turn("x", every=timedelta(seconds=60), now=NOW)


@pytest.mark.django_db
def test_clocks_are_alive_as_long_as_they_are_seen() -> None:
    say_running("a:1", began_at=NOW, now=NOW)
    say_running("b:2", began_at=NOW, now=NOW + timedelta(minutes=3))
    say_running("c:3", began_at=NOW, now=NOW + timedelta(minutes=3))
    say_stopped("c:3")
    at = NOW + timedelta(minutes=3)
    assert [one.name for one in clocks_alive(at, within=timedelta(minutes=2))] == ["b:2"]
    say_running("b:2", began_at=NOW, now=NOW + timedelta(days=2))
    assert [one.name for one in RunningClock.objects.all()] == ["b:2"]


@pytest.mark.django_db(transaction=True)
def test_a_sign_of_life_follows_a_round_in_which_all_went_well(client: Client) -> None:
    with a_server(well) as (url, paths):
        heartbeat = Heartbeat(url, private=True)
        for _ in range(2):
            run_round("here:1", NOW, heartbeat, Probes(()))
            assert heartbeat.thread is not None
            heartbeat.thread.join(5)
    noted = Watch.objects.get(name=NAME)
    assert (len(paths), noted.progress, noted.trouble) == (1, "127.0.0.1", "")
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_no_sign_of_life_while_something_is_wrong() -> None:
    with a_server(well) as (url, paths):
        assert not Heartbeat(url, private=True).beat(is_well=lambda: False, now=NOW)
    assert (paths, Watch.objects.filter(name=NAME).exists()) == ([], False)


@pytest.mark.django_db(transaction=True)
def test_a_silent_server_holds_up_no_round_and_its_failure_is_noted() -> None:
    with a_server(silent) as (url, _):
        heartbeat = Heartbeat(url, private=True, timeout=0.6)
        began = monotonic()
        assert heartbeat.beat(is_well=lambda: True, now=NOW)
        assert not heartbeat.beat(
            is_well=lambda: True, now=NOW + timedelta(minutes=2)
        )  # the first is on its way
        assert monotonic() - began < 0.5
        assert heartbeat.thread is not None
        heartbeat.thread.join(5)
    noted = Watch.objects.get(name=NAME)
    assert (noted.ran_at, noted.trouble) == (NOW, "timeout")


@pytest.mark.django_db
def test_without_an_address_nothing_is_sent() -> None:
    heartbeat = Heartbeat("", private=False)
    assert (heartbeat.beat(is_well=lambda: True, now=NOW), heartbeat.thread) == (False, None)


def test_the_secret_in_the_address_is_never_shown(settings: Settings) -> None:
    from bihuan.web.managers.operations import _heartbeat

    settings.BIHUAN_HEARTBEAT_URL = "https://watch.example/ping/a-secret"
    line = _heartbeat(NOW, "203.0.113.7", "status 500")
    assert (line.host, "secret" in str(line)) == ("watch.example", False)


@pytest.mark.django_db
def test_after_a_sweep_that_took_long_what_presses_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def sweep(name: str, seconds: float) -> tuple[str, Callable[[datetime], object]]:
        def work(now: datetime) -> None:
            ran.append(name)
            sleep(seconds)

        return name, work

    sweeps = (sweep("promises broken", 0.0), sweep("long", 0.2), sweep("short", 0.0))
    monkeypatch.setattr(clock_command, "SWEEPS", sweeps)
    monkeypatch.setattr(clock_command, "LONG_SECONDS", 0.1)
    clock_command.run_sweeps()
    assert ran[:3] == ["promises broken", "long", "promises broken"]
