"""Runs the whole suite twice at once: on SQLite and on PostgreSQL. `python -m tests.both [pytest arguments]`.

Each line says which database it is about; the closing lines of both stand together at the end.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from time import monotonic

from tests.testpg import postgres

NOTHING_COLLECTED = 5
NO_CACHE = "PYTHONDONTWRITEBYTECODE"
IN_TWO = ["-n", "2", "--dist", "worksteal"]  # tests wait for browsers and disks half of the time


class Run:
    """One pytest process; `closing` is the last line it printed."""

    def __init__(self, name: str, arguments: Sequence[str], environ: Mapping[str, str], lock: Lock) -> None:
        self.name, self.lock, self.closing = name, lock, "(said nothing)"
        command = [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{name}", *arguments]
        self.process = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.reader = Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            if line:
                self.closing = line
            with self.lock:
                print(f"{self.name:>10} | {line}", flush=True)

    def counted(self, word: str) -> int:
        """How many tests the closing line says `word` of."""
        found = re.search(rf"(\d+) {word}", self.closing)
        return int(found[1]) if found else 0

    def wait(self) -> int:
        status = self.process.wait()
        self.reader.join()
        return status


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that PostgreSQL is stopped as well
    began, lock = monotonic(), Lock()
    common = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", NO_CACHE}}
    deep = (
        {"HYPOTHESIS_PROFILE": "ci"} if os.environ.get("CI") else {}
    )  # once is enough for what knows no database
    with tempfile.TemporaryDirectory(prefix="bihuan-sqlite-") as folder, postgres() as address:
        sqlite = f"sqlite://{Path(folder) / 'bihuan.sqlite3'}"
        if os.environ.get(NO_CACHE):  # kept for this run alone: some fifty processes import the same modules
            common["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        parted = [*(IN_TWO if os.environ.get("CI") else []), *arguments]
        runs = [
            Run("sqlite", parted, {**common, "DATABASE_URL": sqlite}, lock),
            Run("postgresql", parted, {**deep, **common, "DATABASE_URL": address}, lock),
        ]
        try:
            results = [run.wait() for run in runs]
        except KeyboardInterrupt:
            for run in runs:
                run.process.terminate()
                run.wait()
            raise SystemExit(130) from None
    print(f"\nBoth databases, {monotonic() - began:.0f} s:")
    for run in runs:
        print(f"{run.name:>10} | {run.closing}")
    passed, failed = (sum(run.counted(word) for run in runs) for word in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed")
    return max((result for result in results if result != NOTHING_COLLECTED), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
