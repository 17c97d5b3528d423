"""What `make run` decides before and after the processes run."""

import socket

import pytest
from django.core.management.base import CommandError
from pytest_django.live_server_helper import LiveServer

from bihuan.management.commands.serve import Announcement, commands, refuse_a_taken_address


def test_a_taken_port_is_refused_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError) as refusal:
            refuse_a_taken_address("127.0.0.1", port)
    assert str(refusal.value) == (
        f"127.0.0.1:{port} cannot be used (Address already in use). Choose another PORT."
    )


def test_web_worker_and_clock_are_one_family() -> None:
    assert list(commands("127.0.0.1", 8000)) == ["web", "worker", "clock"]


@pytest.mark.django_db(transaction=True)
def test_the_address_is_announced_once_and_only_when_the_health_check_answers(
    live_server: LiveServer,
) -> None:
    said: list[str] = []
    nobody = Announcement("127.0.0.1", 1, said.append)
    nobody.look()
    host, port = live_server.url.removeprefix("http://").split(":")
    somebody = Announcement(host, int(port), said.append)
    somebody.look()
    somebody.look()
    assert said == [f"http://{host}:{port}"]


def test_an_open_address_is_announced_as_one_that_can_be_opened() -> None:
    assert [Announcement(host, 80, print).address for host in ("0.0.0.0", "::", "::1", "10.0.0.7")] == [
        "http://127.0.0.1:80",
        "http://[::1]:80",
        "http://[::1]:80",
        "http://10.0.0.7:80",
    ]
