"""A platform's list of orders: a dry run first, each number once, the platform's own heads and words understood."""

from typing import Any

import pytest

from bihuan.registers.access.roles import Role
from bihuan.service.cases.models import Case
from bihuan.service.imports import queries
from bihuan.service.imports.words import field_name
from bihuan.service.orders.models import Order
from bihuan.service.orders.queries import told_of
from tests.makers import company
from tests.service.imports import sheets
from tests.service.imports.bringing import brought_in, looked, taken_back
from tests.service.orders.ordering import a_platform, taken

pytestmark = [pytest.mark.django_db, pytest.mark.demand("U-03", "S2-09")]

HEADS = [
    "订单编号",
    "服务类目",
    "收货人",
    "虚拟号",
    "收货地址",
    "商品类目",
    "品牌",
    "要求完成时间",
    "发票号码",
    "订单备注",
]
ADDRESS = "杭州市西湖区文新街道文一西路1号2幢301室"


def a_row(number: str, **more: str) -> list[str]:
    told = {
        "number": number,
        "kind": "京东安装",
        "name": "李春梅",
        "phone": "13800001111-1234",
        "address": ADDRESS,
        "category": "空调",
        "brand": "澄川",
        "promised": "2026-11-26",
        "invoice": "INV1",
        "words": "周末在家",
    } | more
    return list(told.values())


@pytest.fixture(autouse=True)
def _a_disk_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.BIHUAN_DATA = tmp_path


def test_the_dry_run_tells_new_changed_same_and_refused_and_writes_nothing() -> None:
    made = company()
    platform = a_platform(made, columns={"kind": ["服务类目"]})
    taken(made, platform, number="JD-1", phone="13800001111-1234")
    rows = [
        HEADS,
        a_row("JD-2"),
        a_row("JD-2", words="又一次"),
        a_row("JD-2"),
        a_row("JD-1", name="李春梅", words="改约"),
        a_row("JD-3", kind="代收"),
        a_row("JD-4", phone="12"),
    ]
    run = looked(made.viewer(Role.ADMINISTRATOR), "orders-jd", sheets.xlsx(rows))
    one = queries.opened_import(made.viewer(Role.ADMINISTRATOR), run.id)
    assert {field_name(field) for field in one.field_of.values()} >= {"Order number", "Kind of work", "Phone"}
    assert run.looked == {
        "new": 1,
        "changed": 1,
        "same": 1,
        "refused": 3,
    }  # another machine under JD-1 is refused too
    assert Order.objects.count() == 1


def test_what_a_later_row_of_the_same_order_says_is_not_dropped() -> None:
    made = company()
    a_platform(made, columns={"kind": ["服务类目"]})
    file = sheets.xlsx([HEADS, a_row("JD-2"), a_row("JD-2", words="改了留言"), a_row("JD-3"), a_row("JD-3")])
    run = brought_in(made.viewer(Role.ADMINISTRATOR), "orders-jd", file)
    assert run.written == {"new": 2, "changed": 1, "same": 1}
    assert next(told_of(one)["words"] for one in Order.objects.order_by("number")) == "改了留言"


def test_orders_are_brought_in_once_with_their_extension_promise_and_invoice() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    a_platform(made, columns={"kind": ["服务类目"]})
    file = sheets.xlsx([HEADS, a_row("JD-2"), a_row("JD-3", phone="13800001111-5678")])
    assert brought_in(viewer, "orders-jd", file).written == {"new": 2}
    assert brought_in(viewer, "orders-jd", file).written == {"same": 2}
    orders = list(Order.objects.order_by("id"))
    assert [one.case.kind for one in orders if one.case] == ["installation", "installation"]
    assert len({one.report.customer_id for one in orders if one.report}) == 2
    assert told_of(orders[0])["invoice"] == "INV1"
    assert Case.objects.filter(outside_number="JD-2", district="西湖区").count() == 1


def test_another_promised_day_in_the_next_file_is_an_update() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    a_platform(made, columns={"kind": ["服务类目"]})
    brought_in(viewer, "orders-jd", sheets.xlsx([HEADS, a_row("JD-2")]))
    later = brought_in(viewer, "orders-jd", sheets.xlsx([HEADS, a_row("JD-2", promised="2026-11-29")]))
    assert (later.written, Order.objects.get().version) == ({"changed": 1}, 2)


def test_taking_back_withdraws_what_nobody_has_worked_on() -> None:
    made = company()
    viewer = made.viewer(Role.ADMINISTRATOR)
    a_platform(made, columns={"kind": ["服务类目"]})
    run = brought_in(viewer, "orders-jd", sheets.xlsx([HEADS, a_row("JD-2"), a_row("JD-3")]))
    Case.objects.filter(outside_number="JD-3").update(owner=made.people[Role.AGENT])
    undone = taken_back(viewer, run)
    assert undone.undone == {"taken_back": 1, "kept": 1}
    assert set(Case.objects.values_list("outside_number", "open")) == {("JD-2", False), ("JD-3", True)}


def test_gbk_text_is_read_like_a_workbook() -> None:
    made = company()
    a_platform(made, columns={"kind": ["服务类目"]})
    file = sheets.csv([HEADS, a_row("SN-1")], encoding="gb18030")
    assert brought_in(made.viewer(Role.ADMINISTRATOR), "orders-jd", file).written == {"new": 1}
