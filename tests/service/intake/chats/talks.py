"""A visitor and their chat, for the tests of chats."""

import secrets
from datetime import datetime
from itertools import count

from bihuan.registers.access.models import Person
from bihuan.registers.access.queries import viewer_of
from bihuan.registers.access.roles import Role
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.models import Chat
from bihuan.service.intake.chats.writing import Line, Self, begin
from tests.makers import NOW, Company, a_person

_names = count(1)
WORDS = "空调突然不制冷了"


def a_chat(words: str = WORDS, *, now: datetime = NOW, **told: str) -> Chat:
    """A visitor wrote their first line; `told` is their name, phone or email."""
    line = Line(once=f"l{next(_names)}", words=words)
    return begin(secrets.token_urlsafe(32), line, told=Self(**told), language="zh-hans", now=now)


def another_agent(made: Company) -> Viewer:
    person: Person = a_person(Role.AGENT, node=made.head)
    return viewer_of(person)


def fresh(chat: Chat) -> Chat:
    return Chat.objects.select_related("message__key", "report", "agent").get(id=chat.id)
