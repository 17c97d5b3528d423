"""`make bench-dispatch [ARGS="--seeds 5"] [FULL=1]`: dispatch against its peers in one run, one thread each.

Budgets are seconds of the processor, counted in the solver's own process; VROOM runs to the end of its level. Days are
judged by `measure.py`, routes of Gehring and Homberger by `instances.py`; neither shares code with the search.

Without FULL it takes half an hour and begins anew. With FULL it takes hours, may be stopped, and goes on where it was.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.dispatch import instances, tables, weeks
from bench.dispatch.runs import ROOT, Task, machine, run

DAY = (("nearest", 0.0), ("vroom", 5.0), ("ortools", 10.0), ("pyvrp", 10.0))
OURS = (0.5, 2.0, 10.0)
LARGE = (("nearest", 0.0), ("vroom", 1.0))
OURS_LARGE = (10.0, 30.0)
DISTANCE = (("bihuan", 30.0), ("pyvrp", 30.0), ("vroom", 5.0), ("ortools", 30.0))
RESULTS = ROOT / "bench" / "results" / "dispatch"

type Day = dict[tuple[str, float], Task]


def main() -> int:
    asked = _asked()
    full = bool(os.environ.get("FULL"))
    folder = instances.folder_of(asked.instances)
    if folder is None and "distance" in asked.only:
        print(instances.MISSING, file=sys.stderr)
    days = [day(300, 40, asked.first + n, DAY, OURS) for n in range(asked.seeds or (20 if full else 5))]
    large = [day(2000, 250, asked.first + n, LARGE, OURS_LARGE) for n in range(3 if full else 1)]
    paths = instances.files_in(folder, everything=full) if folder is not None else []
    routes = {path.stem.lower(): distance(path, asked.distance_seconds) for path in paths}
    starts = _starts(asked.first)
    reasons = [Task("bench.dispatch.explanations", "bihuan", ("10000" if full else "2000",))]
    events = [
        Task("bench.dispatch.events", "bihuan", ("urgent", "100" if full else "40")),
        Task("bench.dispatch.events", "bihuan", ("arrivals", "20" if full else "8")),
    ]
    windows = [Task("bench.dispatch.windows", "bihuan", told) for told in (("1000",), ("1000", "plain"))]
    first = asked.first
    rolling = [days_that_go_on(first + n, "5" if full else "3") for n in range(5 if full else 2)]
    peak = [season(first + n, "6000" if full else "1500") for n in range(3 if full else 1)]
    groups = {
        "day": [task for one in days for task in one.values()],
        "large": [task for one in large for task in one.values()],
        "distance": [task for one in routes.values() for task in one.values()],
        "start": [task for _, task in starts],
        "reasons": reasons,
        "events": events,
        "windows": windows,
        "rolling": [task for both in rolling for task in both],
        "peak": [task for both in peak for task in both],
    }
    file = Path(asked.folder) / ("full.jsonl" if full else "half-hour.jsonl")
    if not (full or asked.resume):
        file.unlink(missing_ok=True)
    lines = run([task for name in asked.only for task in groups[name]], file, at_once=asked.at_once)
    print(machine())
    if "day" in asked.only:
        show(tables.ratios("300 jobs, 40 technicians", lines, days, OURS, DAY))
    if "large" in asked.only:
        show(tables.ratios("2,000 jobs, 250 technicians", lines, large, OURS_LARGE, LARGE))
    if "distance" in asked.only and routes:
        show(tables.gaps(lines, routes, [name for name, _ in DISTANCE]))
    if "start" in asked.only:
        show(tables.memory(lines, starts))
    if "reasons" in asked.only:
        show(tables.figures("Explanations", lines, reasons))
    if "events" in asked.only:
        show(tables.figures("What happens on a day", lines, events))
    if "windows" in asked.only:
        show(tables.figures("Windows for a customer", lines, windows))
    if "rolling" in asked.only:
        show(weeks.rolling(lines, rolling))
    if "peak" in asked.only:
        show(weeks.peak(lines, peak))
    return 0


def show(told: Iterable[str]) -> None:
    print("\n".join(told), flush=True)


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, help="how many days (5, with FULL 20)")
    asked.add_argument(
        "--first", type=int, default=101, help="the first seed: none on which anything was tuned"
    )
    asked.add_argument(
        "--instances", help=f"the folder of Gehring's and Homberger's files ({instances.FOLDER})"
    )
    asked.add_argument("--distance-seconds", type=float, help="instead of 30, for a quick look")
    asked.add_argument("--folder", default=str(RESULTS), help="where the lines are kept")
    asked.add_argument("--resume", action="store_true", help="keep what was measured, without FULL too")
    asked.add_argument("--at-once", type=int, default=1, help="how many are measured beside each other")
    names = ("day", "large", "distance", "start", "reasons", "events", "windows", "rolling", "peak")
    asked.add_argument("--only", choices=names, nargs="+", default=names)
    return asked.parse_args()


def day(jobs: int, people: int, seed: int, peers: Sequence[tuple[str, float]], ours: Sequence[float]) -> Day:
    """Everybody on one day."""
    solvers = (*peers, *(("bihuan", budget) for budget in ours))
    return {
        (solver, budget): Task("bench.dispatch.day", solver, (*map(str, (jobs, people, seed)), f"{budget:g}"))
        for solver, budget in solvers
    }


def distance(path: Path, seconds: float | None) -> dict[str, Task]:
    """Everybody on one instance. VROOM's budget is a level, not seconds."""
    return {
        solver: Task(
            "bench.dispatch.distance",
            solver,
            (str(path.resolve()), "1", f"{budget if solver == 'vroom' else seconds or budget:g}"),
        )
        for solver, budget in DISTANCE
    }


def days_that_go_on(seed: int, days: str) -> tuple[Task, Task]:
    """This house and the nearest on the same days."""
    asked = ("40", "240", days, str(seed))
    return Task("bench.dispatch.rolling", "bihuan", asked), Task("bench.dispatch.rolling", "nearest", asked)


def season(seed: int, rounds: str) -> tuple[Task, Task]:
    """The same in a week of the season; a broken promise is sought again for a minute."""
    asked = ("1500", "40", "320", str(seed), rounds, "60")
    return Task("bench.dispatch.peak", "bihuan", asked), Task("bench.dispatch.peak", "nearest", asked)


def _starts(seed: int) -> list[tuple[str, Task]]:
    return [
        (
            f"{jobs:,} jobs, {people} technicians, {seconds} s, {how}",
            Task("bench.dispatch.start", "bihuan", (*map(str, (jobs, people, seed)), seconds, how)),
        )
        for jobs, people, seconds, how in (
            (300, 40, "0", "cold"),
            (300, 40, "0", "warm"),
            (2_000, 250, "10", "warm"),
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
