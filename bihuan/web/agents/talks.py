"""The chats of a case as they were written, for whoever sees its customer in full."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bihuan.service.intake.chats.queries import chats_of_chain
from bihuan.web.look.chat_lines import Bubble, bubbles_of


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One chat: its row and its lines, the oldest first."""

    chat: Any
    lines: list[Bubble] = field(repr=False)


def talks_of(case: Any, story: Iterable[Any]) -> list[Talk]:
    """The chats that belong to a case, the newest first; without lines where the customer was forgotten. Nothing is
    asked where neither the case nor what was written later came by chat."""
    if case.channel != "chat" and all(getattr(fact.event, "channel", "") != "chat" for fact in story):
        return []
    return [Talk(chat=one, lines=bubbles_of(one, me="agent")) for one in chats_of_chain(case.chain_id)]
