"""The supervisor against real processes: it restarts what dies and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bihuan.management.supervisor import LONGEST_WAIT_SECONDS, wait_before_restart

FAMILY = """
import sys
from bihuan.management.supervisor import Supervisor
child = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); time.sleep(600)"
supervisor = Supervisor({"one": [sys.executable, "-c", child, sys.argv[1]]}, print)
supervisor.listen()
supervisor.run()
"""


def family(note: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", FAMILY, str(note)], stdout=subprocess.DEVNULL, start_new_session=True
    )


def pids_noted(note: Path, how_many: int) -> list[int]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        pids = [int(line) for line in note.read_text().split()] if note.exists() else []
        if len(pids) >= how_many:
            return pids
        time.sleep(0.05)
    raise AssertionError(f"fewer than {how_many} children started")


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not lives(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    parent = family(tmp_path / "pids")
    (child,) = pids_noted(tmp_path / "pids", 1)
    os.killpg(parent.pid, number)
    os.killpg(parent.pid, number)  # a second one changes nothing
    assert (parent.wait(timeout=15), gone(child)) == (0, True)


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    parent = family(tmp_path / "pids")
    (first,) = pids_noted(tmp_path / "pids", 1)
    os.kill(first, signal.SIGKILL)
    second = pids_noted(tmp_path / "pids", 2)[1]
    parent.terminate()
    assert (parent.wait(timeout=15), gone(second)) == (0, True)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent died"
)
def test_children_end_when_the_supervisor_is_killed_outright(tmp_path: Path) -> None:
    parent = family(tmp_path / "pids")
    (child,) = pids_noted(tmp_path / "pids", 1)
    parent.kill()
    parent.wait(timeout=5)
    assert gone(child)


def test_each_early_death_doubles_the_wait_up_to_a_limit() -> None:
    waits = [wait_before_restart(deaths, 1.0) for deaths in range(1, 8)]
    assert waits == [1, 2, 4, 8, 16, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]


def test_a_child_that_lived_long_is_started_again_at_once() -> None:
    assert wait_before_restart(1, 61.0) == 0.0


BEGINNING_ANEW = FAMILY.replace(
    "supervisor.run()",
    """
import os, time
def each_round():
    if os.path.exists(sys.argv[1]) and not os.path.exists(sys.argv[1] + ".anew"):
        open(sys.argv[1] + ".anew", "w").close()
        supervisor.begin_anew()
supervisor.run(each_round=each_round)
""",
)


def test_all_children_can_begin_anew_at_once(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    parent = subprocess.Popen(
        [sys.executable, "-c", BEGINNING_ANEW, str(note)], stdout=subprocess.DEVNULL, start_new_session=True
    )
    first, second = pids_noted(note, 2)
    assert gone(first)
    assert lives(second)
    parent.terminate()
    assert parent.wait(20) == 0
    assert gone(second)
