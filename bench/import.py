"""Bringing in workbooks through the whole engine, on SQLite and PostgreSQL: `python -m bench.import [--rows 5000]`.

Customers, past cases and open cases in text files as other systems export them: received, looked at (the dry run)
and written. Rows a second (and of the processor's own time, for a machine that others work on), statements of a
batch, and the most memory the process held; at a tenth of the rows too, because memory must not grow with the file.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house

ROWS = 100_000
OPEN_SHARE, FEWEST_OPEN = 10, 1_500  # one open case for so many rows of customers
CUSTOMERS_A_SECOND, CASES_A_SECOND = 1_500, 500  # of the processor's own time, on SQLite
MEMORY_RATIO = 1.5
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
STREETS = ("文新街道", "古荡街道", "翠苑街道", "蒋村街道", "三墩镇", "北山街道")
NAMES = ("李春梅", "王建国", "陈晓燕", "刘德胜", "欧阳雪", "赵敏", "孙立军", "周𠮷")
GOODS = (("冰箱", "REF123"), ("空调", "AIR123"), ("燃气灶", "GAS123"))
FAULTS = ("不制冷，内胆结霜", "内机滴水", "打不着火", "噪音很大，晚上睡不着", "显示E4")

type Made = Iterator[list[str]]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=ROWS, help="customers, and as many past cases")
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked.add_argument("--profile", action="store_true", help="where the time of writing goes, instead")
    told = asked.parse_args()
    if told.child or told.profile:
        measure(told.rows, profile=told.profile)
        return 0
    kept = True
    with house.databases(told.database or ["sqlite", "postgresql"]) as addresses:
        for name, address in addresses.items():
            kept &= _on(name, address, told.rows)
    return 0 if kept else 1


def _on(name: str, address: str, rows: int) -> bool:
    """Two processes on two databases: a tenth of the rows, then all of them."""
    small = _child(name, address, max(rows // 10, 500))
    whole = _child(name, address, rows)
    if small is None or whole is None:
        return False
    print(f"\n{name}; reference {whole['reference_ms']:.0f} ms")
    house.table([*small["runs"], *whole["runs"]])
    ratio = whole["most_mb"] / small["most_mb"]
    print(
        f"most memory: {small['most_mb']:.0f} MB at {small['rows']} rows, {whole['most_mb']:.0f} MB at {rows} rows"
    )
    kept = house.gate(f"{name}: memory, {rows} rows over a tenth of them", ratio, MEMORY_RATIO)
    if name == "sqlite":
        speeds = {run["what"]: run["of its own time"] for run in whole["runs"]}
        for what, wanted in (("customers", CUSTOMERS_A_SECOND), ("past_cases", CASES_A_SECOND)):
            fast = speeds[what] >= wanted
            kept &= fast
            print(
                f"{'PASS' if fast else 'FAIL'}  {name}: {what} written in a second "
                f"of the processor's own time: {speeds[what]:.0f} (≥ {wanted})"
            )
    return kept


def _child(name: str, address: str, rows: int) -> dict[str, Any] | None:
    with house.scratch() as folder:
        env = house.environment(Path(folder), address=_own(address, rows))
        process = house.child("bench.import", "--child", "--rows", str(rows), env=env)
        told, _ = process.communicate()
    if process.returncode:
        print(f"{name}: could not be measured (status {process.returncode})")
        return None
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def _own(address: str, rows: int) -> str:
    """A database of its own on the same server."""
    if not address:
        return ""
    import psycopg

    name = f"import_{rows}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


def measure(rows: int, *, profile: bool = False) -> None:
    """In the child: everything on this process's own database; one JSON line at the end."""
    house.ready()
    from bihuan.registers.access.roles import Role
    from tests import makers

    company = makers.company()
    viewer = company.viewer(Role.ADMINISTRATOR)
    files: list[tuple[str, int, Callable[[int], Made]]] = [
        ("customers", rows, customers),
        ("past_cases", rows, past_cases),
        ("cases", max(rows // OPEN_SHARE, FEWEST_OPEN), open_cases),
    ]
    runs = []
    for kind, count, lines in files:
        clear = text_of(lines(count))
        runs.append(_profiled(viewer, kind, clear) if profile else brought_in(viewer, kind, clear, count))
        del clear
    told = {"rows": rows, "runs": runs, "most_mb": most_memory(), "reference_ms": house.reference()}
    print(json.dumps(told))


def _profiled(viewer: Any, kind: str, clear: bytes) -> dict[str, Any]:
    import cProfile
    import pstats

    with cProfile.Profile() as seen:
        brought_in(viewer, kind, clear, 1)
    print(kind)
    pstats.Stats(seen).sort_stats("tottime").print_stats(40)
    return {}


def brought_in(viewer: Any, kind: str, clear: bytes, rows: int) -> dict[str, Any]:
    """One file through the engine: how long each part of the way took."""
    from bihuan.service.imports import actions
    from bihuan.service.imports.models import Import
    from bihuan.service.imports.running import finish
    from bihuan.service.imports.target import Take

    began = perf_counter()
    run = actions.receive(viewer, kind, clear, file_name=f"{kind}.csv", now=NOW)
    mapping = {int(column): code for column, code in run.mapping.items()}
    actions.map_columns(viewer, run.id, mapping, now=NOW)
    received = perf_counter() - began
    spent = process_time()
    looked = house.timed(lambda: finish(run.id, now=NOW)) / 1000
    looking = process_time() - spent
    actions.confirm(viewer, run.id, take=Take.OURS, now=NOW)
    batch = house.statements(lambda: one_batch(run.id))
    spent = process_time()
    wrote = house.timed(lambda: finish(run.id, now=NOW)) / 1000
    writing = process_time() - spent
    run.refresh_from_db()
    assert run.state == Import.DONE, (run.state, run.trouble)
    left = rows - BATCH if rows > BATCH else 0
    return {
        "what": kind,
        "rows": run.rows,
        "new": run.written.get("new", 0),
        "received s": received,
        "looked s": looked,
        "written s": wrote,
        "looked a second": rows / looked,
        "written a second": left / wrote,
        "of its own time": left / writing,
        "both a second": rows / (looked + wrote * rows / left) if left else 0.0,
        "of its own": rows / (looking + writing * rows / left) if left else 0.0,
        "statements a batch": batch,
        "most MB": most_memory(),
    }


BATCH = 500


def one_batch(import_id: int) -> None:
    """Write the next five hundred rows."""
    from bihuan.service.imports.running import carry_on

    carry_on(import_id, now=NOW, seconds=0)


def most_memory() -> float:
    """The most memory that this process has held, in MB."""
    told = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    return int(told) / 1024


def text_of(lines: Made) -> bytes:
    return "\r\n".join(",".join(line) for line in lines).encode("gb18030")


def address(at: int) -> str:
    return f"浙江省杭州市西湖区{STREETS[at % len(STREETS)]}{at % 90 + 1}号{at % 20 + 1}幢{at % 30 + 1}01室"


def phone(at: int) -> str:
    return f"139{at:08d}"


def customers(rows: int) -> Made:
    yield ["客户姓名", "手机", "地址", "品牌", "产品品类", "型号", "机身编码", "购买日期"]
    for at in range(rows):
        family, model = GOODS[at % len(GOODS)]
        name = NAMES[at % len(NAMES)]
        day = (NOW - timedelta(days=at % 2000)).strftime("%Y-%m-%d")
        yield [name, phone(at), address(at), "澄川", family, model, f"SN{at:09d}", day]


def past_cases(rows: int) -> Made:
    yield [
        "工单号",
        "报修时间",
        "服务类型",
        "问题描述",
        "姓名",
        "手机",
        "机身编码",
        "状态",
        "完工时间",
        "费用",
        "满意度",
    ]
    for at in range(rows):
        began = NOW - timedelta(days=30 + at % 1500, minutes=at % 600)
        done = began + timedelta(hours=at % 70 + 2)
        moments = [f"{one:%Y-%m-%d %H:%M}" for one in (began, done)]
        fault, paid = FAULTS[at % len(FAULTS)].replace("，", " "), str(at % 300)
        name, serial = NAMES[at % len(NAMES)], f"SN{at:09d}"
        score = str(at % 5 + 1)
        yield [
            *(f"GD{at:09d}", moments[0], "维修", fault, name, phone(at), serial),
            *("已结案", moments[1], paid, score),
        ]


def open_cases(rows: int) -> Made:
    yield [
        "工单号",
        "报修时间",
        "服务类型",
        "问题描述",
        "姓名",
        "手机",
        "地址",
        "品类",
        "品牌",
        "状态",
        "网点",
    ]
    states = (("待派工", "文新网点"), ("待接单", ""), ("待配件", "文新网点"))
    for at in range(rows):
        began = f"{NOW - timedelta(days=at % 20, minutes=at % 600):%Y-%m-%d %H:%M}"
        state, point = states[at % len(states)]
        family = GOODS[at % len(GOODS)][0]
        fault = FAULTS[at % len(FAULTS)].replace("，", " ")
        name = NAMES[at % len(NAMES)]
        yield [
            f"WX{at:09d}",
            began,
            "维修",
            fault,
            name,
            phone(at),
            address(at),
            family,
            "澄川",
            state,
            point,
        ]


if __name__ == "__main__":
    sys.exit(main())
