"""What the clock's sweeps cost among few and among many open promises, and what one breach costs.

Two databases, one with a hundred times the open promises of the other, are swept in turn: each time a thousand
promises are due. In the child: `serve`. In the parent: `compare`, which prints and judges.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import Popen
from time import perf_counter
from typing import Any

from bench import house

DUE = 1_000
RATIO = 1.3
ROUNDS = 5
BREACHES = 30
SMALL_HOUSE, LARGE_HOUSE = 1_000, 10_000  # cases, at most; each has ten promises of the due ones' kind

type Row = dict[str, Any]


def compare(name: str, sizes: tuple[int, int]) -> bool:
    """Measure on one kind of database and print; whether the sweeps cost the same at both sizes."""
    with _houses(name, sizes) as houses:
        rounds = [{size: _ask(houses[size]) for size in sizes} for _ in range(ROUNDS)]
    small, large = sizes
    print(f"\n{name}: {DUE:,} promises due among {small:,} and among {large:,} open ones; {ROUNDS} rounds")
    sweeps, rows, ratios = list(rounds[0][small]["sweeps"]), [], {}
    for sweep in sweeps:
        ratios[sweep] = house.middle(
            [of[large]["sweeps"][sweep]["ms"] / of[small]["sweeps"][sweep]["ms"] for of in rounds]
        )
        rows.append(
            {
                "sweep": sweep,
                "told": rounds[0][small]["sweeps"][sweep]["told"],
                "statements": rounds[0][large]["sweeps"][sweep]["statements"],
                f"ms {small:,}": house.middle([of[small]["sweeps"][sweep]["ms"] for of in rounds]),
                f"ms {large:,}": house.middle([of[large]["sweeps"][sweep]["ms"] for of in rounds]),
                "÷ reference": house.middle(
                    [of[large]["sweeps"][sweep]["ms"] / of[large]["reference"] for of in rounds]
                ),
                "ratio": ratios[sweep],
            }
        )
    house.table(rows)
    _print_breach([of[large]["breach"] for of in rounds], [of[large]["reference"] for of in rounds])
    whole = all(
        of[size]["sweeps"][sweep]["told"] == (0 if sweep == "nothing due" else DUE)
        for of in rounds
        for size in sizes
        for sweep in sweeps
    )
    print(f"{'PASS' if whole else 'FAIL'}  {name}: each sweep told exactly what was due, in every round")
    gates = [
        house.gate(f"{name}: ratio of {sweep}", ratios[sweep], RATIO)
        for sweep in sweeps
        if sweep != "nothing due"
    ]
    return whole and all(gates)


def _print_breach(seen: list[Row], references: list[float]) -> None:
    ms, later = (house.middle([one[key] for one in seen]) for key in ("ms", "notice_ms"))
    written = ", ".join(f"{table} {number}" for table, number in seen[0]["rows"].items())
    print(
        f"one breach: {ms:.1f} ms and {seen[0]['statements']} statements to declare it, {later:.1f} ms to tell it, "
        f"{(ms + later) / house.middle(references):.3f} references; new rows: {written}"
    )


@contextmanager
def _houses(name: str, sizes: tuple[int, int]) -> Iterator[dict[int, "Popen[str]"]]:
    from tests.testpg import postgres

    with ExitStack() as stack:
        scratch = Path(stack.enter_context(house.scratch()))
        made: dict[int, Popen[str]] = {}
        for size in sizes:
            address = stack.enter_context(postgres()) if name == "postgresql" else ""
            env = house.environment(scratch / str(size), address=address)
            made[size] = house.child("bench.promises", "--child", str(size), env=env)
        try:
            yield made
        finally:
            for process in made.values():
                process.communicate()  # no more questions: it ends


def _ask(process: "Popen[str]") -> Row:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("round\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit("A database could not be made or swept; see above.")
    told: Row = json.loads(line)
    return told


def serve(size: int) -> None:
    """In the child: a database with so many open promises, then a round of sweeps for each line that comes in."""
    house.ready()
    ledger = Ledger(size)
    for _ in sys.stdin:
        told = {"reference": house.reference(), "sweeps": ledger.sweeps(), "breach": ledger.breach()}
        print(json.dumps(told), flush=True)


class Ledger:
    """So many open promises, of which the first thousand can be made due again and again."""

    def __init__(self, size: int) -> None:
        from bihuan.service.cases.models import Case
        from bihuan.service.commitments.models import Promise
        from tests import makers

        company = makers.company()
        self.now: datetime = makers.NOW
        one = makers.a_case(company)
        makers.settle()
        self.one = _with_ladder(Promise.objects.filter(case=one))
        makers.many_cases(company, min(max(SMALL_HOUSE, size // 100), LARGE_HOUSE), now=makers.NOW)
        Promise.objects.exclude(id=self.one.id).filter(open=True).update(open=False, state=Promise.VOID)
        cases = list(Case.objects.exclude(id=one.id).order_by("id").values_list("id", "node_id"))
        due = [self._copy(case, node, 0) for case, node in cases[:DUE]]
        self.due = [row.id for row in Promise.objects.bulk_create(due, batch_size=500)]
        self._fill(cases, size - DUE)

    def _copy(self, case: int, node: int, turn: int) -> Any:
        from bihuan.service.commitments.models import Promise

        kept = {
            field.attname: getattr(self.one, field.attname)
            for field in Promise._meta.concrete_fields
            if not field.primary_key
        }
        began = self.one.began_at + timedelta(minutes=turn)
        far = self.now + timedelta(days=30, minutes=37 * turn % 40_000)
        return Promise(
            **kept | {"case_id": case, "node_id": node, "began_at": began, "due_at": far, "warn_next_at": far}
        )

    def _fill(self, cases: list[tuple[int, int]], wanted: int) -> None:
        """Promises that will not be due for a month or two, the same number for every case."""
        from django.db import connection

        from bihuan.service.commitments.models import Promise

        first = [self._copy(case, node, 1) for case, node in cases[:wanted]]
        made = Promise.objects.bulk_create(first, batch_size=500)
        fields = [field for field in Promise._meta.concrete_fields if not field.primary_key]
        moved = ("began_at", "due_at", "warn_next_at")
        names = ", ".join(f'"{field.column}"' for field in fields)
        values = ", ".join("%s" if field.attname in moved else f'"{field.column}"' for field in fields)
        words = (
            f"INSERT INTO commitments_promise ({names}) SELECT {values} FROM commitments_promise "
            "WHERE id >= %s AND id < %s"
        )
        with connection.cursor() as cursor:
            for turn, left in enumerate(range(wanted - len(made), 0, -len(made)), start=2):
                like = self._copy(*cases[0], turn)
                told = [
                    field.get_db_prep_value(getattr(like, field.attname), connection)
                    for field in fields
                    if field.attname in moved
                ]
                cursor.execute(words, [*told, made[0].id, made[0].id + min(left, len(made))])
            # as an hour of work would leave it
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def sweeps(self) -> dict[str, Row]:
        """Each sweep with a thousand promises due, and one with none."""
        from bihuan.service.commitments.actions import mark_at_risk, mark_broken

        far, past = self.now + timedelta(days=30), self.now - timedelta(minutes=5)
        told: dict[str, Row] = {}
        self._reset(due_at=far, warn_next_at=past)
        told["to warn"] = self._timed(mark_at_risk)
        self._reset(due_at=past, warn_next_at=None)
        told["to declare broken"] = self._timed(mark_broken)
        self._reset(due_at=far, warn_next_at=far)
        told["nothing due"] = self._timed(mark_broken)
        return told

    def _reset(self, **readings: Any) -> None:
        """Forget what sweeps have told; with readings, give them to the thousand."""
        from bihuan.ground.journal.models import Reaction
        from bihuan.service.commitments.models import Promise, Rung

        Rung.objects.all().delete()
        Reaction.objects.filter(state=Reaction.WAITING).delete()
        fresh = {"state": Promise.RUNNING, "broken_at": None, "warnings": 0, "warned_at": None}
        far = self.now + timedelta(days=30)
        Promise.objects.filter(id=self.one.id).update(**fresh, due_at=far, warn_next_at=None)
        if readings:
            Promise.objects.filter(id__in=self.due).update(**fresh | readings)

    def _timed(self, sweep: Any) -> Row:
        from django.db import connection

        seen = [0]

        def count(execute: Any, *told: Any) -> Any:
            seen[0] += 1
            return execute(*told)

        with connection.execute_wrapper(count):
            began = perf_counter()
            told = sweep(self.now)
            ms = (perf_counter() - began) * 1000
        return {"told": told, "ms": ms, "statements": seen[0]}

    def breach(self) -> Row:
        """One promise falls due: declaring it with its event, then telling it; medians, and the rows it wrote."""
        from bihuan.service.commitments.actions import mark_broken
        from bihuan.service.commitments.models import Promise
        from tests import makers

        times: list[float] = []
        notices: list[float] = []
        rows: dict[str, int] = {}
        for _ in range(BREACHES):
            self._reset()
            Promise.objects.filter(id=self.one.id).update(due_at=self.now - timedelta(minutes=5))
            before = {} if rows else _rows()
            told = self._timed(mark_broken)
            times.append(told["ms"])
            notices.append(house.timed(lambda: makers.settle(self.now)))
            rows = rows or {
                table: more for table, number in _rows().items() if (more := number - before[table])
            }
        return {
            "ms": house.middle(times),
            "notice_ms": house.middle(notices),
            "statements": told["statements"],
            "rows": rows,
        }


def _with_ladder(promises: Any) -> Any:
    from bihuan.service.commitments.reckoning import rungs_of

    found = list(promises.filter(open=True, state="running").order_by("id"))
    return next((one for one in found if any(rung.since == "broken" for rung in rungs_of(one))), found[0])


def _rows() -> dict[str, int]:
    """How many rows every table has."""
    from django.apps import apps

    return {
        model._meta.label_lower: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }
