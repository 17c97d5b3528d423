"""The clock: runs every sweep of the story again and again, until it is told to stop."""

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from bihuan.flow import SWEEPS
from bihuan.ground.journal.reactions import watched
from bihuan.ground.journal.running import say_running, say_stopped
from bihuan.ground.worktime import clock
from bihuan.management import catching_up, upkeep
from bihuan.management.backups import nightly
from bihuan.management.demo import filling
from bihuan.management.heartbeat import Heartbeat
from bihuan.management.probing import DOORS, Probes
from bihuan.management.stopping import when_told_to_stop
from bihuan.web.look.duties import is_any_late

log = logging.getLogger("bihuan.clock")

PRESSING = frozenset({"promises at risk", "promises broken", "ladders"})  # what is announced to the second
LONG_SECONDS = 1.0


class Command(BaseCommand):
    help = "Announce what is due: run every sweep each few seconds. Any number of clocks may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two rounds")
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        stop = when_told_to_stop()
        name, began = clock_name(), clock.now()
        heartbeat = Heartbeat(settings.BIHUAN_HEARTBEAT_URL, private=settings.BIHUAN_HEARTBEAT_PRIVATE)
        probes = Probes(DOORS if settings.BIHUAN_PROBES else ())
        while not stop.is_set():
            run_round(name, began, heartbeat, probes)
            if once:
                break
            stop.wait(every)
        _bear(lambda: say_stopped(name))


def clock_name() -> str:
    """This process among all clocks of the installation."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def run_round(name: str, began: datetime, heartbeat: Heartbeat, probes: Probes) -> None:
    """One round: say that we are here, sweep, and when all is well tell it outside."""
    close_old_connections()
    _bear(lambda: say_running(name, began_at=began, now=clock.now()))
    went_well = run_sweeps()
    _bear(lambda: probes.send(now=clock.now()))
    _bear(lambda: heartbeat.beat(is_well=lambda: went_well and not is_any_late(clock.now()), now=clock.now()))
    close_old_connections()


def run_sweeps() -> bool:
    """Every sweep once. One that fails does not stop the others, nor a database that is away for a while the clock.
    After one that took long, what presses comes again before the next. Whether all ran without trouble."""
    well = True
    pressing = [(name, sweep) for name, sweep in SWEEPS if name in PRESSING]
    more = (
        ("demo company", filling.resume),
        ("statistics", upkeep.keep_statistics),
        ("backup", nightly.make_due),
        (catching_up.NAME, catching_up.note),
    )
    for name, sweep in (*SWEEPS, *more):
        began = monotonic()
        well &= _swept(name, sweep)
        if monotonic() - began > LONG_SECONDS and name not in PRESSING:
            for one in pressing:
                well &= _swept(*one)
    return well


def _swept(name: str, sweep: Callable[[datetime], object]) -> bool:
    return _bear(partial(watched, name, sweep, now=clock.now()), name)


def _bear(work: Callable[[], object], name: str = "clock") -> bool:
    """Do it, though the database may be away. False when it was, or when the work says so."""
    try:
        return work() is not False
    except DatabaseError as error:
        log.warning("The sweep %s must wait: %s", name, type(error).__name__)
        connection.close()
        return False
