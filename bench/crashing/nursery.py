"""Processes that are born quickly: one that has loaded the product forks a clock, a worker, a fetcher of mail or a web
server whenever it is asked.

A fresh `manage.py clock` spends two seconds of a processor on loading; a hundred deaths would leave no time for
work. Each child runs the very command, with connections of its own, and dies with the nursery.
"""

import asyncio
import ctypes
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG = 1
NO_CAP = 5000
COMMANDS: dict[str, tuple[str, dict[str, object]]] = {
    "clock": ("clock", {"every": 0.5}),
    "worker": (
        "db_worker",
        {"queue_name": "*", "interval": 0.2, "reload": False, "verbosity": 0, "startup_delay": False},
    ),
    "fetcher": ("fetch_mail", {"every": 1.0}),
}
LEASE_SECONDS = 15  # of a fetcher; in an installation one that died is followed after minutes


class Nursery:
    """Asks the nursery for processes, and ends those it was given; never any other."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.crashing.nursery"],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.asks, self.says = self.process.stdin, self.process.stdout
        if self.says.readline() != "ready\n":
            raise SystemExit("The product could not be loaded; see above.")

    def bear(self, sort: str) -> int:
        """Start a worker, `clock SECONDS`, `fetcher FOLDER` of mail or `web PORT`. Returns its process number."""
        self.asks.write(sort + "\n")
        self.asks.flush()
        return int(self.says.readline())

    def lives(self, pid: int) -> bool:
        """Whether this child of ours still runs."""
        try:
            told = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except FileNotFoundError:
            return False
        return told[1] == str(self.process.pid) and told[0] != "Z"

    def kill(self, pid: int, number: int = signal.SIGKILL) -> bool:
        """Send a signal; False when it had ended by itself."""
        if not self.lives(pid):
            return False
        os.kill(pid, number)
        return True

    def close(self) -> None:
        """End the nursery; whatever it bore ends with it."""
        self.asks.close()
        self.says.close()
        self.process.wait()


def _live(sort: str) -> NoReturn:
    """In the child: be that command until somebody ends it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    random.seed()
    try:
        _be(*sort.partition(" ")[::2])
    except BaseException as ended:  # the worker leaves by SystemExit
        os._exit(0 if isinstance(ended, SystemExit) and not ended.code else 1)
    os._exit(0)


def _be(sort: str, more: str) -> None:
    from django.core.management import call_command

    if sort == "web":
        _serve(int(more))
        return
    name, options = COMMANDS[sort]
    if more and sort == "fetcher":
        os.environ["BIHUAN_IMAP_FOLDER"] = more
    elif more:
        options = {**options, "every": float(more)}
    call_command(name, **options)


def _serve(port: int) -> None:
    """The product's pages, API and sockets, as `manage.py serve` has them, in this one process."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    from bihuan.asgi import application

    server = Server(
        application, port=port, interface=Interfaces.ASGINL, log_level=LogLevels.critical, log_access=False
    )
    asyncio.run(server.serve())


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    import bihuan.asgi
    import bihuan.urls  # noqa: F401 (loaded before anybody is born)

    settings.BIHUAN_NOTICES_AN_HOUR = NO_CAP  # two people are told everything here
    settings.BIHUAN_NOTICES_A_DAY = settings.BIHUAN_NOTICES_A_DAY_STAFF = NO_CAP
    from bihuan.registers.channels.mail import fetching

    fetching.LEASE = timedelta(seconds=LEASE_SECONDS)
    connections.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(line.strip())
        print(pid, flush=True)


if __name__ == "__main__":
    main()
