"""Very many promises fall due while clocks and workers are killed: `python bench/promises_crash.py [--quick]`.

On each database: 100,000 promises fall due in five hours of an accelerated clock, while two clocks and two workers
run and one of the four is killed (SIGKILL) again and again, at least a hundred times. For one of the five hours
all are dead. Once the clock of the house steps back by twenty minutes and forth again, once forth and back. Then
the rows are read: every promise must have been announced broken once, every step of its ladder once, every notice
written and sent once. Exit code 1 when anything was missed or doubled.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bench.crashing.nursery import Nursery

RESULTS = Path(__file__).resolve().parent / "results" / "promises_crash.jsonl"
FAMILY = ("clock", "clock", "worker", "worker")
HOUR = 3600.0
STEP = 20 * 60.0  # seconds on the trial's clock
IN_MEMORY = Path("/dev/shm")  # a killed process loses nothing that the kernel has; only a power cut would


@dataclass(frozen=True)
class Plan:
    """One trial. `times`: seconds of the trial's clock in a real one. `patience`: real seconds without any progress,
    once nobody is killed any more, after which what is left counts as missed."""

    promises: int
    kills: int
    times: float
    patience: float


FULL, QUICK = Plan(100_000, 100, 60.0, 60.0), Plan(2_000, 10, 900.0, 90.0)


class TrialClock:
    """The file that every process of the trial reads its offset from; replaced, so that nobody reads half of it."""

    def __init__(self, path: Path, *, times: float) -> None:
        self.path, self.times = path, times
        self.began, self.jumped = monotonic(), 0.0
        self.began_at = datetime.now(UTC)
        self.show()

    @property
    def shown(self) -> float:
        """Seconds since the trial began, on its own clock."""
        return (monotonic() - self.began) * self.times + self.jumped

    def now(self) -> datetime:
        return self.began_at + timedelta(seconds=self.shown)

    def show(self) -> None:
        draft = self.path.with_name("clock.draft")
        draft.write_text(str(int(self.shown - (monotonic() - self.began))), "utf-8")
        draft.replace(self.path)

    def slow_down(self) -> None:
        """From now on it runs as every clock does."""
        self.jumped, self.times = self.shown - (monotonic() - self.began), 1.0


@dataclass
class Seen:
    """What was seen while it ran; seconds are real ones unless they say otherwise."""

    kills: int = 0
    ended_by_themselves: int = 0
    oldest: list[float] = field(default_factory=list)  # of the oldest duty, on the trial's clock
    overdue_after_outage: int = 0
    catch_up: float = 0.0
    took: float = 0.0


class Trial:
    """Keeps the family alive, kills it, moves the clock on, and looks."""

    def __init__(self, plan: Plan, nursery: Nursery, clock: TrialClock, *, seed: int) -> None:
        self.plan, self.nursery, self.clock = plan, nursery, clock
        self.dice, self.seen = random.Random(seed), Seen()
        self.family: list[tuple[str, int]] = []

    def run(self, all_due: timedelta) -> Seen:
        """The whole trial: the hours with kills, the outage in their middle, the two steps, then the rest in peace."""
        began, whole = monotonic(), all_due.total_seconds()
        self.family = [(sort, self.nursery.bear(sort)) for sort in FAMILY]
        self._until(0.25 * whole)
        self._step(-STEP)
        self._until(0.45 * whole)
        self._outage()
        self._until(0.8 * whole)
        self._step(STEP)
        self._until(whole + 60)
        while self.seen.kills < self.plan.kills:
            self._kill_one()
            self._pause(0.2)
        self.clock.slow_down()
        self._finish()
        self.seen.took = monotonic() - began
        return self.seen

    def _until(self, shown: float) -> None:
        """With a kill every now and then, until the clock shows so many seconds."""
        hours = (self._whole() - HOUR) / self.plan.times
        every = hours / (self.plan.kills * 1.1)
        while self.clock.shown < shown:
            self._pause(self.dice.uniform(0.4, 1.6) * every)
            self._kill_one()

    def _whole(self) -> float:
        from bench.crashing.house import ALL_DUE

        return ALL_DUE.total_seconds()

    def _kill_one(self) -> None:
        at = self.dice.randrange(len(self.family))
        sort, pid = self.family[at]
        self.seen.kills += self.nursery.kill(pid)
        self.family[at] = (sort, self.nursery.bear(sort))

    def _pause(self, seconds: float) -> None:
        """Let time pass: the clock moves, whoever ended by itself is replaced, the oldest duty is looked at."""
        ends, look_at = monotonic() + seconds, 0.0
        while (left := ends - monotonic()) > 0:
            sleep(min(left, 0.05))
            self.clock.show()
            if monotonic() >= look_at:
                look_at = monotonic() + 0.5
                self._look()

    def _look(self) -> None:
        from bench.crashing.house import oldest_overdue

        self.seen.oldest.append(oldest_overdue(now=self.clock.now()))
        for at, (sort, pid) in enumerate(self.family):
            if not self.nursery.lives(pid):
                self.seen.ended_by_themselves += 1
                self.family[at] = (sort, self.nursery.bear(sort))

    def _step(self, by: float) -> None:
        """The clock of the house jumps, and jumps back after a while; kills go on."""
        self.clock.jumped += by
        self.clock.show()
        self._pause(1.0)
        self._kill_one()
        self._pause(0.5)
        self.clock.jumped -= by
        self.clock.show()

    def _outage(self) -> None:
        """Everything is dead for an hour of the trial's clock; then it must catch up."""
        from bench.crashing.house import overdue

        self.seen.kills += sum(self.nursery.kill(pid) for _, pid in self.family)
        sleep(0.2)
        self.clock.jumped += HOUR
        self.clock.show()
        until = self.clock.now()
        self.seen.overdue_after_outage = overdue(now=until)
        self.family = [(sort, self.nursery.bear(sort)) for sort in FAMILY]
        began = monotonic()
        self._wait(lambda: overdue(now=until), 0.2)
        self.seen.catch_up = monotonic() - began

    def _finish(self) -> None:
        """No more kills: wait until nothing is left to do, then end the family."""
        from bench.crashing.house import left

        self._wait(lambda: left(now=self.clock.now()), 0.5)
        for _, pid in self.family:
            self.nursery.kill(pid)
        sleep(0.2)

    def _wait(self, left: Callable[[], int], look_every: float) -> None:
        """Until nothing is left, or nothing has become less for as long as patience lasts."""
        least, changed = left(), monotonic()
        while least and monotonic() - changed < self.plan.patience:
            self._pause(look_every)
            if (now_left := left()) < least:
                least, changed = now_left, monotonic()


