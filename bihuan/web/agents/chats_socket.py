"""The socket of an agent: one for all chats of the page. Who it is says the session, asked anew at every frame."""

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from bihuan.ground.worktime.clock import now
from bihuan.registers.access.errors import NotAllowed, NotFound, NotSignedIn, Refusal
from bihuan.registers.access.queries import person, viewer_of
from bihuan.registers.access.viewer import Viewer
from bihuan.service.intake.chats.queries import chat_of
from bihuan.service.intake.chats.taking import sit
from bihuan.service.intake.chats.writing import Line, answer, saw, types
from bihuan.web.agents.chats_shown import news
from bihuan.web.look.chat_poller import Watch
from bihuan.web.look.second_factor import lacks_second_factor
from bihuan.web.look.sockets import NOT_OURS, SIGNED_OUT, ChatSocket, language_of


class AgentSocket(ChatSocket):
    """One open page of chats."""

    here = 0

    async def connect(self) -> None:
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            return await self.refuse(SIGNED_OUT)
        self.person_id, self.session_key = int(user.pk), str(self.scope["session"].session_key)
        self.language = language_of(self.scope, str(getattr(user, "language", "") or ""))
        try:
            await self.asked(self.viewer)
        except Refusal:
            return await self.refuse(NOT_OURS)
        await self.begin(Watch(desk=True))
        return None

    def viewer(self) -> Viewer:
        """Who asks, as things stand now: still signed in, still with us, still with this right."""
        session = SessionStore(self.session_key)
        if str(session.get(SESSION_KEY, "")) != str(self.person_id):
            raise NotSignedIn
        row = person(self.person_id)
        if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), row.get_session_auth_hash()):
            raise NotSignedIn  # the password was changed: whoever has the old session is out
        found = viewer_of(row)
        if not row.is_active or lacks_second_factor(row, session, found):
            raise NotAllowed("report.take")
        found.must("report.take")
        return found

    def heard(self, told: dict[str, Any]) -> dict[str, Any] | None:
        once = str(told.get("once", ""))[:30]
        chat_id = told.get("chat", 0)
        if not isinstance(chat_id, int) or not 0 < chat_id < 2**62:
            return None
        try:
            viewer = self.viewer()
        except Refusal:
            return {"close": SIGNED_OUT}
        try:
            return self._done(viewer, chat_id, once, told)
        except Refusal as refusal:
            return {"refused": once, "sentence": str(refusal)}

    def _done(self, viewer: Viewer, chat_id: int, once: str, told: dict[str, Any]) -> dict[str, Any] | None:
        match told.get("do"):
            case "say":
                line = Line(once=once, words=str(told.get("words", "")))
                answer(chat_of(viewer, chat_id), line, viewer=viewer, now=now())
                return {"kept": once}
            case "look":
                self.here = chat_of(viewer, chat_id).id
                if self.watch is not None:
                    self.watch.chats = {self.here}
            case "types":
                types(chat_id, by_agent=viewer.person_id, now=now())
            case "saw":
                place = told.get("place")
                if isinstance(place, int) and 0 < place < 1_000_000:
                    saw(chat_id, place, by_agent=viewer.person_id)
        return None

    def shown(self) -> dict[str, Any]:
        moment = now()
        try:
            viewer = self.viewer()
        except (Refusal, NotFound):
            return {"close": SIGNED_OUT}
        sit(viewer, ready=None, now=moment)
        told = news(viewer, self.here, now=moment)
        held = told["list"] | {"here": self.here}
        frame: dict[str, Any] = {
            "list": render_to_string("agents/chats.html#list", held),
            "unread": held["unread"] + held["waiting"],
        }
        if "talk" in told:
            frame["talk"] = render_to_string("agents/chats.html#talk", told["talk"])
            frame["place"] = told["talk"]["last_place"]
            frame["state"] = f"{told['talk']['chat'].state} {told['talk']['chat'].agent_id or 0}"
        return frame
