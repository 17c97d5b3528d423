"""How a process that goes round and round is told to stop."""

import signal
from threading import Event
from types import FrameType


def when_told_to_stop() -> Event:
    """An event that is set by INT or TERM from now on; the handler does nothing else."""
    stop = Event()

    def told_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told_to_stop)
    return stop
