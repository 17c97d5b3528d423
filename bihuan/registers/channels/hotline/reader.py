"""Reads what the telephone system sent: a probe of our own, a call under way, or what a person must see.

The events of a call are folded into it as they arrive, so that a caller waiting in the queue hears how long it will
take; here only the first of them is read once more, and it says that the call is followed elsewhere.
"""

import json

from bihuan.registers.channels.hotline.telling import told_in
from bihuan.registers.channels.message import IncomingMessage, Unreadable
from bihuan.registers.channels.set_aside import is_set_aside, read_set_aside


class HotlineReader:
    """The `Reader` of the hotline."""

    channel = "hotline"

    def read(self, raw: bytes) -> IncomingMessage:
        """A probe says its token; an event of a call is live; all else is Unreadable."""
        told = told_in(raw)
        if told.sort == "probe":
            return IncomingMessage(words="", probe=told.token)
        return IncomingMessage(words="", live=True)


class WishReader:
    """The `Reader` of what the web keeps before it acts: somebody wishes to be rung, which is a duty of its own."""

    channel = "web"

    def read(self, raw: bytes) -> IncomingMessage:
        """A wish to be rung is live until somebody rang; a form that was set aside says what was typed; all else is
        Unreadable."""
        try:
            said = json.loads(raw)
        except ValueError:
            raise Unreadable("broken_json") from None
        if is_set_aside(said):
            return read_set_aside(said)
        if not isinstance(said, dict) or said.get("form") != "ring_back":
            raise Unreadable("no_wish")
        return IncomingMessage(words="", live=True)


READER = HotlineReader()
WISHES = WishReader()