def trial(plan: Plan, env: dict[str, str], folder: Path, *, seed: int = 1) -> dict[str, Any]:
    """Furnish the house, let it live through all that, and prove. Django must be ready on that database."""
    from bench.crashing.house import ALL_DUE, furnish, prove

    began = monotonic()
    furnish(plan.promises, now=datetime.now(UTC))
    made = monotonic() - began
    nursery = Nursery(env | {"BIHUAN_CLOCK": str(folder / "clock"), "BIHUAN_DEMO": "1"})
    try:
        clock = TrialClock(folder / "clock", times=plan.times)
        seen = Trial(plan, nursery, clock, seed=seed).run(ALL_DUE)
    finally:
        nursery.close()
    proof = prove(now=clock.now())
    return {
        "promises": proof.promises,
        "made_seconds": made,
        "times": plan.times,
        "seen": asdict(seen) | {"oldest": _spread(seen.oldest)},
        "told": proof.told,
        "missed": proof.missed,
        "doubled": proof.doubled,
        "troubles": proof.troubles,
        "faults": proof.faults,
        "lateness": _spread(proof.lateness),
        "holds": proof.holds and seen.kills >= plan.kills,
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    held = sorted(seconds) or [0.0]
    return {"p50": held[len(held) // 2], "p99": held[len(held) * 99 // 100], "max": held[-1]}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: 2,000 promises, 10 kills")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--times", type=float, help="seconds of the trial's clock in a real one")
    asked.add_argument("--seed", type=int, default=1, help="which processes are killed when")
    asked.add_argument(
        "--begin-with", type=Path, metavar="FILE", help="an SQLite database that has its tables already"
    )
    asked.add_argument("--child", type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    told = asked.parse_args()
    plan = QUICK if told.quick else FULL
    plan = Plan(plan.promises, plan.kills, told.times or plan.times, plan.patience)
    if told.child is not None:
        house.ready()
        print(json.dumps(trial(plan, dict(os.environ), told.child, seed=told.seed)))
        return 0
    kept = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            kept &= _on(name, address, sys.argv[1:], begin_with=told.begin_with)
    return 0 if kept else 1


def _on(name: str, address: str, arguments: list[str], *, begin_with: Path | None) -> bool:
    with _folder() as folder:
        if begin_with is not None and not address:
            copy2(begin_with, folder / "bihuan.sqlite3")
        env = house.environment(folder, address=address)
        process = house.child("bench.promises_crash", "--child", str(folder), *arguments, env=env)
        told, _ = process.communicate()
    if process.returncode:
        print(f"{name}: the trial could not be run (status {process.returncode})")
        return False
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"database": name, "of": _revision()} | found) + "\n")
    return _print(name, found)


@contextmanager
def _folder() -> Iterator[Path]:
    place = str(IN_MEMORY) if os.access(IN_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="bihuan-crash-", dir=place) as folder:
        yield Path(folder)


def _revision() -> str:
    from bench.lists import revision

    return revision()


def _print(name: str, told: dict[str, Any]) -> bool:
    seen, times = told["seen"], told["times"]
    print(f"\n{name}: {told['promises']:,} promises, {seen['kills']} kills, {seen['took']:.0f} s, ", end="")
    print(f"{times:g} seconds of the trial's clock in a real one; made in {told['made_seconds']:.0f} s")
    rows = [
        {"what": what, "told": told["told"].get(what, ""), "missed": told["missed"].get(what, 0)}
        | {"doubled": told["doubled"].get(what, 0)}
        for what in dict.fromkeys([*told["told"], *told["missed"], *told["doubled"]])
    ]
    house.table(rows)
    _times("lateness of breaches by the journal", told["lateness"], times)
    _times("oldest breach not announced, looked at twice a second", seen["oldest"], times)
    print(
        f"after an hour's outage {seen['overdue_after_outage']:,} breaches; caught up in {seen['catch_up']:.1f} s"
    )
    print(f"processes that ended by themselves: {seen['ended_by_themselves']}")
    for trouble, times_seen in told["troubles"].items():
        print(f"{times_seen} reactions in trouble: {trouble}")
    missed, doubled = sum(told["missed"].values()), sum(told["doubled"].values())
    kept = house.gate(f"{name}: missed", missed, 0)
    kept &= house.gate(f"{name}: doubled", doubled, 0)
    kept &= house.gate(f"{name}: faults in chains", told["faults"], 0)
    return kept and bool(told["holds"])


def _times(what: str, spread: dict[str, float], times: float) -> None:
    trial = ", ".join(f"{name} {value:.0f} s" for name, value in spread.items())
    real = ", ".join(f"{name} {value / times:.2f} s" for name, value in spread.items())
    print(f"{what}: {trial} on the trial's clock ({real} real)")


if __name__ == "__main__":
    sys.exit(main())
