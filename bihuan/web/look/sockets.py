"""What the sockets of a chat have in common: who may knock, how much may be said, and how news is pushed."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation

from bihuan.web.look.chat_poller import Watch, poller
from bihuan.web.look.reading import LANGUAGE_COOKIE, chosen_language

LARGEST_FRAME = 32_000  # characters
MOST_FRAMES, WITHIN_SECONDS = 60, 10.0
NOT_OURS, GONE, TOO_MUCH, TOO_LARGE, SIGNED_OUT = 4403, 4404, 4429, 1009, 4401


class OwnOrigin:
    """Lets only our own pages open a socket: a browser always says whence it comes."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> Any:
        told = headers_of(scope)
        if is_own_origin(told.get("origin", ""), told.get("host", "")):
            return await self.inner(scope, receive, send)
        await receive()
        await send({"type": "websocket.close", "code": NOT_OURS})
        return None


def is_own_origin(origin: str, host: str) -> bool:
    """Whether a page of ours opens this; nobody says nothing."""
    return bool(origin) and (origin in settings.CSRF_TRUSTED_ORIGINS or urlsplit(origin).netloc == host)


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a socket by their names in small letters."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())
    }


def language_of(scope: Mapping[str, Any], kept: str = "") -> str:
    """The reader's language: their own, chosen on this device, or asked by the browser."""
    told = headers_of(scope)
    cookies = (part.strip().partition("=") for part in told.get("cookie", "").split(";"))
    chosen = next((value for name, _is, value in cookies if name == LANGUAGE_COOKIE), "")
    return chosen_language((kept, chosen), told.get("accept-language", ""))


def _read(text: str | None) -> dict[str, Any] | None:
    """What a frame says, without NUL and halves of characters, which no database keeps; None for one that is too large,
    or no object."""
    if text is None or len(text) > LARGEST_FRAME:
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    return {name: _whole(value) if isinstance(value, str) else value for name, value in told.items()}


def _whole(said: str) -> str:
    """An emoji that a page cut in two is a question mark: the rest of the line is not lost for it."""
    return said.replace("\x00", "").encode(errors="replace").decode()


class ChatSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # the package ships no types
    """A socket that is pushed what changed, and whose frames are few and small."""

    language = "en"
    watch: Watch | None = None
    pushing: asyncio.Task[None] | None = None

    async def begin(self, watch: Watch) -> None:
        """Accept, and push from now on."""
        await self.accept()
        self.frames: deque[float] = deque(maxlen=MOST_FRAMES)
        self.watch = watch
        self.pushing = asyncio.get_running_loop().create_task(self._push())
        poller().join(watch)

    async def refuse(self, code: int) -> None:
        """A browser learns a code only after it was let in."""
        await self.accept()
        await self.close(code=code)

    async def disconnect(self, code: int) -> None:
        if self.watch is not None:
            poller().leave(self.watch)
        if self.pushing is not None:
            self.pushing.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame: {"do": …}. Whoever says too much, or what cannot be read, is shut out."""
        now = monotonic()
        if len(self.frames) == MOST_FRAMES and now - self.frames[0] < WITHIN_SECONDS:
            await self.close(code=TOO_MUCH)
            return
        self.frames.append(now)
        told = _read(text_data)
        if told is None:
            await self.close(code=TOO_LARGE)
        else:
            await self.tell(await self.asked(self.heard, told))
            if self.watch is not None and told.get("do") in ("say", "look"):
                self.watch.woken.set()

    async def asked(self, ask: Callable[..., Any], *told: Any) -> Any:
        """What a question to the rows answers, in the reader's language."""

        def answered() -> Any:
            with translation.override(self.language):
                return ask(*told)

        return await database_sync_to_async(answered, thread_sensitive=False)()

    async def tell(self, frame: dict[str, Any] | None) -> None:
        if frame is None:
            return
        if "close" in frame:
            await self.close(code=cast(int, frame["close"]))
        else:
            await self.send(text_data=json.dumps(frame, ensure_ascii=False))

    async def _push(self) -> None:
        assert self.watch is not None
        before: dict[str, Any] | None = None
        while True:
            await self.watch.woken.wait()
            self.watch.woken.clear()
            try:
                frame = await self.asked(self.shown)
            except Exception:  # the database is away, or the chat: the next news tells
                continue
            if frame != before:
                before = frame
                await self.tell(frame)

    def heard(self, told: dict[str, Any]) -> dict[str, Any] | None:
        """What a frame does, and what is answered at once. Asks the rows."""
        raise NotImplementedError

    def shown(self) -> dict[str, Any]:
        """All that the page shows now. Asks the rows."""
        raise NotImplementedError


class Nowhere(AsyncWebsocketConsumer):  # type: ignore[misc]  # the package ships no types
    """There is nothing at this address."""

    async def connect(self) -> None:
        await self.close(code=GONE)
