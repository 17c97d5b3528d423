"""A day of a service point through the whole bridge: `python -m bench.plan_bridge [--people 40] [--cases 300]`.

So many technicians and cases at one service point on a database of its own: a third of the cases have an agreed time
tomorrow, some of the others a technician. Printed are seconds and statements of each step from the rows to the plan
and back: the day as a problem, the board, the first better plan, the whole search, 20 changes and all others applied,
the day published, a move and its undoing. `--shapes` adds which statements an applied change is made of.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house

FIRST = 20  # changes applied one by one chosen, before all the others
A_CHANGE = 35  # statements, whether somebody was asked before or not


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=40)
    asked.add_argument("--cases", type=int, default=300)
    asked.add_argument("--shapes", action="store_true")
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        address = os.environ.get("DATABASE_URL", "")
        os.environ.update(house.environment(Path(folder), address=address))
        house.ready()
        made, day, now = _day(told.people, told.cases)
        print(f"{told.people} technicians, {told.cases} cases, reference {house.reference():.0f} ms")
        return 0 if _through(made, day, now, shapes=told.shapes) else 1


def _day(people: int, cases: int) -> tuple[Any, date, datetime]:
    """Tomorrow at a service point, by the actions of people."""
    from django.utils.timezone import localdate

    from bihuan.ground.worktime import clock
    from bihuan.registers.access.roles import Role
    from bihuan.registers.customers.models import Place
    from bihuan.service.cases.actions import Doer
    from bihuan.service.cases.models import Case
    from bihuan.service.dispatch import assigning, booking
    from bihuan.service.dispatch.choosing import crew_of
    from bihuan.service.dispatch.models import Visit
    from tests.makers import a_case, a_technician, company

    made, now = company(), clock.now()
    day = localdate(now) + timedelta(days=1)
    crew = [a_technician(made.own) for _ in range(people - 2)] + made.technicians[:2]
    for at, one in enumerate(crew):
        one.latitude, one.longitude = 30.2 + at * 29 % 40 / 200, 120.0 + at * 17 % 40 / 160
        one.save()
    rows = [a_case(made, now=now, words="冰箱漏水了") for _ in range(cases)]
    for at, case in enumerate(rows):
        spot = {"latitude": 30.2 + at * 37 % 100 / 500, "longitude": 120.0 + at * 61 % 100 / 400}
        assert case.place_id is not None
        Place.objects.filter(id=case.place_id).update(**spot)
    Case.objects.update(node=made.own, stands_at="to_assign")
    doer = Doer.of(made.viewer(Role.DISPATCHER))
    read = crew_of(frozenset({made.own.id}), now=now)
    for at, case in enumerate(rows[: cases // 2]):
        fresh, one = Case.objects.get(id=case.id), crew[at % people]
        assigning.assign(fresh, technician_id=one.id, doer=doer, now=now, by_choice=True, crew=read)
        if at < cases // 3:
            assigning.accept_job(fresh, technician_id=one.id, doer=doer, now=now)
            free = crew_of(frozenset({made.own.id}), now=now)
            mine = next(each for each in free.abilities if each.id == one.id)
            slots = [slot for slot in free.slots_for(mine, fresh) if localdate(slot.begins) == day]
            if slots:
                visit = Visit.objects.get(case=fresh)
                booking.book(visit, slots[at % len(slots)], doer=doer, now=now)
    return made, day, now


@contextmanager
def _counted(found: list[str]) -> Iterator[None]:
    from django.db import connection

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield


def _step(name: str, work: Callable[[], Any], rows: list[dict[str, Any]]) -> tuple[Any, list[str]]:
    seen: list[str] = []
    began = perf_counter()
    with _counted(seen):
        told = work()
    rows.append({"step": name, "seconds": perf_counter() - began, "statements": len(seen)})
    return told, seen


def _through(made: Any, day: date, now: datetime, *, shapes: bool) -> bool:
    from bihuan.ground.routing import warming
    from bihuan.registers.access.roles import Role
    from bihuan.service.dispatch.choosing import crew_of
    from bihuan.service.dispatch.planning import proposing, publishing, solving
    from bihuan.service.dispatch.planning.board import board_of
    from bihuan.service.dispatch.planning.models import Moved, Proposal
    from bihuan.service.dispatch.planning.moving import move, undo
    from bihuan.service.dispatch.planning.translating import morning_of
    from bihuan.service.dispatch.planning.versions import plan_of
    from bihuan.service.dispatch.travelling.providing import provider

    viewer, node_id, rows = made.viewer(Role.SERVICE_POINT_DISPATCHER), made.own.id, list[dict[str, Any]]()

    warming.main()

    def read() -> Any:
        crew, cases = crew_of(frozenset({node_id}), now=now), solving.waiting_for(plan_of(node_id, day))
        return morning_of(crew, day, cases=list(cases), matrix=provider(now=now).matrix)

    morning, _ = _step("the day as a problem", read, rows)
    _step("the board", lambda: board_of(viewer, node_id, day, now=now), rows)
    [asked], _ = _step("asking", lambda: proposing.ask(viewer, node_id, [day], now=now), rows)
    _step("first better plan", lambda: solving.carry_on(asked.id, now=now, seconds=0), rows)

    def search() -> None:
        while solving.carry_on(asked.id, now=now, seconds=solving.SLICE_SECONDS):
            pass

    _step("the rest of the search", search, rows)
    asked.refresh_from_db()
    assert asked.state == Proposal.READY, asked.state
    changes = [change.id for change in proposing.changes_of(asked)]

    def apply(chosen: list[int] | None) -> Any:
        version = Proposal.objects.values_list("base_version", flat=True).get(id=asked.id)
        return proposing.apply(viewer, asked.id, chosen, version=version, now=now)

    some, seen = _step(f"{FIRST} changes applied", lambda: apply(changes[:FIRST]), rows)
    others, more = _step(f"the other {len(changes) - FIRST} applied", lambda: apply(None), rows)
    version = plan_of(node_id, day).version
    _step("published", lambda: publishing.publish(viewer, node_id, day, version=version, now=now), rows)
    last = Moved.objects.order_by("-id")[0]
    _step("undone", lambda: undo(viewer, last.id, now=now), rows)
    told = {"technician_id": last.after["technician"], "at": _begin(last), "now": now, "reason": "other"}
    _step("moved by hand", lambda: move(viewer, last.case, why_not_best="nearer", **told), rows)
    house.table(rows)
    print(f"{len(morning.problem.jobs)} jobs, gain {asked.gain['before']} to {asked.gain['after']}")
    print(
        f"{len(changes)} changes, {some.made + others.made} applied; not: {[*some.stale, *others.stale][:3]}"
    )
    if shapes:
        for shape, count in Counter(_shape(sql) for sql in more).most_common():
            print(f"{count / max(1, others.made):6.2f}  {shape}")
    a_change = (len(seen) + len(more)) / max(1, some.made + others.made)
    return house.gate("statements a change", a_change, A_CHANGE)


def _begin(moved: Any) -> datetime:
    from django.utils.timezone import get_default_timezone

    return datetime.fromtimestamp(moved.after["meant"][2], get_default_timezone())


def _shape(sql: str) -> str:
    words = sql.replace('"', "").split()
    if len(words) < 4 or words[0] in ("SAVEPOINT", "RELEASE", "ROLLBACK"):
        return words[0]
    at = words.index("FROM") if "FROM" in words else 0 if words[0] == "UPDATE" else 1
    where = sql.partition(" WHERE ")[2].replace('"', "")[:90]
    return f"{words[0]} {words[at + 1]} {where}"


if __name__ == "__main__":
    sys.exit(main())
