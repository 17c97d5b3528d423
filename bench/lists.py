"""Pages that must not grow slower as the house grows: `python -m bench.lists [--quick]`.

The same pages on two databases, one ten times the other (10,000 and 100,000 cases), asked in turn: p95, statements,
and how much longer the larger one takes, each time divided by the reference of its round. What is finished stands
in `bench/results/lists.jsonl`; the databases are kept beside it until `--afresh`.
For orientation, measured elsewhere with 100,000 tickets: the best of four known helpdesks needs 123 ms for the open
list, 41 for a case, 16 statements a list.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house

RESULTS = Path(__file__).resolve().parent / "results"
ROUNDS = 5
MADE = "made"  # a file in the folder of a database that is whole
LIST_STATEMENTS, CASE_STATEMENTS, RATIO = 12, 20, 1.3
FULL, QUICK = (10_000, 100_000), (300, 3_000)
ONE_CASE = frozenset({"case", "customer"})  # pages about one thing; the others are lists


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help=f"a trial with {QUICK} cases")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument(
        "--afresh", action="store_true", help="make the databases anew, forget what was measured"
    )
    asked.add_argument("--child", type=int, metavar="CASES", help=argparse.SUPPRESS)
    asked.add_argument("--times", type=int, default=40, help="how often each page is asked for in a round")
    told = asked.parse_args()
    if told.child is not None:
        serve(told.child, told.times)
        return 0
    if told.afresh:
        shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    sizes, times = (QUICK, 8) if told.quick else (FULL, told.times)
    kept = True
    for name in told.database or ["sqlite", "postgresql"]:
        kept &= _on(name, sizes, times)
    return 0 if kept else 1


def _on(name: str, sizes: tuple[int, int], times: int) -> bool:
    lines = _finished(name, sizes)
    if len(lines) < ROUNDS * len(sizes):
        with _houses(name, sizes, times) as houses:
            for round_ in range(len(lines) // len(sizes), ROUNDS):
                for size in sizes:
                    line = _ask(houses[size]) | {
                        "database": name,
                        "cases": size,
                        "sizes": sizes,
                        "round": round_,
                    }
                    lines.append(line)
                    _keep(line)
    return _print(name, sizes, lines[: ROUNDS * len(sizes)])


def _file() -> Path:
    return RESULTS / "lists.jsonl"


def _keep(line: Mapping[str, Any]) -> None:
    with _file().open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _finished(name: str, sizes: tuple[int, int]) -> list[dict[str, Any]]:
    """What an earlier run has measured: whole rounds only, of the same code."""
    if not _file().exists():
        return []
    told = [json.loads(line) for line in _file().read_text(encoding="utf-8").splitlines()]
    mine = [
        one
        for one in told
        if one["database"] == name and tuple(one["sizes"]) == sizes and one["of"] == revision()
    ]
    return mine[: len(mine) // len(sizes) * len(sizes)]


def revision() -> str:
    """Which code is measured."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )  # noqa: S607
    return asked.stdout.strip()


@contextmanager
def _houses(name: str, sizes: tuple[int, int], times: int) -> Iterator[dict[int, "subprocess.Popen[str]"]]:
    """One process a size, each with a database of its own, ready to be asked."""
    from tests.testpg import postgres

    if name == "sqlite":
        folders = {size: RESULTS / f"sqlite-{size}" for size in sizes}
        for folder in folders.values():
            if not (folder / MADE).exists():  # cut short while it was made: a company is founded once
                shutil.rmtree(folder, ignore_errors=True)
        with _children({size: house.environment(at) for size, at in folders.items()}, times) as found:
            yield found
        return
    with postgres() as first, postgres() as second, house.scratch() as scratch:
        environs = {
            size: house.environment(Path(scratch) / str(size), address=address)
            for size, address in zip(sizes, (first, second), strict=True)
        }
        with _children(environs, times) as found:
            yield found


@contextmanager
def _children(
    environs: Mapping[int, Mapping[str, str]], times: int
) -> Iterator[dict[int, "subprocess.Popen[str]"]]:
    made = {
        size: house.child("bench.lists", "--child", str(size), "--times", str(times), env=env)
        for size, env in environs.items()
    }
    try:
        yield made
    finally:
        for process in made.values():
            process.communicate()  # no more questions: it ends


