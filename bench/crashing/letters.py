"""Customers who write a mail: into the mailbox of a real IMAP server, which fetchers of the product read meanwhile.

What lies in the mailbox counts as accepted. Some clients hang up before the server has said so and append the same
once more; the post brings some mails twice or fifty times, with other lines of its way and under another number of the
server.
"""

import contextlib
import imaplib
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bench.crashing.ledger import Ledger, words_of
from bench.crashing.senders import FIFTY, HANGS_UP, ONCE_MORE, key_of
from tests.mailbox import PASSWORD, USER, Box

BY_POST = 0.3  # of the mails; the others are appended by IMAP
AWAY = (OSError, imaplib.IMAP4.error)


class MailSender:
    """Mail to the house; each thread has a line of its own to the server."""

    channel = "mail"

    def __init__(self, box: Box, ledger: Ledger) -> None:
        self.box, self.ledger, self.own = box, ledger, threading.local()

    def report(self, number: int, *, dice: random.Random, fifty: bool, until: float) -> None:
        from bihuan.registers.channels.mail.writing import written

        raw = written(
            sender=f"c{number}@mail.example",
            subject="报修",
            words=words_of(number),
            number=f"{key_of(number)}@mail.example",
            at=datetime.now(UTC),
        )
        if fifty:
            self._at_once(raw)
        if dice.random() < BY_POST:
            self._bring(raw)
        elif not self._append(raw, hangs_up=dice.random() < HANGS_UP, until=until):
            self.ledger.count(self.ledger.given_up, self.channel)
            return
        self.ledger.accept(number, self.channel)
        if dice.random() < ONCE_MORE:
            self.ledger.count(self.ledger.again, self.channel)
            self._bring(on_its_way(raw, dice))

    def _at_once(self, raw: bytes) -> None:
        self.ledger.count(self.ledger.at_once, self.channel)
        with ThreadPoolExecutor(FIFTY) as pool:
            for _ in range(FIFTY):
                pool.submit(self._bring, raw)

    def _bring(self, raw: bytes) -> None:
        self.ledger.count(self.ledger.sent, self.channel)
        self.box.put(raw)

    def _append(self, raw: bytes, *, hangs_up: bool, until: float) -> bool:
        """Append it until the server says that it has it."""
        while time.monotonic() < until:
            self.ledger.count(self.ledger.sent, self.channel)
            try:
                line = self._line()
                if hangs_up:
                    hangs_up = False
                    self.ledger.count(self.ledger.hung_up, self.channel)
                    self._append_and_go(line, raw)
                elif line.append("INBOX", "", "", raw)[0] == "OK":
                    return True
            except AWAY:
                self._hang_up()
                time.sleep(0.2)
        return False

    def _append_and_go(self, line: imaplib.IMAP4, raw: bytes) -> None:
        """The whole mail goes out, and nobody waits for the word that it is there."""
        line.send(b"x1 APPEND INBOX {%d}\r\n" % len(raw))
        line.readline()
        line.send(raw + b"\r\n")
        self._hang_up()

    def _line(self) -> imaplib.IMAP4:
        line: imaplib.IMAP4 | None = getattr(self.own, "line", None)
        if line is None:
            line = imaplib.IMAP4("127.0.0.1", self.box.port, timeout=30)
            line.login(f'"{USER}"', PASSWORD)
            self.own.line = line
        return line

    def _hang_up(self) -> None:
        line: imaplib.IMAP4 | None = getattr(self.own, "line", None)
        self.own.line = None
        if line is not None:
            with contextlib.suppress(*AWAY):
                line.shutdown()


def on_its_way(raw: bytes, dice: random.Random) -> bytes:
    """The same mail as another server passed it on."""
    by = b"relay%d.example" % dice.randrange(100)
    return b"Delivered-To: service@x.example\r\nReceived: from a by " + by + b"; now\r\n" + raw
