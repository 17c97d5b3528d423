"""The figures of a run as tables. Below 1 is better than the peer; a gap is what lies above the best known distance."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

from bench.dispatch.best_known import best_known
from bench.dispatch.runs import Line, Task

type Lines = Mapping[str, Line]
type Pair = tuple[str, float]


def ratios(
    title: str,
    lines: Lines,
    days: Sequence[Mapping[Pair, Task]],
    ours: Sequence[float],
    peers: Sequence[Pair],
) -> Iterator[str]:
    """Objective of ours divided by each peer's: mean, least and most over the days; and jobs served more."""
    yield f"\n## {title}, {len(days)} days\n"
    yield "| bihuan | peer | objective, ours ÷ theirs | served, ours - theirs | late, min | CPU s of the peer |"
    yield "|---|---|---|---|---|---|"
    for budget in ours:
        for peer in peers:
            both = [(lines[day["bihuan", budget].key], lines[day[peer].key]) for day in days]
            told = [(mine, other) for mine, other in both if not ("failed" in mine or "failed" in other)]
            if not told:
                yield f"| {budget:g} s | {peer[0]} {peer[1]:g} | failed | | | |"
                continue
            shares = [mine["objective"] / other["objective"] for mine, other in told]
            more = [mine["served"] - other["served"] for mine, other in told]
            late = [sum(one[side]["late_min"] for one in told) for side in (0, 1)]
            took = mean(other["cpu"] for _, other in told)
            yield (
                f"| {budget:g} s | {peer[0]} {peer[1]:g} | {mean(shares):.3f} ({min(shares):.3f}–{max(shares):.3f})"
                f" | {min(more):+d} to {max(more):+d} | {late[0]:g} / {late[1]:g} | {took:.1f} |"
            )


def gaps(lines: Lines, tasks: Mapping[str, Mapping[str, Task]], solvers: Sequence[str]) -> Iterator[str]:
    """What each solver lies above the best known distance, by instance and on average."""
    yield f"\n## Gehring-Homberger, {len(tasks)} instances, gap to the best known distance, %\n"
    yield f"| instance | best known | {' | '.join(solvers)} | CPU s of vroom |"
    yield f"|---|---|{'---|' * len(solvers)}---|"
    found: dict[str, list[float]] = {solver: [] for solver in solvers}
    for name, by_solver in tasks.items():
        best, cells = best_known(name), []
        for solver in solvers:
            gap = _gap(lines[by_solver[solver].key], best)
            if gap is not None:
                found[solver].append(gap)
            cells.append("wrong" if gap is None else f"{gap:.2f}")
        took = lines[by_solver["vroom"].key].get("cpu", 0) if "vroom" in by_solver else 0
        yield f"| {name} | {(best or 0) / 10:,.1f} | {' | '.join(cells)} | {took:.1f} |"
    means = [f"{mean(some):.3f}" if len(some) == len(tasks) else "–" for some in found.values()]
    yield f"| **mean** | | {' | '.join(means)} | |"
    worse = [
        sum(mine > other for mine, other in zip(found["bihuan"], found[solver], strict=False))
        if len(found[solver]) == len(found["bihuan"])
        else "–"
        for solver in solvers
    ]
    yield f"| bihuan is worse on | | {' | '.join(map(str, worse))} | |"


def _gap(line: Line, best: int | None) -> float | None:
    tenths: Any = line.get("tenths")
    return 100 * (tenths / best - 1) if tenths and best else None


def memory(lines: Lines, tasks: Sequence[tuple[str, Task]]) -> Iterator[str]:
    """How much memory, and how long beside the search."""
    yield "\n## The command as somebody starts it\n"
    yield "| what | memory, MB | of the clock, s | CPU s | of them before the search |"
    yield "|---|---|---|---|---|"
    for what, task in tasks:
        line = lines[task.key]
        if "failed" in line:
            yield f"| {what} | failed: {line['failed']} | | | |"
        else:
            yield f"| {what} | {line['mb']} | {line['wall']} | {line['cpu']} | {line['setup']} |"


def figures(title: str, lines: Lines, tasks: Sequence[Task]) -> Iterator[str]:
    """What is one figure and no comparison: each line says `what` and what was `found`."""
    yield f"\n## {title}\n"
    yield "| what | found |"
    yield "|---|---|"
    for line in (lines[task.key] for task in tasks):
        told = "failed" if "failed" in line else line["found"]
        yield f"| {line.get('what', line['key'])} | {told} |"
