"""A database to measure on, and how to measure: statements, milliseconds, and the same yardstick in every run.

A time alone says little: machines differ and others work beside us. So each time is also divided by a reference
taken in the same run on the same database: one thousand reads by primary key and two hundred inserts.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
READS, INSERTS = 1000, 200


def environment(folder: Path, *, address: str = "") -> dict[str, str]:
    """What a process needs to work on a database of its own."""
    wanted = {
        "BIHUAN_DATA": str(folder),
        "BIHUAN_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "bihuan.settings",
        "PYTHONPATH": str(ROOT),
    }
    told = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return told | wanted | ({"DATABASE_URL": address} if address else {})


@contextmanager
def databases(names: list[str], folder: Path | None = None) -> Iterator[Mapping[str, str]]:
    """name → address, "" for SQLite. PostgreSQL runs as long as the block does."""
    from tests.testpg import postgres

    if "postgresql" not in names:
        yield dict.fromkeys(names, "")
        return
    with postgres() as address:
        yield {name: address if name == "postgresql" else "" for name in names}


def child(module: str, *arguments: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    """A process that measures on one database; it speaks in JSON lines."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ready() -> None:
    """Django, the tables and what ships with the product."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    call_command("load_shipped", skip_checks=True)


def reference() -> float:
    """Milliseconds for one thousand reads by primary key and two hundred inserts, which are undone."""
    from django.db import transaction
    from django.utils.timezone import now

    from bihuan.ground.vault.models import Key

    held, moment = Key.objects.create(made_at=now()), now()
    began = perf_counter()
    for _ in range(READS):
        Key.objects.get(id=held.id)
    with transaction.atomic():
        for _ in range(INSERTS):
            Key.objects.create(made_at=moment)
        transaction.set_rollback(True)
    took = (perf_counter() - began) * 1000
    held.delete()
    return took


def statements(work: Callable[[], object]) -> int:
    """How many statements this takes: savepoints are counted, BEGIN and COMMIT are not."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    return sum(1 for one in seen.captured_queries if not str(one["sql"]).startswith(("BEGIN", "COMMIT")))


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def p95(times: list[float]) -> float:
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def gate(name: str, value: float, limit: float, *, below: bool = False) -> bool:
    """Print one gate. `below`: the limit itself is too much."""
    kept = value < limit if below else value <= limit
    shown = f"{value:.2f}" if isinstance(value, float) else str(value)
    print(f"{'PASS' if kept else 'FAIL'}  {name}: {shown} ({'<' if below else '≤'} {limit})")
    return kept


def table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Columns by the keys of the first row; numbers to the right."""
    if not rows:
        return
    names = list(rows[0])
    texts = [[_shown(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(text[at]) for text in texts)) for at, name in enumerate(names)]
    print("  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True)))
    for text in texts:
        print("  ".join(cell.rjust(width) for cell, width in zip(text, widths, strict=True)))


def _shown(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def middle(times: list[float]) -> float:
    return float(median(times))


def scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="bihuan-bench-")
