"""One process that keeps the others alive, and ends them all when it is told to.

Signal handlers only set a flag; the loop does the rest. Each child leads a process group of its own, so that
a signal to our group reaches us alone and every child is told once, by us. Should we be killed outright, the
kernel tells the children (Linux).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

PATIENCE_SECONDS = 10.0
"""How long a child may take to end before it is killed."""

STEADY_SECONDS = 60.0
"""A child that lived this long is restarted at once when it dies; younger ones wait longer each time."""

LONGEST_WAIT_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One command to keep running. `deaths` counts those in a row, `starts_at` is when it may start again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    deaths: int = 0
    starts_at: float = 0.0


def wait_before_restart(deaths: int, lived_seconds: float) -> float:
    """Seconds until a child may start again, after so many deaths in a row."""
    if lived_seconds >= STEADY_SECONDS:
        return 0.0
    return float(min(2 ** max(deaths - 1, 0), LONGEST_WAIT_SECONDS))


class Supervisor:
    """Starts `commands` (name to arguments), restarts what dies, returns when INT or TERM arrived."""

    def __init__(self, commands: Mapping[str, Sequence[str]], say: Callable[[str], None]) -> None:
        self.children = [Child(name=name, command=command) for name, command in commands.items()]
        self.say = say
        self.stopping = False

    def listen(self) -> None:
        """Take INT and TERM from now on."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def run(self, each_round: Callable[[], None] = lambda: None) -> None:
        """Keep everything running until told to stop, then end it all; `each_round` comes between looks."""
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                each_round()
                time.sleep(0.2)
        finally:
            self.end_all()

    def begin_anew(self) -> None:
        """End every child, as if it had died in peace; each starts again at the next look."""
        self._end(self.children)
        for child in self.children:
            child.process, child.deaths, child.starts_at = None, 0, 0.0

    def run_once(self, name: str, command: Sequence[str]) -> bool:
        """Run one command to its end; True when it went well. Told to stop, it is ended like the others."""
        child = Child(name=name, command=command)
        self._start(child, time.monotonic())
        while _lives(child) and not self.stopping:
            time.sleep(0.1)
        self._end([child])
        return child.process is not None and child.process.returncode == 0

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.starts_at:
                self._start(child, now)
            return
        status = child.process.poll()
        if status is None:
            return
        lived = now - child.began
        child.deaths = 1 if lived >= STEADY_SECONDS else child.deaths + 1
        wait = wait_before_restart(child.deaths, lived)
        self._kill_group(child, signal.SIGKILL)
        child.process, child.starts_at = None, now + wait
        self.say(f"{child.name} ended (status {status}); it starts again in {wait:.0f} s.")

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(
            child.command, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=_end_with_parent(os.getpid())
        )
        child.began = now

    def end_all(self) -> None:
        """TERM to every child, ten seconds of patience, then KILL. Further signals change nothing."""
        self._end(self.children)

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            self._kill_group(child, signal.SIGTERM)
        until = time.monotonic() + PATIENCE_SECONDS
        while any(_lives(child) for child in children) and time.monotonic() < until:
            time.sleep(0.05)
        for child in children:
            self._kill_group(child, signal.SIGKILL)
            if child.process is not None:
                child.process.wait()

    def _kill_group(self, child: Child, number: int) -> None:
        if child.process is None:
            return
        try:
            os.killpg(child.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass  # all of it has ended


def _lives(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """What a new child does first: ask the kernel for a TERM when its parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask
