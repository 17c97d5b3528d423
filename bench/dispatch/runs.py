"""One measurement after the other, each in a process of its own, each kept as a line of JSON.

A line that is there already is not measured again, so a long run may be stopped and begun again. What is measured of
this house goes by a mark of its code: when the search changes, it is measured anew.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = {"vroom": "pyvroom", "ortools": "ortools", "pyvrp": "pyvrp"}
PATIENCE = 1_800  # seconds of the clock for one measurement
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

type Line = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """A module that measures, what it is asked, and who is measured."""

    module: str
    solver: str
    arguments: tuple[str, ...]

    @property
    def key(self) -> str:
        return " ".join((self.module, self.solver, *map(_short, self.arguments), code_of(self.solver)))


@cache
def code_of(solver: str) -> str:
    """The version of a peer; of this house a mark of the code that plans."""
    if solver in PACKAGES:
        try:
            return version(PACKAGES[solver])
        except PackageNotFoundError:
            return "missing"
    files = sorted((ROOT / "bihuan" / "ground" / "routing").rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:10]


def kept(file: Path) -> dict[str, Line]:
    """The lines of a file by key; one that was cut off is left out."""
    found = {}
    for text in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            line = json.loads(text)
            found[line["key"]] = line
        except (ValueError, KeyError):
            continue
    return found


def run(tasks: Iterable[Task], file: Path, *, at_once: int = 1) -> dict[str, Line]:
    """Measure what is not in the file yet. All lines by key."""
    done = kept(file)
    left = [task for task in dict.fromkeys(tasks) if task.key not in done]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as kept_in, ThreadPoolExecutor(at_once) as pool:
        if kept_in.tell():
            print(file=kept_in)  # the last line may have been cut off
        for number, line in enumerate(pool.map(_measured, left), start=1):
            done[line["key"]] = line
            print(json.dumps(line), file=kept_in, flush=True)
            print(f"{number} of {len(left)}: {json.dumps(line)}", file=sys.stderr, flush=True)
    return done


def _measured(task: Task) -> Line:
    asked = {"key": task.key, "solver": task.solver}
    command = [sys.executable, "-m", task.module, *_words(task)]
    environ = os.environ | ALONE
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return asked | {"failed": f"no answer within {PATIENCE} seconds"}
    if done.returncode:
        return asked | {"failed": (done.stderr.strip().splitlines() or ["no word"])[-1][:300]}
    told: Line = json.loads(done.stdout.splitlines()[-1])
    return asked | told


def _words(task: Task) -> tuple[str, ...]:
    return task.arguments if task.module.endswith("start") else (task.solver, *task.arguments)


def _short(argument: str) -> str:
    """A file by its name: the same instance in another folder is the same."""
    return Path(argument).name if "/" in argument else argument


def machine() -> str:
    """The processor, and the versions of everybody."""
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    names = ("pyvroom", "ortools", "pyvrp", "numba", "numpy")
    versions = ", ".join(f"{name} {_version(name)}" for name in names)
    processor = models[0] if models else "a processor of unknown make"
    return f"{processor}, {os.cpu_count()} cores; Python {sys.version.split()[0]}, {versions}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
