"""Mail by SMTP against a server on this machine that speaks just enough of it."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest

from bihuan.registers.channels.message import NeverSent, NotSent, OutgoingMessage
from bihuan.registers.channels.smtp.provider import MAIL


class Post(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    refuses = b""
    letters: list[bytes]


class Counter(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part)
                self.server.letters.append(b"".join(lines))
                self.wfile.write(b"250 taken\r\n")
            elif line.startswith(b"RCPT") and self.server.refuses:
                self.wfile.write(self.server.refuses + b"\r\n")
            elif line.startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


@contextmanager
def a_post(monkeypatch: pytest.MonkeyPatch, *, refuses: bytes = b"") -> Iterator[Post]:
    server = Post(("127.0.0.1", 0), Counter)
    server.refuses, server.letters = refuses, []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    told = {
        "HOST": "127.0.0.1",
        "PORT": str(server.server_address[1]),
        "FROM": "闭环 <no-reply@x.example>",
        "TLS": "none",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"BIHUAN_SMTP_{name}", value)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def a_message() -> OutgoingMessage:
    return OutgoingMessage(
        id=3, kind="mail", receiver="agent@x.example", subject="新工单", words="新工单 AF1 西湖区"
    )


@pytest.mark.demand("S3-70")
def test_a_mail_arrives_whole_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_post(monkeypatch) as post:
        MAIL.send(a_message())
        [raw] = post.letters
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    body = letter.get_body()
    assert body is not None
    assert (letter["Subject"], letter["To"], letter["X-Bihuan-Notice"]) == ("新工单", "agent@x.example", "3")
    assert body.get_content().strip() == "新工单 AF1 西湖区"


@pytest.mark.parametrize(
    ("said", "code", "never"),
    [(b"550 no such user", "refused 550", True), (b"451 try later", "busy_there 451", False)],
)
def test_what_the_post_refuses(said: bytes, code: str, never: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_post(monkeypatch, refuses=said), pytest.raises(NotSent) as caught:
        MAIL.send(a_message())
    assert (caught.value.code, isinstance(caught.value, NeverSent)) == (code, never)
    assert "no such user" not in str(caught.value)


def test_a_post_that_is_closed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_post(monkeypatch):
        pass
    with pytest.raises(NotSent) as caught:
        MAIL.send(a_message())
    assert (caught.value.code, isinstance(caught.value, NeverSent)) == ("unreachable", False)


def test_without_a_server_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIHUAN_SMTP_HOST", raising=False)
    with pytest.raises(NeverSent) as caught:
        MAIL.send(a_message())
    assert caught.value.code == "account_missing"
