"""`make bench-dispatch [ARGS="--seeds 5 --large"]`: the same days for all solvers, in one run, one thread each.

Budgets are seconds of the processor, counted in the solver's own process; VROOM runs to the end of its level. Every
figure is a ratio of objectives on the same day (`measure.py`), so below 1 is better than the peer.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from statistics import mean
from typing import Any

DAY = (("nearest", 0.0), ("vroom", 5.0), ("ortools", 10.0), ("pyvrp", 10.0))
OURS = (0.5, 2.0, 10.0)
LARGE = (("nearest", 0.0), ("vroom", 1.0))
OURS_LARGE = (10.0, 30.0)

type Found = dict[tuple[str, float], dict[str, Any]]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument(
        "--first", type=int, default=101, help="the first seed: none on which anything was tuned"
    )
    asked.add_argument(
        "--large", action="store_true", help="2,000 jobs and 250 technicians as well (ten minutes)"
    )
    told = asked.parse_args()
    print(", ".join(f"{name} {version(name)}" for name in ("pyvroom", "ortools", "pyvrp", "numba", "numpy")))
    days = [
        run(300, 40, told.first + n, (*DAY, *(("bihuan", budget) for budget in OURS)))
        for n in range(told.seeds)
    ]
    table("300 jobs, 40 technicians", days, OURS, DAY)
    if told.large:
        large = [run(2000, 250, told.first, (*LARGE, *(("bihuan", budget) for budget in OURS_LARGE)))]
        table("2,000 jobs, 250 technicians", large, OURS_LARGE, LARGE)
    return 0


def run(jobs: int, people: int, seed: int, solvers: tuple[tuple[str, float], ...]) -> Found:
    """Each solver on one day, one after the other."""
    found: Found = {}
    for solver, budget in solvers:
        command = [
            sys.executable,
            "-m",
            "bench.dispatch.day",
            solver,
            *map(str, (jobs, people, seed, budget)),
        ]
        line = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        print(line, flush=True)
        found[solver, budget] = json.loads(line)
    return found


def table(
    title: str, days: list[Found], ours: tuple[float, ...], peers: tuple[tuple[str, float], ...]
) -> None:
    """Objective of ours divided by each peer's: mean, least and most over the days; and jobs served more."""
    print(f"\n{title}, {len(days)} days")
    for budget in ours:
        for peer in peers:
            ratios = [of(day, "bihuan", budget) / of(day, *peer) for day in days]
            more = [day["bihuan", budget]["served"] - day[peer]["served"] for day in days]
            late = sum(day["bihuan", budget]["late_min"] for day in days)
            print(
                f"bihuan {budget:g} s / {peer[0]} {peer[1]:g}: {mean(ratios):.3f} ({min(ratios):.3f} to "
                f"{max(ratios):.3f}), served {min(more):+d} to {max(more):+d}, late {late:g} min"
            )


def of(day: Mapping[tuple[str, float], dict[str, Any]], solver: str, budget: float) -> int:
    return int(day[solver, budget]["objective"])


if __name__ == "__main__":
    sys.exit(main())
