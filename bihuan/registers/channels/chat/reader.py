"""Reads what a chat began with: a probe of our own, or a conversation under way.

The bytes are the first thing that a visitor wrote. The rest follows line by line, and the chat gets its place when it
ends; so there is nothing more to make of them here.
"""

import json
from typing import Any

from bihuan.registers.channels.message import IncomingMessage, Unreadable
from bihuan.registers.channels.set_aside import is_set_aside, read_set_aside


class ChatReader:
    """The `Reader` of the chat on the web."""

    channel = "chat"

    def read(self, raw: bytes) -> IncomingMessage:
        """A probe says its token; a chat is live; a first line that was set aside says what was typed; all else is
        Unreadable."""
        said = _said(raw)
        if probe := said.get("probe"):
            return IncomingMessage(words="", probe=str(probe))
        if is_set_aside(said):
            return read_set_aside(said)
        if "words" not in said:
            raise Unreadable("no_words")
        return IncomingMessage(words=str(said["words"]), live=True)


def _said(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("not_json") from fault
    if not isinstance(said, dict):
        raise Unreadable("not_json")
    return said


READER = ChatReader()
