"""Searching among many cases: `python -m bench.search [--cases N] [--database sqlite]`, as JSON lines.

Texts of a template, a fault, a model and a review-like sentence, written in bulk. For questions of one to four
characters, pieces of texts and words of the trade: whether all are found that reading every text would find (recall),
whether nothing else is (precision, after the text itself was asked), and how long the newest twenty take, each time
also divided by the reference of the run. `make bench` asks 20,000; `--cases 200000` is what is claimed.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import house

SEED, QUESTIONS, TIMES, NEWEST = 20261122, 40, 5, 20
RECALL, P95_MS = 1.0, 50.0
BATCH = 2_000
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)

FAULTS = (
    "不制冷", "制冷效果差", "漏水", "噪音大", "不启动", "显示E5", "跳闸", "异响", "不排水", "脱水不转", "打不着火",
    "结冰", "压缩机不工作", "遥控器失灵", "有异味", "屏幕不亮", "加热慢", "门关不严", "频繁停机", "外机不转",
)  # fmt: skip
THINGS = ("空调", "冰箱", "洗衣机", "热水器", "燃气灶", "油烟机", "电视", "净水器", "烘干机", "洗碗机")
SAID = (
    "用了两年一直挺好", "昨天晚上开始的", "孩子还小家里离不开", "请尽快安排师傅上门", "之前修过一次没修好",
    "客服电话打了好几遍", "安装的时候就有问题", "断电重启也没有用", "老人一个人在家", "白天上班只有晚上有空",
    "希望不要再拖了", "发票和保修卡都在", "小区停车不方便", "楼道里能听见声音", "上次来的师傅很专业",
    "配件说要等一个星期", "天气热实在受不了", "邻居家也是同一款", "按说明书试过了", "觉得质量不太行",
)  # fmt: skip
LETTERS = "ABCDEFGHKLMNPRSTWX"
WORDS = (
    "制冷",
    "漏水",
    "师傅",
    "客服电话",
    "保修卡",
    "异响",
    "热水器",
    "尽快安排",
    "两年",
    "噪音",
    "水",
    "修",
    "发票",
    "E5",
)


def text_of(draw: random.Random) -> str:
    """What a customer says, about ninety characters."""
    model = (
        f"{''.join(draw.choices(LETTERS, k=3))}-{draw.randint(20, 99)}{''.join(draw.choices(LETTERS, k=2))}"
    )
    rare = "".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(draw.randint(2, 6)))
    said = "，".join(draw.sample(SAID, draw.randint(3, 6)))
    return f"{draw.choice(THINGS)}{draw.choice(FAULTS)}，型号{model}，{said}。{rare}{draw.choice(FAULTS)}"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=20_000)
    asked.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    asked.add_argument("--child", choices=("sqlite", "postgresql"), help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.child:
        return measure(told.child, told.cases)
    names, well = told.database or ["sqlite", "postgresql"], True
    with house.databases(names) as addresses:
        for name in names:
            with house.scratch() as folder:
                env = house.environment(Path(folder), address=addresses[name])
                child = house.child("bench.search", "--child", name, "--cases", str(told.cases), env=env)
                printed, _ = child.communicate()
                print(printed, end="", flush=True)
                well &= child.returncode == 0
    return 0 if well else 1


def measure(name: str, count: int) -> int:
    """In the child: fill, ask, print."""
    house.ready()
    reference = house.reference()
    texts, built = fill(count)
    say(database=name, cases=count, reference_ms=reference, **built)
    well = True
    for sort, questions in _questions(texts):
        well &= ask(name, sort, questions, texts, reference)
    return 0 if well else 1


def fill(count: int) -> tuple[dict[int, str], dict[str, Any]]:
    """So many cases of a few customers, and the index of them. case id → its words, normalised as searched."""
    from bihuan.ground.searching.tokens import normal, tokens_of
    from bihuan.service.cases.models import Case
    from bihuan.service.searching.models import Words

    texts: dict[int, str] = {}
    draw = random.Random(SEED)
    parent, took = _first(), 0.0
    for at in range(0, count, BATCH):
        cases = _cases(parent, range(at, min(at + BATCH, count)))
        held = [text_of(draw) for _ in cases]
        texts |= {case.id: normal(text) for case, text in zip(cases, held, strict=True)}
        began = perf_counter()
        Words.objects.bulk_create(
            Words(
                case=case,
                customer_id=case.customer_id,
                tokens=sorted(tokens_of(f"{text} {case.number} {_beside(case)}")),
            )
            for case, text in zip(cases, held, strict=True)
        )
        took += perf_counter() - began
    assert Case.objects.count() >= count
    _settle()
    return texts, {"build_seconds": round(took, 1), "ms_a_case": round(1000 * took / count, 3), **sizes()}


def _beside(case: Any) -> str:
    """A masked contact and an area, as every case has them."""
    return f"张* 138****{case.id % 10000:04d} 杭州市西湖区"


def _first() -> Any:
    """A true case to copy from."""
    from bihuan.service.cases.models import Case
    from tests import makers

    made = makers.company()
    case = makers.a_case(made, words="无")
    return Case.objects.get(id=case.id)


def _cases(parent: Any, numbers: Sequence[int]) -> list[Any]:
    """Rows like the first, each with a report and a chain of its own and another moment."""
    from bihuan.ground.journal.models import Chain
    from bihuan.service.cases.models import Case
    from bihuan.service.intake.models import RawMessage, Report

    chains = Chain.objects.bulk_create([Chain() for _ in numbers])
    raw, report = RawMessage.objects.get(id=parent.report.raw_id), parent.report
    raws = RawMessage.objects.bulk_create([_copy(raw, once_print=None, digest="") for _ in numbers])
    reports = Report.objects.bulk_create(
        _copy(report, raw_id=one.id, chain_id=chain.id, link_print=f"bench-{at}", link_seed="")
        for one, chain, at in zip(raws, chains, numbers, strict=True)
    )
    return Case.objects.bulk_create(
        _copy(
            parent,
            report_id=one.id,
            chain_id=chain.id,
            number=f"AF{20250101 + at // 1000 % 28}{at:07d}",
            opened_at=BEGAN + timedelta(minutes=at),
        )
        for one, chain, at in zip(reports, chains, numbers, strict=True)
    )


def _copy(row: Any, **changed: Any) -> Any:
    held = {
        one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key
    }
    return type(row)(**held | {name: value for name, value in changed.items() if name in held})


def _settle() -> None:
    """What the clock and the database do in their own time."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
        else:
            cursor.execute("VACUUM ANALYZE searching_words")
            cursor.execute("VACUUM ANALYZE cases_case")