def _ask(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("round\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit("A database could not be made or asked; see above.")
    told: dict[str, Any] = json.loads(line)
    return told | {"of": revision()}


def _print(name: str, sizes: tuple[int, int], lines: list[dict[str, Any]]) -> bool:
    small, large = (next(one["cases"] for one in lines if one["cases"] == size) for size in sizes)
    rows, ratios = [], {}
    for page in lines[0]["pages"]:
        of = {size: [one for one in lines if one["cases"] == size] for size in (small, large)}
        share = {
            size: house.middle([one["pages"][page]["p95"] / one["reference"] for one in of[size]])
            for size in of
        }
        typical = {
            size: house.middle([one["pages"][page]["median"] / one["reference"] for one in of[size]])
            for size in of
        }
        ratios[page] = typical[large] / typical[small]
        rows.append(
            {
                "page": page,
                "statements": max(one["pages"][page]["statements"] for one in lines),
                f"p95 ms {small:,}": house.middle([one["pages"][page]["p95"] for one in of[small]]),
                f"p95 ms {large:,}": house.middle([one["pages"][page]["p95"] for one in of[large]]),
                "p95 ÷ reference": share[large],
                "ratio of p95": share[large] / share[small],
                "ratio": ratios[page],
            }
        )
    print(f"\n{name}: {small:,} and {large:,} cases, median of {ROUNDS} rounds")
    house.table(rows)
    kept = True
    for row in rows:
        limit = CASE_STATEMENTS if row["page"] in ONE_CASE else LIST_STATEMENTS
        kept &= house.gate(f"{name}: statements of {row['page']}", row["statements"], limit)
        kept &= house.gate(f"{name}: ratio of {row['page']}", ratios[row["page"]], RATIO, below=True)
    return kept


def serve(cases: int, times: int) -> None:
    """In the child: a database with so many cases, then a round of pages for each line that comes in."""
    house.ready()
    asks = _pages(cases)
    for _ in sys.stdin:
        told: dict[str, Any] = {"reference": house.reference(), "pages": {}}
        for name, ask in asks.items():
            ask()  # what the first one pays for others, it pays alone
            taken = [house.timed(ask) for _ in range(times)]
            told["pages"][name] = {
                "statements": min(
                    house.statements(ask) for _ in range(3)
                ),  # one may compare what is remembered
                "median": house.middle(taken),
                "p95": house.p95(taken),
            }
        print(json.dumps(told), flush=True)


def _pages(cases: int) -> dict[str, Any]:
    """name of the page → a function that asks for it."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from bihuan.ground.worktime import clock
    from bihuan.registers.access.models import Person
    from bihuan.registers.access.roles import Role
    from bihuan.service.cases.models import Case
    from tests import makers

    if Case.objects.count() < cases:
        company = makers.company()
        Person.objects.update(demo=True)  # no second factor is asked of the demo's people
        makers.many_cases(company, cases, now=clock.now())
        (settings.BIHUAN_DATA / MADE).touch()
    clients = {}
    for role in (Role.AGENT, Role.MANAGER):
        clients[role] = Client(headers={"accept-language": "zh-hans"}, SERVER_NAME="localhost")
        clients[role].force_login(
            next(one for one in Person.objects.order_by("id") if str(role) in one.roles)
        )
    middle = Case.objects.filter(outcome="finished").order_by("-id")[min(50, cases // 40)]
    asked = {
        "queue": (Role.AGENT, reverse("agents:desk")),
        "all cases": (Role.AGENT, reverse("agents:cases")),
        "case": (Role.AGENT, reverse("agents:case", args=[middle.number])),
        "customer": (Role.AGENT, reverse("agents:customer", args=[middle.customer_id])),
        "manager": (Role.MANAGER, reverse("managers:wall")),
    }

    def asker(role: Any, address: str) -> Any:
        def ask() -> None:
            answer = clients[role].get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")

        return ask

    return {name: asker(role, address) for name, (role, address) in asked.items()}


if __name__ == "__main__":
    sys.exit(main())
