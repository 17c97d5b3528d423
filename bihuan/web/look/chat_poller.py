"""One look at the rows of chats twice a second for a whole process, which wakes those whose chat has changed.

The rows are the truth: several web processes need nothing between them, and whoever was away sees all when back.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from bihuan.service.intake.chats.queries import stamps

log = logging.getLogger("bihuan.web.look")
EVERY_SECONDS = 0.5
HEARTBEAT = 30  # rounds after which everybody looks, whether anything changed or not


@dataclass(eq=False)
class Watch:
    """One socket: the chats that it shows; with `desk` every open one. `woken` is set when there is something new."""

    chats: set[int] = field(default_factory=set)
    desk: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Poller:
    """Looks as long as anybody watches."""

    def __init__(self) -> None:
        self.watches: set[Watch] = set()
        self.seen: dict[int, object] = {}
        self.task: asyncio.Task[None] | None = None

    def join(self, watch: Watch) -> None:
        self.watches.add(watch)
        watch.woken.set()
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._look())

    def leave(self, watch: Watch) -> None:
        self.watches.discard(watch)

    async def _look(self) -> None:
        rounds = 0
        while self.watches:
            await asyncio.sleep(EVERY_SECONDS)
            rounds += 1
            try:
                changed = await self._changed()
            except Exception:  # the database is away: the next look tells
                log.warning("The rows of chats could not be looked at.")
                continue
            for watch in list(self.watches):
                if rounds % HEARTBEAT == 0 or changed & watch.chats or (watch.desk and changed):
                    watch.woken.set()

    async def _changed(self) -> set[int]:
        watched = {one for watch in self.watches for one in watch.chats}
        desk = any(watch.desk for watch in self.watches)
        ask = database_sync_to_async(stamps, thread_sensitive=False)
        found: dict[int, object] = dict(await ask(watched, desk=desk))
        changed = {key for key in found.keys() | self.seen.keys() if found.get(key) != self.seen.get(key)}
        self.seen = found
        return changed


_pollers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Poller]" = WeakKeyDictionary()


def poller() -> Poller:
    """The one of this process (of its event loop)."""
    return _pollers.setdefault(asyncio.get_running_loop(), Poller())
