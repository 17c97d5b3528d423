"""The clock: runs every sweep of the story again and again, until it is told to stop."""

import logging
import signal
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection

from bihuan.flow import SWEEPS
from bihuan.ground.journal.reactions import watched
from bihuan.ground.worktime import clock
from bihuan.management import upkeep
from bihuan.management.demo import filling

log = logging.getLogger("bihuan.clock")


class Command(BaseCommand):
    help = "Announce what is due: run every sweep each few seconds. Any number of clocks may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two rounds")
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        stop = Event()

        def told_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, told_to_stop)
        while not stop.is_set():
            run_sweeps()
            if once:
                return
            stop.wait(every)


def run_sweeps() -> None:
    """One round. A sweep that fails does not stop the others, nor a database that is away for a while the clock."""
    close_old_connections()
    for name, sweep in (*SWEEPS, ("demo company", filling.resume), ("statistics", upkeep.keep_statistics)):
        try:
            watched(name, sweep, now=clock.now())
        except DatabaseError as error:
            log.warning("The sweep %s must wait: %s", name, type(error).__name__)
            connection.close()
    close_old_connections()
