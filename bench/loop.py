"""Whole loops per second through the real actions, on SQLite and PostgreSQL: `python -m bench.loop [--quick]`.

Each step of the loop with its statements and milliseconds; new reports per second at one and at eight at once.
For orientation, measured elsewhere on such a machine: the best of four known helpdesks takes 66 new tickets a
second at eight at once, with 58 statements a report.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bihuan.registers.customers.told import AddressTold, MachineTold

REPORT_STATEMENTS = 20
FULL, QUICK = (5, 12, 8.0), (1, 2, 2.0)  # rounds, loops a round, seconds of reports
WORDS_AND_PHONE: dict[str, Any] = {
    "machine": MachineTold(),
    "address": AddressTold(),
    "consents": {},
    "channel": "web",
}
BEST_PEER_A_SECOND, BEST_PEER_STATEMENTS = 66, 58


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: few loops, two seconds of reports")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.child:
        measure(*(QUICK if told.quick else FULL))
        return 0
    kept = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            kept &= _on(name, address, quick=told.quick)
    return 0 if kept else 1


def _on(name: str, address: str, *, quick: bool) -> bool:
    with house.scratch() as folder:
        env = house.environment(Path(folder), address=address)
        process = house.child("bench.loop", "--child", *(["--quick"] if quick else []), env=env)
        told, _ = process.communicate()
    if process.returncode:
        print(f"{name}: could not be measured (status {process.returncode})")
        return False
    return _print(name, json.loads(told.splitlines()[-1]))


def _print(name: str, told: Mapping[str, Any]) -> bool:
    print(
        f"\n{name}: {told['loops_a_second']:.2f} whole loops a second; reference {told['reference_ms']:.0f} ms"
    )
    house.table(told["steps"])
    print(
        f"the whole loop: {told['statements']} statements, {told['ms']:.0f} ms, "
        f"{told['ms'] / told['reference_ms']:.3f} references; "
        f"then {told['reactions']} later reactions a loop, {told['reactions_ms']:.0f} ms"
    )
    one, eight = told["reports"]["1"], told["reports"]["8"]
    print(f"new reports a second: {one:.0f} one after the other, {eight:.0f} at eight at once", end="")
    print(f" ({eight / BEST_PEER_A_SECOND:.1f} × the best known helpdesk)")
    short = house.gate(
        f"{name}: statements of a new report (words, phone)", told["short_report"], REPORT_STATEMENTS
    )
    full = told["steps"][0]["statements"] - 1  # the step looks its case up
    return (
        house.gate(f"{name}: statements of a new report (all one can tell)", full, REPORT_STATEMENTS)
        and short
    )


def measure(rounds: int, loops_a_round: int, seconds: float) -> None:
    """In the child: everything on this process's own database; one JSON line at the end."""
    house.ready()
    from tests import loops, makers

    company = makers.company()
    steps: dict[str, list[float]] = {step.__name__: [] for step in loops.STEPS}
    counts: dict[str, int] = {}
    wholes: list[float] = []
    references: list[float] = []
    reactions: list[float] = []
    played = 0

    def next_loop() -> loops.Loop:
        nonlocal played
        played += 1
        return loops.Loop(company, makers.NOW + timedelta(hours=3 * played))

    loops.go(next_loop())  # caches are warm from here on
    counted = next_loop()
    for step in loops.STEPS:
        counts[step.__name__] = house.statements(lambda step=step: step(counted))  # type: ignore[misc]
    makers.settle(counted.at, rounds=60)
    short = house.statements(lambda: makers.a_report(company, **WORDS_AND_PHONE))
    waiting = 0
    for _ in range(rounds):
        references.append(house.reference())
        for _ in range(loops_a_round):
            loop = next_loop()
            took = 0.0
            for step in loops.STEPS:
                ms = house.timed(lambda step=step, loop=loop: step(loop))  # type: ignore[misc]
                steps[step.__name__].append(ms)
                took += ms
            wholes.append(took)
        last = loop.at
        began = perf_counter()
        waiting += makers.settle(last, rounds=60)
        reactions.append((perf_counter() - began) * 1000 / loops_a_round)
    of_all = house.middle(wholes)
    told = {
        "loops_a_second": 1000 / of_all,
        "ms": of_all,
        "statements": sum(counts.values()),
        "short_report": short,
        "reference_ms": house.middle(references),
        "reactions": round(waiting / (rounds * loops_a_round)),
        "reactions_ms": house.middle(reactions),
        "steps": [
            {
                "step": name,
                "statements": counts[name],
                "ms": house.middle(times),
                "p95 ms": house.p95(times),
                "÷ reference": house.middle(times) / house.middle(references),
            }
            for name, times in steps.items()
        ],
        "reports": {str(at_once): reports_a_second(company, at_once, seconds) for at_once in (1, 8)},
    }
    print(json.dumps(told, ensure_ascii=False))


def reports_a_second(company: Any, at_once: int, seconds: float) -> float:
    """New customers' reports by so many threads of one process, as its web server has them."""
    from django.db import connections

    from tests import makers

    until = perf_counter() + seconds
    made = [0] * at_once

    def work(at: int) -> None:
        while perf_counter() < until:
            makers.a_report(company, now=makers.NOW)
            made[at] += 1
        connections.close_all()

    threads = [Thread(target=work, args=(at,)) for at in range(at_once)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made) / (perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
