"""`manage.py plan` as somebody runs it: `python -m bench.dispatch.start JOBS PEOPLE SEED SECONDS cold|warm`.

Prints one line of JSON: the memory of that process at its most, and how long it took beside its search. Cold: nothing
was compiled before. The day is written by a process of its own, since what its parent holds counts as a child's memory.
"""

import json
import os
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from bench.dispatch.days import a_day

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    jobs, people, seed = map(int, sys.argv[1:4])
    seconds, cold = sys.argv[4], sys.argv[5] == "cold"
    with tempfile.TemporaryDirectory(prefix="bihuan-plan-") as folder:
        path = Path(folder) / "day.json"
        writing = get_context("spawn").Process(target=write, args=(path, jobs, people, seed))
        writing.start()
        writing.join()
        environ = os.environ | {"BIHUAN_DATA": f"{folder}/data"}
        if cold:
            environ["NUMBA_CACHE_DIR"] = f"{folder}/compiled"
        command = [
            sys.executable,
            "manage.py",
            "plan",
            str(path),
            "--cpu-seconds",
            seconds,
            "--policy",
            "travel",
        ]
        began = perf_counter()
        found = Path(folder) / "plan.json"
        with found.open("wb") as out:
            planning = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out)
            _, status, used = os.wait4(planning.pid, 0)
        wall = perf_counter() - began
        if status:
            return 1
        plan = json.loads(found.read_bytes())
    print(
        json.dumps(
            {
                "mb": used.ru_maxrss // 1024,
                "wall": round(wall, 1),
                "cpu": round(used.ru_utime + used.ru_stime, 1),
                "setup": plan["setup_cpu_seconds"],
                "served": jobs - len(plan["unserved"]),
            }
        )
    )
    return 0


def write(path: Path, jobs: int, people: int, seed: int) -> None:
    path.write_text(json.dumps(a_day(jobs, people, seed)), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
