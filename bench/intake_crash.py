"""Customers report while everything is killed under them: `python bench/intake_crash.py [--quick]`.

On each database: senders report by the form on the web, the API and WeChat, while web server, worker, clock and (on
PostgreSQL) processes of the database itself are killed (SIGKILL) again and again. Some hang up before the answer and
send the same once more; now and then one sends the same fifty times at once. Afterwards every report that was
accepted must be there exactly once, and the daily closing must come out even. Exit code 1 when anything was lost or
doubled.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house
from bench.crashing import senders
from bench.crashing.nursery import Nursery

RESULTS = Path(__file__).resolve().parent / "results" / "intake_crash.jsonl"
AT_ONCE, FIFTY = 6, 50
HANG_UP, SAME_FIFTY = 0.1, 500  # one of ten hangs up; one of so many is sent fifty times at once
SETTLED_WITHIN = 600.0  # seconds for the worker to read the rest, once nobody is killed any more


@dataclass(frozen=True)
class Plan:
    reports: int
    kills: int


FULL, QUICK = Plan(20_000, 200), Plan(600, 12)


@dataclass
class Ledger:
    """What the senders were told. `accepted` are the numbers of reports; each was sent `tries` times."""

    accepted: list[int] = field(default_factory=list)
    tries: Counter[int] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    given_up: int = 0
    lock: Lock = field(default_factory=Lock)
    last: int = 0

    def next_number(self) -> int:
        with self.lock:
            self.last += 1
            return self.last

    def note(self, number: int, channel: str, tries: int) -> None:
        with self.lock:
            if tries:
                self.accepted.append(number)
                self.by[channel] += 1
                self.tries[min(tries, 9)] += 1
            else:
                self.given_up += 1


class Web:
    """The web server of the trial, which is started again whenever it was killed."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self.env, self.port = env, port
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1"]
        command += [
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--log-level",
            "critical",
            "bihuan.asgi:application",
        ]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, env=self.env, cwd=house.ROOT, stdin=quiet, stdout=quiet, stderr=quiet, process_group=0
        )

    def kill(self) -> bool:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._start()
        return True

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self) -> None:
        """Until it listens."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit("The web server did not start.")


class Killer(Thread):
    """Kills one of the family whenever some more reports were taken in, until told to stop."""

    def __init__(self, web: Web, nursery: Nursery, ledger: "Ledger", *, plan: Plan, seed: int) -> None:
        super().__init__(daemon=True)
        self.web, self.nursery, self.ledger, self.plan = web, nursery, ledger, plan
        self.dice = random.Random(seed)
        self.family = {"worker": nursery.bear("worker"), "clock": nursery.bear("clock")}
        self.kills: Counter[str] = Counter()
        self.stopping = False

    def run(self) -> None:
        from django.db import connection

        sorts = ["web", "web", "worker", "worker", "clock"]
        sorts += ["database", "database"] if connection.vendor == "postgresql" else []
        apart, at = self.plan.reports / self.plan.kills, 0.0
        while not self.stopping:
            if len(self.ledger.accepted) < at:
                time.sleep(0.01)
                continue
            at = len(self.ledger.accepted) + self.dice.uniform(0.3, 1.5) * apart
            sort = self.dice.choice(sorts)
            self.kills[sort] += self._kill(sort)
        connection.close()

    def _kill(self, sort: str) -> bool:
        if sort == "web":
            return self.web.kill()
        if sort == "database":
            return kill_a_backend(self.dice)
        done = self.nursery.kill(self.family[sort])
        self.family[sort] = self.nursery.bear(sort)
        return done

    def mend(self) -> None:
        """Start again what ended because the database went away under it."""
        for sort, pid in self.family.items():
            if not self.nursery.lives(pid):
                self.family[sort] = self.nursery.bear(sort)


def kill_a_backend(dice: random.Random) -> bool:
    """SIGKILL a process of PostgreSQL that serves somebody: the whole server recovers from it as from a crash."""
    from django.db import DatabaseError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            pids = [row[0] for row in cursor.fetchall()]
        if pids:
            os.kill(dice.choice(pids), signal.SIGKILL)
        return bool(pids)
    except (DatabaseError, ProcessLookupError):
        return False
    finally:
        connection.close()


def trial(plan: Plan, env: dict[str, str], *, seed: int) -> dict[str, Any]:
    """Let them all report and kill meanwhile; then look. Django must be ready on that database."""
    began = time.monotonic()
    harden()
    token = furnish()
    port = free_port()
    nursery, web = Nursery(env), Web(env, port)
    ledger = Ledger()
    try:
        web.wait()
        killer = Killer(web, nursery, ledger, plan=plan, seed=seed)
        killer.start()
        ways = {"web": senders.by_form, "app": senders.by_api(token), "wechat": senders.by_wechat}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for at in range(AT_ONCE):
                pool.submit(report_on, plan, ledger, port, ways, killer, seed * 100 + at).add_done_callback(
                    raised
                )
        killer.stopping = True
        killer.join()
        sent = time.monotonic() - began
        left = settle(killer)
        return prove(ledger) | {
            "kills": dict(killer.kills),
            "seconds": sent,
            "left_waiting": left,
            "tries": {str(tries): count for tries, count in sorted(ledger.tries.items())},
            "by": dict(ledger.by),
            "given_up": ledger.given_up,
        }
    finally:
        web.end()
        nursery.close()


def raised(done: Any) -> None:
    if done.exception() is not None:
        print(f"a sender stopped: {done.exception()!r}", file=sys.stderr)


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


def report_on(
    plan: Plan, ledger: Ledger, port: int, ways: dict[str, senders.Write], killer: Killer, seed: int
) -> None:
    """One sender: the next number by some way, until there are enough reports and enough kills."""
    dice = random.Random(seed)
    while len(ledger.accepted) < plan.reports or killer.kills.total() < plan.kills:
        number, channel = ledger.next_number(), dice.choice(list(ways))
        words, key = senders.words_of(number), f"crash{number:09d}"
        until = time.monotonic() + 180
        write = ways[channel]
        if number % SAME_FIFTY == 0:
            all_at_once(port, write, words, key)
        tries = senders.keep_sending(port, write, words, key, hangs_up=dice.random() < HANG_UP, until=until)
        ledger.note(number, channel, tries)


def all_at_once(port: int, write: senders.Write, words: str, key: str) -> None:
    """The same request fifty times at the same moment."""
    with ThreadPoolExecutor(FIFTY) as pool:
        for _ in range(FIFTY):
            pool.submit(lambda: senders.send(port, write(words, key)))


def settle(killer: Killer) -> int:
    """Wait until every message was read. How many were not in time."""
    from django.db import DatabaseError, connection

    from bihuan.service.intake.models import RawMessage

    until, left = time.monotonic() + SETTLED_WITHIN, -1
    while time.monotonic() < until and left:
        killer.mend()
        try:
            left = RawMessage.objects.filter(state=RawMessage.WAITING).count()
        except DatabaseError:
            connection.close()
        time.sleep(0.5)
    return left


def prove(ledger: Ledger) -> dict[str, Any]:
    """Which of what was accepted is there once, never, or more than once; and whether the closing comes out even."""
    from django.utils.timezone import localdate

    from bihuan.ground.vault.actions import keys
    from bihuan.ground.worktime import clock
    from bihuan.service.improvement.daily_closing import closing
    from bihuan.service.intake.models import RawMessage, Report
    from bihuan.service.intake.queries import words_of

    seen: Counter[int] = Counter()
    for report in Report.objects.select_related("customer__key").iterator(chunk_size=1000):
        said = words_of(report, keys(report.customer.key)).words
        if said.startswith("编号"):
            seen[int(said[2:9])] += 1
    today = localdate(clock.now())
    lines = [line for day in (today - timedelta(days=1), today) for line in closing(day)]
    return {
        "accepted": len(ledger.accepted),
        "reports": sum(seen.values()),
        "lost": sum(number not in seen for number in ledger.accepted),
        "doubled": sum(count - 1 for count in seen.values()),
        "quarantined": RawMessage.objects.filter(state=RawMessage.QUARANTINED).count()
        + Report.objects.filter(state=Report.QUARANTINED).count(),
        "difference": sum(abs(line.difference) for line in lines),
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a trial: 600 reports, 12 kills")
    asked.add_argument("--reports", type=int)
    asked.add_argument("--kills", type=int)
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--seed", type=int, default=1, help="who is killed when")
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    told = asked.parse_args()
    plan = QUICK if told.quick else FULL
    plan = Plan(told.reports or plan.reports, told.kills or plan.kills)
    if told.child:
        house.ready()
        print(json.dumps({"wanted": asdict(plan)} | trial(plan, dict(os.environ), seed=told.seed)))
        return 0
    kept = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            kept &= on(name, address, sys.argv[1:])
    return 0 if kept else 1


def on(name: str, address: str, arguments: list[str]) -> bool:
    with house.scratch() as folder:
        more = {"BIHUAN_PROXIES": "1", "BIHUAN_PROBES": "0", "BIHUAN_CLOCK": ""}
        env = house.environment(Path(folder), address=address) | more
        process = house.child("bench.intake_crash", "--child", *arguments, env=env)
        told, _ = process.communicate()
    if process.returncode:
        print(f"{name}: the trial could not be run (status {process.returncode})")
        return False
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"database": name} | found) + "\n")
    return shown(name, found)


def shown(name: str, found: dict[str, Any]) -> bool:
    kills = sum(found["kills"].values())
    print(
        f"\n{name}: {found['accepted']:,} reports accepted in {found['seconds']:.0f} s, {kills} kills", end=""
    )
    print(f" ({', '.join(f'{sort} {count}' for sort, count in found['kills'].items())})")
    print(f"by channel: {found['by']}; sent so often: {found['tries']}; given up: {found['given_up']}")
    bound = 3 / max(1, found["accepted"])
    print(f"upper bound of what is lost, with 95 %: {bound:.6f} ({3}/{found['accepted']:,})")
    kept = house.gate(f"{name}: accepted but lost", found["lost"], 0)
    kept &= house.gate(f"{name}: doubled", found["doubled"], 0)
    kept &= house.gate(f"{name}: difference in the closing", found["difference"], 0)
    kept &= house.gate(f"{name}: not read in the end", found["left_waiting"], 0)
    print(f"quarantined: {found['quarantined']}")
    return kept


if __name__ == "__main__":
    sys.exit(main())
