"""Customers report while everything is killed under them: `python bench/intake_crash.py [--quick]`.

On each database: senders report by the form on the web, the API, WeChat, mail (a real IMAP server, read by four
fetchers) and the chat on the web, while web server, workers, clock, fetchers and (on PostgreSQL) processes of the
database itself are killed (SIGKILL) again and again. Some hang up before the answer and send the same once more; some
send it again after it was kept; now and then one sends the same fifty times at once. Afterwards every report that was
accepted must be there exactly once, every line of a chat as well, and the daily closing must come out even. Exit code
1 when anything was lost or doubled.

A long trial may be run in pieces (`--reports`, `--kills`, `--seed`): each adds a line to bench/results, and `--sum`
shows them all together.
"""

import argparse
import json
import os
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bench.crashing import senders
from bench.crashing.chatting import ChatSender
from bench.crashing.killer import Killer, await_web, not_read
from bench.crashing.ledger import Ledger, prove
from bench.crashing.letters import MailSender
from bench.crashing.nursery import Nursery

RESULTS = Path(__file__).resolve().parent / "results" / "intake_crash.jsonl"
IN_MEMORY = Path("/dev/shm")  # a killed process loses nothing that the kernel has; only a power cut would
AT_ONCE = 8
SAME_FIFTY = 500  # one of so many is sent fifty times at once
GIVES_UP = 180.0  # seconds after which a customer stops trying
PATIENCE = 300.0  # seconds without any message read, once nobody is killed any more; what is left then counts
SHARES = {"web": 4, "app": 4, "wechat": 5, "mail": 5, "chat": 2}
PROVIDED = {
    "BIHUAN_PROXIES": "1",
    "BIHUAN_PROBES": "0",
    "BIHUAN_CLOCK": "",
    "BIHUAN_CHAT_CALENDAR": "24x7",
    "BIHUAN_CHAT_SILENT_MINUTES": "4",
}
"""Each request comes from another address; no probes among the reports; agents answer chats at any hour, and a chat
whose customer gave up goes on as a report sooner than anybody loses patience here."""


@dataclass(frozen=True)
class Plan:
    reports: int
    kills: int
    minutes: float


FULL, QUICK = Plan(20_000, 200, 240.0), Plan(600, 12, 20.0)


def trial(plan: Plan, env: dict[str, str], *, seed: int) -> dict[str, Any]:
    """Let them all report and kill meanwhile; then look. Django must be ready on that database."""
    from tests.mailbox import a_mailbox

    harden()
    token, port, ledger = furnish(), free_port(), Ledger()
    with ExitStack() as stack:
        box = stack.enter_context(a_mailbox())
        nursery = Nursery(env | box.told())
        stack.callback(nursery.close)
        killer = Killer(nursery, ledger, port=port, apart=plan.reports / plan.kills, seed=seed)
        await_web(port)
        ways: dict[str, senders.Sender] = {
            "web": senders.HttpSender("web", port, ledger, senders.by_form),
            "app": senders.HttpSender("app", port, ledger, senders.by_api(token)),
            "wechat": senders.HttpSender("wechat", port, ledger, senders.by_wechat),
            "mail": MailSender(box, ledger),
            "chat": ChatSender(port, ledger),
        }
        began = time.monotonic()
        killer.start()
        send_all(plan, ledger, ways, killer, seed)
        killer.stopping = True
        killer.join()
        sent = time.monotonic() - began
        left = settle(killer)
        return prove(ledger) | {
            "kills": dict(killer.kills),
            "seconds": sent,
            "settled_seconds": time.monotonic() - began - sent,
            "left_waiting": left,
            "in_mailbox": box.count(),
            "refused": dict(ledger.refused),
        }


def send_all(plan: Plan, ledger: Ledger, ways: dict[str, senders.Sender], killer: Killer, seed: int) -> None:
    """Several senders, until there are enough reports and enough kills, or time is over."""

    ends = time.monotonic() + plan.minutes * 60

    def is_enough() -> bool:
        return time.monotonic() > ends or (
            len(ledger.accepted) >= plan.reports and killer.kills.total() >= plan.kills
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            pool.submit(report_on, is_enough, ledger, ways, seed * 100 + at, shown=at == 0)
            for at in range(AT_ONCE)
        ]
    for one in done:
        if one.exception() is not None:
            print(f"a sender stopped: {one.exception()!r}", file=sys.stderr)
            ledger.count(ledger.refused, "a sender stopped")


def report_on(
    is_enough: Callable[[], bool], ledger: Ledger, ways: dict[str, senders.Sender], seed: int, *, shown: bool
) -> None:
    """One sender: the next number by some way, until it is enough."""
    dice, show_at = random.Random(seed), time.monotonic() + 60
    while not is_enough():
        if not ledger.room.wait(1):
            continue
        number = ledger.next_number()
        way = ways[dice.choices(list(SHARES), list(SHARES.values()))[0]]
        way.report(number, dice=dice, fifty=number % SAME_FIFTY == 0, until=time.monotonic() + GIVES_UP)
        if shown and time.monotonic() > show_at:
            show_at += 60
            print(f"{time.strftime('%H:%M:%S')} {len(ledger.accepted):,} accepted", file=sys.stderr)


def harden() -> None:
    """What is accepted must be durable here as in an installation; only tests relax it."""
    from django.db import connection

    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM RESET synchronous_commit")
            cursor.execute("ALTER SYSTEM RESET full_page_writes")
            cursor.execute("SELECT pg_reload_conf()")
        connection.close()


