"""The price list and the parts brought in."""

from datetime import date
from typing import Any

import pytest

from bihuan.registers.access.roles import Role
from bihuan.registers.parts.models import Part, Price, Stock
from bihuan.service.imports.models import ImportLine
from tests.makers import company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-04")]

PRICES = ["收费项目", "项目名称", "品类", "服务类型", "收费标准", "生效日期"]


def test_a_price_list_is_brought_in_and_ends_what_held_before() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    first: list[list[Any]] = [PRICES, ["人工费", "清洗挂机", "空调", "清洗", "¥80.00", "2026-01-01"]]
    assert brought_in(viewer, "prices", sheets.xlsx(first)).written == {"new": 1}
    later = [PRICES, ["人工费", "清洗挂机", "空调", "清洗", "95元", "2026年12月1日"]]
    run = brought_in(viewer, "prices", sheets.xlsx(later))
    assert run.written == {"new": 1}
    prices = Price.objects.filter(name_zh="清洗挂机").order_by("valid_from")
    assert list(prices.values_list("fen", "valid_from", "valid_until")) == [
        (8_000, date(2026, 1, 1), date(2026, 11, 30)),
        (9_500, date(2026, 12, 1), None),
    ]
    assert brought_in(viewer, "prices", sheets.xlsx(later)).written == {"same": 1}
    taken_back(viewer, run)
    assert list(prices.values_list("fen", "valid_from", "valid_until")) == [(8_000, date(2026, 1, 1), None)]


def test_a_price_that_began_is_not_rewritten() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    brought_in(viewer, "prices", sheets.xlsx([PRICES, ["上门费", "上门", "空调", None, 50, "2026-01-01"]]))
    run = brought_in(
        viewer, "prices", sheets.xlsx([PRICES, ["上门费", "上门", "空调", None, 60, "2026-01-01"]])
    )
    assert run.written == {"refused": 1}
    assert ImportLine.objects.get(run=run, phase="write").codes == [["in_force", "valid_from"]]


def test_prices_without_what_they_need_are_refused() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    rows: list[list[Any]] = [
        PRICES,
        ["人工费", "x", "飞船", None, 1, None],
        ["人工费", "x", "空调", "发射", 1, None],
        ["配件", "x", None, None, 1, None],
        ["过路费", "x", None, None, 1, None],
    ]
    run = brought_in(viewer, "prices", sheets.xlsx(rows))
    lines = ImportLine.objects.filter(run=run, phase="write").order_by("number")
    assert [line.codes[0][0] for line in lines] == [
        "unknown_category",
        "unknown_kind",
        "part_number_needed",
        "not_one_of",
    ]


def test_parts_are_brought_in_with_price_and_stock() -> None:
    viewer = company().viewer(Role.ADMINISTRATOR)
    heads = ["物料编码", "物料名称", "适用品类", "序列号管理", "零售价", "仓库", "现有库存"]
    rows: list[list[Any]] = [
        heads,
        ["P-001", "压缩机", "空调", "是", "￥1,200", "文新网点", "3个"],
        [10025.0, "门封条", None, "否", None, None, None],
    ]
    run = brought_in(viewer, "parts", sheets.xlsx(rows))
    assert run.written == {"new": 2}
    part = Part.objects.get(number="P-001")
    assert (part.name_zh, part.by_serial, part.category and part.category.code) == (
        "压缩机",
        True,
        "air_conditioner",
    )
    assert Price.objects.get(item="part", code="P-001").fen == 120_000
    assert Stock.objects.get(part=part).quantity == 3
    assert Part.objects.get(number="10025").name_zh == "门封条"
    assert brought_in(viewer, "parts", sheets.xlsx(rows)).written == {"same": 2}
    counted: list[list[Any]] = [heads, ["P-001", "压缩机", "空调", "是", None, "文新网点", 5]]
    second = brought_in(viewer, "parts", sheets.xlsx(counted))
    assert (second.written, Stock.objects.get(part=part).quantity) == ({"changed": 1}, 5)
    taken_back(viewer, second)
    assert Stock.objects.get(part=part).quantity == 3
    taken_back(viewer, run)
    assert not Part.objects.filter(number__in=["P-001", "10025"]).exists()
