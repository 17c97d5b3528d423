"""Every reason and every relaxation of random plans, tried: `python -m bench.dispatch.reasons bihuan EXAMPLES`.

A reason must be a rule that is really violated, a relaxation must make room for the job; the tests that say so are run
with many more days than elsewhere. Prints one line of JSON.
"""

import json
import os
import subprocess
import sys
from time import perf_counter

from bench.dispatch.runs import ROOT

TESTS = "tests/ground/routing/test_plans.py"
ONLY = "reason_is_an_inequality or have_to_give_way"


def main() -> int:
    examples = sys.argv[2]
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS, "-k", ONLY],
        cwd=ROOT,
        env=os.environ | {"HYPOTHESIS_PROFILE": "bench", "BIHUAN_EXAMPLES": examples},
        capture_output=True,
        text=True,
    )
    print(
        json.dumps(
            {
                "what": f"reasons and relaxations of {int(examples):,} random days each",
                "found": "all true" if done.returncode == 0 else "some are wrong",
                "told": done.stdout.strip().splitlines()[-1],
                "wall": round(perf_counter() - began, 1),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
