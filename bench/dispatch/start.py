"""`manage.py plan` as somebody runs it: `python -m bench.dispatch.start JOBS PEOPLE SEED SECONDS cold|warm`.

Prints one line of JSON: the memory of that process at its most, and how long it took beside its search. Cold: nothing
was compiled before.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.dispatch.days import a_day

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    jobs, people, seed = map(int, sys.argv[1:4])
    seconds, cold = sys.argv[4], sys.argv[5] == "cold"
    with tempfile.TemporaryDirectory(prefix="bihuan-plan-") as folder:
        path = Path(folder) / "day.json"
        path.write_text(json.dumps(a_day(jobs, people, seed)), "utf-8")
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
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=True)
        wall = perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    plan = json.loads(done.stdout)
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


if __name__ == "__main__":
    sys.exit(main())
