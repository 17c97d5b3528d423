"""The laws of working time with twenty thousand examples each: `python bench/laws_of_time.py [--quick]`.

The same tests as ever (tests/ground/worktime), with hypothesis' profile `bench`: additive, inverse, never earlier by
a rest or a holiday, and second by second as the oracle paints it. `--quick` takes five hundred examples.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
LAWS = ("test_calendar.py", "test_due.py", "test_changed_calendars.py")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--quick", action="store_true", help="five hundred examples instead of twenty thousand"
    )
    told = asked.parse_args()
    profile = "ci" if told.quick else "bench"
    began = perf_counter()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-n", str(os.cpu_count() or 1), "--dist", "worksteal", "--durations", "20"),
            *(f"tests/ground/worktime/{name}" for name in LAWS),
        ],
        cwd=ROOT,
        env=os.environ | {"HYPOTHESIS_PROFILE": profile},
        check=False,
    )
    kept = done.returncode == 0
    print(
        f"{'PASS' if kept else 'FAIL'}  laws of working time, profile {profile}: {perf_counter() - began:.0f} s"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
