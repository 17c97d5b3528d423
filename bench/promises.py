"""Due times per second beside the libraries that tell them, the command that tells them line by line, and what the
clock's sweeps cost among few and among many promises: `python bench/promises.py [--quick] [--only due]`.

Everyone answers the same questions in one process, in turns, five rounds; a figure is the median of its rounds.
Answers are compared before anything is timed. Exit code 1 when a gate fails.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from random import Random
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import clocks, house, ledgers

ROUNDS, TIMES_FASTER = 5, 20
QUESTIONS = {"bihuan": 20_000, "businesstimedelta": 1_000, "business-duration": 1_000}  # a round
SLICES = 20  # a round is asked in, so that a machine's slow second is everyone's
LINES = 100_000
OPEN = (10_000, 1_000_000)  # promises among which a thousand are due
CALENDARS = (1, 40, 1_000)  # different ones among the lines


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: a tenth of the questions and lines")
    asked.add_argument("--only", choices=("due", "lines", "sweeps"))
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--child", type=int, metavar="PROMISES", help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.child is not None:
        ledgers.serve(told.child)
        return 0
    share = 10 if told.quick else 1
    kept = True
    if told.only in (None, "due"):
        kept &= due_times(share)
    if told.only in (None, "lines"):
        kept &= lines(LINES // share)
    if told.only in (None, "sweeps"):
        for name in told.database or ["sqlite", "postgresql"]:
            kept &= ledgers.compare(name, (OPEN[0], OPEN[1] // share))
    return 0 if kept else 1


def due_times(share: int) -> bool:
    """Print every contest; whether each gate was kept."""
    print("Due times per second, one process; Python", python_version(), end="")
    print("".join(f", {name} {version(name)}" for name in ("businesstimedelta", "business-duration")))
    print("business-duration knows durations only: it searches for a due time; durations are asked of all.\n")
    sizes = {name: max(20, number // share) for name, number in QUESTIONS.items()}
    contests = clocks.contests(sizes["bihuan"])
    agreed = {
        (contest.about, name): clocks.agreeing(contest, name, sizes[name])
        for contest in contests
        for name in contest.asked
    }
    rates = measured(contests, sizes)
    house.table([_row(contest, name, rates, sizes, agreed) for contest in contests for name in contest.asked])
    print()
    verdicts = [_faster(contest, contests[1], rates) for contest in contests]
    return all(verdicts)


def _faster(contest: clocks.Contest, easier: clocks.Contest, rates: dict[tuple[str, str], float]) -> bool:
    """Whether ours is fast enough beside the fastest peer; where none can answer, beside the next easier question."""
    beside = contest if len(contest.asked) > 1 else easier
    fastest = max(rates[beside.about, name] for name in beside.asked if name != "bihuan")
    ratio = rates[contest.about, "bihuan"] / fastest
    about = contest.about + (f", beside {beside.about}" if beside is not contest else "")
    if not contest.gated:
        print(f"      {about}: {ratio:.1f} × the fastest peer (no gate)")
        return True
    kept = ratio >= TIMES_FASTER
    print(f"{'PASS' if kept else 'FAIL'}  {about}: {ratio:.1f} × the fastest peer (≥ {TIMES_FASTER})")
    return kept


def measured(contests: list[clocks.Contest], sizes: dict[str, int]) -> dict[tuple[str, str], float]:
    """Answers per second, by contest and who answers: the median of rounds in which all take turns."""
    rounds: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for contest in contests:
            for name, took in _round(contest, sizes).items():
                rounds.setdefault((contest.about, name), []).append(sizes[name] / took)
    return {key: house.middle(seen) for key, seen in rounds.items()}


def _round(contest: clocks.Contest, sizes: dict[str, int]) -> dict[str, float]:
    """Seconds that each needed for all its questions."""
    took = dict.fromkeys(contest.asked, 0.0)
    for at in range(SLICES):
        for name, asked in contest.asked.items():
            part = range(sizes[name] * at // SLICES, sizes[name] * (at + 1) // SLICES)
            began = perf_counter()
            asked(part)
            took[name] += perf_counter() - began
    return took


def _row(
    contest: clocks.Contest,
    name: str,
    rates: dict[tuple[str, str], float],
    sizes: dict[str, int],
    agreed: dict[tuple[str, str], int],
) -> dict[str, Any]:
    key = (contest.about, name)
    return {
        "calendar": contest.about,
        "asked": name,
        "a second": f"{rates[key]:,.0f}",
        "bihuan is": f"{rates[contest.about, 'bihuan'] / rates[key]:.1f} ×",
        "agree": "" if name == "bihuan" else f"{agreed[key]} of {sizes[name]}",
    }


def lines(number: int) -> bool:
    """`manage.py promise_due` on a file, start-up included; every line must be answered, in order."""
    print(f"\npromise_due, {number:,} lines in one process, with its start")
    rows, kept = [], True
    with house.scratch() as folder:
        env = house.environment(Path(folder))
        for different in CALENDARS:
            path = Path(folder) / "questions.jsonl"
            with path.open("w", encoding="utf-8") as written:
                written.writelines(asked_lines(number, different))
            began = perf_counter()
            done = subprocess.run(
                [sys.executable, "manage.py", "promise_due", str(path)],
                cwd=house.ROOT,
                env=env,
                stdout=subprocess.PIPE,
                check=False,
            )
            took = perf_counter() - began
            answers = [json.loads(answer) for answer in done.stdout.splitlines()]
            whole = [answer["id"] for answer in answers if "due" in answer] == list(range(number))
            kept &= whole and done.returncode == 0
            rows.append({"calendars": different, "seconds": took, "lines a second": f"{number / took:,.0f}"})
    house.table(rows)
    print(f"{'PASS' if kept else 'FAIL'}  promise_due: every line answered, in order")
    return kept


def asked_lines(number: int, different: int) -> Iterator[str]:
    calendars = [json.dumps(_calendar(at)) for at in range(different)]
    dice = Random(7)
    for at, one in enumerate(clocks.questions(number, resting=True)):
        rests = [[since.isoformat(), (until or since).isoformat()] for since, until in one.rests]
        yield (
            f'{{"id": {at}, "calendar": {dice.choice(calendars)}, "began": "{one.began.isoformat()}", '
            f'"allowed_seconds": {one.allowed}, "rests": {json.dumps(rests)}}}\n'
        )


def _calendar(at: int) -> dict[str, Any]:
    """An office somewhere: hours to the minute, lunch, a few holidays and one make-up workday."""
    dice = Random(at)
    zones = ("Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
    morning, noon = 480 + dice.randrange(90), 690 + dice.randrange(60)
    hours = [[_clock(morning), _clock(noon)], [_clock(noon + 60), _clock(noon + 360)]]
    day = clocks.FIRST_DAY.date()
    return {
        "timezone": zones[at % len(zones)],
        "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours),
        "holidays": sorted({str(day + timedelta(days=dice.randrange(1, 180))) for _ in range(10)}),
        "workdays": [str(day + timedelta(days=dice.randrange(180, 360)))],
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


if __name__ == "__main__":
    sys.exit(main())
