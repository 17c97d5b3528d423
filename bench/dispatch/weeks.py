"""Days that go on and weeks of the season, as tables: this house beside the nearest technician appended."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean

from bench.dispatch.runs import Line, Task

type Both = Sequence[tuple[Task, Task]]


def rolling(lines: Mapping[str, Line], both: Both) -> Iterator[str]:
    """How many came in the window that was promised, by seed."""
    yield "\n## Days that go on, 40 technicians, 240 customers a day, the same for both\n"
    yield (
        "| seed | dispatcher | in the window, % of arrivals | % of promises | late on the mean, min | served"
        " | refused | broken | told somebody else | urgent on the day | on the road, h | overtime, h |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    shares: dict[str, list[float]] = {}
    for line in (lines[task.key] for pair in both for task in pair):
        if "failed" in line:
            yield f"| | {line['solver']} | failed: {line['failed']} |{' |' * 9}"
            continue
        shares.setdefault(line["solver"], []).append(100 * line["inside"])
        yield (
            f"| {line['seed']} | {line['solver']} | {100 * line['inside']:.1f} | {100 * line['kept']:.1f}"
            f" | {line['late'] / 60:.1f} | {line['served']} | {line['refused']} | {line['broken']}"
            f" | {line['reassigned']} | {100 * line['same_day']:.0f} % of {line['urgent']}"
            f" | {line['travel'] / 3600:.0f} | {line['overtime'] / 3600:.0f} |"
        )
    for solver, some in shares.items():
        yield f"| **mean** | {solver} | {mean(some):.1f} ({min(some):.1f}–{max(some):.1f}) |{' |' * 9}"


def peak(lines: Mapping[str, Line], both: Both) -> Iterator[str]:
    """Promises and waiting in a season, by seed. Whoever was not through after so many days has waited longer yet."""
    yield "\n## A week of the season: 1,500 open jobs, 40 technicians, 320 more a day, until all of them were served\n"
    yield (
        "| seed | dispatcher | served in the week | promises | broken | of them could be kept"
        " | oldest open at its end, days | longest wait until all were served | mean wait | days until then |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for line in (lines[task.key] for pair in both for task in pair):
        if "failed" in line:
            yield f"| | {line['solver']} | failed: {line['failed']} |{' |' * 7}"
            continue
        more = "" if line["all"] else "more than "
        yield (
            f"| {line['seed']} | {line['solver']} | {line['served']} | {line['promises']} | {line['broken']}"
            f" | {'–' if line['could'] is None else line['could']} | {line['open_longest']}"
            f" | {more}{line['longest']} | {line['mean_wait']} | {more}{line['days']} |"
        )
