"""Customers who chat: the form begins it, further lines go by the socket, and who waits no longer leaves a number.

A line counts as accepted when the server says that it is kept. Who hangs up before that says the same once more, with
the same mark, over another socket.
"""

import random
import re
import time

from bench.crashing.ledger import Ledger, more_of, phone_of, words_of
from bench.crashing.senders import HANGS_UP, ONCE_MORE, TIMEOUT_SECONDS, Line, Request, form
from bench.crashing.socket_line import SocketLine

MOST_LINES = 3  # said by one customer after the first
KEY = re.compile(rb'name="key" value="([^"]+)"')


class ChatSender:
    """The chat on the web."""

    channel = "chat"

    def __init__(self, port: int, ledger: Ledger) -> None:
        self.port, self.ledger = port, ledger
        self.line = Line(self.channel, port, ledger)

    def report(self, number: int, *, dice: random.Random, fifty: bool, until: float) -> None:
        key = self._key(until)
        if not key:
            return
        told = {"words": words_of(number), "phone": phone_of(number), "key": key}
        begin = form("/chat", told, kept=302)
        if fifty:
            self.line.at_once(lambda: begin)
        begun = self.line.keep_sending(lambda: begin, hangs_up=dice.random() < HANGS_UP, until=until)
        if begun is None:
            return
        self.ledger.accept(number, self.channel)
        if dice.random() < ONCE_MORE:
            self.ledger.count(self.ledger.again, self.channel)
            self.line.once(begin)
        lines = range(1, dice.randint(1, MOST_LINES) + 1)
        if fifty:
            self._say_at_once(begun.place, number, lines[0])
        self._say_all(begun.place, number, lines, dice, until)
        over = form(begun.place, {"do": "leave", "phone": phone_of(number)}, kept=302)
        self.line.keep_sending(lambda: over, hangs_up=dice.random() < HANGS_UP, until=until)

    def _key(self, until: float) -> str:
        """The mark of the empty form, as the page has it."""
        page = self.line.keep_sending(
            lambda: Request(path="/chat", method="GET", kept=200), hangs_up=False, until=until
        )
        found = KEY.search(page.body) if page is not None else None
        return found.group(1).decode() if found else ""

    def _say_at_once(self, place: str, number: int, line: int) -> None:
        told = {"do": "say", "once": once_of(line), "words": more_of(number, line)}
        self.line.at_once(lambda: form(place, told, kept=302))

    def _say_all(self, place: str, number: int, lines: range, dice: random.Random, until: float) -> None:
        """Every line by the socket until it is kept; over a new one whenever the line broke."""
        left, hangs_up = list(lines), dice.random() < HANGS_UP
        while left and time.monotonic() < until:
            try:
                with SocketLine(self.port, f"/ws{place.rstrip('/')}", timeout=TIMEOUT_SECONDS) as socket:
                    while left:
                        told = {"do": "say", "once": once_of(left[0]), "words": more_of(number, left[0])}
                        self.ledger.count(self.ledger.sent, self.channel)
                        socket.say(told)
                        if hangs_up:
                            hangs_up = False
                            self.ledger.count(self.ledger.hung_up, self.channel)
                            raise ConnectionError("hung up")
                        if not self._is_kept(socket, told["once"]):
                            return
                        self.ledger.keep_line(number, left[0])
                        if dice.random() < ONCE_MORE:
                            self.ledger.count(self.ledger.again, self.channel)
                            socket.say(told)
                        left.pop(0)
            except OSError:
                time.sleep(0.2)

    def _is_kept(self, socket: SocketLine, once: str) -> bool:
        """Whether this line is kept, as the server says; False when it was refused."""
        while True:
            told = socket.hear()
            if told.get("kept") == once:
                return True
            if told.get("refused") == once:
                self.ledger.count(self.ledger.refused, "chat line")
                return False


def once_of(line: int) -> str:
    """The browser's own mark of a line."""
    return f"line-{line}"
