"""What an agent sees of the chats: the list, and the talk that is open. Page and socket draw the same parts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bihuan.registers.access.errors import NotFound
from bihuan.registers.access.viewer import Viewer
from bihuan.registers.knowledge.queries import knowledge
from bihuan.registers.organisation.naming import company_name
from bihuan.service.intake.chats.limits import limits_in_use
from bihuan.service.intake.chats.queries import (
    DeskRow,
    chat_of,
    desk,
    is_open_message,
    said_by,
    seat_of,
    typing,
    untold,
)
from bihuan.web.agents.caller import caller_of
from bihuan.web.agents.heard import script_line
from bihuan.web.look.chat_lines import bubbles_of
from bihuan.web.look.words import words_span


@dataclass(frozen=True, kw_only=True)
class RowShown:
    """One chat in the list."""

    row: DeskRow = field(repr=False)
    here: bool
    waits: str
    late: bool

    @property
    def queued(self) -> bool:
        return self.row.chat.state == "queued"


def list_shown(viewer: Viewer, *, here: int, now: datetime) -> dict[str, Any]:
    """The left side: chats with what is unread and how long they wait."""
    within = limits_in_use().answer_within
    rows = [
        RowShown(
            row=one,
            here=one.chat.id == here,
            waits=words_span(now - one.waits_since) if one.waits_since else "",
            late=bool(one.waits_since and now - one.waits_since > within),
        )
        for one in desk(viewer)
    ]
    mine = [one for one in rows if not one.queued]
    return {
        "rows": rows,
        "waiting": sum(one.queued for one in rows),
        "unread": sum(one.row.unread for one in mine),
        "most": limits_in_use().at_once,
        "have": sum(one.row.chat.agent_id == viewer.person_id for one in mine),
        "untold": untold(viewer),
        "seat": seat_of(viewer),
    }


def talk_shown(viewer: Viewer, chat_id: int, *, now: datetime) -> dict[str, Any]:
    """The right side: the talk. Everything but lines and typing is drawn with the page."""
    chat = chat_of(viewer, chat_id)
    lines = bubbles_of(chat, me="agent")
    return {
        "chat": chat,
        "lines": lines,
        "last_place": max((one.place for one in lines), default=0),
        "typing": typing(chat, now)[1],
        "seen": chat.seen_by_customer,
        "said": said_by(chat),
        "mine": chat.agent_id == viewer.person_id and chat.state == "talking",
        "asked_of_me": chat.asked_id == viewer.person_id and chat.state == "talking",
        "files": f"/desk/chats/{chat.id}/files/",
    }


def beside(viewer: Viewer, chat: Any, *, now: datetime) -> dict[str, Any]:
    """Who it may be and what they have with us, and sentences ready to be sent."""
    said = said_by(chat)
    return {
        "caller": caller_of(said.phone, said.email, viewer, now=now),
        "canned": canned(chat),
        "untold_here": chat.report_id is None and is_open_message(chat),
    }


def canned(chat: Any) -> list[str]:
    """The script's sentences that need nothing filled in but our name."""
    agent = chat.agent.name if chat.agent is not None else ""
    said = [script_line(one.code, company=company_name(), agent=agent) for one in knowledge().script.line]
    return [one for one in dict.fromkeys(said) if one and "…" not in one and "{" not in one]


def news(viewer: Viewer, here: int, *, now: datetime) -> dict[str, Any]:
    """The contexts that a socket draws: the list, and the talk where one is open."""
    told = {"list": list_shown(viewer, here=here, now=now)}
    if here:
        try:
            told["talk"] = talk_shown(viewer, here, now=now)
        except NotFound:
            pass
    return told
