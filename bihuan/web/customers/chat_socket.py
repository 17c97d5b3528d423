"""The socket of a visitor: lines in, news out. Its address holds the private token, as the page's does."""

from typing import Any

from django.template.loader import render_to_string

from bihuan.ground.worktime.clock import now
from bihuan.registers.access.errors import NotFound, Refusal
from bihuan.service.intake.chats.queries import chat_by_token
from bihuan.service.intake.chats.writing import Line, saw, say, types
from bihuan.web.customers.chat_shown import shown
from bihuan.web.look.chat_poller import Watch
from bihuan.web.look.sockets import GONE, ChatSocket, language_of


class VisitorSocket(ChatSocket):
    """One open page of one chat."""

    async def connect(self) -> None:
        self.token = str(self.scope["url_route"]["kwargs"]["token"])[:200]
        self.language = language_of(self.scope)
        try:
            chat = await self.asked(chat_by_token, self.token)
        except NotFound:
            return await self.refuse(GONE)
        self.chat_id = chat.id
        await self.begin(Watch(chats={chat.id}))
        return None

    def heard(self, told: dict[str, Any]) -> dict[str, Any] | None:
        once = str(told.get("once", ""))[:40]
        match told.get("do"):
            case "say":
                try:
                    line = Line(once=once, words=str(told.get("words", "")))
                    say(chat_by_token(self.token), line, now=now())
                except Refusal as refusal:
                    return {"refused": once, "sentence": str(refusal)}
                return {"kept": once}
            case "types":
                types(self.chat_id, by_agent=None, now=now())
            case "saw":
                place = told.get("place")
                if isinstance(place, int) and 0 < place < 1_000_000:
                    saw(self.chat_id, place, by_agent=None)
        return None

    def shown(self) -> dict[str, Any]:
        context = shown(chat_by_token(self.token), self.token, now=now())
        html = render_to_string("customers/chat_talk.html#talk", context)
        return {"talk": html, "place": context["last_place"]}