def furnish() -> str:
    """A company, and the token of an app."""
    from bihuan.ground.worktime import clock
    from bihuan.registers.access.actions import make_token
    from bihuan.registers.access.roles import Role
    from tests import makers

    makers.company()
    return make_token(role=Role.CUSTOMER, now=clock.now(), channel="app")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settle(killer: Killer) -> int:
    """Wait until every mail was fetched and every message read. How many were not when nothing moved any more."""
    killer.refresh()
    before, left, moved = -1, -1, time.monotonic()
    mails = sum(channel == "mail" for channel in killer.ledger.accepted.values())
    while time.monotonic() - moved < PATIENCE and left:
        killer.mend()
        left = not_yet_read(mails)
        if left != before:
            before, moved = left, time.monotonic()
        time.sleep(1)
    return left


def not_yet_read(mails: int) -> int:
    """Messages that wait, and mails that nobody fetched; -1 while the database is away."""
    from django.db import DatabaseError, connection

    from bihuan.service.intake.models import RawMessage

    waiting = not_read()
    try:
        fetched = RawMessage.objects.filter(channel="mail").count()
    except DatabaseError:
        connection.close()
        return -1
    return -1 if waiting is None else waiting + max(0, mails - fetched)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: 600 reports, 12 kills")
    asked.add_argument("--reports", type=int)
    asked.add_argument("--kills", type=int)
    asked.add_argument("--minutes", type=float, help="stop sending after so many, whatever was reached")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--seed", type=int, default=1, help="who is killed when")
    asked.add_argument(
        "--sum", action="store_true", help="only show what the runs in bench/results add up to"
    )
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    told = asked.parse_args()
    plan = QUICK if told.quick else FULL
    plan = Plan(told.reports or plan.reports, told.kills or plan.kills, told.minutes or plan.minutes)
    if told.child:
        house.ready()
        print(
            json.dumps(
                {"wanted": asdict(plan), "seed": told.seed} | trial(plan, dict(os.environ), seed=told.seed)
            )
        )
        return 0
    if told.sum:
        held = [shown(name, added_up(runs)) for name, runs in results().items()]
        return 0 if all(held) else 1
    kept = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            kept &= on(name, address, sys.argv[1:])
    return 0 if kept else 1


def on(name: str, address: str, arguments: list[str]) -> bool:
    from bench.lists import revision

    with folder() as at:
        env = house.environment(at, address=address) | PROVIDED
        process = house.child("bench.intake_crash", "--child", *arguments, env=env)
        told, _ = process.communicate()
    if process.returncode:
        print(f"{name}: the trial could not be run (status {process.returncode})")
        return False
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"database": name, "of": revision()} | found) + "\n")
    return shown(name, found)


@contextmanager
def folder() -> Iterator[Path]:
    place = str(IN_MEMORY) if os.access(IN_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="bihuan-crash-", dir=place) as at:
        yield Path(at)


def results() -> dict[str, list[dict[str, Any]]]:
    """All runs that were kept, by database."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else ():
        run = json.loads(line)
        found.setdefault(run["database"], []).append(run)
    return found


def added_up(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Several runs as one: every figure is the sum."""
    return {"runs": len(runs)} | {
        key: _sum([run[key] for run in runs]) for key in runs[0] if _adds(runs[0][key])
    }


def _adds(value: Any) -> bool:
    return isinstance(value, (int, float, dict)) and not isinstance(value, bool)


def _sum(values: list[Any]) -> Any:
    if not isinstance(values[0], dict):
        return sum(values)
    keys = dict.fromkeys(key for value in values for key in value)
    return {key: _sum([value[key] for value in values if key in value]) for key in keys}


def shown(name: str, found: dict[str, Any]) -> bool:
    kills = sum(found["kills"].values())
    print(
        f"\n{name}: {found['accepted']:,} reports accepted in {found['seconds']:.0f} s, {kills} kills", end=""
    )
    print(f" ({', '.join(f'{sort} {count}' for sort, count in sorted(found['kills'].items()))})", end="")
    print(f", {found['runs']} runs" if "runs" in found else "")
    house.table(
        [
            {"channel": channel} | figures | {"lost at most (95 %)": upper_bound(figures["accepted"])}
            for channel, figures in found["channels"].items()
        ]
    )
    print(
        f"lines of chats accepted besides: {found['lines']:,}; mails in the mailbox: {found['in_mailbox']:,}"
    )
    print(
        f"quarantined: {found['quarantined']}; refused: {found['refused']}; lost: {found.get('examples', [])}"
    )
    print(
        f"upper bound of what is lost, with 95 %: {upper_bound(found['accepted'])} (3/{found['accepted']:,})"
    )
    gates = {
        "accepted but lost": found["lost"] + found["lines_lost"],
        "doubled": found["doubled"] + found["lines_doubled"],
        "difference in the closing": found["difference"],
        "not read in the end": abs(found["left_waiting"]),
        "refused": sum(found["refused"].values()),
    }
    held = [house.gate(f"{name}: {what}", value, 0) for what, value in gates.items()]
    return all(held)


def upper_bound(accepted: int) -> str:
    """Of n accepted and none lost, the share that may be lost with 95 %: 3/n."""
    return f"{3 / max(1, accepted):.6f}"


if __name__ == "__main__":
    sys.exit(main())
