"""How many reports are accepted a second, and how long a sender waits: `python bench/intake_load.py [--quick]`.

On each database, through the product's own web server, with its worker running: the form on the web, the API and the
callback of WeChat, by 1, 4, 16 and 64 senders at once, thirty seconds each, all on the same two cores as the senders.
A sender begins a fresh connection for each report and waits for the answer, which comes once the report is durable.
Then: how long the worker needs until every message is read, and from a message's arrival to its reading, which opens
the case. Each median is also divided by the reference of the run. Exit code 1 when anything was refused, or accepted
and not there afterwards.
"""

import argparse
import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bench.crashing import senders
from bench.crashing.killer import await_web
from bench.crashing.nursery import PR_SET_PDEATHSIG
from bench.intake_crash import PROVIDED, free_port, furnish, harden

SENDERS, SECONDS = (1, 4, 16, 64), 30.0
QUICK_SENDERS, QUICK_SECONDS = (1, 8), 3.0
WARM = 5  # reports before anything is measured: a server that was just started reads what ships first
PATIENCE = 120.0  # seconds for the worker after each channel
FAMILY = ("web", "worker")


@dataclass
class Heard:
    """What the senders of one point were told: milliseconds of each accepted report, and what else was answered."""

    times: list[float] = field(default_factory=list)
    others: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: 1 and 8 senders, three seconds each")
    asked.add_argument("--seconds", type=float, help="of each point")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--child", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    told = asked.parse_args()
    counts = QUICK_SENDERS if told.quick else SENDERS
    seconds = told.seconds or (QUICK_SECONDS if told.quick else SECONDS)
    if told.child:
        end_with_parent()
        house.ready()
        return measure(told.child, counts, seconds)
    well = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            well &= on(name, address, [*(["--quick"] if told.quick else []), "--seconds", str(seconds)])
    return 0 if well else 1


def on(name: str, address: str, arguments: list[str]) -> bool:
    with house.scratch() as folder:
        env = house.environment(Path(folder), address=address) | PROVIDED
        process = house.child("bench.intake_load", "--child", name, *arguments, env=env)
        assert process.stdout is not None
        rows = []
        for line in process.stdout:
            print(line, end="", flush=True)
            rows.append(json.loads(line))
    print()
    house.table([row for row in rows if "senders" in row])
    return process.wait() == 0


def measure(name: str, counts: tuple[int, ...], seconds: float) -> int:
    """In the child: every channel at every number of senders, then whether all of it is there."""
    harden()
    port, token = free_port(), furnish()
    reference = house.reference()
    say(database=name, reference_ms=round(reference, 1))
    numbers = itertools.count(1)
    ways = {"web": senders.by_form, "app": senders.by_api(token), "wechat": senders.by_wechat}
    accepted = refused = 0
    with family(port):
        await_web(port)
        for channel, write in ways.items():
            send_on(port, write, numbers, heard := Heard(), most=WARM)
            accepted += len(heard.times)
            for count in counts:
                before, heard = newest_entry(), all_send(port, write, numbers, count, seconds)
                accepted, refused = accepted + len(heard.times), refused + heard.others.total()
                row = shown(name, channel, count, heard, reference)
                say(**row, **worker_row(before))
        left = catch_up(PATIENCE)
    kept = cases()
    say(database=name, accepted=accepted, refused=refused, cases=kept, not_read=left)
    return 0 if refused == 0 and kept >= accepted and left == 0 else 1


def end_with_parent() -> None:
    """Nothing of the trial outlives whoever started it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


@contextmanager
def family(port: int) -> Iterator[None]:
    """The web server and the worker as `serve` starts them."""
    from django.db import connections

    from bihuan.management.commands.serve import commands

    connections.close_all()
    quiet = subprocess.DEVNULL
    running = [
        subprocess.Popen(
            list(commands("127.0.0.1", port)[name]),
            cwd=house.ROOT,
            env=dict(os.environ),
            stdin=quiet,
            stdout=quiet,
            process_group=0,
            preexec_fn=end_with_parent,
        )
        for name in FAMILY
    ]
    try:
        yield
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def all_send(port: int, write: senders.Write, numbers: Iterator[int], count: int, seconds: float) -> Heard:
    """So many senders at once, for so long."""
    heard, began = Heard(), time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        done = [
            pool.submit(send_on, port, write, numbers, heard, until=began + seconds) for _ in range(count)
        ]
    for one in done:
        one.result()
    heard.seconds = time.monotonic() - began
    return heard


def send_on(
    port: int,
    write: senders.Write,
    numbers: Iterator[int],
    heard: Heard,
    *,
    until: float = float("inf"),
    most: int = sys.maxsize,
) -> None:
    """One sender: report after report."""
    for _ in range(most):
        if time.monotonic() >= until:
            return
        request = write(next(numbers))
        began = time.perf_counter()
        answer = senders.send(port, request)
        if answer.status == request.kept:
            heard.times.append((time.perf_counter() - began) * 1000)
        else:
            heard.others[answer.status] += 1
            time.sleep(0.1)


def shown(name: str, channel: str, count: int, heard: Heard, reference: float) -> dict[str, Any]:
    times = heard.times or [float("nan")]
    middle = house.middle(times)
    return {
        "database": name,
        "channel": channel,
        "senders": count,
        "accepted_a_second": round(len(heard.times) / max(heard.seconds, 0.001), 1),
        "p50_ms": round(middle, 1),
        "p95_ms": round(house.p95(times), 1),
        "p99_ms": round(sorted(times)[max(0, -(-len(times) * 99 // 100) - 1)], 1),
        "worst_ms": round(max(times), 1),
        "p50_to_reference": round(middle / reference, 4),
        "refused": heard.others.total(),
    }


def worker_row(before: int) -> Mapping[str, Any]:
    """How long until every message that had come was read, and from a message's arrival to its reading."""
    waiting, began = unread(), time.monotonic()
    catch_up(PATIENCE)
    late = reading_lags(before) or [0.0]
    return {
        "unread": waiting,
        "read_after_s": round(time.monotonic() - began, 1),
        "to_read_p50_s": round(house.middle(late), 2),
        "to_read_p95_s": round(house.p95(late), 2),
        "owed_reactions": owed(),
    }


def catch_up(patience: float) -> int:
    """Wait until the worker has read every message. How many are left when patience is over."""
    until = time.monotonic() + patience
    while (left := unread()) and time.monotonic() < until:
        time.sleep(0.2)
    return left


def unread() -> int:
    from bihuan.service.intake.models import RawMessage

    return RawMessage.objects.filter(state=RawMessage.WAITING).count()


def owed() -> int:
    """What the worker has still to do for cases that are there: dispatching, messages, counting."""
    from bihuan.ground.journal.models import Reaction

    return Reaction.objects.filter(state=Reaction.WAITING).count()


def newest_entry() -> int:
    from bihuan.ground.journal.models import Entry

    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def reading_lags(after: int) -> list[float]:
    """Of each message since that entry: seconds from its arrival until the worker began to read it."""
    from bihuan.ground.journal.models import Reaction

    read = Reaction.objects.filter(entry__kind="message.arrived", entry_id__gt=after, done_at__isnull=False)
    rows = read.values_list("done_at", "entry__recorded_at")
    return [(done - arrived).total_seconds() for done, arrived in rows if done is not None]


def cases() -> int:
    """How many reports became a case."""
    from bihuan.ground.journal.models import Entry

    return Entry.objects.filter(kind="report.understood").count()


def say(**told: Any) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
