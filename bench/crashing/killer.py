"""The family of the crash trial, and who kills it: web server, workers, clock, four fetchers of mail, and processes of
the database itself, each by SIGKILL."""

import os
import random
import signal
import socket
import time
from collections import Counter
from threading import Thread

from bench.crashing.ledger import Ledger
from bench.crashing.nursery import Nursery

FAMILY = ("worker", "worker", "clock 2")
FETCHERS = ("fetcher INBOX", "fetcher INBOX", "fetcher inbox", "fetcher inbox")
"""Two and two share a folder, of which one reads at a time. The two names mean the same folder, so that every mail is
fetched twice, at the same time."""
SORTS = ("web", "web", "worker", "worker", "clock", "fetcher", "fetcher")
DATABASE = "database"
MOST_WAITING = 200


def await_web(port: int) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


class Killer(Thread):
    """Kills one of the family whenever some more reports were taken in, until told to stop; whoever ended because the
    database went away is born again."""

    def __init__(self, nursery: Nursery, ledger: Ledger, *, port: int, apart: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.nursery, self.ledger, self.apart = nursery, ledger, apart
        self.dice = random.Random(seed)
        self.family = [(sort, nursery.bear(sort)) for sort in (f"web {port}", *FAMILY, *FETCHERS)]
        self.kills: Counter[str] = Counter()
        self.stopping = False

    def run(self) -> None:
        from django.db import connection

        sorts = [*SORTS]
        sorts += [DATABASE, DATABASE] if connection.vendor == "postgresql" else []
        at, look_at = 0.0, 0.0
        while not self.stopping:
            if len(self.ledger.accepted) >= at:
                at = len(self.ledger.accepted) + self.dice.uniform(0.3, 1.5) * self.apart
                sort = self.dice.choice(sorts)
                self.kills[sort] += self._kill(sort)
            if time.monotonic() > look_at:
                look_at = time.monotonic() + 1
                self.mend()
                self._look()
            time.sleep(0.02)
        connection.close()

    def _kill(self, sort: str) -> bool:
        if sort == DATABASE:
            return kill_a_backend(self.dice)
        at = self.dice.choice([at for at, (name, _pid) in enumerate(self.family) if name.startswith(sort)])
        name, pid = self.family[at]
        done = self.nursery.kill(pid)
        self.family[at] = (name, self.nursery.bear(name))
        return done

    def _look(self) -> None:
        """Nobody sends while too much waits to be read: else the trial would end long after the last kill."""
        waiting = not_read()
        if waiting is not None and waiting < MOST_WAITING:
            self.ledger.room.set()
        elif waiting is not None:
            self.ledger.room.clear()

    def refresh(self) -> None:
        """New fetchers at once: one that found the database away waits for minutes before it looks again."""
        for at, (sort, pid) in enumerate(self.family):
            if sort in FETCHERS:
                self.nursery.kill(pid)
                self.family[at] = (sort, self.nursery.bear(sort))

    def mend(self) -> None:
        """Start again what ended because the database went away under it."""
        for at, (sort, pid) in enumerate(self.family):
            if not self.nursery.lives(pid):
                self.family[at] = (sort, self.nursery.bear(sort))


def not_read() -> int | None:
    """How many messages wait to be read; None while the database is away."""
    from django.db import DatabaseError, connection

    from bihuan.service.intake.models import RawMessage

    try:
        return RawMessage.objects.filter(state=RawMessage.WAITING).count()
    except DatabaseError:
        connection.close()
        return None


def kill_a_backend(dice: random.Random) -> bool:
    """SIGKILL a process of PostgreSQL that serves somebody: the whole server recovers from it as from a crash."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            pids = [row[0] for row in cursor.fetchall()]
        if pids:
            os.kill(dice.choice(pids), signal.SIGKILL)
        return bool(pids)
    except (DatabaseError, ProcessLookupError):
        return False
    finally:
        connection.close()