def sizes() -> dict[str, float]:
    """Megabytes of the index itself, and of the rows from which it is kept."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sum(length(block)) FROM searching_found_data")
            index = cursor.fetchone()[0]
            cursor.execute("SELECT sum(length(CAST(tokens AS BLOB)) + 40) FROM searching_words")
            rows = cursor.fetchone()[0]
        else:
            cursor.execute("SELECT pg_relation_size('searching_tokens'), pg_table_size('searching_words')")
            index, rows = cursor.fetchone()
    return {"index_mb": round(index / 1e6, 1), "rows_mb": round(rows / 1e6, 1)}


def _questions(texts: dict[int, str]) -> Iterator[tuple[str, list[str]]]:
    draw, held = random.Random(SEED + 1), list(texts.values())
    for length in range(1, 5):
        found: list[str] = []
        while len(found) < QUESTIONS:
            text = draw.choice(held)
            begins = draw.randrange(len(text) - length)
            piece = text[begins : begins + length]
            if any(sign.isalnum() for sign in piece) and " " not in piece:
                found.append(piece)
        yield f"pieces of {length}", found
    yield "words", [word.lower() for word in WORDS]


def ask(name: str, sort: str, questions: list[str], texts: dict[int, str], reference: float) -> bool:
    """Ask each for the newest twenty and for all; compare with reading every text."""
    from bihuan.ground.searching.tokens import contains, normal
    from bihuan.registers.access.viewer import EVERYTHING
    from bihuan.service.cases.models import Case
    from bihuan.service.searching.queries import KEY, newest, ranks, terms_of

    numbers = dict(Case.objects.values_list("id", "number"))
    beside = {one: normal(f"{number} {_beside(Case(id=one))}") for one, number in numbers.items()}
    wanted, found, given, worst, well = 0, 0, 0, 0.0, True
    times: list[float] = []
    for question in questions:
        terms = terms_of(question, EVERYTHING)
        tries = []
        for _ in range(TIMES):
            began = perf_counter()
            first = [row.case_id for row in newest(terms, EVERYTHING).order_by(*KEY)[:NEWEST]]
            tries.append((perf_counter() - began) * 1000)
        times.append(min(tries))  # others work on the machine as well: the best of each question counts
        worst = max(worst, *tries)
        told = set(ranks(terms, EVERYTHING).values_list("case_id", flat=True))
        well &= first == sorted(told, reverse=True)[:NEWEST]
        told &= texts.keys()
        truth = {one for one, text in texts.items() if question in text}
        also = {
            one for one in told - truth if contains(texts[one], question) or contains(beside[one], question)
        }
        wanted, found, given = wanted + len(truth), found + len(told & truth), given + len(told - also)
    recall, p95 = found / max(wanted, 1), house.p95(times)
    say(
        database=name,
        asked=sort,
        recall=round(recall, 6),
        precision_before_reading=round(found / max(given, 1), 4),
        newest_p50_ms=round(house.middle(times), 2),
        newest_p95_ms=round(p95, 2),
        worst_of_all_ms=round(worst, 2),
        p95_to_reference=round(p95 / reference, 4),
        kept=well and recall >= RECALL and p95 < P95_MS,
    )
    return well and recall >= RECALL and p95 < P95_MS


def say(**told: Any) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
